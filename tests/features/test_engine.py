"""The pass over what is missing: each content once, memory bounded, layers in the same pass."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModel

from ptmrank_core.catalogue import local_models
from ptmrank_core.config import Settings
from ptmrank_core.data import name_samples
from ptmrank_core.errors import CancelledError
from ptmrank_core.events import BatchDone, Event
from ptmrank_core.features import FeatureCache, extract, forward_pass, load_cached
from ptmrank_core.features.batching import BatchSize
from ptmrank_core.features.cache.vectors import SampleVectors
from ptmrank_core.features.encoders.prepared import Prepared
from ptmrank_core.records import ExtractionOptions, ModelSpec, Samples
from tests.language_checkpoints import save_language_model

EXACT = ExtractionOptions(device="cpu", dtype="float32")


class Lengths:
    """A model that maps a text to its length, and remembers its batches; more than ``fits`` is too much."""

    device = "cpu"
    notes = ()

    def __init__(self, *, padding_invariant: bool = True, fits: int = 10**9) -> None:
        self.padding_invariant = padding_invariant
        self.fits = fits
        self.batches: list[list[int]] = []
        self.preparer = _as_length

    def collate(self, samples: Sequence[Prepared]) -> list[int]:
        """The lengths themselves."""
        return [sample.length for sample in samples]

    def forward(self, batch: list[int]) -> list[SampleVectors]:
        """One number for each."""
        if len(batch) > self.fits:
            raise MemoryError
        self.batches.append(batch)
        return [SampleVectors(np.array([length], dtype=np.float32), None) for length in batch]

    def is_out_of_memory(self, error: BaseException) -> bool:
        """Only what this model raises itself."""
        return isinstance(error, MemoryError)

    def free_memory(self) -> None:
        """Nothing is held."""

    def peak_memory_bytes(self) -> None:
        """Not known."""


def _as_length(items: Sequence[str]) -> list[Prepared]:
    return [Prepared(({"n": np.zeros(len(item), dtype=np.int8)},), length=len(item)) for item in items]


SPEC = ModelSpec(id="lengths", source="local", modality="text", revision="1")


def texts(lengths: Sequence[int]) -> Samples:
    """Texts of these lengths, all different as long as their lengths are."""
    return name_samples(["x" * length for length in lengths])


def run(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, model: Lengths, samples: Samples, **auxiliary: Any
) -> np.ndarray:
    """Extract with this model; the features as a list of numbers."""
    monkeypatch.setattr(forward_pass, "load_encoder", lambda _spec, _options: model)
    with FeatureCache(settings) as cache:
        return extract(samples, SPEC, options=EXACT, cache=cache, **auxiliary).embeddings[:, 0]


def test_the_longest_come_first_and_the_order_comes_back(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """Batches hold neighbours in length; the features stand in the order of the samples."""
    lengths = [int(n) for n in np.random.default_rng(0).permutation(np.arange(1, 101))]
    model = Lengths()
    np.testing.assert_array_equal(run(monkeypatch, settings, model, texts(lengths)), lengths)
    seen = [n for batch in model.batches for n in batch]
    assert seen == sorted(lengths, reverse=True)


def test_equal_samples_are_computed_once(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Samples of one content share one pass and one entry; each has its vector."""
    model = Lengths()
    events: list[Event] = []
    found = run(monkeypatch, settings, model, texts([3, 5, 3, 3, 7, 5]), sink=events.append)
    np.testing.assert_array_equal(found, [3, 5, 3, 3, 7, 5])
    assert sorted(n for batch in model.batches for n in batch) == [3, 5, 7]
    assert [e.done for e in events if isinstance(e, BatchDone)][-1] == 6


