"""What is said of samples that may spoil a ranking, and what is not said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ptmrank_core.data import load_samples
from ptmrank_core.records import Reading
from tests.pictures import picture_files, write_zip
from tests.uploads import write_csv


def renamed(names: list[str]) -> dict[str, bytes]:
    """Different pictures under these names."""
    pictures = list(dict(picture_files(len(names))).values())
    assert len(set(pictures)) >= len(names)
    return dict(zip(names, pictures, strict=False))


def said(folder: Path, files: dict[str, bytes]) -> str:
    """The warnings on a zip of files."""
    return "\n".join(load_samples(write_zip(folder / "files.zip", files)).warnings)


def test_sound_samples_have_no_warning() -> None:
    """Numbered files and recordings with groups have nothing to be said of."""
    for source in ("demo:digits", "demo:spoken-digits"):
        assert load_samples(source).warnings == ()


def test_small_and_uneven_classes_are_told(tmp_path: Path) -> None:
    """Under five samples, and ten times as many, are each told with what to do."""
    names = [f"many/{i}.png" for i in range(20)] + [f"few/{i}.png" for i in range(2)]
    warnings = said(tmp_path, renamed(names))
    assert "Fewer than five samples in 'few'" in warnings
    assert "Class 'many' has 20 samples, class 'few' has 2" in warnings


def test_the_same_content_under_two_labels_is_told(tmp_path: Path) -> None:
    """Both are left out, and the warning counts them."""
    files = renamed([f"{label}/{i}.png" for label in ("a", "b") for i in range(6)])
    files["b/copy.png"] = files["a/0.png"]
    assert "2 entries were left out because the same content has different labels" in said(tmp_path, files)


@pytest.mark.parametrize(
    ("pattern", "is_told"),
    [
        ("{label}/{label}_{speaker}_{take}.png", True),  # a speaker in every class
        ("{label}/{speaker}-{take}.png", True),
        ("{label}/{label}_{take}.png", False),  # numbered within the class
        ("{label}/{take}.png", False),
        ("{label}/{label}-{speaker}.png", False),  # once in every class: nothing comes back within one
    ],
)
def test_a_group_may_stand_in_the_name_of_a_file(tmp_path: Path, pattern: str, is_told: bool) -> None:
    """A part of the names that comes back across classes is offered; counters and classes are not."""
    names = [
        pattern.format(label=label, speaker=speaker, take=take)
        for label in ("yes", "no")
        for speaker in ("ann", "bob", "eve")
        for take in range(4)
    ]
    source = write_zip(tmp_path / "files.zip", renamed(list(dict.fromkeys(names))))
    offers = load_samples(source).offers
    assert len(offers) == is_told
    for offer in offers:
        assert "'ann', 'bob', 'eve'" in offer.text
        grouped = load_samples(source, replace(Reading(), **offer.changes))
        assert set(grouped.groups) == {"ann", "bob", "eve"}
        assert grouped.offers == ()


def test_a_column_that_comes_back_may_be_the_groups(tmp_path: Path) -> None:
    """An unused column of names that repeat is asked about, until the reader has answered."""
    rng = np.random.default_rng(0)
    words = [" ".join(f"w{number}" for number in rng.integers(0, 999, 9)) for _ in range(60)]
    labels = rng.permutation(["x", "y"] * 30)
    rows = [[text, labels[i], f"writer {i % 8}", i % 4, f"id{i}"] for i, text in enumerate(words)]
    path = tmp_path / "t.csv"
    path.write_bytes(write_csv(["text", "label", "scribe", "stars", "number"], rows))
    (warning,) = load_samples(path).warnings
    assert "column 'scribe'" in warning
    assert "group column" in warning
    for answer in ("scribe", ""):
        assert load_samples(path, Reading(group_column=answer)).warnings == ()
