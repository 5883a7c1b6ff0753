"""Features without a checkpoint: a function of the user's, and the columns of a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from ptmrank_core.catalogue import columns_model
from ptmrank_core.config import Settings
from ptmrank_core.data.tables.items import NumbersItem
from ptmrank_core.errors import CancelledError, SamplesError, UnsupportedModelError
from ptmrank_core.events import BatchDone, Event
from ptmrank_core.features import FeatureCache, extract, load_cached
from ptmrank_core.records import ExtractionOptions, Features, ModelSpec, Samples, Waveform

OPTIONS = ExtractionOptions(batch_size=4)
OWN = ModelSpec("mine", "function", "image")
KEPT = replace(OWN, revision="v1")


def mean_colour(pictures: list[Any]) -> np.ndarray:
    """A model of three features: the mean of each channel."""
    return np.stack([np.asarray(picture, dtype=np.float64).mean(axis=(0, 1)) for picture in pictures])


def run(
    samples: Samples, settings: Settings, function: Callable[[list[Any]], Any] | None, spec: ModelSpec = OWN
) -> Features:
    """Extract the features of a function."""
    with FeatureCache(settings) as cache:
        return extract(samples, spec, options=OPTIONS, cache=cache, function=function)


def test_a_function_gets_decoded_samples_in_batches(samples: Samples, settings: Settings) -> None:
    """Its rows are the features of the samples in their order; a listener hears of each batch."""
    seen: list[list[Any]] = []
    events: list[Event] = []

    def function(pictures: list[Any]) -> np.ndarray:
        seen.append(pictures)
        return mean_colour(pictures)

    with FeatureCache(settings) as cache:
        features = extract(samples, OWN, options=OPTIONS, cache=cache, function=function, sink=events.append)
    assert [len(batch) for batch in seen] == [4, 4, 4, 4, 2]
    assert all(isinstance(picture, Image.Image) for batch in seen for picture in batch)
    expected = mean_colour([item.decode() for item in samples.items])
    np.testing.assert_allclose(features.embeddings, expected, rtol=1e-6)
    assert features.embeddings.dtype == np.float32
    assert (features.source_logits, features.report.notes, features.report.device) == (None, (), None)
    assert [event.done for event in events if isinstance(event, BatchDone)] == [0, 4, 8, 12, 16, 18]


def test_only_a_function_with_a_version_is_cached(samples: Samples, settings: Settings) -> None:
    """Without a version nothing is written or read; another version, or another name, is another model."""
    calls: list[int] = []

    def function(pictures: list[Any]) -> np.ndarray:
        calls.append(len(pictures))
        return mean_colour(pictures)

    for _ in range(2):
        assert run(samples, settings, function).report.cache_misses == 18
    with FeatureCache(settings) as cache:
        assert len(cache) == 0
        assert load_cached(samples, OWN, options=OPTIONS, cache=cache) is None
    first = run(samples, settings, function, KEPT)
    n_calls = len(calls)
    again = run(samples, settings, None, KEPT)
    assert (first.report.cache_hits, again.report.cache_hits, len(calls)) == (0, 18, n_calls)
    np.testing.assert_array_equal(again.embeddings, first.embeddings)
    with FeatureCache(settings) as cache:
        assert load_cached(samples, KEPT, options=OPTIONS, cache=cache) is not None
    for other in (replace(KEPT, revision="v2"), replace(KEPT, id="other")):
        assert run(samples, settings, function, other).report.cache_misses == 18


def test_a_tensor_of_torch_is_an_array_too(samples: Samples, settings: Settings) -> None:
    """One that remembers its gradient, in half precision, is taken as well."""

    def function(pictures: list[Any]) -> torch.Tensor:
        return torch.ones((len(pictures), 5), dtype=torch.bfloat16, requires_grad=True)

    assert run(samples, settings, function).embeddings.shape == (18, 5)


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (np.ones(4), r"array of shape \(4,\) for 4 samples"),
        (np.ones((3, 2)), r"array of shape \(3, 2\) for 4 samples"),
        (np.ones((4, 0)), r"array of shape \(4, 0\) for 4 samples"),
        (np.full((4, 2), np.nan), "NaN, infinity or more than float32 holds for 4 of 4 samples"),
        (np.full((4, 2), 1e39), "NaN, infinity or more than float32 holds"),
        (None, "returned NoneType of object; expected real numbers"),
        ([["a"]] * 4, "returned list of <U1; expected real numbers"),
        ([[1.0], [1.0, 2.0]] * 2, "returned no array"),
    ],
)
def test_what_is_no_vector_for_each_sample_is_told(
    samples: Samples, settings: Settings, returned: Any, message: str
) -> None:
    """Each with the function's name and what came, and nothing is kept."""
    with pytest.raises(UnsupportedModelError, match=message) as caught:
        run(samples, settings, lambda _: returned, KEPT)
    assert "'mine'" in caught.value.message
    with FeatureCache(settings) as cache:
        assert len(cache) == 0


