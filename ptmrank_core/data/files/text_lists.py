"""Lists of files in ``.txt``: with a label on each line, or of the files of one part of the data set."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Sequence
from functools import partial

from ptmrank_core.data.encodings.decoding import decode_text
from ptmrank_core.data.files.file_index import FileIndex
from ptmrank_core.data.parts import part_of_stem
from ptmrank_core.data.sources.entries import Entry, suffix_of
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.table import InputTable, TableBuilder, build_table
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import Reading

__all__ = ["PART_COLUMN", "open_lists"]

PART_COLUMN = "split"
MOST_LISTS = 100  # more are texts, or notes beside each file
FEWEST_LINES = 2
MARKS = ("\t", ",", ";", "|")


def open_lists(
    entries: Sequence[Entry], names: Sequence[str], reading: Reading, limits: Limits
) -> list[InputTable]:
    """Open the ``.txt`` files that list files of the source.

    Parameters
    ----------
    entries
        All files.
    names
        Names of those that may be listed.
    reading
        Its ``encoding`` is used, if given.
    limits
        Bounds on the number of lines.

    Returns
    -------
    list of InputTable
        For lines of a name and labels (``images/1.png 0``): a column ``"file"`` and those of the labels. For
        lines of names alone, in a file that is called after a part (``validation_list.txt``): ``"file"`` and
        ``"split"``. Files with lines of anything else are no lists.
    """
    texts = [entry for entry in entries if suffix_of(entry.name) == ".txt"]
    if len(texts) > MOST_LISTS:
        return []
    opened = (_open_list(entry, names, reading, limits) for entry in texts)
    return [table for table in opened if table is not None]


def _open_list(entry: Entry, names: Sequence[str], reading: Reading, limits: Limits) -> InputTable | None:
    """Read one file as a list; ``None`` where its lines name no files."""
    try:
        text = decode_text(entry.blob.read(), entry.name, reading.encoding).text
    except SamplesError:  # told where the file is read for good
        return None
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    files = FileIndex([name for name in names if name != entry.name], entry.name)
    part = part_of_stem(posixpath.splitext(posixpath.basename(entry.name))[0])
    if part is not None and _name_files([line for _, line in lines], files):
        rows = [(number, [line.strip(), part]) for number, line in lines]
        return _table(entry.name, ["file", PART_COLUMN], rows, limits)
    cut = _cut([line for _, line in lines])
    if not cut or len(cut[0]) < 2 or not _name_files([cells[0] for cells in cut[1:]], files):
        return None
    has_header = files.locate(cut[0][0]) is None
    if len(cut[0]) > 2 and not has_header and all(_is_number(cell) for cells in cut for cell in cells[1:]):
        return None  # boxes
    header = [cell.lstrip("# ") or f"column {i}" for i, cell in enumerate(cut[0], start=1)]
    if not has_header or len({*header}) < len(header):
        header = _name_columns(cut)
    rows = [(number, cells) for (number, _), cells in zip(lines, cut, strict=True)][has_header:]
    return _table(entry.name, header, rows, limits)


def _name_files(cells: Sequence[str], files: FileIndex) -> bool:
    """Whether most of some cells name files; plain numbers are more often those of classes."""
    if len(cells) < FEWEST_LINES or 2 * sum(cell.strip().isdecimal() for cell in cells) > len(cells):
        return False
    return 2 * sum(files.locate(cell) is not None for cell in cells) > len(cells)


def _name_columns(cut: Sequence[Sequence[str]]) -> list[str]:
    """Name the columns of a list without a header: the only other one, or that of words, is the label."""
    columns = range(1, len(cut[0]))
    words = [i for i in columns if not all(_is_number(cells[i]) for cells in cut)]
    [label] = words if len(words) == 1 else columns if len(columns) == 1 else [0]
    return ["file", *("label" if i == label else f"column {i + 1}" for i in columns)]


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"-?[0-9]+(?:\.[0-9]*)?", cell) is not None


def _cut(lines: Sequence[str]) -> list[list[str]]:
    """Cut lines into as many cells each, at a mark that all of them have or at blanks; empty if none fits."""
    cuts: list[Callable[[str], list[str]]] = [partial(_split, mark=mark) for mark in MARKS]
    for cut in (*cuts, _split, _cut_last):
        cells = [[cell.strip() for cell in cut(line)] for line in lines]
        if len({*map(len, cells)}) == 1 and len(cells[0]) > 1:
            return cells
    return []


def _split(line: str, mark: str | None = None) -> list[str]:
    return line.split(mark)


def _cut_last(line: str) -> list[str]:
    """Cut at the last blank: the name of the file may hold others."""
    return re.split(r"\s+(?=\S+\s*$)", line.strip(), maxsplit=1)


def _table(
    name: str, header: Sequence[str], rows: Sequence[tuple[int, list[str]]], limits: Limits
) -> InputTable:
    def fill(builder: TableBuilder) -> None:
        for column in header:
            builder.add_column(column, is_words=True)
        for line, cells in rows:
            builder.add(line, cells)

    return build_table(name, limits, fill)
