"""Scripts that made the demo zoo: run them from the repository root with ``python -m``."""
