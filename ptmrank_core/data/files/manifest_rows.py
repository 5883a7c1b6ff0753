"""The rows of a manifest: the columns that matter of a ``.csv`` or ``.tsv`` table."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ptmrank_core.data.media.text import decode_text
from ptmrank_core.data.sources.entries import Entry, suffix_of
from ptmrank_core.data.tables.column_names import GROUP_NAMES, plain
from ptmrank_core.errors import InputField, SamplesError
from ptmrank_core.records import Reading

__all__ = ["Row", "guess_columns", "normal", "read_files", "read_rows"]

FILE_COLUMNS = ("file", "filename", "path", "image", "audio", "recording", "clip", "video", "name")
LABEL_COLUMNS = ("label", "class", "target", "category")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where in a row the file, the labels and the group stand."""

    file: int
    labels: Mapping[str, int]
    group: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a manifest, with the line that it begins on."""

    line: int
    file: str
    labels: tuple[str, ...]
    group: str


def normal(path: str) -> str:
    """Spelling that paths are compared in: macOS takes letters and their accents apart."""
    return unicodedata.normalize("NFC", path)


def _delimiter(text: str, name: str) -> str:
    """Tab for ``.tsv``; for ``.csv`` the semicolon where the header prefers it."""
    if suffix_of(name) == ".tsv":
        return "\t"
    header = text.lstrip().partition("\n")[0]
    return ";" if header.count(";") > header.count(",") else ","


def _find_column(header: Sequence[str], wanted: Sequence[str]) -> int | None:
    """Index of the first wanted column, whatever its case, blanks and underscores."""
    known = [plain(column) for column in header]
    return next((known.index(column) for column in wanted if column in known), None)


def _asked_column(header: Sequence[str], wanted: str, name: str, field: InputField) -> int:
    """Index of the column that the user named."""
    if wanted in header:
        return header.index(wanted)
    found = _find_column(header, [plain(wanted)])
    if found is None:
        raise SamplesError(
            f"{name!r} has no column {wanted!r}; it has {', '.join(map(repr, header))}.",
            fields=[field],
        )
    return found


def _parse(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that hold anything, each with the line that it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, name), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, [cell.strip() for cell in cells]
            line = reader.line_num + 1
    except csv.Error as error:
        raise SamplesError(
            f"{name!r} cannot be read as a table at line {line}: {error}.",
            hint="A quotation mark may be left open there. Save it again as .csv.",
        ) from error


def _find_columns(header: Sequence[str], name: str, reading: Reading) -> Columns:
    """Find the columns that matter: those that the user named, or those of a known name."""
    file_column = _find_column(header, FILE_COLUMNS)
    asked = [
        _asked_column(header, wanted, name, InputField.LABEL_COLUMNS) for wanted in reading.label_columns
    ]
    labels = {header[index]: index for index in asked}
    known = None if labels else _find_column(header, LABEL_COLUMNS)
    if known is not None:
        labels = {header[known]: known}
    if file_column is None or not labels:
        raise SamplesError(
            f"{name!r} has the columns {', '.join(map(repr, header)) or 'of an empty file'}; "
            f"expected a file column ({', '.join(FILE_COLUMNS)}) and a label column "
            f"({', '.join(LABEL_COLUMNS)}).",
            hint="Rename the columns in its first line, or remove the file and use a folder for each class.",
            fields=[InputField.LABEL_COLUMNS],
        )
    if reading.group_column is not None:
        wanted, field = reading.group_column, InputField.GROUP_COLUMN
        return Columns(file_column, labels, _asked_column(header, wanted, name, field) if wanted else None)
    group = _find_column(header, GROUP_NAMES)
    return Columns(file_column, labels, None if group in labels.values() else group)


def read_rows(manifest: Entry, reading: Reading) -> tuple[list[Row], Columns, list[str]]:
    """Read the rows of a manifest.

    Parameters
    ----------
    manifest
        The table.
    reading
        Which columns hold the labels and the groups; others are found by their usual names.

    Returns
    -------
    rows, columns, notes
        The rows in their order, where the columns stand, and what was understood, one sentence each.

    Raises
    ------
    SamplesError
        If it cannot be read or lacks the columns.
    """
    try:
        text, note = decode_text(manifest.blob.read())
    except SamplesError as error:
        told = error.message.removeprefix(f"{manifest.name!r} ")
        raise SamplesError(f"{manifest.name!r} {told}.", hint="Save it again as .csv in UTF-8.") from error
    lines = _parse(text, manifest.name)
    header = next(lines, (1, []))[1]
    columns = _find_columns(header, manifest.name, reading)
    notes = [f"{manifest.name} {note}."] if note else []
    if columns.group is not None and reading.group_column is None:
        notes.append(f"Column {header[columns.group]!r} of {manifest.name} groups the samples.")
    rows = []
    for line, cells in lines:
        padded = cells + [""] * (len(header) - len(cells))
        labels = tuple(padded[index] for index in columns.labels.values())
        group = "" if columns.group is None else normal(padded[columns.group])
        rows.append(Row(line, padded[columns.file], labels, group))
    return rows, columns, notes


def read_files(table: Entry) -> list[str]:
    """Read the file column of a table.

    Returns
    -------
    list of str
        Empty where it has none, or cannot be read.
    """
    try:
        lines = _parse(decode_text(table.blob.read())[0], table.name)
        column = _find_column(next(lines, (1, []))[1], FILE_COLUMNS)
        return [] if column is None else [cells[column] for _, cells in lines if len(cells) > column]
    except SamplesError:  # to be told by whoever reads it next
        return []


def guess_columns(table: Entry, reading: Reading) -> tuple[str, ...]:
    """Tell what each column of a table of files is taken for.

    Returns
    -------
    tuple of str
        ``"file"``, ``"label"``, ``"group"`` or nothing for each.

    Raises
    ------
    SamplesError
        If it cannot be read or lacks the columns.
    """
    lines = _parse(decode_text(table.blob.read())[0], table.name)
    header = next(lines, (1, []))[1]
    columns = _find_columns(header, table.name, reading)
    roles = {columns.file: "file", columns.group: "group"} | dict.fromkeys(columns.labels.values(), "label")
    return tuple(roles.get(index, "") for index in range(len(header)))
