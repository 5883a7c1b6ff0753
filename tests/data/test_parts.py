"""The names of the parts of a data set."""

from __future__ import annotations

import pytest

from ptmrank_core.data.parts import are_parts, choose_parts, part_of, part_of_stem
from ptmrank_core.errors import UnknownNameError


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("train", "train"),
        ("Training", "train"),
        ("dev", "validation"),
        ("VAL", "validation"),
        ("test_set", "test"),
        ("unlabelled", "unsup"),
        ("fold_03", "fold3"),
        ("Fold 10", "fold10"),
        ("trainer", None),
        ("latest", None),
        ("folder", None),
        ("", None),
    ],
)
def test_a_name_is_a_part_or_not(name: str, part: str | None) -> None:
    """Spellings of one part are one part, and words that contain them are none."""
    assert part_of(name) == part


@pytest.mark.parametrize(
    ("stem", "part"),
    [
        ("train-00000-of-00002", "train"),
        ("test_images", "test"),
        ("imdb_train", "train"),
        ("train2017", "train"),
        ("validation-1", "validation"),
        ("train_test", None),
        ("my_train_station_photos", None),
        ("data", None),
    ],
)
def test_a_file_is_of_a_part_or_not(stem: str, part: str | None) -> None:
    """Shards and companions do not hide the part; a word in the middle, or two parts, tell nothing."""
    assert part_of_stem(stem) == part


def test_a_class_may_be_called_train() -> None:
    """Folders are parts only where every one of them is."""
    assert are_parts(["train", "test"])
    assert are_parts(["train_images", "test_images"])
    assert not are_parts(["train", "bus", "car"])
    assert not are_parts([])


def test_training_and_validation_are_taken_by_default() -> None:
    """Test samples are kept apart unless there is nothing else, or they are asked for."""
    found = ("train", "validation", "test")
    assert choose_parts(found, ()) == ("train", "validation")
    assert choose_parts(found, ("all",)) == found
    assert choose_parts(found, ("Testing",)) == ("test",)
    assert choose_parts(("test",), ()) == ("test",)
    assert choose_parts(("fold1", "fold2"), ()) == ("fold1", "fold2")
    with pytest.raises(UnknownNameError, match="unsup"):
        choose_parts(found, ("unsup",))
