"""Formats of others, read within bounds."""

from ptmrank_core.records.foreign.json_text import JsonFile, parse_json, read_json_file, unreadable_json

__all__ = ["JsonFile", "parse_json", "read_json_file", "unreadable_json"]
