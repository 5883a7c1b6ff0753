"""Data sets of the package ``datasets``, made by it: what is read, and what is asked."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import soundfile

from ptmrank_core.data import load_samples
from ptmrank_core.errors import SamplesError, UnknownNameError
from ptmrank_core.examples import load_objects
from tests.data.objects.own import LABELS, RATE, N, pictures, texts, tones
from tests.pictures import encoded

datasets = pytest.importorskip("datasets", reason="needs the extra datasets")
CLASSES = datasets.ClassLabel(names=["dog", "cat"])


def data_set(labels: list[Any] | None = None) -> Any:
    """Pictures with the numbers of their classes."""
    numbers = [i % 2 for i in range(N)] if labels is None else labels
    features = datasets.Features({"image": datasets.Image(), "label": CLASSES})
    return datasets.Dataset.from_dict({"image": pictures(), "label": numbers}, features=features)


def test_pictures_are_read_from_the_bytes_that_are_stored(tmp_path: Any) -> None:
    """With the names of the classes; the same features are cached as for a folder of these files."""
    samples = load_objects(data_set())
    assert (samples.modality, samples.n_samples, samples.class_names) == ("image", N, ("cat", "dog"))
    for i, image in enumerate(pictures()):
        (tmp_path / "dc"[i % 2]).mkdir(exist_ok=True)
        (tmp_path / "dc"[i % 2] / f"{i}.png").write_bytes(encoded(image))
    assert sorted(samples.digests) == sorted(load_samples(tmp_path).digests)


def test_the_format_and_the_decoding_of_the_data_set_stay_as_they_are() -> None:
    """It is read without them, and a transform is not applied, which is said."""
    plain, own = load_objects(data_set()), data_set()
    own.set_transform(lambda rows: {"image": [0] * len(rows["image"]), "label": rows["label"]})
    samples = load_objects(own)
    assert samples.digests == plain.digests
    assert "The transform of the data set was not applied." in samples.notes
    assert own[0]["image"] == 0
    assert load_objects(data_set().with_format("numpy")).digests == plain.digests


def test_minus_one_is_no_label() -> None:
    """As the Hub writes the labels of a test part; it is said and never a class."""
    samples = load_objects(data_set([0, 1, 0, 1, -1, -1, 0, 1, None, 1, 0, 1]))
    assert samples.class_names == ("cat", "dog")
    assert [one.reason for one in samples.left_out] == ["no label"] * 3
    assert "2 rows with -1 in column 'label', which stands for no label: left out." in samples.notes


def test_of_several_parts_those_for_training_are_read() -> None:
    """As of files; the others when they are named, and both numbers are told."""
    train, test = data_set().select(range(8)), data_set().select(range(8, N))
    whole = datasets.DatasetDict({"train": train, "test": test})
    samples = load_objects(whole)
    assert samples.n_samples == 8
    assert samples.parts == {"train": 8, "test": N - 8}
    assert samples.notes[0] == "Parts of the data set: train (8), test (4); taken: train."
    assert load_objects(whole, split="test").n_samples == N - 8
    assert load_objects(whole, parts="all").n_samples == N
    assert load_objects(whole, split=["train", "test"]).digests == load_objects(data_set()).digests
    with_validation = datasets.DatasetDict({"train": train, "validation": test})
    assert load_objects(with_validation).n_samples == N
    with pytest.raises(UnknownNameError, match="Unknown part 'tests'"):
        load_objects(whole, split="tests")


def test_parts_of_which_none_is_for_training_are_asked_about() -> None:
    """Unless there is only one."""
    halves = {"red": data_set().select(range(6)), "green": data_set().select(range(6, N))}
    with pytest.raises(SamplesError, match="the parts 'red', 'green', and none is for training"):
        load_objects(datasets.DatasetDict(halves))
    assert load_objects(datasets.DatasetDict(halves), split="red").n_samples == 6
    assert load_objects(datasets.DatasetDict({"red": data_set()})).n_samples == N


def test_parts_that_do_not_fit_together_are_refused() -> None:
    """Other names of classes would number them otherwise."""
    other = data_set().cast_column("label", datasets.ClassLabel(names=["bird", "fish"]))
    both = datasets.DatasetDict({"train": data_set(), "validation": other})
    with pytest.raises(SamplesError, match="different columns or classes"):
        load_objects(both)


def test_recordings_need_no_decoder_of_its_own() -> None:
    """The bytes that are stored are read as files are."""
    files = []
    for i, tone in enumerate(tones()):
        buffer = io.BytesIO()
        soundfile.write(buffer, tone, RATE, format="WAV")
        files.append({"bytes": buffer.getvalue(), "path": f"{i}.wav"})
    plain = {"bytes": datasets.Value("binary"), "path": datasets.Value("string")}
    features = datasets.Features({"audio": plain, "label": datasets.Value("string")})
    own = datasets.Dataset.from_dict({"audio": files, "label": LABELS}, features=features)
    samples = load_objects(own.cast_column("audio", datasets.Audio(sampling_rate=16_000)))
    assert (samples.modality, samples.n_samples) == ("audio", N)
    assert samples.items[0].decode().rate == RATE
    assert np.allclose(samples.items[0].decode().samples, tones()[0], atol=1e-4)


def test_texts_and_several_labels() -> None:
    """A list of classes is several labels a sample, by their names."""
    features = datasets.Features({"text": datasets.Value("string"), "labels": datasets.List(CLASSES)})
    numbers = [[0], [1], [0, 1], []] * 3
    own = datasets.Dataset.from_dict({"text": texts(), "labels": numbers}, features=features)
    samples = load_objects(own)
    assert (samples.target_kind, samples.class_names) == ("multilabel", ("cat", "dog"))
    assert samples.labels[:4].tolist() == [[0, 1], [1, 0], [1, 1], [0, 0]]


def test_many_classes_need_no_word() -> None:
    """Though their names are numbers: the type of the column says that they are classes."""
    names = datasets.ClassLabel(names=[str(i) for i in range(30)])
    features = datasets.Features({"text": datasets.Value("string"), "label": names})
    own = datasets.Dataset.from_dict(
        {"text": texts(60), "label": [i % 30 for i in range(60)]}, features=features
    )
    assert len(load_objects(own).class_names) == 30


def test_a_stream_is_refused_with_what_to_do() -> None:
    """It has no length; the hint names the call that takes a part of it."""
    with pytest.raises(SamplesError, match=r"streamed.*take\(1000\)"):
        load_objects(data_set().to_iterable_dataset())


def test_a_part_of_a_single_data_set() -> None:
    """Its own name is no other part; a column may say which part each row belongs to."""
    own = data_set()
    with pytest.raises(UnknownNameError, match="Unknown part 'test'"):
        load_objects(own, split="test")
    column = own.add_column("split", ["train"] * 8 + ["test"] * 4)
    assert load_objects(column).n_samples == 8
    assert load_objects(column, split="test").parts == {"train": 8, "test": 4}
    named = datasets.Dataset.from_dict({"text": texts(), "label": LABELS}, split="test")
    assert load_objects(named, split="test").n_samples == N
