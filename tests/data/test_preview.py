"""A source at a glance, before its samples are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptmrank_core.data import load_samples, preview
from ptmrank_core.errors import ArchiveError, UnclearReadingError
from ptmrank_core.records import Reading
from tests.pictures import picture_files, write_zip
from tests.uploads import number_table, recording_files, review_table, write_csv


def test_folders_give_the_labels_of_files(tmp_path: Path) -> None:
    """Without a table there is nothing to choose but what the files are."""
    found = preview(write_zip(tmp_path / "a.zip", recording_files()))
    assert (found.layout, found.modality, found.table) == ("folders", "audio", None)


@pytest.mark.parametrize(
    ("data", "modality", "guesses"),
    [
        (review_table(), "text", ("text", "", "label", "group")),
        (number_table(), "tabular", (*["feature"] * 10, "label")),
    ],
)
def test_a_table_of_samples_is_guessed(
    tmp_path: Path, data: bytes, modality: str, guesses: tuple[str, ...]
) -> None:
    """The roles of the columns tell what the rows are."""
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    found = preview(path)
    assert (found.layout, found.modality) == ("table", modality)
    assert found.table is not None
    assert found.table.guesses == guesses


def test_a_table_beside_files_has_other_roles(tmp_path: Path) -> None:
    """File and label are found by their names; a label of another name is a problem until it is named."""
    files = {name.replace("/", "-"): data for name, data in picture_files(2).items()}
    rows = [[name, 0.5, f"p{i // 2}"] for i, name in enumerate(files)]
    table = write_csv(["file", "quality", "patient"], rows)
    source = write_zip(tmp_path / "a.zip", {**files, "t.csv": table})
    found = preview(source)
    assert (found.layout, found.modality) == ("manifest", "image")
    assert found.table is not None
    assert found.table.guesses == ("", "", "")
    assert "No column of 't.csv' is recognised as the label" in found.table.problem
    named = preview(source, Reading(label_columns=("quality",))).table
    assert named is not None
    assert (named.guesses, named.problem) == (("file", "label", "group"), "")


def test_parts_and_levels_of_folders_are_told(tmp_path: Path) -> None:
    """How many files each part has, and which of two levels names the classes."""
    names = [f"{part}/{kind}/p{i}" for part in ("train", "val") for kind in ("cat", "dog") for i in range(2)]
    pictures = list(picture_files(8).values())
    files = dict(zip([f"{name}/{k}.png" for name in names for k in range(2)], pictures, strict=False))
    found = preview(write_zip(tmp_path / "a.zip", files))
    assert (found.layout, found.class_folders) == ("folders", "outer")
    assert found.parts == {"train": 8, "validation": 8}


def test_two_readings_are_asked_about_before_anything_is_read(tmp_path: Path) -> None:
    """The question of reading is the question of the preview."""
    names = ["cat/persian", "cat/siamese", "dog/beagle", "dog/poodle"]
    pictures = list(picture_files(8).values())
    files = dict(zip([f"{name}/{k}.png" for name in names for k in range(2)], pictures, strict=False))
    source = write_zip(tmp_path / "a.zip", files)
    with pytest.raises(UnclearReadingError, match="two levels of folders"):
        preview(source)
    assert preview(source, Reading(class_folders="inner")).class_folders == "inner"


def test_a_damaged_archive_is_told(tmp_path: Path) -> None:
    """What cannot be opened raises as reading it would."""
    path = tmp_path / "a.zip"
    path.write_bytes(b"nothing")
    with pytest.raises(ArchiveError, match=r"a\.zip"):
        preview(path)


@pytest.mark.parametrize("kind", ["table", "manifest"])
def test_a_recognised_group_can_be_taken_away(tmp_path: Path, kind: str) -> None:
    """An empty name of the group column means that there are no groups, though one looks like some."""
    if kind == "table":
        source = tmp_path / "t.csv"
        source.write_bytes(review_table())
    else:
        files = picture_files(4)
        rows = [[name, name.split("/")[0], f"p{i % 3}"] for i, name in enumerate(files)]
        table = write_csv(["file", "label", "patient"], rows)
        source = write_zip(tmp_path / "a.zip", {**files, "t.csv": table})
    assert load_samples(source).groups
    assert not load_samples(source, Reading(group_column="")).groups
