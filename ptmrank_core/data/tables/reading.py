"""A file -> a table, by the file's suffix."""

from __future__ import annotations

from dataclasses import replace

from ptmrank_core.data.media.text import decode_text
from ptmrank_core.data.sources.entries import Entry, suffix_of
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.conll import read_conll
from ptmrank_core.data.tables.delimited import read_delimited
from ptmrank_core.data.tables.json_rows import read_json
from ptmrank_core.data.tables.parquet import read_parquet
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.errors import SamplesError

__all__ = ["TABLE_SUFFIXES", "open_table"]

READERS = {
    ".csv": read_delimited,
    ".tsv": read_delimited,
    ".jsonl": read_json,
    ".ndjson": read_json,
    ".json": read_json,
    ".conll": read_conll,
    ".txt": read_conll,
}
TABLE_SUFFIXES = frozenset({*READERS, ".parquet"})


def open_table(entry: Entry, limits: Limits) -> InputTable:
    """Read a table from a file.

    Parameters
    ----------
    entry
        A file with one of ``TABLE_SUFFIXES``.
    limits
        Bounds on what it may hold.

    Returns
    -------
    InputTable
        With at least one row; a note says where its encoding is not UTF-8.

    Raises
    ------
    SamplesError
        If it cannot be read.
    """
    suffix = suffix_of(entry.name)
    if suffix not in TABLE_SUFFIXES:
        raise SamplesError(
            f"{entry.name!r} is no table that can be read.",
            hint=f"Expected a file that ends in {', '.join(sorted(TABLE_SUFFIXES))}.",
        )
    data = entry.blob.read()
    if suffix == ".parquet":
        return read_parquet(data, entry.name, limits)
    try:
        text, said = decode_text(data)
    except SamplesError as error:
        raise SamplesError(f"{entry.name!r} {error.message}.") from error
    del data
    table = READERS[suffix](text, entry.name, limits)
    if not said:
        return table
    return replace(table, notes=(f"{entry.name} {said}.", *table.notes))
