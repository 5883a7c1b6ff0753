"""A file -> a table, by the file's suffix."""

from __future__ import annotations

from dataclasses import replace

from ptmrank_core.data.encodings.decoding import decode_text
from ptmrank_core.data.sources.entries import Entry, suffix_of
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.conll import read_conll
from ptmrank_core.data.tables.delimited import read_delimited
from ptmrank_core.data.tables.json_rows import read_json
from ptmrank_core.data.tables.parquet import read_parquet
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import AS_RECOGNISED, Reading

__all__ = ["DELIMITED_SUFFIXES", "TABLE_SUFFIXES", "open_table"]

DELIMITED_SUFFIXES = frozenset({".csv", ".tsv"})
READERS = {
    ".jsonl": read_json,
    ".ndjson": read_json,
    ".json": read_json,
    ".conll": read_conll,
    ".txt": read_conll,
}
TABLE_SUFFIXES = frozenset({*DELIMITED_SUFFIXES, *READERS, ".parquet"})


def open_table(
    entry: Entry, limits: Limits, reading: Reading = AS_RECOGNISED, *, is_manifest: bool = False
) -> InputTable:
    """Read a table from a file.

    Parameters
    ----------
    entry
        A file with one of ``TABLE_SUFFIXES``.
    limits
        Bounds on what it may hold.
    reading
        Its ``encoding`` is used, if given.
    is_manifest
        Whether its rows are files and their labels, rather than the samples themselves: see
        ``read_delimited``.

    Returns
    -------
    InputTable
        With at least one row; a note says where its encoding is not UTF-8.

    Raises
    ------
    UnclearReadingError
        If it can be read in several ways.
    SamplesError
        If it cannot be read.
    """
    suffix = suffix_of(entry.name)
    if suffix not in TABLE_SUFFIXES:
        raise SamplesError(
            f"{entry.name!r} is not a table that can be read.",
            hint=f"Expected a file that ends in {', '.join(sorted(TABLE_SUFFIXES))}.",
        )
    data = entry.blob.read()
    if suffix == ".parquet":
        return read_parquet(data, entry.name, limits)
    decoded = decode_text(data, entry.name, reading.encoding)
    del data
    if suffix in DELIMITED_SUFFIXES:
        table = read_delimited(decoded.text, entry.name, limits, is_manifest=is_manifest)
    else:
        table = READERS[suffix](decoded.text, entry.name, limits)
    note = (f"{entry.name} {decoded.note}.",) if decoded.note else ()
    return replace(table, notes=(*note, *table.notes)) if note else table
