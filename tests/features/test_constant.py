"""Features that are the same for all samples are told wherever features are."""

from __future__ import annotations

import numpy as np
import pytest

from ptmrank_core.config import Settings
from ptmrank_core.features import FeatureCache, extract
from ptmrank_core.features.constant import say_constant
from ptmrank_core.records import ExtractionOptions, ModelSpec
from tests.features.readings import samples_of

RNG = np.random.default_rng(0)
ROWS = np.repeat(RNG.normal(size=(1, 8)), 5, axis=0)
TEXTS = ("one", "two", "three", "four")


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("scale", [0.0, 1e-3, 1.0, 1e4])
def test_rows_that_are_alike_are_told_at_any_size(dtype: type, scale: float) -> None:
    """Zeros, small and large values alike, and what the order of a sum leaves."""
    rows = (ROWS * scale).astype(dtype)
    assert say_constant(rows) == (
        "The model gives all 5 samples the same features, which say nothing of them."
    )
    rounded = rows.copy()
    rounded[2] = np.nextafter(rounded[2], dtype(np.inf))
    assert (scale == 0 or dtype is np.float16) or say_constant(rounded, "'m'").startswith("'m' gives all 5")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_that_differ_are_not(dtype: type) -> None:
    """One feature of one sample is enough; of a single sample nothing is said."""
    rows = ROWS.astype(dtype)
    rows[1, 3] += 1e-4
    assert say_constant(rows) == ""
    assert say_constant(rows[:1]) == ""


def test_values_of_a_file_that_differ_by_little_are_features() -> None:
    """Numbers with a large offset, in the precision in which they were given."""
    rows = 1.6e9 + RNG.normal(size=(5, 2))
    assert say_constant(rows) == ""
    assert say_constant(rows.astype(np.float32)) != ""


@pytest.mark.parametrize(("width", "is_told"), [(0.0, True), (1.0, False)])
def test_extracted_features_that_are_alike_have_a_note(
    settings: Settings, width: float, *, is_told: bool
) -> None:
    """Whoever extracts without a run is told too."""

    def lengths(texts: list[str]) -> np.ndarray:
        return np.array([[1.0, width * len(text)] for text in texts])

    spec = ModelSpec(id="lengths", source="function", modality="text")
    with FeatureCache(settings) as cache:
        features = extract(
            samples_of(TEXTS, "text"),
            spec,
            options=ExtractionOptions(device="cpu"),
            cache=cache,
            function=lengths,
        )
    assert any("the same features" in note for note in features.report.notes) == is_told
