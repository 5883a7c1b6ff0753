"""Numbers as people write them are numbers; what can be read in two ways is asked about."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ptmrank_core.data import DEFAULT_LIMITS
from ptmrank_core.data.labels.number_spellings import read_spelled
from ptmrank_core.data.labels.targets import read_targets
from ptmrank_core.data.tables.reading import open_table
from ptmrank_core.errors import InputField, UnclearReadingError
from ptmrank_core.records import Reading


@pytest.mark.parametrize(
    ("cells", "numbers", "how"),
    [
        (["0,5", "1,25", "", "NA"], [0.5, 1.25, np.nan, np.nan], ("decimal commas",)),
        (["-1.234,5", "0,5"], [-1234.5, 0.5], ("decimal commas", "separated thousands")),
        (["1,234,567", "12"], [1234567, 12], ("separated thousands",)),
        (["1.234.567", "12"], [1234567, 12], ("separated thousands",)),
        (["1 234", "5\u00a0678,5"], None, ()),
        (["1 234", "5 678,5"], [1234, 5678.5], ("decimal commas", "separated thousands")),
        (["1'234", "56.5"], [1234, 56.5], ("separated thousands",)),
        (["1,234.50", "2.5"], [1234.5, 2.5], ("separated thousands",)),
        (["12", "950", "1,234"], [12, 950, 1234], ("separated thousands",)),
        (["12 %", "7.5%"], [12, 7.5], ("percent signs",)),
        (["12,5%", "0,1 %"], [12.5, 0.1], ("decimal commas", "percent signs")),
        (["$5", "$1,250.00", "-$3"], [5, 1250, -3], ("separated thousands", "the sign $")),
        (["5 €", "7,50 €"], [5, 7.5], ("decimal commas", "the sign €")),
        (["\u22125", "+3", " 4 "], [-5, 3, 4], ()),
        (["1,5e3", "2,5"], [1500, 2.5], ("decimal commas",)),
    ],
)
def test_spellings(cells: list[str], numbers: list[float] | None, how: tuple[str, ...]) -> None:
    """Every cell fits one spelling, and it is said which."""
    found = read_spelled(cells)
    if numbers is None:
        assert found is None
        return
    assert found is not None
    assert found.likely is not None
    np.testing.assert_array_equal(found.numbers[found.likely], numbers)
    assert found.how[found.likely] == how


@pytest.mark.parametrize(
    "cells",
    [
        ["1,5", "a"],
        ["$5", "5 €"],
        ["5%", "5"],
        ["1,23,456", "2"],
        ["007", "1,5"],
        ["1.2.2024", "3.4.2024"],
        ["192.168.0.1"],
        ["1,234.5,6"],
        ["12:30"],
        ["1-2"],
        ["", "NA"],
        ["9" * 60],
        ["one"],
    ],
)
def test_what_is_no_number_stays(cells: list[str]) -> None:
    """Words, mixed currencies, percentages beside shares, codes, dates and addresses are no numbers."""
    assert read_spelled(cells) is None


@pytest.mark.parametrize("suffix", ["csv", "tsv"])
def test_a_label_with_a_comma_is_a_number_to_predict(tables: Any, suffix: str) -> None:
    """Ratings of a spreadsheet in a country of decimal commas are a regression."""
    mark = ";" if suffix == "csv" else "\t"
    rows = "".join(f"text {i}{mark}{i % 4 / 2:.1f}\n".replace(".", ",") for i in range(12))
    samples = tables.load(f"a.{suffix}", f"text{mark}score\n{rows}")
    assert samples.target_kind == "regression"
    assert samples.labels.tolist() == [i % 4 / 2 for i in range(12)]
    assert "Read as numbers, written with decimal commas: 'score'." in samples.notes


def test_features_with_commas_and_thousands(tables: Any) -> None:
    """A row of numbers is what it would be with points; a column of points means thousands beside commas."""
    text = "f;g;h;label\n" + "".join(f"{i},5;{i}.250;{i * 10} %;{'ab'[i % 2]}\n" for i in range(1, 9))
    samples = tables.load("a.csv", text)
    assert samples.modality == "tabular"
    np.testing.assert_array_equal(samples.items[0].decode()[:3], [1.5, 1250, 10])
    assert "Read as numbers, written with decimal commas: 'f'." in samples.notes
    assert "Read as numbers, written with percent signs: 'h'." in samples.notes
    assert "Read as numbers, written with separated thousands: 'g'." in samples.notes
    named = tables.load("a.csv", text, decimal_mark="comma")
    np.testing.assert_array_equal(named.items[0].decode(), samples.items[0].decode())


def test_a_column_of_points_stays_beside_whole_numbers(tables: Any) -> None:
    """Without a decimal comma anywhere, three digits after a point are decimals."""
    text = "f;g;label\n" + "".join(f"{i}.250;{i};{'ab'[i % 2]}\n" for i in range(1, 9))
    assert 1.25 in tables.load("a.csv", text).items[0].decode()


def test_an_unclear_comma_is_asked_about(tables: Any) -> None:
    """1,234 may be a thousand or one and a bit: each answer gives the numbers that it shows."""
    text = "f;label\n" + "".join(f"{i},{i}50;{'ab'[i % 2]}\n" for i in range(1, 9))
    with pytest.raises(UnclearReadingError) as caught:
        tables.load("a.csv", text)
    assert caught.value.fields == (InputField.DECIMAL_MARK,)
    first = [
        tables.load("a.csv", text, **option.changes).items[0].decode()[0] for option in caught.value.options
    ]
    assert first == [1.15, 1150]
    assert [option.preview[0] for option in caught.value.options] == ["1,150 -> 1.15", "1,150 -> 1150"]


def test_another_column_may_settle_it(tables: Any) -> None:
    """Where one column has decimal commas, so have the others of the table."""
    text = "f;g;label\n" + "".join(f"{i},{i}50;{i},5;{'ab'[i % 2]}\n" for i in range(1, 9))
    np.testing.assert_array_equal(tables.load("a.csv", text).items[0].decode(), [1.15, 1.5])


def test_nothing_is_asked_about_columns_that_are_not_used(tables: Any) -> None:
    """The views of a text are neither text nor label."""
    text = "text;views;label\n" + "".join(f"text {i};{i},{i}50;{'ab'[i % 2]}\n" for i in range(1, 9))
    assert tables.load("a.csv", text).n_samples == 8


def test_sets_of_labels_are_not_taken_for_decimals(tables: Any) -> None:
    """Some cells with a comma and some without may be numbers, or sets of label numbers."""
    cells = ["27", "2,7", "3", "2,7", "27", "3"]
    text = "text\tlabel\n" + "".join(f"text {i}\t{cell}\n" for i, cell in enumerate(cells))
    with pytest.raises(UnclearReadingError) as caught:
        tables.load("a.tsv", text)
    comma, point = (tables.load("a.tsv", text, **option.changes) for option in caught.value.options)
    assert comma.target_kind == "regression"
    assert point.class_names == ("2,7", "27", "3")


def test_labels_of_any_source_are_read_alike() -> None:
    """Cells of a manifest and strings of JSON are spelled in all these ways too."""
    targets = read_targets({"score": ["0,5", "1,5", "2,5", ""]}, Reading())
    assert targets.kind == "regression"
    assert targets.labels.tolist() == [0.5, 1.5, 2.5]
    assert targets.notes[0] == "Read as numbers, written with decimal commas: 'score'."
    with pytest.raises(UnclearReadingError):
        read_targets({"score": ["1,500", "2,500", "3,250"]}, Reading())
    thousands = read_targets(
        {"score": ["1,500", "2,500", "3,250"]}, Reading(decimal_mark="point", target_kind="regression")
    )
    assert thousands.labels.tolist() == [1500, 2500, 3250]
    classes = read_targets({"score": ["0,5", "1,5", "0,5"]}, Reading(target_kind="classification"))
    assert classes.class_names == ("0,5", "1,5")


def test_strings_of_json_are_numbers_too(tables: Any) -> None:
    """Features in quotation marks with decimal commas."""
    rows = ",".join(f'{{"f": "{i},5", "g": {i}, "label": "{"ab"[i % 2]}"}}' for i in range(8))
    table = open_table(tables.entry("a.json", f"[{rows}]"), DEFAULT_LIMITS)
    assert table.numbers["f"].tolist() == [i + 0.5 for i in range(8)]


def test_hostile_numbers_take_little_time() -> None:
    """Long digits, many groups and blanks are refused by their length."""
    cells = ["1" + ",111" * 50_000, " " * 200_000 + "1,5", "1 " * 100_000]
    assert read_spelled(cells) is None
    assert read_spelled(["1,5"] * 100_000) is not None
