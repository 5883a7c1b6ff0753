"""Parquet and Arrow: typed columns, names of classes in the schema, pictures and recordings in cells."""

__all__: list[str] = []