def test_where_padding_changes_vectors_no_batch_mixes_lengths(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """Families that are not padding-invariant see one length at a time."""
    names = [f"{'x' * n}{c}" for n in (2, 9, 4) for c in "abcdefghij"]
    model = Lengths(padding_invariant=False)
    run(monkeypatch, settings, model, name_samples(names))
    assert all(len(set(batch)) == 1 for batch in model.batches)
    assert sum(map(len, model.batches)) == 30


def test_memory_that_runs_out_halves_the_batch_and_repeats_nothing(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """The place that failed is tried with half; the size that fits is remembered for the next run."""
    model = Lengths(fits=5)
    run(monkeypatch, settings, model, texts(range(1, 51)))
    seen = [n for batch in model.batches for n in batch]
    assert sorted(seen) == list(range(1, 51))
    assert max(map(len, model.batches)) <= 5
    again = Lengths()
    run(monkeypatch, settings, again, texts(range(51, 91)))
    assert max(map(len, again.batches)) <= 5


@pytest.mark.skipif(os.name != "posix", reason="time of one thread is counted too coarsely here")
@pytest.mark.parametrize("device", ["cpu", "cuda:0"])
def test_waiting_for_other_programs_does_not_count_on_a_processor(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, device: str
) -> None:
    """A batch is judged by the time of its thread on a CPU, by the clock where a device is waited for."""
    seconds: list[float] = []
    monkeypatch.setattr(BatchSize, "done", lambda _self, _samples, _length, took: seconds.append(took))
    model = Lengths()
    model.device = device
    forward = model.forward
    now = {"thread": 0.0, "clock": 0.0}
    monkeypatch.setattr(time, "thread_time", lambda: now["thread"])
    monkeypatch.setattr(time, "perf_counter", lambda: now["clock"])

    def wait(batch: list[int]) -> list[SampleVectors]:
        now["thread"] += 1.0
        now["clock"] += 9.0
        return forward(batch)

    monkeypatch.setattr(model, "forward", wait)
    run(monkeypatch, settings, model, texts([3]))
    assert seconds == [1.0 if device == "cpu" else 9.0]


def test_windows_bound_what_is_prepared_ahead(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """A window closes with a block, or at its number of bytes; within it the longest come first."""
    monkeypatch.setattr(forward_pass, "BLOCK_SAMPLES", 32)
    model = Lengths()
    run(monkeypatch, settings, model, texts(range(1, 101)))
    firsts = [batch[0] for batch in model.batches]
    assert firsts == sorted(firsts, reverse=True)
    assert max(map(len, model.batches)) <= 32


def test_stopped_half_way_only_the_rest_is_computed(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """What a run computed before it was stopped is in the cache; the next computes the rest alone."""
    model = Lengths()
    samples = texts(range(1, 101))
    with pytest.raises(CancelledError):
        run(monkeypatch, settings, model, samples, cancel=lambda: sum(map(len, model.batches)) >= 50)
    n_before = sum(map(len, model.batches))
    assert 50 <= n_before < 100
    again = Lengths()
    np.testing.assert_array_equal(run(monkeypatch, settings, again, samples), range(1, 101))
    assert sum(map(len, again.batches)) == 100 - n_before


def test_hidden_layers_come_from_the_same_pass(tmp_path: Path, settings: Settings) -> None:
    """Every hidden state is pooled as the last one is, and kept; the last layer is the feature itself."""
    folder = save_language_model(tmp_path / "model", "bert")
    (spec,) = local_models(folder, wanted="text")
    samples = name_samples(["a dog", "two small dogs ran", "cat"])
    with_layers = replace(EXACT, layers=True)
    with FeatureCache(settings) as cache:
        features = extract(samples, spec, options=with_layers, cache=cache)
        assert load_cached(samples, spec, options=with_layers, cache=cache) is not None
        plain = load_cached(samples, spec, options=EXACT, cache=cache)
    assert plain is not None
    assert plain.layer_embeddings == ()
    n_layers = AutoModel.from_pretrained(folder).config.num_hidden_layers
    assert [layer.shape for layer in features.layer_embeddings] == [features.embeddings.shape] * (
        n_layers + 1
    )
    np.testing.assert_allclose(features.layer_embeddings[-1], features.embeddings, atol=1e-6)
    assert np.abs(features.layer_embeddings[0] - features.embeddings).max() > 1e-3


def test_auto_precision_is_near_float32_and_kept_apart(tmp_path: Path, settings: Settings) -> None:
    """Half precision moves a vector a little; the cache never serves one format for the other."""
    folder = save_language_model(tmp_path / "model", "bert")
    (spec,) = local_models(folder, wanted="text")
    samples = name_samples(["a dog", "two small dogs ran", "cat"])
    with FeatureCache(settings) as cache:
        exact = extract(samples, spec, options=EXACT, cache=cache)
        half = extract(samples, spec, options=replace(EXACT, dtype="bfloat16"), cache=cache)
    assert half.report.cache_misses == 3
    assert half.embeddings.dtype == np.float32
    cosine = torch.cosine_similarity(torch.tensor(exact.embeddings), torch.tensor(half.embeddings))
    assert cosine.min() > 0.99
    assert np.abs(exact.embeddings - half.embeddings).max() > 0


def test_looking_auto_up_loads_no_torch(tmp_path: Path) -> None:
    """A warm run asks what ``auto`` means here too, and must stay light."""
    code = """
import sys
from pathlib import Path
from ptmrank_core.features.cache.facts_file import FactsFile
from ptmrank_core.features.precision import resolve_options
from ptmrank_core.records import ExtractionOptions
options = resolve_options(ExtractionOptions(device="cpu"), FactsFile(Path(sys.argv[1])))
print(options.dtype, "torch" in sys.modules)
"""
    command = [sys.executable, "-c", code, str(tmp_path / "extraction.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split()[1] == "False"
