"""Folders and archives as one listing of entries, within limits."""

__all__: list[str] = []
