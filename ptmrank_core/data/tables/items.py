"""Rows of a table as items, each with its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.labels.multilabel import read_list
from ptmrank_core.data.media.kinds import Checked
from ptmrank_core.data.media.text import (
    NOT_A_TEXT,
    PairItem,
    TextItem,
    WordItem,
    digest_pair,
    digest_text,
    digest_words,
)
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.column_roles import Roles
from ptmrank_core.data.tables.columns.features import encode
from ptmrank_core.data.tables.columns.kinds import MAX_CATEGORIES
from ptmrank_core.data.tables.media_rows import read_media_rows
from ptmrank_core.data.tables.table import InputTable, MediaColumn
from ptmrank_core.records import Item, LeftOut

__all__ = ["NumbersItem", "TableItems", "read_items"]

UNLABELLED_TAG = "-100"
"""How token classification data marks a word whose tag is to be ignored."""


@dataclass(frozen=True, slots=True, eq=False)
class NumbersItem:
    """One row of numbers, a view into the whole table."""

    numbers: NDArray[np.float64]

    @property
    def size(self) -> int:
        """Number of numbers."""
        return len(self.numbers)

    def decode(self) -> NDArray[np.float64]:
        """Return the numbers, of shape (d,)."""
        return self.numbers


@dataclass(slots=True)
class TableItems:
    """The n items of a table that may become samples, and what was left out.

    Parameters
    ----------
    names, items, digests
        Of each item.
    labels
        The n cells of each label column.
    groups
        Group of each item; empty where no groups are known.
    left_out
        Rows and words that are no items, and why.
    decoded
        Pictures, recordings and videos that can be decoded.
    rows
        Row of the table of each item; empty where items are words.
    may_recur
        Whether items of the same content are different samples, as rows of categories or of whole numbers of
        few values are.
    """

    names: list[str] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    labels: dict[str, list[str]] = field(default_factory=dict)
    groups: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    decoded: list[Checked] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    may_recur: bool = False

    def add(self, name: str, item: Item, digest: str, labels: Sequence[str], group: str | None) -> None:
        """Add an item; one without a group is its own group, named alike in every format of the table."""
        self.names.append(name)
        self.items.append(item)
        self.digests.append(digest)
        for cells, cell in zip(self.labels.values(), labels, strict=True):
            cells.append(cell)
        if group is not None:
            self.groups.append(group.strip() or f"no group, {digest}")


def read_items(table: InputTable, roles: Roles, limits: Limits) -> TableItems:
    """Make an item of each row, or of each word.

    Parameters
    ----------
    table, roles
        The table, and which of its columns is what.
    limits
        ``max_text_chars`` is used.

    Returns
    -------
    TableItems
        In the order of the table.
    """
    items = TableItems(
        labels={column: [] for column in roles.labels},
        left_out=list(table.left_out),
        may_recur=any(encoding.categories for encoding in roles.encodings) or _are_few_values(table, roles),
    )
    if roles.has_words and table.sentences:
        _add_sentences(items, table, roles)
    elif roles.has_words:
        _add_lists(items, table, roles)
    else:
        _add_rows(items, table, roles, limits)
    return items


def _are_few_values(table: InputTable, roles: Roles) -> bool:
    """Whether all features are whole numbers of few values, as categories that are numbered."""
    columns = [table.numbers.get(encoding.column) for encoding in roles.encodings]
    return bool(columns) and all(
        numbers is not None
        and len(values := np.unique(numbers[np.isfinite(numbers)])) <= MAX_CATEGORIES
        and bool((values == np.floor(values)).all())
        for numbers in columns
    )


def _add_rows(items: TableItems, table: InputTable, roles: Roles, limits: Limits) -> None:
    """Make an item of each row."""
    labels = zip(*[table.cells(column) for column in roles.labels], strict=True)
    groups = table.cells(roles.group) if roles.group else [None] * table.n_rows
    rows = _read_texts(table, roles, limits)
    if roles.file:
        rows = _read_media(items, table.media[roles.file], limits)
    elif roles.features:
        rows = _read_numbers(table, roles)
    for i, (row, cells, group) in enumerate(zip(rows, labels, groups, strict=True)):
        name = table.row_name(i)
        if isinstance(row, str):
            items.left_out.append(LeftOut(name, row))
        else:
            items.add(name, *row, cells, group)
            items.rows.append(i)


def _read_media(items: TableItems, column: MediaColumn, limits: Limits) -> Iterator[tuple[Item, str] | str]:
    """Yield the item and digest of each row that can be decoded, and the reason for each of the others."""
    for checked in read_media_rows(column, limits):
        if isinstance(checked, str):
            yield checked
        else:
            items.decoded.append(checked)
            yield checked.item, checked.digest


def _read_texts(table: InputTable, roles: Roles, limits: Limits) -> Iterator[tuple[Item, str] | str]:
    """Yield the item and digest of each row with a text, and the reason for each of the others."""
    for texts in zip(*[table.cells(column) for column in roles.text], strict=True):
        n_chars = max(map(len, texts))
        if not all(map(str.strip, texts)):
            yield "no text" if len(texts) == 1 else "one text of the pair is empty"
        elif n_chars > limits.max_text_chars:
            yield f"text too long: {n_chars:,} characters; at most {limits.max_text_chars:,} are read"
        elif len(texts) == 1:
            yield TextItem(texts[0]), digest_text(texts[0])
        else:
            yield PairItem(*texts), digest_pair(*texts)


def _read_numbers(table: InputTable, roles: Roles) -> Iterator[tuple[Item, str] | str]:
    """Yield the item and digest of each row of finite numbers, and the reason for each of the others."""
    numbers, names = _stack(table, roles)
    numbers += 0.0  # minus zero becomes zero: the same number has the same digest
    numbers.setflags(write=False)
    finite = np.isfinite(numbers)
    columns = [encoding.column for encoding in roles.encodings for _ in encoding.names] or roles.features
    head = NOT_A_TEXT + json.dumps(names).encode()
    for row, is_finite in zip(numbers, finite, strict=True):
        if is_finite.all():
            yield NumbersItem(row), hashlib.sha256(head + row.astype("<f8").tobytes()).hexdigest()
        elif roles.encodings and not is_finite.any():
            yield "no feature: every cell is missing"
        else:
            k = int(np.argmin(is_finite))
            reason = "no number" if np.isnan(row[k]) else "a number that is not finite"
            yield f"{reason} in column {columns[k]!r}"


def _stack(table: InputTable, roles: Roles) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Return the features of all rows, of shape (n, d), and their names; NaN where there are none."""
    if not roles.encodings:
        return np.stack([table.numbers[column] for column in roles.features], axis=1), roles.features
    rows = encode(table, roles.encodings)
    rows.numbers[rows.is_empty] = np.nan
    return rows.numbers, rows.names


