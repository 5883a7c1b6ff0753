"""Classes that are spelled in several ways: warned of, and joined on demand, in every kind of source."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ptmrank_core.data import load_samples
from ptmrank_core.data.labels.spelling import alike_names, common_spellings, fold_name
from ptmrank_core.data.labels.targets import read_targets
from ptmrank_core.errors import InputField, SamplesError
from ptmrank_core.records import Reading, Samples

ALIKE = [
    ("Pos", "pos"),
    ("neg", "neg "),
    ("new york", "New  York"),
    ("newyork", "new york"),
    ("ｃａｔ", "cat"),  # noqa: RUF001 - full width is meant
    ("１", "1"),  # noqa: RUF001
    ("straße", "STRASSE"),
    ("caf\u00e9", "cafe\u0301"),
    ("a\u200bb", "ab"),
    ("a\u00a0b", "a b"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_spellings_that_are_alike(one: str, other: str) -> None:
    """Case, blanks, width, the way accents are stored, what cannot be seen."""
    assert fold_name(one) == fold_name(other)


@pytest.mark.parametrize(("one", "other"), [("cat", "cats"), ("a-b", "ab"), ("é", "e"), ("1", "1.0")])
def test_spellings_that_differ(one: str, other: str) -> None:
    """Other letters and punctuation make another class."""
    assert fold_name(one) != fold_name(other)


def test_the_most_frequent_spelling_is_kept() -> None:
    """Among equally frequent ones the first in the alphabet."""
    assert common_spellings(["pos", "Pos", "pos", "NEG", "neg"]) == {"Pos": "pos", "neg": "NEG"}
    assert alike_names(["a", "b", "B"]) == (("B", "b"),)


def write(kind: str, place: Path, labels: list[str], make: Any) -> str:
    """A source of this kind with one sample for each label."""
    if kind == "table":
        rows = "".join(f"a text, number {i};{label}\n" for i, label in enumerate(labels))
        make.write(place / "a.csv", f"text;label\n{rows}".encode())
        return str(place / "a.csv")
    if kind == "numbers":
        rows = "".join(f"{i * 0.37};{i % 5};{label}\n" for i, label in enumerate(labels))
        make.write(place / "a.csv", f"a;b;label\n{rows}".encode())
        return str(place / "a.csv")
    if kind == "manifest":
        rows = "".join(f"{i}.png;{label}\n" for i, label in enumerate(labels))
        files = {f"{i}.png": make.picture(i) for i in range(len(labels))}
        make.folder(place, {**files, "labels.csv": f"file;label\n{rows}".encode()})
        return str(place)
    make.folder(place, {f"{label}/{i}.png": make.picture(i) for i, label in enumerate(labels)})
    return str(place)


LABELS = ["Pos", "pos", "pos", "neg", "NEG", "neg", "neg", "Neg", "pos", "Pos"]


@pytest.mark.parametrize("kind", ["table", "numbers", "manifest", "folders"])
def test_every_source(kind: str, tmp_path: Path, make: Any) -> None:
    """A warning with the spellings, and an offer that joins them, single samples included."""
    source = write(kind, tmp_path / "s", LABELS, make)
    samples = load_samples(source)
    [warning] = [warning for warning in samples.warnings if "differ in case" in warning]
    assert "'NEG', 'Neg', 'neg'; 'Pos', 'pos'" in warning or "'Pos', 'pos'; 'NEG', 'Neg', 'neg'" in warning
    [offer] = [offer for offer in samples.offers if "join_classes" in offer.changes]
    joined = load_samples(source, replace(Reading(), **offer.changes))
    assert joined.summary().class_counts == {"neg": 5, "pos": 5}
    assert not any("differ in case" in warning for warning in joined.warnings)
    assert joined.offers == ()


def test_several_labels_each(tables: Any) -> None:
    """The sets are joined, too."""
    cells = ["A|b", "a", "B", "b|a", "A", "b", "c", "c|a"]
    rows = "".join(f"text {i};{cell}\n" for i, cell in enumerate(cells))
    joined: Samples = tables.load("a.csv", f"text;tags\n{rows}", join_classes=True)
    assert joined.summary().class_counts == {"a": 5, "b": 4, "c": 2}


def test_nothing_is_left_unless_they_are_joined(tables: Any) -> None:
    """The error names joining as a way out."""
    with pytest.raises(SamplesError, match="no class left") as caught:
        tables.load("a.csv", "text;label\nu;Pos\nv;pos\nw;neg\nx;NEG\n")
    assert InputField.JOIN_CLASSES in caught.value.fields
    targets = read_targets({"label": ["Pos", "pos", "neg", "NEG"]}, Reading(join_classes=True))
    assert targets.labels.tolist() == [1, 1, 0, 0]
    assert unicodedata.is_normalized("NFC", targets.class_names[0])
