"""Scripts that made the audio part of the demo: run them from the repository root with ``python -m``."""
