"""The column of a table that says which part each row belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ptmrank_core.data.parts import part_of
from ptmrank_core.data.tables.column_names import plain
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.records import Reading

__all__ = ["PART_COLUMN_REASON", "find_part_column", "named_columns"]

PART_COLUMN_REASON = "says which part a row belongs to"
SPLIT_NAMES = frozenset(
    {"split", "splits", "fold", "folds", "kfold", "part", "partition", "set", "subset"}
    | {"datasplit", "usage", "phase"}
)
YES, NO = frozenset({"1", "1.0", "true", "yes"}), frozenset({"0", "0.0", "false", "no", ""})
SWITCHES: Mapping[str, tuple[str, str]] = {
    "isvalid": ("validation", "train"),
    "isvalidation": ("validation", "train"),
    "isval": ("validation", "train"),
    "istest": ("test", "train"),
    "istrain": ("train", "test"),
    "istraining": ("train", "test"),
}
NUMBERED = {"0": "train", "1": "validation", "2": "test"}  # CelebA's list_eval_partition
MAX_FOLDS = 50


def named_columns(reading: Reading) -> frozenset[str]:
    """Return the columns that the user named for anything, as names are compared."""
    named = (*reading.text_columns, *reading.label_columns, *reading.ignored_columns)
    return frozenset(map(plain, [*named, reading.group_column or "", reading.file_column or ""]))


def find_part_column(table: InputTable, reading: Reading) -> tuple[str, list[str]] | None:
    """Find the column that says which part each row belongs to.

    Parameters
    ----------
    table
        The table.
    reading
        A column that the user named for something else is no such column.

    Returns
    -------
    column, parts
        Its name, and the part of each row, empty where the cell is; ``None`` where there is none. A column
        called split, fold, set, ... counts if all of its cells are parts; a column of any other name counts
        if it holds training and another part, and nothing else.
    """
    named = named_columns(reading)
    free = [column for column in table.columns if plain(column) not in named]
    by_name = [column for column in free if plain(column) in SPLIT_NAMES or plain(column) in SWITCHES]
    for column in by_name:
        parts = _read_parts(table.cells(column), _reader(plain(column)))
        if parts is not None:
            return column, parts
    for column in free:
        cells = table.words.get(column, ())
        if cells and part_of(cells[0]):
            parts = _read_parts(cells, part_of)
            if parts is not None and "train" in parts and len(set(parts) - {""}) > 1:
                return column, parts
    return None


def _reader(name: str) -> Callable[[str], str | None]:
    """Choose how the cells of a column name a part, by its own name."""
    if name in SWITCHES:
        yes, no = SWITCHES[name]
        return lambda cell: yes if cell.lower() in YES else no if cell.lower() in NO else None
    if name.removesuffix("s").removeprefix("k") == "fold":
        return lambda cell: f"fold{int(cell)}" if cell.isdecimal() and len(cell) < 4 else part_of(cell)
    if name == "partition":
        return lambda cell: NUMBERED.get(cell) or part_of(cell)
    return part_of


def _read_parts(cells: Sequence[str], read: Callable[[str], str | None]) -> list[str] | None:
    """Read the part of each row; ``None`` where a cell is no part."""
    known = {cell: read(cell.strip()) or "" for cell in set(cells)}
    is_whole = all(part or not cell.strip() for cell, part in known.items())
    is_part = any(known.values()) and len(set(known.values())) <= MAX_FOLDS
    return [known[cell] for cell in cells] if is_whole and is_part else None
