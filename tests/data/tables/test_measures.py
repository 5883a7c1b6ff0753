"""Numbers in columns of words: with a unit, beside a few words, as accountants write them."""

from __future__ import annotations

import numpy as np
import pytest

from ptmrank_core.data.labels.number_spellings import read_spelled
from ptmrank_core.data.tables.columns.kinds import are_dates, are_numbered_days
from ptmrank_core.data.tables.columns.measures import read_measures

TWELVE = [round(1.5 + i * 1.25, 2) for i in range(12)]


@pytest.mark.parametrize("unit", ["kg", "m\u00b2", "GB"])
@pytest.mark.parametrize("blank", ["", " "])
def test_one_unit(unit: str, blank: str) -> None:
    """Every number has it."""
    found = read_measures([f"{number}{blank}{unit}" for number in TWELVE])
    assert found is not None
    np.testing.assert_array_equal(found.numbers, TWELVE)
    assert found.how == f"in {unit}"


def test_a_few_words_are_gaps() -> None:
    """A row of totals, and what was not measured."""
    found = read_measures([*map(str, TWELVE), "Total", "", "not measured"])
    assert found is not None
    np.testing.assert_array_equal(found.numbers, [*TWELVE, *[np.nan] * 3])
    assert found.how == "'Total', 'not measured' count as gaps"


@pytest.mark.parametrize(
    "cells",
    [
        [f"{number} {['kg', 'g'][i % 2]}" for i, number in enumerate(TWELVE)],
        [*map(str, TWELVE), *["low", "high", "none at all", "some"]],
        [f"{i % 4} doors" for i in range(12)],
        [f"0{i} kg" for i in range(10, 22)],
        ["one", "two"] * 6,
    ],
)
def test_what_is_no_column_of_numbers(cells: list[str]) -> None:
    """Several units, many words, few different numbers, codes, words."""
    assert read_measures(cells) is None


@pytest.mark.parametrize(
    ("cells", "numbers", "how"),
    [
        (
            ["(1,234)", "950", "2,000"],
            [-1234, 950, 2000],
            "brackets or a minus at the end for negative numbers",
        ),
        (
            ["12.50-", "3.25", "0.75-"],
            [-12.5, 3.25, -0.75],
            "brackets or a minus at the end for negative numbers",
        ),
        (["10 EUR", "12.5 EUR", "0"], [10, 12.5, 0], "the sign EUR"),
        (["US$ 1,000", "US$ 20", "US$ 3"], [1000, 20, 3], "the sign US$"),
        (["45%", "0", "7.5%"], [45, 0, 7.5], "percent signs"),
    ],
)
def test_numbers_of_accountants(cells: list[str], numbers: list[float], how: str) -> None:
    """Negative ones in brackets or with a minus at the end, currencies; a zero needs no sign."""
    found = read_spelled(cells)
    assert found is not None
    assert found.likely == "point"
    np.testing.assert_array_equal(found.numbers["point"], numbers)
    assert how in found.how["point"]


@pytest.mark.parametrize("cells", [["(1)", "(2)"], ["3-", "2"], ["45%", "0.5"], ["1 EUR", "2 USD"]])
def test_no_numbers_of_accountants(cells: list[str]) -> None:
    """Everything in brackets, grades, signs that not all have."""
    found = read_spelled(cells)
    assert found is None or "brackets or a minus at the end for negative numbers" not in found.how["point"]


@pytest.mark.parametrize(
    "cell",
    [
        *("2024-01-31", "31/01/2024", "31.1.24", "31-Jan-2024", "Jan 31, 2024", "January 31 2024"),
        *("31 janvier 2024", "31. Januar 2024", "31 de mayo de 2024", "3 f\u00e9v. 2024"),
        *("Mon, 31 Jan 2024 10:00:00 GMT", "Mon Apr 06 22:19:45 PDT 2009", "31/Jan/2024:10:00:00 +0000"),
        *(
            "2024-01-31T10:00:00.000Z",
            "2024\u5e741\u670831\u65e5",
            "2024-W05",
            "2024Q3",
            "2024/01/05 3:04:05 PM",
        ),
    ],
)
def test_dates_in_many_styles(cell: str) -> None:
    """Of languages and programs."""
    assert are_dates([cell] * 3)


@pytest.mark.parametrize("cell", ["market", "may be", "12 monkeys", "March of the penguins", "10:30 train"])
def test_words_are_no_dates(cell: str) -> None:
    """Though they begin like the name of a month."""
    assert not are_dates([cell] * 3)


def test_days_as_integers() -> None:
    """20240131, and no other integers of eight digits."""
    assert are_numbered_days(np.array([20240131.0, 19991201.0]))
    assert not are_numbered_days(np.array([20240131.0, 20241301.0]))
    assert not are_numbered_days(np.array([]))
