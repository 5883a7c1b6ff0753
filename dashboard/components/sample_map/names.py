"""What the map is called; the server opens its files by this name."""

__all__ = ["COMPONENT", "MAP", "PROJECT"]

PROJECT, COMPONENT = "ptmrank", "sample_map"
MAP = f"{PROJECT}.{COMPONENT}"
"""Name of the component, and of the folder of the server that has its files."""
