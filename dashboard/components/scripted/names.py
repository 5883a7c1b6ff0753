"""What the scripts of the pages are called; the server opens their folders by these names, and no others."""

__all__ = ["FOLDERS", "HOVER", "MAP", "PROJECT"]

PROJECT = "ptmrank"
FOLDERS = {"sample_map": "sample_map/browser", "hover": "scripted/browser"}
"""The folder of each one's files, within the folder of components."""
MAP, HOVER = (f"{PROJECT}.{name}" for name in FOLDERS)
