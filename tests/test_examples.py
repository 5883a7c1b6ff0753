"""The loaders of a script: demo samples, and the user's own pairs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ptmrank_core.data import load_samples
from ptmrank_core.errors import SamplesError
from ptmrank_core.examples import load_audio_example, load_image_example, load_text_example
from ptmrank_core.records import Samples
from tests.pictures import picture_files
from tests.uploads import recording_files

TEXTS = [("good", 1), ("bad", 0), ("fine", 1), ("poor", 0)]


@pytest.mark.parametrize(
    ("load", "name"),
    [
        (load_image_example, "demo:digits"),
        (load_text_example, "demo:docstrings"),
        (load_audio_example, "demo:spoken-digits"),
    ],
)
def test_without_pairs_a_loader_gives_the_demo(load: Callable[[], Samples], name: str) -> None:
    """The samples that the command line knows by name, with the same fingerprint."""
    assert load().source == name
    assert load().fingerprint == load_samples(name).fingerprint


@pytest.fixture
def pictures(tmp_path: Path) -> list[tuple[Path, str]]:
    """Files of pictures with their classes."""
    pairs = []
    for name, data in picture_files(4).items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        pairs.append((file, file.parent.name))
    return pairs


def test_pictures_are_read_from_their_files(pictures: list[tuple[Path, str]]) -> None:
    """In the order of the list, with the content that a folder of them has."""
    samples = load_image_example(pictures[::-1])
    folder = load_samples(pictures[0][0].parents[1])
    assert samples.modality == "image"
    assert samples.names == tuple(str(file) for file, _ in pictures[::-1])
    assert sorted(samples.digests) == sorted(folder.digests)
    assert samples.class_names == folder.class_names
    assert samples.notes == folder.notes
    assert samples.items[0].decode().size == (40, 40)
    assert [samples.class_names[label] for label in samples.labels] == [kind for _, kind in pictures[::-1]]


def test_what_cannot_be_read_is_left_out_with_its_reason(
    pictures: list[tuple[Path, str]], tmp_path: Path
) -> None:
    """A file that is not there, one that is no picture, one that is there twice: the others stay."""
    (tmp_path / "broken.png").write_bytes(b"no picture")
    more = [(str(tmp_path / "gone.png"), "dots"), (str(tmp_path / "broken.png"), "dots"), pictures[0]]
    samples = load_image_example([*pictures, *more])
    reasons = {Path(item.name).name: item.reason for item in samples.left_out}
    assert samples.n_samples == len(pictures)
    assert reasons["gone.png"] == "cannot be read: No such file or directory"
    assert "broken.png" in reasons
    assert reasons[pictures[0][0].name].startswith("same content as")


def test_texts_are_in_the_list_or_in_files(tmp_path: Path) -> None:
    """A str is the text itself, a Path the file that holds it; integers are classes."""
    file = tmp_path / "own.txt"
    file.write_text("  from a file\n", encoding="utf-8")
    samples = load_text_example([*TEXTS, (file, 1), ("  ", 0)])
    assert [item.decode() for item in samples.items] == ["good", "bad", "fine", "poor", "from a file"]
    assert samples.class_names == ("0", "1")
    assert samples.labels.tolist() == [1, 0, 1, 0, 1]
    assert samples.names == ("text:1", "text:2", "text:3", "text:4", str(file))
    assert [(item.name, item.reason) for item in samples.left_out] == [("text:6", "an empty text")]


def test_recordings_are_read_from_their_files(tmp_path: Path) -> None:
    """Their item decodes to a waveform with its rate."""
    pairs = []
    for number, (name, data) in enumerate(recording_files(2).items()):
        file = tmp_path / f"{number}{Path(name).suffix}"
        file.write_bytes(data)
        pairs.append((str(file), Path(name).parent.name))
    samples = load_audio_example(pairs)
    assert (samples.modality, samples.n_samples, samples.left_out) == ("audio", len(pairs), ())
    assert samples.items[0].decode().rate > 0


def test_numbers_need_to_be_asked_for() -> None:
    """Floats are numbers with regression=True and an error without; integers are either."""
    pairs = [("a", 0.5), ("b", 1.25), ("c", np.float32(2.0)), ("d", 7)]
    samples = load_text_example(pairs, regression=True)
    assert samples.target_kind == "regression"
    assert samples.labels.tolist() == [0.5, 1.25, 2.0, 7.0]
    with pytest.raises(SamplesError, match=r"The target of entry 1 is the number 0\.5.*regression=True"):
        load_text_example(pairs)
    assert load_text_example([("a", np.int64(1)), ("b", 2), ("c", 1), ("d", 2)]).class_names == ("1", "2")


@pytest.mark.parametrize(
    ("pairs", "regression", "message"),
    [
        ([*TEXTS, "lonely"], False, "Entry 5 of the list is 'lonely'; expected a pair"),
        ([*TEXTS, ("a", ["x"])], False, "Label column 'target' holds numbers and words"),
        ([*TEXTS, (3, 1)], False, "Entry 5 of the list is 3; expected a text: a str"),
        ([("a", "x")], True, "The target of entry 1 is 'x'; expected a number"),
        ([("a", True)], True, "The target of entry 1 is True; expected a number"),
        ([], False, "no class left"),
        ([("a", 1), ("b", 1)], False, "only one class left: '1'"),
        ([("a", 1), ("b", 2)], True, "2 different numbers"),
    ],
)
def test_a_list_that_is_no_samples_is_refused(pairs: list[Any], regression: bool, message: str) -> None:
    """The entry is named, and the hint speaks of lists, not of tables."""
    with pytest.raises(SamplesError, match=message) as caught:
        load_text_example(pairs, regression=regression)
    assert "--" not in caught.value.hint


def test_a_number_that_is_missing_leaves_its_sample_out() -> None:
    """NaN is no number to predict."""
    samples = load_text_example(
        [("a", 1.0), ("b", float("nan")), ("c", 2.0), ("d", 3.0), ("e", float("inf"))], regression=True
    )
    assert samples.labels.tolist() == [1.0, 2.0, 3.0]
    assert [item.name for item in samples.left_out] == ["text:2", "text:5"]


def test_a_sample_without_a_class_is_left_out() -> None:
    """None is no class."""
    samples = load_text_example([*TEXTS, ("a text more", None)])
    assert samples.n_samples == len(TEXTS)
    assert [(one.name, one.reason) for one in samples.left_out] == [("text:5", "no label")]


def test_the_source_of_pairs_says_what_they_are() -> None:
    """The same list has the same source, another one another: a run knows its samples by it."""
    assert load_text_example(TEXTS).source == load_text_example(TEXTS).source
    assert load_text_example(TEXTS).source != load_text_example(TEXTS[::-1]).source
    assert load_text_example(TEXTS).source.startswith("memory:")
