"""Files are found by the paths that tables give."""

from __future__ import annotations

import pytest

from ptmrank_core.data.files.file_index import FileIndex

FILES = (
    "train/cat/1.png",
    "train/dog/1.png",
    "train/cat/002.png",
    "test/cat/3.png",
    "test/only.png",
    "sounds/4-a.b.wav",
    "cafe\u0301.png",
    "meta/labels.csv",
)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("train/cat/1.png", "train/cat/1.png"),
        ("./train/../train/cat/1.png", "train/cat/1.png"),
        ("..\\train\\dog\\1.png", "train/dog/1.png"),  # from the folder of the table
        ("/home/me/data/train/dog/1.png", "train/dog/1.png"),
        ("C:\\data\\dog\\1.png", "train/dog/1.png"),
        ("https://example.org/files/dog/1.png", "train/dog/1.png"),
        ("/data/dog/1.PNG", "train/dog/1.png"),
        ("DOG/1", "train/dog/1.png"),
        ("002", "train/cat/002.png"),
        ("2", "train/cat/002.png"),  # a spreadsheet drops the zeros
        ("4-a.b", "sounds/4-a.b.wav"),
        ("caf\u00e9.png", "cafe\u0301.png"),
        ("anywhere/3.png", "test/cat/3.png"),
        ("train/only.png", None),  # of another part
        ("1.png", None),  # two of them
        ("/elsewhere/bird/1.png", None),
        ("02.jpg", None),
        ("", None),
        ("  ", None),
        ("..", None),
    ],
)
def test_a_path_leads_to_one_file_or_none(path: str, name: str | None) -> None:
    """By its whole, or by an end that fits one file alone."""
    assert FileIndex(FILES, "meta/labels.csv").find(path) == name


def test_several_that_fit_are_told_from_none() -> None:
    """A path whose end fits two files alike is no missing file."""
    files = FileIndex(FILES, "labels.csv")
    match = files.locate("/x/1.png")
    assert match is not None
    assert match.name == ""
    assert files.locate("/x/9.png") is None


@pytest.mark.parametrize(("part", "name"), [("train", "train_images/1.png"), ("test", "test_images/1.png")])
def test_a_table_of_a_part_means_the_files_of_that_part(part: str, name: str) -> None:
    """The same number is another file in train.csv and in test.csv."""
    files = ("train_images/1.png", "test_images/1.png", "test_images/2.png")
    assert FileIndex(files, f"{part}.csv", part).find("1") == name
    assert FileIndex(files, "train.csv", "train").find("2") is None


def test_a_table_of_a_part_without_a_folder_of_its_own_takes_what_is_there() -> None:
    """val.csv may list pictures in train_images, where there are no others."""
    assert FileIndex(("train_images/1.png",), "val.csv", "validation").find("1") == "train_images/1.png"


def test_many_files_of_one_name_do_not_take_long() -> None:
    """Each of twenty thousand folders holds img.png: the folder tells which is meant."""
    names = [f"d{i}/img.png" for i in range(20_000)]
    files = FileIndex(names, "labels.csv")
    assert [files.find(f"/data/d{i}/img.png") for i in range(20_000)] == names
    assert files.find("img.png") is None
