"""How the text of a table is cut into rows and cells: delimiter, quotation marks, header, numbers."""

__all__: list[str] = []
