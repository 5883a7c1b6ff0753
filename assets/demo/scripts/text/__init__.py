"""Scripts that made the text models of the demo zoo: run them from the repository root with ``python -m``."""
