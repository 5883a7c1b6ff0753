"""Labels that say that there is none are left out, said, and can be taken as a class."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ptmrank_core.data.labels.targets import Targets, read_targets
from ptmrank_core.errors import InputField, UnclearReadingError
from ptmrank_core.records import Reading


def read(cells: list[str], name: str = "label", **reading: object) -> Targets:
    """Targets of one column."""
    return read_targets({name: cells}, replace(Reading(), **reading))  # type: ignore[arg-type]


MARKS = ["N/A", "n/a", "NA", "<NA>", "null", "None", "?", "-1", "unlabelled", "Unlabeled", "no label"]
SIGNS = ["-", "--", "\u2014", ".", "\\N", "(null)"]


@pytest.mark.parametrize("mark", [*MARKS, *SIGNS])
def test_a_mark_among_words(mark: str) -> None:
    """It is left out with the label as it was spelled, and the offer takes it as a class."""
    targets = read(["cat", "dog", mark, "cat", "dog", mark, ""])
    assert targets.class_names == ("cat", "dog")
    assert targets.left_out == ((2, f"no label: {mark!r}"), (5, f"no label: {mark!r}"), (6, "no label"))
    assert f"{mark!r} says that there is no label: 2 rows are left out." in targets.notes[-1]
    [offer] = targets.offers
    taken = read(["cat", "dog", mark, "cat", "dog", mark, ""], **offer.changes)
    assert taken.class_names == tuple(sorted(["cat", "dog", mark]))
    assert f"{mark} is a class" in offer.text
    assert taken.offers == ()


@pytest.mark.parametrize("word", ["none", "NONE", "unknown", "other", "+"])
def test_a_word_that_may_be_a_class(word: str) -> None:
    """It stays one; where it may say that there is no label, leaving it out is offered."""
    cells = ["cat", "dog", word] * 3
    targets = read(cells)
    assert targets.class_names == tuple(sorted(["cat", "dog", word]))
    for offer in targets.offers:
        assert read(cells, **offer.changes).class_names == ("cat", "dog")
    assert len(targets.offers) == (word.lower() in {"none", "unknown"})


@pytest.mark.parametrize("others", [["+", "neutral"], ["+"], ["yes"]])
def test_a_dash_may_be_a_class(others: list[str]) -> None:
    """Beside a plus, and where it is one of two classes."""
    assert read(["-", *others] * 3).class_names == tuple(sorted(["-", *others]))


@pytest.mark.parametrize("others", [["0", "1", "2"], ["1", "2", "3", "4"], ["0", "1", "2", "3", "4"]])
@pytest.mark.parametrize("name", ["label", "sentiment", "kind"])
def test_minus_one_beside_three_classes(others: list[str], name: str) -> None:
    """Whatever the column is called, it says that there is no label, in floats too."""
    targets = read([*others, "-1"] * 3, name)
    assert targets.class_names == tuple(others)
    assert sum(reason == "no label: '-1'" for _, reason in targets.left_out) == 3
    assert read([*(f"{other}.0" for other in others), "-1.0"] * 3, name).class_names == tuple(others)


@pytest.mark.parametrize("name", ["label", "Labels", "target", "y", "data.label"])
def test_minus_one_beside_zero_and_one(name: str) -> None:
    """In a column of labels, as the hub has them."""
    targets = read(["0", "1", "-1"] * 4, name)
    assert targets.class_names == ("0", "1")
    assert "'-1' says that there is no label: 4 rows are left out." in targets.notes[-1]
    assert targets.offers[0].text == "-1 is a class: 0 (4), 1 (4), -1 (4)."


@pytest.mark.parametrize("name", ["sentiment", "polarity", "stance", "sentiment_score"])
def test_minus_one_of_a_scale(name: str) -> None:
    """It is a class, and leaving it out is offered."""
    targets = read(["0", "1", "-1"] * 4, name)
    assert targets.class_names == ("-1", "0", "1")
    assert any("-1 is a class" in note for note in targets.notes)
    assert read(["0", "1", "-1"] * 4, name, **targets.offers[0].changes).class_names == ("0", "1")


@pytest.mark.parametrize("others", [["0", "1"], ["1", "2"], ["3", "7", "9"], ["0", "2", "4"]])
def test_minus_one_is_asked(others: list[str]) -> None:
    """Elsewhere both readings are options, and each gives what it says."""
    cells = [*others, "-1"] * 3
    with pytest.raises(UnclearReadingError, match="holds -1 beside") as caught:
        read(cells, "category")
    assert caught.value.fields == (InputField.UNLABELLED,)
    found = [read(cells, "category", **option.changes).class_names for option in caught.value.options]
    assert found == [tuple(others), ("-1", *others)]


@pytest.mark.parametrize(
    "classes", [["-1", "1"], ["-1", "0"], ["-2", "-1", "0", "1", "2"], ["-1", "-2", "1"]]
)
def test_minus_one_is_a_class(classes: list[str]) -> None:
    """Of two classes, and beside other negative numbers."""
    targets = read(classes * 3)
    assert targets.class_names == tuple(sorted(classes, key=int))
    assert targets.left_out == ()
    assert targets.offers == ()


def test_minus_one_is_a_number_to_predict() -> None:
    """A regression leaves none out."""
    assert len(read(["-1", "0", "1", "2"] * 2, target_kind="regression").kept) == 8
    assert read(["-1", "0.5", "1"]).kind == "regression"


def test_words_among_integers() -> None:
    """``unlabelled`` among integers does not make words of them."""
    targets = read(["0", "1", "unlabelled"] * 3)
    assert targets.class_names == ("0", "1")
    assert targets.left_out == tuple((row, "no label") for row in (2, 5, 8))
    assert "'unlabelled' says that there is no label: 3 rows are left out." in targets.notes[-1]


def test_what_was_asked_for() -> None:
    """Left out without an offer, ``none`` too; or all of them classes."""
    cells = ["cat", "dog", "none", "N/A"] * 2
    assert read(cells, unlabelled="left out").class_names == ("cat", "dog")
    assert read(cells, unlabelled="left out").offers == ()
    assert read(cells, unlabelled="class").class_names == ("N/A", "cat", "dog", "none")
