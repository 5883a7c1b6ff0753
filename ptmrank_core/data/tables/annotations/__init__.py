"""Exports of annotation tools -> rows of a table: what was annotated, and its labels."""

from ptmrank_core.data.tables.annotations.recognise import annotated_object, annotated_rows
from ptmrank_core.data.tables.annotations.rows import Annotated

__all__ = ["Annotated", "annotated_object", "annotated_rows"]
