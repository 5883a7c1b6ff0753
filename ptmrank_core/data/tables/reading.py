"""A file -> a table, by the file's suffix."""

from __future__ import annotations

from dataclasses import replace

from ptmrank_core.data.media.text import decode_text
from ptmrank_core.data.sources.entries import Entry, lfs_pointer, suffix_of
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.sources.signatures import is_git_lfs_pointer
from ptmrank_core.data.tables.annotations.fasttext import is_fasttext, read_fasttext
from ptmrank_core.data.tables.columnar.files import COLUMNAR_SUFFIXES
from ptmrank_core.data.tables.columnar.read import read_columnar
from ptmrank_core.data.tables.conll import read_conll
from ptmrank_core.data.tables.delimited import read_delimited
from ptmrank_core.data.tables.json_rows import minimal_table, read_json
from ptmrank_core.data.tables.nested import expand_objects
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.errors import SamplesError

__all__ = ["DELIMITED_SUFFIXES", "TABLE_SUFFIXES", "open_table"]


def read_plain(text: str, name: str, limits: Limits) -> InputTable:
    """Read a ``.txt`` file: texts with the labels of fastText, cells between tabs, or words with tags."""
    if is_fasttext(text):
        return read_fasttext(text, name, limits)
    if _has_texts_between_tabs(text):
        return read_delimited(text, name, limits)
    return read_conll(text, name, limits)


def _has_texts_between_tabs(text: str) -> bool:
    """Whether the first lines have as many tabs each, and texts between them: a word has no blanks."""
    lines = [line for line in text[:HEAD_CHARS].split("\n") if line.strip()][:N_LINES]
    n_tabs = {line.count("\t") for line in lines}
    return len(n_tabs) == 1 and 0 not in n_tabs and any(" " in line.strip() for line in lines)


HEAD_CHARS, N_LINES = 100_000, 20
DELIMITED_SUFFIXES = frozenset({".csv", ".tsv"})
READERS = {
    ".jsonl": read_json,
    ".ndjson": read_json,
    ".json": read_json,
    ".conll": read_conll,
    ".txt": read_plain,
}
TABLE_SUFFIXES = frozenset({*DELIMITED_SUFFIXES, *READERS, *COLUMNAR_SUFFIXES})


def open_table(entry: Entry, limits: Limits, *, is_manifest: bool = False) -> InputTable:
    """Read a table from a file.

    Parameters
    ----------
    entry
        A file with one of ``TABLE_SUFFIXES``.
    limits
        Bounds on what it may hold.
    is_manifest
        Whether its rows are files and their labels, rather than the samples themselves: see
        ``read_delimited``.

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
            f"{entry.name!r} is not a table that can be read.",
            hint=f"Expected a file that ends in {', '.join(sorted(TABLE_SUFFIXES))}.",
        )
    if suffix in COLUMNAR_SUFFIXES:
        return expand_objects(read_columnar(entry, limits))
    data = entry.blob.read()
    if is_git_lfs_pointer(data):
        raise lfs_pointer(entry.name)
    try:
        text, note = decode_text(data)
    except SamplesError as error:
        raise SamplesError(f"{entry.name!r} {error.message}.") from error
    del data
    if suffix in DELIMITED_SUFFIXES:
        table = minimal_table(read_delimited(text, entry.name, limits, is_manifest=is_manifest), limits)
    else:
        table = READERS[suffix](text, entry.name, limits)
    table = expand_objects(table)
    return replace(table, notes=(f"{entry.name} {note}.", *table.notes)) if note else table
