"""Columns that number or name the rows are neither features nor labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ptmrank_core.data.sources.limits import DEFAULT_LIMITS
from ptmrank_core.data.tables.columns.identifiers import why_identifier
from ptmrank_core.data.tables.table import InputTable, build_table

N = 60
RNG = np.random.default_rng(7)


def table_of(columns: dict[str, list[Any]]) -> InputTable:
    """A table with these columns."""
    rows = [[str(cell) for cell in row] for row in zip(*columns.values(), strict=True)]

    def fill(builder: Any) -> None:
        for name in columns:
            builder.add_column(name)
        for line, row in enumerate(rows, start=2):
            builder.add(line, row)

    return build_table("a.csv", DEFAULT_LIMITS, fill)


def uuids(n: int) -> list[str]:
    """Identifiers as databases make them."""
    return [f"{RNG.integers(16**8):08x}-0000-4000-8000-{RNG.integers(16**12):012x}" for _ in range(n)]


FILTERED = np.sort(RNG.choice(5_000, N, replace=False)).tolist()
DRAWN = RNG.choice(100, N, replace=False).tolist()

ROWS: list[tuple[str, list[Any]]] = [
    ("Unnamed: 0", FILTERED),
    ("column 1", DRAWN),
    ("column 1", [*range(30), *range(30)]),
    ("Unnamed: 0.1", list(range(N))),
    ("index", DRAWN),
    ("id", [f"x{i}y" for i in range(N)]),
    ("PassengerId", list(range(1, N + 1))),
    ("passengerid", RNG.permutation(N).tolist()),
    ("customer_id", RNG.choice(10**9, N, replace=False).tolist()),
    ("customer_id", (np.arange(N) // 3).tolist()),
    ("sample no", RNG.choice(10**6, N, replace=False).tolist()),
    ("Sample Nr", FILTERED),
    ("key", DRAWN),
    ("a", list(range(N))),
    ("a", list(range(1, N + 1))),
    ("a", [float(i) for i in range(7, N + 7)]),
    ("a", RNG.permutation(N).tolist()),
    ("a", (1_000 + RNG.permutation(N)).tolist()),
    ("a", FILTERED),
    ("a", FILTERED[::-1]),
    ("a", DRAWN),
    ("ref", uuids(N)),
    ("ref", [f"{RNG.integers(2**60):032x}" for _ in range(N)]),
    ("picture", [f"IMG_{i:04d}" for i in RNG.permutation(N)]),
]

FEATURES: list[tuple[str, list[Any]]] = [
    ("a", RNG.normal(size=N).tolist()),
    ("a", np.sort(RNG.normal(size=N)).tolist()),
    ("a", RNG.integers(0, 20, N).tolist()),
    ("a", RNG.integers(0, 100, N).tolist()),
    ("a", RNG.choice(10**9, N, replace=False).tolist()),
    ("year", list(range(1960, 1960 + N))),
    ("price", RNG.permutation(N).tolist()),
    ("petal width", [1, 2, 3] * 20),
    ("humid", RNG.integers(0, 100, N).tolist()),
    ("number of rooms", RNG.integers(1, 9, N).tolist()),
    ("patient_id", (np.arange(N) // 3).tolist()),
    ("patient_id", [f"p{i // 3}" for i in range(N)]),
    ("label", DRAWN),
    ("text", [f"t{i}" for i in range(N)]),
    ("note", [f"a note of some words, {i}" for i in range(N)]),
]


@pytest.mark.parametrize(("name", "cells"), ROWS)
def test_a_column_of_the_rows(name: str, cells: list[Any]) -> None:
    """By its name or by its contents."""
    assert why_identifier(table_of({name: cells, "b": [0.5] * N}), name)


@pytest.mark.parametrize(("name", "cells"), FEATURES)
def test_a_column_of_something_else(name: str, cells: list[Any]) -> None:
    """Measures, counts, recurring numbers, groups, labels and texts stay."""
    assert why_identifier(table_of({name: cells, "b": [0.5] * N}), name) == ""


def test_many_columns_without_names_are_features() -> None:
    """A table without a header of names has more than an index."""
    columns = {f"column {i}": RNG.integers(0, 40, N).tolist() for i in range(1, 6)}
    table = table_of(columns)
    assert [why_identifier(table, column) for column in columns] == [""] * 5


def test_a_table_without_a_header(tables: Any) -> None:
    """Where no column has a name, integers may be features and labels."""
    rows = "".join(f"{RNG.integers(0, 9)};{RNG.normal():.3f};{i % 3}\n" for i in range(N))
    samples = tables.load("a.csv", rows, has_header=False, label_columns=("column 3",))
    assert samples.columns.features == ("column 1", "column 2")
    assert samples.class_names == ("0", "1", "2")


def test_each_file_of_a_table_numbers_its_own_rows() -> None:
    """Numbers that begin again in the next file number the rows of both."""
    columns = {"a": [*range(5, 35)] * 2, "key": [*RNG.permutation(30).tolist()] * 2, "b": [*range(30)] * 2}
    table = replace(table_of(columns), files=["train.csv"] * 30 + ["test.csv"] * 30)
    assert all(why_identifier(table, column) for column in columns)
    assert why_identifier(replace(table, files=()), "a") == ""


def test_as_they_stand_only_plain_numbering_counts() -> None:
    """Who takes the columns as they stand has those back that were judged by their contents."""
    table = table_of({"a": FILTERED, "n": list(range(N)), "Unnamed: 0": DRAWN})
    found = [bool(why_identifier(table, column, as_is=True)) for column in table.columns]
    assert found == [False, True, True]


INDICES: dict[str, Callable[[int], list[Any]]] = {
    "": lambda n: list(range(n)),
    "Unnamed: 0": lambda n: RNG.permutation(n).tolist(),
    "idx": lambda n: RNG.choice(10 * n, n, replace=False).tolist(),
    "record": lambda n: np.sort(RNG.choice(10 * n, n, replace=False)).tolist(),
    "row_uuid": uuids,
    "zz": lambda n: (RNG.permutation(n) + 500).tolist(),
}


@pytest.mark.parametrize("name", INDICES)
@pytest.mark.parametrize("place", [0, 2, 4])
def test_an_index_column_changes_nothing(tables: Any, name: str, place: int) -> None:
    """The same table with an index anywhere has the same fingerprint, so the same scores, and says why."""
    columns: dict[str, list[Any]] = {
        "a": RNG.normal(size=N).tolist(),
        "b": RNG.integers(0, 9, N).tolist(),
        "c": RNG.choice(["u", "v", ""], N).tolist(),
        "label": RNG.integers(0, 3, N).tolist(),
    }

    def write(columns: dict[str, list[Any]]) -> str:
        rows = zip(*columns.values(), strict=True)
        return "\n".join(";".join(map(str, row)) for row in [tuple(columns), *rows]) + "\n"

    without = tables.load("a.csv", write(columns))
    items = [*columns.items()]
    with_index = tables.load("a.csv", write(dict([*items[:place], (name, INDICES[name](N)), *items[place:]])))
    assert with_index.fingerprint == without.fingerprint
    shown = name or f"column {place + 1}"
    assert shown in with_index.columns.ignored
    assert any(repr(shown) in note and "row" in note for note in with_index.notes)