def _add_sentences(items: TableItems, table: InputTable, roles: Roles) -> None:
    """Make an item of each word of a table with one word in each row."""
    words = table.cells(roles.text[0])
    tags = table.cells(roles.labels[0])
    groups = table.cells(roles.group) if roles.group else [None] * table.n_rows
    starts = np.flatnonzero(np.diff(table.sentences, prepend=-1)).tolist()
    for start, end in zip(starts, [*starts[1:], table.n_rows], strict=True):
        sentence = tuple(words[start:end])
        for index, digest in enumerate(digest_words(sentence)):
            row = start + index
            name = table.row_name(row)
            _add_word(items, name, WordItem(sentence, index), digest, tags[row], groups[row])


def _add_word(items: TableItems, name: str, item: WordItem, digest: str, tag: str, group: str | None) -> None:
    """Add a word, unless it is empty or its tag says to ignore it."""
    if not item.words[item.index].strip():
        items.left_out.append(LeftOut(name, "no word"))
    elif tag == UNLABELLED_TAG:
        items.left_out.append(LeftOut(name, f"the tag {UNLABELLED_TAG} marks words to be ignored"))
    else:
        items.add(name, item, digest, [tag], group)


def _add_lists(items: TableItems, table: InputTable, roles: Roles) -> None:
    """Make an item of each word of a table with one sentence in each row."""
    columns = [table.cells(column) for column in (*roles.text, *roles.labels)]
    groups = table.cells(roles.group) if roles.group else [None] * table.n_rows
    for row, (words_cell, tags_cell, group) in enumerate(zip(*columns, groups, strict=True)):
        name = table.row_name(row)
        words, tags = read_list(words_cell) or (), read_list(tags_cell) or ()
        if not words or len(words) != len(tags):
            reason = f"{len(words)} words and {len(tags)} tags" if words else "no words"
            items.left_out.append(LeftOut(name, reason))
            continue
        for index, digest in enumerate(digest_words(words)):
            item = WordItem(words, index)
            _add_word(items, f"{name}:{index + 1}", item, digest, tags[index], group)
