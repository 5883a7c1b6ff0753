"""Pairs of a sample and its label: in a list, or from a data set of torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ptmrank_core.errors import SamplesError
from ptmrank_core.examples import load_audio_example, load_image_example, load_objects, load_text_example
from ptmrank_core.records import Waveform
from tests.data.objects.own import LABELS, RATE, N, numbers, pictures, texts, tones


class DataSet(torch.utils.data.Dataset[Any]):
    """A data set of torch as people write them: it counts how often each sample is asked for."""

    classes = ("cat", "dog")

    def __init__(self, *, scaled: bool) -> None:
        self.scaled = scaled
        self.asked = [0] * N

    def __len__(self) -> int:
        return N

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        self.asked[index] += 1
        pixels = torch.from_numpy(np.array(pictures()[index])).permute(2, 0, 1)
        return (pixels / 255 if self.scaled else pixels), index % 2


@pytest.mark.parametrize("scaled", [False, True])
def test_a_data_set_of_torch(scaled: bool) -> None:
    """Names of classes are its own; each sample is asked for once, and read without the whole in memory."""
    own = DataSet(scaled=scaled)
    samples = load_image_example(own)
    assert (samples.n_samples, samples.class_names) == (N, ("cat", "dog"))
    assert own.asked == [1] * N
    assert samples.digests == load_objects(list(zip(pictures(), LABELS, strict=True))).digests


def test_a_part_of_a_data_set_has_its_classes() -> None:
    """However deep it lies."""
    own = DataSet(scaled=False)
    part = torch.utils.data.Subset(torch.utils.data.Subset(own, range(10)), range(8))
    samples = load_image_example(part)
    assert (samples.n_samples, samples.class_names) == (8, ("cat", "dog"))


def test_tensors_of_numbers() -> None:
    """Vectors are rows of numbers."""
    x = torch.from_numpy(numbers())
    own = torch.utils.data.TensorDataset(x, torch.tensor([0, 1] * (N // 2)))
    samples = load_objects(own)
    assert (samples.modality, samples.class_names) == ("tabular", ("0", "1"))
    assert np.array_equal(np.stack([item.decode() for item in samples.items]), numbers())


def test_a_data_set_of_dictionaries() -> None:
    """Columns by the usual names, as models of transformers take them."""

    class Rows(torch.utils.data.Dataset[Any]):
        """Texts with their labels by name."""

        def __len__(self) -> int:
            return N

        def __getitem__(self, index: int) -> dict[str, Any]:
            return {"text": texts()[index], "label": LABELS[index]}

    assert load_objects(Rows()).class_names == ("cat", "dog")


def test_recordings_of_every_form() -> None:
    """Pairs with the rate, triples, dictionaries, records; with one rate for all; channels on either side."""
    plain = load_objects([((tone, RATE), k) for tone, k in zip(tones(), LABELS, strict=True)])
    stereo = [np.stack([tone, tone]) for tone in tones()]
    forms: list[list[Any]] = [
        [(torch.from_numpy(tone), RATE, k) for tone, k in zip(tones(), LABELS, strict=True)],
        [({"array": tone, "sampling_rate": RATE}, k) for tone, k in zip(tones(), LABELS, strict=True)],
        [(Waveform(np.float32(tone), RATE), k) for tone, k in zip(tones(), LABELS, strict=True)],
        [((tone, RATE), k) for tone, k in zip(stereo, LABELS, strict=True)],
        [((tone.T, np.int64(RATE)), k) for tone, k in zip(stereo, LABELS, strict=True)],
    ]
    for form in forms:
        assert load_objects(form).digests == plain.digests
    pairs = list(zip(tones(), LABELS, strict=True))
    assert load_audio_example(pairs, sampling_rate=RATE).digests == plain.digests
    with pytest.raises(SamplesError, match="sampling_rate=16000"):
        load_audio_example(pairs)


def test_integers_of_a_recording_are_scaled_from_their_full_range() -> None:
    """As a file of 16 bits is."""
    levels = [(np.int16(20_000 * tone), RATE) for tone in tones()]
    samples = load_objects(list(zip(levels, LABELS, strict=True)))
    assert np.allclose(samples.items[0].decode().samples, levels[0][0] / 2**15)


@pytest.mark.parametrize(
    ("recording", "message"),
    [
        ((np.zeros((128, 300)), RATE), "would have 128 channels.*spectrogram"),
        ((np.zeros((2, 2, 90)), RATE), "was given as a recording"),
        ("text", "no recording|cannot be read|expected a recording"),
    ],
)
def test_what_is_no_recording_is_refused(recording: Any, message: str) -> None:
    """A spectrogram is no waveform."""
    pairs = [(recording, k) for k in LABELS]
    with pytest.raises(SamplesError, match=message):
        load_audio_example(pairs)


def test_single_recordings_that_cannot_be_used_are_left_out() -> None:
    """With the reason; those of hardly any sound are warned of."""
    own = [*tones(), np.full(100, np.nan), np.zeros(0), np.full(100, 9.0), np.zeros(400), None]
    pairs = [((tone, RATE) if tone is not None else None, "cat") for tone in own[N:]]
    samples = load_audio_example([*(((t, RATE), k) for t, k in zip(own, LABELS, strict=False)), *pairs])
    assert [one.reason for one in samples.left_out] == [
        "unreadable recording: values up to nan; expected -1 to 1",
        "unreadable recording: its length is zero",
        "unreadable recording: values up to 9; expected -1 to 1",
        "no audio",
    ]
    assert any("is silent: 'audio:16'" in warning for warning in samples.warnings)


def test_several_labels_in_pairs() -> None:
    """Lists and sets of words."""
    pairs = list(zip(texts(), [["a"], {"a", "b"}, ("b",), []] * 3, strict=True))
    samples = load_objects(pairs)
    assert (samples.target_kind, samples.class_names) == ("multilabel", ("a", "b"))
    assert samples.labels[:4].tolist() == [[1, 0], [1, 1], [0, 1], [0, 0]]


def test_pairs_of_texts() -> None:
    """A sample of two texts is a pair of them."""
    both = list(zip(texts(), texts(N + 1)[1:], strict=True))
    samples = load_text_example(list(zip(both, LABELS, strict=True)))
    assert samples.items[0].decode() == (texts()[0], texts(2)[1])


def test_integers_are_classes_however_many() -> None:
    """Where the script says that they are no numbers to predict."""
    pairs = [(text, i % 40) for i, text in enumerate(texts(80))]
    assert len(load_text_example(pairs).class_names) == 40
    with pytest.raises(SamplesError, match="may be classes or numbers"):
        load_objects(pairs)
    assert load_objects(pairs, target_kind="regression").target_kind == "regression"


def test_names_that_end_like_files_are_asked_about() -> None:
    """They may be texts or pictures; the loader says which."""
    pairs = [(f"{i}.png", k) for i, k in enumerate(LABELS)]
    with pytest.raises(SamplesError, match="It is not clear what the entries of the list are"):
        load_objects(pairs)
    assert load_text_example(pairs).modality == "text"
    with pytest.raises(SamplesError, match=r"no class left.*Left out: 12 x cannot be read"):
        load_image_example(pairs)
    with pytest.raises(SamplesError, match="no class left"):
        load_objects([(Path(name), k) for name, k in pairs])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("photos.zip", "'photos.zip' is no object with samples. Expected a datasets.Dataset"),
        (None, "None is no object with samples"),
        (5, "A int cannot be read as samples"),
        ([*zip(pictures(2), "ab", strict=True), ("x", 1)], "It is not clear what the entries"),
        ([(pictures(1)[0], "a"), "b"], "Entry 2 of the list is 'b'; expected a pair"),
    ],
)
def test_what_is_no_set_of_samples_is_refused(data: Any, message: str) -> None:
    """With what is expected."""
    with pytest.raises(SamplesError, match=message):
        load_objects(data)


def test_a_target_that_is_not_known_is_left_out() -> None:
    """``None`` is no class, and no reason to refuse the others."""
    pairs = [(f"number {i}", None if i % 3 == 0 else "ab"[i % 2]) for i in range(9)]
    samples = load_objects(pairs)
    assert (samples.n_samples, len(samples.left_out)) == (6, 3)
    assert {one.reason for one in samples.left_out} == {"no label"}
