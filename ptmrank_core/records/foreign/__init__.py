"""Formats and files of others, read within bounds."""

from ptmrank_core.records.foreign.json_text import JsonFile, parse_json, read_json_file, unreadable_json
from ptmrank_core.records.foreign.regular import IrregularFileError, kind_of_file, open_regular

__all__ = [
    "IrregularFileError",
    "JsonFile",
    "kind_of_file",
    "open_regular",
    "parse_json",
    "read_json_file",
    "unreadable_json",
]
