"""Several tables become one, and rows of a table are taken."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from ptmrank_core.data import DEFAULT_LIMITS
from ptmrank_core.data.layouts.part_column import find_part_column
from ptmrank_core.data.tables import open_table
from ptmrank_core.data.tables.joining import join_tables, take_rows
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import Reading


def _open(tables: Any, name: str, text: str) -> InputTable:
    return open_table(tables.entry(name, text), DEFAULT_LIMITS)


def test_columns_are_joined_by_their_names(tables: Any) -> None:
    """In any order; a column that one of them lacks is empty there, numbers stay numbers."""
    one = _open(tables, "a.csv", "text,n,code\nx,1,007\ny,2,8\n")
    other = _open(tables, "b.csv", "n,text\n3.5,z\n")
    joined = join_tables([one, other], DEFAULT_LIMITS)
    assert joined.columns == ("text", "n", "code")
    assert list(joined.cells("text")) == ["x", "y", "z"]
    assert joined.numbers["n"].tolist() == [1, 2, 3.5]
    assert list(joined.cells("code")) == ["007", "8", ""]
    assert [joined.row_name(row) for row in range(3)] == ["a.csv:2", "a.csv:3", "b.csv:2"]
    assert joined.name == "a.csv and 1 more"


def test_a_column_of_numbers_in_one_and_words_in_another_is_words(tables: Any) -> None:
    """No cell is lost where the kinds differ."""
    one = _open(tables, "a.csv", "text,n\nx,1\ny,2\n")
    other = _open(tables, "b.csv", "text,n\nz,high\nw,low\n")
    assert list(join_tables([one, other], DEFAULT_LIMITS).cells("n")) == ["1", "2", "high", "low"]


def test_sentences_stay_apart(tables: Any) -> None:
    """The last sentence of one file and the first of the next are two."""
    one = _open(tables, "a.conll", "a X\nb Y\n\nc X\n")
    other = _open(tables, "b.conll", "d X\n\ne Y\n")
    joined = join_tables([one, other], DEFAULT_LIMITS)
    numbers = list(joined.sentences)
    assert len(numbers) == joined.n_rows
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == 4


def test_rows_are_taken_with_their_names(tables: Any) -> None:
    """Numbers, words, lines and files of the rows that stay."""
    joined = join_tables(
        [_open(tables, f"{name}.csv", "text,n\nx,1\ny,2\n") for name in "ab"], DEFAULT_LIMITS
    )
    taken = take_rows(joined, np.array([1, 2]))
    assert [taken.row_name(row) for row in range(2)] == ["a.csv:3", "b.csv:2"]
    assert (list(taken.cells("text")), taken.numbers["n"].tolist()) == (["y", "x"], [2, 1])


def test_too_many_rows_together_are_refused(tables: Any) -> None:
    """The bound holds for the whole."""
    parts = [_open(tables, f"{name}.csv", "text,n\nx,1\ny,2\n") for name in "ab"]
    with pytest.raises(SamplesError, match="2 tables hold 4 rows; at most 3"):
        join_tables(parts, dataclasses.replace(DEFAULT_LIMITS, max_rows=3))


@pytest.mark.parametrize(
    ("header", "cells", "parts"),
    [
        ("split", "train dev test", ["train", "validation", "test"]),
        ("Fold", "1 2 10", ["fold1", "fold2", "fold10"]),
        ("is_valid", "False True false", ["train", "validation", "train"]),
        ("is_test", "0 1 0", ["train", "test", "train"]),
        ("partition", "0 1 2", ["train", "validation", "test"]),
        ("kind", "train test train", ["train", "test", "train"]),  # by what it holds
        ("split", "train banana apple", None),
        ("kind", "train bus car", None),
        ("kind", "test test test", None),
        ("part", "a12 b7 c9", None),
    ],
)
def test_the_column_of_parts_is_found(tables: Any, header: str, cells: str, parts: list[str] | None) -> None:
    """By its name where its cells are parts, or by cells that are training and another part alone."""
    rows = "".join(f"text {i},{cell}\n" for i, cell in enumerate(cells.split()))
    found = find_part_column(_open(tables, "t.csv", f"text,{header}\n{rows}"), Reading())
    assert (found and found[1]) == parts


def test_a_column_that_is_named_for_something_else_gives_no_parts(tables: Any) -> None:
    """The user's word counts: a split that is the label, the group, or ignored."""
    table = _open(tables, "t.csv", "text,split\na,train\nb,test\n")
    for reading in (
        Reading(label_columns=("Split",)),
        Reading(group_column="split"),
        Reading(ignored_columns=("split",)),
    ):
        assert find_part_column(table, reading) is None