def test_all_vectors_have_one_width(samples: Samples, settings: Settings) -> None:
    """In every batch of a run, and under one version in every run."""
    widths = iter((2, 2, 3))
    with pytest.raises(UnsupportedModelError, match=r"of width 3; those before were of width 2"):
        run(samples, settings, lambda pictures: np.ones((len(pictures), next(widths))), KEPT)
    with pytest.raises(UnsupportedModelError, match=r"of width 5; those before were of width 2"):
        run(samples, settings, lambda pictures: np.ones((len(pictures), 5)), KEPT)


def test_a_function_that_is_not_known_here_is_told(samples: Samples, settings: Settings) -> None:
    """Another process has no function of ours; it says so and computes nothing."""
    with pytest.raises(UnsupportedModelError, match="'mine' is not known in this process"):
        run(samples, settings, None)


def test_cancelling_stops_a_function_after_its_batch(samples: Samples, settings: Settings) -> None:
    """What was computed under a version is not computed again."""
    with FeatureCache(settings) as cache, pytest.raises(CancelledError):
        extract(samples, KEPT, options=OPTIONS, cache=cache, function=mean_colour, cancel=lambda: True)
    assert run(samples, settings, mean_colour, KEPT).report.cache_hits == 4


@dataclass(frozen=True)
class Recording:
    """A recording of 16 frames."""

    rate: int = 8000
    size: int = 16

    def decode(self) -> Waveform:
        """Return the waveform."""
        return Waveform(np.linspace(-1, 1, 16, dtype=np.float32), self.rate)


def test_a_recording_is_a_pair(samples: Samples, settings: Settings) -> None:
    """A function gets samples and rate and needs no class of ours."""
    recordings = replace(samples, modality="audio", items=(Recording(),) * samples.n_samples)

    def function(pairs: list[Any]) -> np.ndarray:
        assert all(rate == 8000 and wave.shape == (16,) for wave, rate in pairs)
        return np.array([[wave[0], wave[-1]] for wave, _ in pairs])

    features = run(recordings, settings, function, replace(OWN, modality="audio"))
    np.testing.assert_array_equal(features.embeddings[0], [-1, 1])


def table(numbers: np.ndarray) -> Samples:
    """Rows of numbers as samples."""
    n = len(numbers)
    return Samples(
        modality="tabular",
        names=tuple(f"t.csv:{i + 2}" for i in range(n)),
        items=tuple(NumbersItem(row) for row in numbers),
        labels=np.arange(n) % 2,
        class_names=("a", "b"),
        digests=tuple(str(i) for i in range(n)),
        left_out=(),
        source="t.csv",
    )


def test_columns_are_features_as_they_are(settings: Settings) -> None:
    """Nothing is standardised, nothing cached, and they can be looked at any time."""
    numbers = np.random.default_rng(0).normal(5, 100, size=(6, 3))
    samples = table(numbers)
    with FeatureCache(settings) as cache:
        features = extract(
            samples, columns_model(), options=OPTIONS, cache=cache, auxiliary={"reference": samples}
        )
        kept = load_cached(samples, columns_model(), options=OPTIONS, cache=cache)
        assert len(cache) == 0
    np.testing.assert_array_equal(features.embeddings, numbers.astype(np.float32))
    np.testing.assert_array_equal(features.auxiliary["reference"].embeddings, features.embeddings)
    assert kept is not None
    np.testing.assert_array_equal(kept.embeddings, features.embeddings)
    assert (features.report.cache_hits, features.report.cache_misses) == (0, 0)


def test_columns_that_float32_cannot_hold_are_told(samples: Samples, settings: Settings) -> None:
    """By the row's name; and pictures have no columns."""
    numbers = np.ones((4, 2))
    numbers[2, 1] = 1e300
    with FeatureCache(settings) as cache:
        with pytest.raises(UnsupportedModelError, match=r"'t.csv:4' holds 1e\+300"):
            extract(table(numbers), columns_model(), options=OPTIONS, cache=cache)
        with pytest.raises(UnsupportedModelError, match="only rows of numbers"):
            extract(samples, columns_model(), options=OPTIONS, cache=cache)


@dataclass(frozen=True)
class Gone:
    """A sample that can no longer be read."""

    size: int = 1

    def decode(self) -> Any:
        """Raise."""
        raise SamplesError("it is gone")


def test_a_sample_that_cannot_be_decoded_is_named(samples: Samples, settings: Settings) -> None:
    """The message says which one."""
    broken = replace(samples, items=(*samples.items[:5], Gone(), *samples.items[6:]))
    with pytest.raises(SamplesError, match=f"'{samples.names[5]}': it is gone"):
        run(broken, settings, mean_colour)
