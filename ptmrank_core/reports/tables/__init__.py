"""Results -> tables of rows and columns, and the files they are written to."""

__all__: list[str] = []
