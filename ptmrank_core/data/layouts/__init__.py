"""How the files of a source lie: parts of the data set, levels of folders, tables of samples."""

__all__: list[str] = []
