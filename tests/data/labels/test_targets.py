"""Label columns become classes, numbers or several labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from ptmrank_core.data.labels.multilabel import MAX_LABELS, read_list
from ptmrank_core.data.labels.numbers import read_numbers, write_number
from ptmrank_core.data.labels.targets import Targets, read_targets
from ptmrank_core.errors import InputField, SamplesError
from ptmrank_core.records import Reading, TargetKind

LABELS, TARGET_KIND = InputField.LABEL_COLUMNS, InputField.TARGET_KIND


def read(*columns: Sequence[str], kind: TargetKind | None = None) -> Targets:
    """Targets of columns a, b, ..."""
    return read_targets(dict(zip("abc", columns, strict=False)), Reading(target_kind=kind))


CASES: list[tuple[list[list[str]], str, Any, tuple[str, ...]]] = [
    # words
    ([["y", " x ", "y"]], "classification", [1, 0, 1], ("x", "y")),
    ([["none", "other", "none"]], "classification", [0, 1, 0], ("none", "other")),
    ([["007", "07", "007"]], "classification", [0, 1, 0], ("007", "07")),
    ([["caf\u00e9", "cafe\u0301"]], "classification", [0, 0], ("café",)),
    # few integers, in the order of their values
    ([["10", "9", "10.0", "9"]], "classification", [1, 0, 1, 0], ("9", "10")),
    # fractions
    ([["1", "2.5", "1"]], "regression", [1, 2.5, 1], ("a",)),
    ([["1e-3", "-2.5"]], "regression", [0.001, -2.5], ("a",)),
    # joined labels, of which a part comes back elsewhere
    ([["u|v", "v", "w"]], "multilabel", [[1, 1, 0], [0, 1, 0], [0, 0, 1]], ("u", "v", "w")),
    ([["u; v", "u; w"]], "multilabel", [[1, 1, 0], [1, 0, 1]], ("u", "v", "w")),
    ([["u; v", "w; x", "u; v"]], "classification", [0, 1, 0], ("u; v", "w; x")),
    # lists
    ([['["u"]', "[]", '["v", "u"]']], "multilabel", [[1, 0], [0, 0], [1, 1]], ("u", "v")),
    ([["['u']", "['v', \"it's\"]"]], "multilabel", [[0, 1, 0], [1, 0, 1]], ("it's", "u", "v")),
    ([["[2, 10]", "[10]"]], "multilabel", [[1, 1], [0, 1]], ("2", "10")),
    # several columns
    ([["1", "0"], ["0", "1.0"]], "multilabel", [[1, 0], [0, 1]], ("a", "b")),
    ([["True", "false"], ["0", "1"]], "multilabel", [[1, 0], [0, 1]], ("a", "b")),
    ([["1", "0"], ["0", "2"]], "regression", [[1, 0], [0, 2]], ("a", "b")),
]


@pytest.mark.parametrize(("columns", "kind", "labels", "names"), CASES)
def test_a_kind_is_recognised(
    columns: list[list[str]], kind: str, labels: Any, names: tuple[str, ...]
) -> None:
    """Each rule gives its kind, labels and names."""
    targets = read(*columns)
    assert targets.kind == kind
    assert targets.labels.tolist() == labels
    assert targets.labels.dtype == (np.int64 if kind == "classification" else np.float64)
    assert targets.class_names == names
    assert targets.kept == tuple(range(len(columns[0])))
    assert targets.left_out == ()


@pytest.mark.parametrize(
    ("cells", "kind", "labels"),
    [
        (["1.5", "1.50", "2"], "classification", [0, 0, 1]),
        (["1", "2", "1"], "regression", [1, 2, 1]),
        (["u|v", "v", "v"], "classification", [0, 1, 1]),
        (["u", "v", "u"], "multilabel", [[1, 0], [0, 1], [1, 0]]),
    ],
)
def test_the_reader_decides(cells: list[str], kind: TargetKind, labels: Any) -> None:
    """A kind that was asked for is not recognised again, and needs no note."""
    targets = read(cells, kind=kind)
    assert (targets.kind, targets.labels.tolist(), targets.notes) == (kind, labels, ())


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (
            [["1", "2", "3"] * 2],
            "'a' holds 3 different integers and is read as classes; say so if they are numbers",
        ),
        (
            [["1.5", "2"]],
            "2 different numbers and is read as numbers (regression); say so if they are classes",
        ),
        ([["u|v", "u"]], "joined by '|' and is read as multi-label targets; say so if each cell"),
        ([["[]", '["u"]']], "'a' holds lists and is read as multi-label targets"),
        ([["0", "1"], ["1", "0"]], "'a', 'b' hold 0 and 1 and are read as multi-label targets"),
        ([["0", "3"], ["1", "0"]], "'a', 'b' are read as numbers (regression)"),
    ],
)
def test_what_was_decided_is_said(columns: list[list[str]], said: str) -> None:
    """Where the labels could be read in another way, a note names the choice."""
    [note] = read(*columns).notes
    assert said in note


@pytest.mark.parametrize("cells", [["0", "1", "0", "1"], ["u", "v"]])
def test_what_has_one_reading_needs_no_note(cells: list[str]) -> None:
    """Two values and plain words are classes, and nothing is said about them."""
    assert read(cells).notes == ()


@pytest.mark.parametrize(
    ("columns", "kind", "said", "fields"),
    [
        ([[str(i) for i in range(40)] * 3], None, "40 different integers in 120 rows", [TARGET_KIND]),
        ([["1", "2", "3"]], None, "3 different integers in 3 rows", [TARGET_KIND]),
        ([["1.5", "2.5", "high"]], None, "holds numbers and words ('high')", [TARGET_KIND]),
        ([["1", "0"], ["x", "y"]], None, "'b' of columns 'a', 'b' holds words", [LABELS]),
        (
            [["x", "y"], ["x", "y"]],
            "classification",
            "one column; got columns 'a', 'b'",
            [LABELS, TARGET_KIND],
        ),
        ([["x", "y"]], "regression", "No row has a number in column 'a'", [LABELS, TARGET_KIND]),
        (
            [[f"u{i}|v{i}|v{i + 1}" for i in range(MAX_LABELS)]],
            None,
            "2,001 different labels",
            [LABELS, TARGET_KIND],
        ),
    ],
)
def test_what_is_ambiguous_is_asked(
    columns: list[list[str]], kind: TargetKind | None, said: str, fields: list[InputField]
) -> None:
    """An error names the column and the inputs that settle it."""
    with pytest.raises(SamplesError) as caught:
        read(*columns, kind=kind)
    assert said in caught.value.message
    assert list(caught.value.fields) == fields


@pytest.mark.parametrize(
    ("columns", "kind", "left_out"),
    [
        ([["x", "", "nan", "y"]], None, {1: "no label", 2: "no label"}),
        ([["0", "NA", "inf", "1"]], None, {1: "no label", 2: "label is not a finite number: 'inf'"}),
        ([["0.5", "null", "-inf", "1"]], None, {1: "no label", 2: "label is not a finite number: '-inf'"}),
        ([["0.5", "high", "1", "1"]], "regression", {1: "label is not a finite number: 'high'"}),
        (
            [["0", "1", "", "1"], ["0", "?", "1", "1"]],
            None,
            {1: "no label in column 'b'", 2: "no label in column 'a'"},
        ),
        ([["0", "1", "2", "1"], ["0", "", "1", "1"]], None, {1: "no label in column 'b'"}),
        (
            [["0", "x", "1", "1"], ["0", "1", "1", "1"]],
            "multilabel",
            {1: "label is neither 0 nor 1: 'x' in column 'a'"},
        ),
        ([['["u"]', "", "[[1]]", "[]"]], None, {1: "no label", 2: "label is not a list of names: '[[1]]'"}),
        ([["u|v", "|", "u", "v"]], None, {1: "no label"}),
    ],
)
def test_rows_without_a_usable_label_are_left_out(
    columns: list[list[str]], kind: TargetKind | None, left_out: dict[int, str]
) -> None:
    """Every row is kept, or left out with a reason; no label is made of nothing."""
    targets = read(*columns, kind=kind)
    assert dict(targets.left_out) == left_out
    assert sorted([*targets.kept, *left_out]) == [0, 1, 2, 3]
    assert len(targets.labels) == len(targets.kept)
    assert np.isfinite(targets.labels).all()


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["1", " -2.5 ", "1e3"], [1, -2.5, 1000]),
        (["1", "?", "NaN", ""], [1, np.nan, np.nan, np.nan]),
        (["123456789012345", "0", "0.25"], [123456789012345, 0, 0.25]),
        (["1234567890123456"], None),
        (["1", "007"], None),
        (["1_000"], None),
        (["1", "x"], None),
        (["1,5"], None),
    ],
)
def test_identifiers_are_no_numbers(cells: list[str], numbers: list[float] | None) -> None:
    """Codes, long identifiers and Python's own spellings stay words; missing cells are NaN."""
    found = read_numbers(cells)
    np.testing.assert_equal(None if found is None else found.tolist(), numbers)


