"""The run store: one SQLite file, one transaction for each cell."""

__all__: list[str] = []
