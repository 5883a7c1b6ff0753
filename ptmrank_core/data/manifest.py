"""Labels from a table: a ``.csv`` or ``.tsv`` file with a file column and a label column."""

from __future__ import annotations

import csv
import io
import posixpath
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ptmrank_core.data.entries import Entry, common_root, suffix_of
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import LeftOut

__all__ = ["Labelling", "find_manifest", "read_manifest"]

FILE_COLUMNS = ("file", "filename", "path", "image", "name")
LABEL_COLUMNS = ("label", "class", "target", "category")
MANIFEST_SUFFIXES = frozenset({".csv", ".tsv"})


@dataclass(frozen=True, slots=True)
class Labelling:
    """Which file has which label.

    Parameters
    ----------
    labels
        Class name by name of the entry; ``None`` for a file that no label is known for and that
        has yet to be looked at.
    left_out
        Entries without a usable label, and rows that label nothing.
    notes
        What was understood on the way, one sentence each.
    """

    labels: Mapping[str, str | None]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a manifest, with the line that it begins on."""

    line: int
    file: str
    label: str


def find_manifest(names: Sequence[str]) -> str | None:
    """Find the table of labels at the top of a source.

    Parameters
    ----------
    names
        Names of all files. A folder that wraps everything is looked through.

    Returns
    -------
    str or None
        Name of the manifest, if there is one.

    Raises
    ------
    SamplesError
        If two files could be it.
    """
    root = common_root(names)
    found = [
        name for name in names if posixpath.dirname(name) == root and suffix_of(name) in MANIFEST_SUFFIXES
    ]
    if len(found) > 1:
        raise SamplesError(
            f"Two tables could hold the labels: {' and '.join(map(repr, found))}; expected one.",
            hint="Keep one .csv or .tsv file beside the pictures.",
        )
    return found[0] if found else None


def _decode(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Text of a manifest, and a note where it is no UTF-8."""
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        return data.decode("latin-1"), (f"{name} is not UTF-8 and was read as Latin-1.",)


def _delimiter(text: str, name: str) -> str:
    """Tab for ``.tsv``; for ``.csv`` the semicolon where the header prefers it."""
    if suffix_of(name) == ".tsv":
        return "\t"
    header = text.lstrip().partition("\n")[0]
    return ";" if header.count(";") > header.count(",") else ","


def _find_column(header: Sequence[str], wanted: Sequence[str]) -> int | None:
    """Index of the first wanted column, whatever its case, blanks and underscores."""
    plain = ["".join(filter(str.isalnum, column)).casefold() for column in header]
    return next((plain.index(column) for column in wanted if column in plain), None)


def _parse(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that hold anything, each with the line that it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, name))
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, [cell.strip() for cell in cells]
            line = reader.line_num + 1
    except csv.Error as error:
        raise SamplesError(
            f"{name!r} cannot be read as a table at line {line}: {error}.",
            hint="Save it again as .csv.",
        ) from error


def _read_rows(text: str, name: str) -> list[Row]:
    """Rows of the two columns that matter."""
    lines = _parse(text, name)
    header = next(lines, (1, []))[1]
    file_column = _find_column(header, FILE_COLUMNS)
    label_column = _find_column(header, LABEL_COLUMNS)
    if file_column is None or label_column is None:
        raise SamplesError(
            f"{name!r} has the columns {', '.join(map(repr, header)) or 'of an empty file'}; "
            f"expected a file column ({', '.join(FILE_COLUMNS)}) and a label column "
            f"({', '.join(LABEL_COLUMNS)}).",
            hint="Rename the columns in its first line, or remove the file and use one folder for "
            "each class.",
        )
    width = max(file_column, label_column) + 1
    padded = ((line, cells + [""] * width) for line, cells in lines)
    return [Row(line, cells[file_column], cells[label_column]) for line, cells in padded]


def _normal(path: str) -> str:
    """Spelling that paths are compared in: macOS takes letters and their accents apart."""
    return unicodedata.normalize("NFC", path)


def _listed(lines: Sequence[int]) -> str:
    """``line 3``, ``lines 3 and 7``."""
    return f"line{'s' * (len(lines) > 1)} {' and '.join(map(str, lines))}"


def _settle(name: str, rows: Sequence[Row], manifest: str) -> tuple[str | None, list[LeftOut]]:
    """Label that the rows of one file agree on, and what is to be said of the rows."""
    labels = dict.fromkeys(row.label for row in rows if row.label)
    if not labels:
        lines = _listed([row.line for row in rows])
        return None, [LeftOut(name, f"empty label: {manifest}, {lines}")]
    if len(labels) > 1:
        lines = _listed([row.line for row in rows if row.label])
        told = ", ".join(map(repr, labels))
        return None, [LeftOut(name, f"several labels: {told} in {manifest}, {lines}")]
    repeated = [
        LeftOut(f"{manifest}:{row.line}", f"named once more: line {row.line} names {name!r}")
        for row in rows[1:]
    ]
    return next(iter(labels)), repeated


def read_manifest(manifest: Entry, names: Sequence[str]) -> Labelling:
    """Read the labels of files from a table.

    Parameters
    ----------
    manifest
        The table; paths in it are relative to its folder.
    names
        Names of the files that it can label.

    Returns
    -------
    Labelling
        Rows that label nothing are left out under the name ``labels.csv:LINE``.

    Raises
    ------
    SamplesError
        If it cannot be read or lacks the columns.
    """
    text, notes = _decode(manifest.blob.read(), manifest.name)
    folder = posixpath.dirname(manifest.name)
    known = {_normal(name): name for name in names}
    rows_of: dict[str, list[Row]] = defaultdict(list)
    left_out = []
    for row in _read_rows(text, manifest.name):
        path = posixpath.normpath(posixpath.join(folder, row.file.replace("\\", "/")))
        name = known.get(_normal(path))
        if name is not None and row.file:
            rows_of[name].append(row)
            continue
        said = "no such file" if row.file else "no file name"
        reason = f"{said}: line {row.line} names {row.file!r}"
        left_out.append(LeftOut(f"{manifest.name}:{row.line}", reason))
    labels: dict[str, str | None] = {}
    for name in names:
        if name not in rows_of:
            left_out.append(LeftOut(name, f"not in the manifest {manifest.name}"))
            continue
        label, said_of_rows = _settle(name, rows_of[name], manifest.name)
        left_out += said_of_rows
        if label is not None:
            labels[name] = _normal(label)
    return Labelling(labels, tuple(left_out), notes)
