"""The demo samples, one for each of three modalities."""

from __future__ import annotations

from collections import defaultdict

import pytest

from ptmrank_core.data import load_samples
from ptmrank_core.data.builtin.demo import DEMO_SAMPLES
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import Reading, Waveform


@pytest.mark.parametrize(
    ("name", "modality", "kind"),
    [
        ("demo:digits", "image", "Image"),
        ("demo:docstrings", "text", "str"),
        ("demo:spoken-digits", "audio", "Waveform"),
    ],
)
def test_demo_samples_are_balanced_and_decode(name: str, modality: str, kind: str) -> None:
    """Ten classes of as many samples each, every one with a content of its own."""
    samples = load_samples(name)
    counts = samples.summary().class_counts
    assert (samples.modality, samples.n_samples) == (modality, DEMO_SAMPLES[name].n_samples)
    assert DEMO_SAMPLES[name].modality == modality
    assert len(counts) == 10
    assert len(set(counts.values())) == 1
    assert len(set(samples.digests)) == samples.n_samples
    assert {type(item.decode()).__name__ for item in samples.items[::40]} == {kind}


def test_every_demo_is_in_the_table() -> None:
    """The table is what the error on an unknown name lists."""
    assert [*DEMO_SAMPLES] == ["demo:digits", "demo:docstrings", "demo:spoken-digits"]


def test_spoken_digits_are_grouped_by_speaker() -> None:
    """Each speaker says each digit; the length of a clip is known without decoding it."""
    samples = load_samples("demo:spoken-digits")
    words = defaultdict(set)
    for group, label in zip(samples.groups, samples.labels.tolist(), strict=True):
        words[group].add(label)
    assert all(len(labels) == 10 for labels in words.values())
    wave = samples.items[7].decode()
    assert isinstance(wave, Waveform)
    assert len(wave.samples) == samples.items[7].size


def test_documents_are_grouped_by_module() -> None:
    """Texts of one source file, written side by side, share a group and a subject."""
    samples = load_samples("demo:docstrings")
    subjects = defaultdict(set)
    for group, label in zip(samples.groups, samples.labels.tolist(), strict=True):
        subjects[group].add(label)
    assert len(subjects) > 100
    assert all(len(labels) == 1 for labels in subjects.values())


def test_demo_samples_are_what_they_are() -> None:
    """A wish for another modality or target is refused; their own is granted."""
    assert load_samples("demo:digits", Reading(modality="image")).n_samples == 600
    with pytest.raises(SamplesError, match="is for image classification; it cannot be read as audio"):
        load_samples("demo:digits", Reading(modality="audio"))