@pytest.mark.parametrize(
    ("number", "cell"),
    [
        (3.0, "3"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1e15, "1000000000000000.0"),
        (1e22, "1e+22"),
        (float("nan"), ""),
    ],
)
def test_a_number_is_written_as_people_do(number: float, cell: str) -> None:
    """Integers have no point, fractions all their digits, and NaN is an empty cell."""
    assert write_number(number) == cell
    again = read_numbers([cell])
    assert again is not None
    np.testing.assert_array_equal(again, [number])


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        ('["a", 1, 2.0, true, 0.5]', ("a", "1", "2", "1", "0.5")),
        ("['a', \"b's\"]", ("a", "b's")),
        (r"['it\'s', 'x\n']", ("it's", "x\n")),
        ("[]", ()),
        ('["a", null]', None),
        ('[["a"]]', None),
        ('{"a": 1}', None),
        ("[a]", None),
        ("['a' 'b']", None),
        ("[" * 100_000, None),
    ],
)
def test_lists_are_read_as_json_or_python_write_them(cell: str, values: tuple[str, ...] | None) -> None:
    """Nested, unquoted and broken lists are none."""
    assert read_list(cell) == values


def test_empty_cells_cost_no_more_than_others() -> None:
    """A column that is almost empty is read in linear time: quadratic would take hours."""
    numbers = read_numbers([*[""] * 500_000, " " * 500_000, "1"])
    assert numbers is not None
    assert np.isfinite(numbers).sum() == 1
