"""The kinds of input, each with a grammar of its own; see ``registry.py``."""
