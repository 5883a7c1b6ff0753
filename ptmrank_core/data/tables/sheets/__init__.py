"""Spreadsheets: their sheets as rows of cells, read in a process of its own."""

__all__: list[str] = []
