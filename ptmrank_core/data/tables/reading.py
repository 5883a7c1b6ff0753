"""A file -> a table, by the file's suffix."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from ptmrank_core.data.encodings.decoding import decode_text
from ptmrank_core.data.labels.numbers import read_numbers
from ptmrank_core.data.sources.entries import Entry, suffix_of
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.sources.signatures import refuse_lfs_pointer
from ptmrank_core.data.tables.annotations.fasttext import is_fasttext, read_fasttext
from ptmrank_core.data.tables.columnar.files import COLUMNAR_SUFFIXES
from ptmrank_core.data.tables.columnar.read import read_columnar
from ptmrank_core.data.tables.conll import read_conll, read_conllu
from ptmrank_core.data.tables.delimited import read_delimited
from ptmrank_core.data.tables.dialects.numbers import settle_numbers
from ptmrank_core.data.tables.json_rows import minimal_table, read_json
from ptmrank_core.data.tables.nested import expand_objects
from ptmrank_core.data.tables.sheets.book import SPREADSHEET_SUFFIXES
from ptmrank_core.data.tables.sheets.reading import read_spreadsheet
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.data.tables.vectors import expand_vectors
from ptmrank_core.data.tables.word_rows import sentences_of_rows
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import AS_RECOGNISED, Reading

__all__ = ["DELIMITED_SUFFIXES", "TABLE_SUFFIXES", "open_table"]


def read_plain(text: str, name: str, limits: Limits) -> InputTable:
    """Read a ``.txt`` file: texts with the labels of fastText, cells between marks, or words with tags."""
    if is_fasttext(text):
        return read_fasttext(text, name, limits)
    if _has_texts_between_marks(text):
        return read_delimited(text, name, limits)
    _check_lines(text, name)
    return read_conll(text, name, limits)


def _check_number_of_lines(text: str, name: str, limits: Limits) -> None:
    """Refuse a text of so many lines that looking at each of them, be it blank, would take minutes."""
    n_lines = text.count("\n")
    if text.count("\r") > n_lines:
        n_lines += text.count("\r") - text.count("\r\n")
    if n_lines > limits.max_lines:
        raise SamplesError(
            f"{name!r} holds {n_lines:,} lines; at most {limits.max_lines:,} are read.",
            hint="Keep a random part of the rows: a ranking needs a few thousand.",
        )


def _check_lines(text: str, name: str) -> None:
    """Refuse lines that are no words with tags: sparse numbers, or long ones none of which is blank."""
    lines = text[:HEAD_CHARS].strip().split("\n")[:N_LINES]
    hint = "For texts and numbers use .csv or .jsonl."
    if all(map(SPARSE.fullmatch, map(str.strip, lines))):
        raise SamplesError(
            f"{name!r} holds numbers with the numbers of their columns, as libsvm does.", hint=hint
        )
    if all("\t" not in line and len(line.split()) > MOST_TAGS + 1 for line in lines):
        raise SamplesError(
            f"{name!r} has lines of more than {MOST_TAGS + 1} words, and no blank line ends a sentence; "
            "expected a word and its tag on each line.",
            hint=hint,
        )


def _holds_objects(text: str) -> bool:
    """Whether a text is JSON, whatever the file is called: a list of objects, or one on each line."""
    if not OBJECTS.match(text):
        return False
    try:
        json.loads(text if text.lstrip().startswith("[") else text.lstrip().partition("\n")[0])
    except (ValueError, RecursionError):
        return False
    return True


def _has_texts_between_marks(text: str) -> bool:
    """Whether the first lines have as many tabs or semicolons each, with texts or only numbers between."""
    lines = [line for line in text[:HEAD_CHARS].split("\n") if line.strip()][:N_LINES]
    for mark, least in (("\t", 1), (";", 4)):
        n_marks = {line.count(mark) for line in lines}
        if len(n_marks) == 1 and 0 not in n_marks and len(lines) >= least:
            cells = [cell for line in lines for cell in line.split(mark)]
            return any(" " in cell.strip() for cell in cells) or read_numbers(cells) is not None
    return False


HEAD_CHARS, N_LINES = 100_000, 20
MOST_TAGS = 4
SPARSE = re.compile(r"\S+(?:\s+\d+:[-+\d.eE]+)+")
"""Numbers by the number of their column, as libsvm writes them."""
DELIMITED_SUFFIXES = frozenset({".csv", ".tsv", ".tab", ".psv", ".data"})
READERS = {
    ".jsonl": read_json,
    ".ndjson": read_json,
    ".json": read_json,
    ".conll": read_conll,
    ".iob": read_conll,
    ".bio": read_conll,
    ".conllu": read_conllu,
    # fastText and CoNLL-2003 name files after parts: cooking.train, eng.testa.
    **dict.fromkeys((".train", ".valid", ".dev", ".test", ".testa", ".testb"), read_plain),
    ".txt": read_plain,
}
OBJECTS = re.compile(r'\s*(?:\[\s*)?\{\s*"[^"]*"\s*:')
"""How a list of objects or an object begins."""
JSON_SUFFIXES = frozenset({".jsonl", ".ndjson", ".json"})
TABLE_SUFFIXES = frozenset({*DELIMITED_SUFFIXES, *READERS, *SPREADSHEET_SUFFIXES, *COLUMNAR_SUFFIXES})


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
        Its ``encoding``, ``has_header``, ``decimal_mark`` and ``sheet`` are used, if given.
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
    if suffix in COLUMNAR_SUFFIXES:
        return expand_objects(read_columnar(entry, limits))
    data = entry.blob.read()
    refuse_lfs_pointer(entry.name, data)
    if suffix in SPREADSHEET_SUFFIXES:
        reading = replace(reading, sheet=entry.sheet or reading.sheet)
        return read_spreadsheet(data, entry.name, limits, reading, is_manifest=is_manifest)
    decoded = decode_text(data, entry.name, reading.encoding)
    del data
    _check_number_of_lines(decoded.text, entry.name, limits)
    if suffix in DELIMITED_SUFFIXES and _holds_objects(decoded.text):
        suffix = ".json"
    if suffix in DELIMITED_SUFFIXES:
        read = read_delimited(decoded.text, entry.name, limits, reading, is_manifest=is_manifest)
        table = minimal_table(read, limits)
    else:
        table = READERS[suffix](decoded.text, entry.name, limits)
    table = sentences_of_rows(expand_objects(table))
    table = table if is_manifest else expand_vectors(table)
    if suffix in JSON_SUFFIXES and not is_manifest:
        table = settle_numbers(table, reading)
    note = (f"{entry.name} {decoded.note}.",) if decoded.note else ()
    return replace(table, notes=(*note, *table.notes)) if note else table
