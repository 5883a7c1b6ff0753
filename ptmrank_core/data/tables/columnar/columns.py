"""Typed columns -> the columns of a table: numbers, words, and blocks of features for lists of numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.labels.numbers import LARGEST_QUANTITY
from ptmrank_core.data.tables.column_names import LABEL_NAMES, TAG_NAMES, find_named, plain
from ptmrank_core.data.tables.columnar.schema import Feature, class_names, inner_feature
from ptmrank_core.data.tables.json_rows import write_cell
from ptmrank_core.data.tables.table import ColumnBuilder
from ptmrank_core.records.names import reason_of

__all__ = ["ColumnReader", "name_class"]

# What a tokenizer of some other model made of a text; as numbers they mean nothing.
TOKEN_IDS = frozenset({"inputids", "attentionmask", "tokentypeids", "specialtokensmask", "positionids"})
MAX_BLOCK_NUMBERS = 2**27  # 1 GiB
MAX_DEPTH = 16
CANNOT = "cannot be written as cells"


class ColumnReader:
    """Reads the columns of a Parquet or Arrow table, one after the other.

    Parameters
    ----------
    has_words
        Whether the table has lists of words, which lists of equal length are tags of.

    Attributes
    ----------
    order
        Names of the columns so far.
    numbers, words
        As in ``InputTable``.
    classes
        Names of the columns that name classes or categories.
    notes
        What was not read, or not as it stands, one sentence each.
    objects
        Columns of objects, which became columns of their fields.
    """

    def __init__(self, *, has_words: bool = False) -> None:
        self._has_words = has_words
        self.order: list[str] = []
        self.numbers: dict[str, NDArray[np.float64]] = {}
        self.words: dict[str, Sequence[str]] = {}
        self.classes: set[str] = set()
        self.notes: list[str] = []
        self.objects: list[str] = []

    def add(self, name: str, cells: Any, feature: Feature | None) -> None:
        """Read a column; one of objects becomes a column for each of their fields: ``"answers.text"``.

        A column whose values cannot be written, such as durations longer than Python's, is not read.
        """
        try:
            self._add(name, cells, feature, 0)
        except value_errors() as error:
            reason = reason_of(error)
            self.notes.append(
                f"Column {name!r} is not read: its values of the type {cells.type} {CANNOT} ({reason})."
            )

    def _add(self, name: str, cells: Any, feature: Feature | None, depth: int) -> None:
        import pyarrow as pa  # noqa: PLC0415 - slow to import, and most tables are no Parquet

        kind = cells.type
        if isinstance(kind, pa.BaseExtensionType):
            cells = pa.chunked_array([chunk.storage for chunk in cells.chunks], kind.storage_type)
            kind = cells.type
        if pa.types.is_struct(kind) and kind.num_fields and depth < MAX_DEPTH:
            if depth == 0:
                self.objects.append(name)
            for index, inner in enumerate(cells.flatten()):
                field = kind.field(index).name
                self._add(f"{name}.{field}", inner, inner_feature(feature, field), depth + 1)
        elif pa.types.is_dictionary(kind):
            self.classes.add(name)
            self._add_plain(name, cells.cast(kind.value_type))
        elif _is_list(kind):
            self._add_lists(name, cells, feature)
        elif names := class_names(feature):
            self._add_classes(name, cells, names)
        else:
            self._add_plain(name, cells)

    def _add_words(self, name: str, cells: Sequence[str]) -> None:
        self.order.append(name)
        self.words[name] = cells

    def _add_classes(self, name: str, cells: Any, names: Sequence[str]) -> None:
        """Read numbers of classes as their names; -1 says that there is no label."""
        self.classes.add(name)
        self._add_words(name, [name_class(value, names) for value in cells.to_pylist()])

    def _add_plain(self, name: str, cells: Any) -> None:
        """Read a column of any other type; numbers are not converted to text."""
        column = _read_column(cells)
        if column.is_words:
            self._add_words(name, column.words)
        else:
            self.order.append(name)
            self.numbers[name] = np.concatenate(column.parts)

    def _add_lists(self, name: str, cells: Any, feature: Feature | None) -> None:
        """Read a column of lists: names of classes, a block of features, or lists as they stand."""
        names = class_names(inner_feature(feature))
        last = plain(name.rpartition(".")[2])
        if names:
            self._add_words(name, [_write_list(row, names) for row in cells.to_pylist()])
        elif last in TOKEN_IDS:
            self.notes.append(f"Column {name!r} holds numbers of a tokenizer and is not read.")
        elif find_named([last], (*LABEL_NAMES, *TAG_NAMES)):
            self._add_labels(name, cells)
        elif (block := _read_block(cells)) is None:
            self._add_words(name, [write_cell(row) for row in cells.to_pylist()])
        elif isinstance(block, str):
            self.notes.append(f"Column {name!r} is not read: {block}.")
        else:
            self._add_block(name, block)

    def _add_labels(self, name: str, cells: Any) -> None:
        """Read lists of labels; zeros and ones for each label become lists of those that a row has."""
        rows = cells.to_pylist()
        width = 0 if self._has_words else _width_of_indicators(rows)
        if width:
            rows = [None if row is None else [str(k) for k, has in enumerate(row) if has] for row in rows]
            self.notes.append(
                f"Column {name!r} holds zeros and ones for {width} labels, which are numbered from 0."
            )
        self._add_words(name, [write_cell(row) for row in rows])

    def _add_block(self, name: str, block: NDArray[np.float64]) -> None:
        width = block.shape[1]
        for index in range(width):
            column = f"{name}.{index}" if width > 1 else name
            self.order.append(column)
            self.numbers[column] = block[:, index]
        if width > 1:
            self.notes.append(f"Column {name!r} holds lists of {width:,} numbers, read as {width:,} columns.")


def _is_list(kind: Any) -> bool:
    import pyarrow as pa  # noqa: PLC0415 - the same

    types = pa.types
    return bool(
        types.is_list(kind)
        or types.is_large_list(kind)
        or types.is_fixed_size_list(kind)
        or types.is_list_view(kind)
        or types.is_large_list_view(kind)
    )


def name_class(value: float | None, names: Sequence[str]) -> str:
    """Return the name of a class; -1 says that there is no label, other numbers without a name stay.

    Parameters
    ----------
    value
        Number of the class.
    names
        Names of the classes.
    """
    if value is None or value == -1:
        return ""
    return names[int(value)] if value in range(len(names)) else write_cell(value)


def _write_list(row: Any, names: Sequence[str]) -> str:
    """Write a list of classes; negative numbers keep theirs: they mark words to be ignored."""
    if row is None:
        return ""
    named = [names[v] if isinstance(v, int) and 0 <= v < len(names) else str(v) for v in row]
    return json.dumps(named, ensure_ascii=False)


def _width_of_indicators(rows: Sequence[Any]) -> int:
    """Return the number of labels where lists hold a zero or a one for each; else zero."""
    there = [row for row in rows if row is not None]
    widths = {len(row) for row in there}
    is_whole = len(widths) == 1 and all(value in {0, 1} for row in there for value in row)
    # Two labels named 0 and 1 could be listed like that, but none of them twice.
    is_repeated = any(len(set(row)) < len(row) for row in there)
    return widths.pop() if is_whole and is_repeated else 0


def _read_block(cells: Any) -> NDArray[np.float64] | str | None:
    """Read lists of numbers that are equally long.

    Returns
    -------
    ndarray of shape (n, k), str or None
        NaN in the rows without a list; why they are not read; ``None`` where they are other lists.
    """
    import pyarrow as pa  # noqa: PLC0415 - the same
    import pyarrow.compute as pc  # noqa: PLC0415 - the same

    values = pa.chunked_array(cells) if isinstance(cells, pa.Array) else cells
    there = values.is_valid().to_numpy()
    values = values.drop_null()
    width = 1
    while _is_list(values.type):
        lengths = pc.unique(pc.list_value_length(values)).to_pylist()
        if len(lengths) != 1 or not lengths[0]:
            return None
        width *= lengths[0]
        values = pa.chunked_array([chunk.flatten() for chunk in values.chunks], values.type.value_type)
    kind = values.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)):
        return None
    if len(there) * width > MAX_BLOCK_NUMBERS:
        return f"it holds {len(there) * width:,} numbers, at most {MAX_BLOCK_NUMBERS:,} are accepted"
    block = np.full((len(there), width), np.nan)
    block[there] = values.to_numpy().astype(np.float64).reshape(-1, width)
    return block


def _read_column(values: Any) -> ColumnBuilder:
    """Read a column of one value in each row."""
    import pyarrow as pa  # noqa: PLC0415 - the same

    kind = values.type
    column = ColumnBuilder(0, is_words=False)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        numbers = values.to_numpy().astype(np.float64)
        if pa.types.is_floating(kind) or not (np.abs(numbers) >= LARGEST_QUANTITY).any():
            column.parts.append(numbers)
            column.settle()
            return column
    cells = [write_cell(value) for value in _values(values)]
    column.extend(cells)
    column.settle()
    if column.is_broken:  # nothing but marks for missing numbers
        column = ColumnBuilder(0, is_words=True)
        column.extend(cells)
    return column


def _values(values: Any) -> list[Any]:
    """Return the values of a column; dates before year 1 or after 9999, which Python has not, as texts."""
    import pyarrow as pa  # noqa: PLC0415 - the same

    try:
        return list(values.to_pylist())
    except (OverflowError, ValueError):
        if not pa.types.is_temporal(values.type):
            raise
        return list(values.cast(pa.string()).to_pylist())


def value_errors() -> tuple[type[Exception], ...]:
    """Return what Arrow and Python raise on values that have no counterpart in the other."""
    import pyarrow as pa  # noqa: PLC0415 - the same

    return (pa.ArrowException, ArithmeticError, ValueError, TypeError, LookupError, RecursionError)
