"""A table of labelled texts or numbers -> Samples."""

from ptmrank_core.data.tables.load import load_table
from ptmrank_core.data.tables.preview import TableDescription, describe_table
from ptmrank_core.data.tables.reading import TABLE_SUFFIXES, open_table

__all__ = ["TABLE_SUFFIXES", "TableDescription", "describe_table", "load_table", "open_table"]
