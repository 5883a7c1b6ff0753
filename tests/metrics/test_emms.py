"""EMMS between class and sample embeddings and at its limits; tests/oracles has its definition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from ptmrank_core.errors import UnknownNameError
from ptmrank_core.metrics import compute, emms, prepare_inputs
from ptmrank_core.metrics.numerics.label_embeddings import _to_simplex
from tests.oracles.common import one_hot
from tests.oracles.emms import emms as emms_by_steps


@pytest.mark.parametrize("width", [3, 70])
@pytest.mark.parametrize("shape", [(90, 12, 4), (150, 6, 50), (31, 29, 3)])
def test_embeddings_of_any_kind(toy: Callable[..., Any], shape: tuple[int, int, int], width: int) -> None:
    """Embeddings far from 0 and wider than there are classes score as defined, of classes and of samples."""
    data = toy(*shape)
    rng = np.random.default_rng(1)
    tables = rng.normal(size=(3, shape[2], width)) + np.reshape([0, 3, -1], (3, 1, 1))
    expected = emms_by_steps(data.embeddings, [table[data.labels] for table in tables])
    found = emms(data.embeddings, data.labels, label_embeddings=tables)
    assert found == pytest.approx(expected, rel=1e-8)
    by_sample = tables[:, data.labels] + 0.3 * rng.normal(size=(3, shape[0], width))
    found = emms(data.embeddings, data.labels, sample_label_embeddings=by_sample)
    assert found == pytest.approx(emms_by_steps(data.embeddings, list(by_sample)), rel=1e-8)
    found = emms(data.embeddings, data.labels, label_embeddings=tables, label_code="onehot")
    assert found == emms(data.embeddings, data.labels)


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f * np.logspace(-6, 6, f.shape[1]),
        lambda f: f + 1e6,
        lambda f: np.hstack([f, f[:, :5], np.full((len(f), 1), 0.1)]),
    ],
    ids=["scales", "common mean", "duplicated and constant"],
)
def test_span_is_that_of_the_standardised_features(
    toy: Callable[..., Any], change: Callable[[Any], NDArray[Any]]
) -> None:
    """Columns of any scale, far from 0, twice there or constant score as standardised ones do."""
    data = toy()
    expected = emms_by_steps(data.embeddings, [one_hot(data.labels)])
    assert emms(change(data.embeddings), data.labels) == pytest.approx(expected, rel=1e-7)


def test_exact_fits_are_told(toy: Callable[..., Any]) -> None:
    """With n <= d every model gets 0, and the score says so; n > d + 1 has nothing to say."""
    wide, tall = toy(40, 100), toy(90, 12)
    output = compute("emms", prepare_inputs(wide.embeddings, labels=wide.labels))
    assert output.value == pytest.approx(0, abs=1e-20)
    assert output.warnings == ("The features fit any labels (n <= d): 0 for every model by construction.",)
    assert compute("emms", prepare_inputs(tall.embeddings, labels=tall.labels)).warnings == ()


def test_features_that_are_the_classes_fit_perfectly() -> None:
    """One-hot features score 0; features that never change score minus C times C."""
    labels = np.arange(60) % 3
    assert emms(np.eye(3)[labels], labels) == pytest.approx(0, abs=1e-20)
    assert emms(np.ones((60, 2)), labels) == pytest.approx(-9, rel=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_simplex_weights_are_the_nearest(seed: int) -> None:
    """Sparsemax solves its quadratic programme."""
    weights = 2 * np.random.default_rng(seed).normal(size=4)
    found = minimize(
        lambda w: np.sum((w - weights) ** 2),
        np.full(4, 0.25),
        bounds=[(0, 1)] * 4,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        options={"ftol": 1e-12},
    )
    assert _to_simplex(weights) == pytest.approx(found.x, abs=1e-5)
    assert _to_simplex(weights).sum() == pytest.approx(1, rel=1e-14)


def test_unknown_code_is_refused(toy: Callable[..., Any]) -> None:
    """A form that does not exist is answered with those that do."""
    data = toy()
    with pytest.raises(UnknownNameError, match="embedded, onehot"):
        emms(data.embeddings, data.labels, label_code="text")  # type: ignore[arg-type]


@pytest.mark.parametrize("uneven", [False, True])
@pytest.mark.parametrize("shape", [(200, 24), (60, 48)])
def test_round_off_is_no_feature(shape: tuple[int, int], uneven: bool) -> None:
    """Features whose sum is constant but for rounding have one score, in whatever order they were summed."""
    rng = np.random.default_rng(0)
    raw = rng.standard_normal(shape)
    labels = np.arange(shape[0]) % 4
    scales = np.logspace(0, 5, shape[1]) if uneven else 1.0
    exact = (raw - raw.mean(axis=1, keepdims=True)) * scales
    rounded = exact.astype(np.float32)
    again = np.nextafter(rounded, rounded * rng.choice([0.5, 1.0, 2.0], size=shape).astype(np.float32))
    assert not np.array_equal(again, rounded)
    assert emms(again, labels) == pytest.approx(emms(rounded, labels), rel=1e-5)
    assert emms(rounded, labels) == pytest.approx(emms(exact, labels), rel=1e-5)


def test_a_small_feature_counts() -> None:
    """One that is a thousand times its rounding holds what it says, though it is small beside the others."""
    rng = np.random.default_rng(1)
    labels = np.arange(120) % 2
    small = 1e-4 * (labels + 0.1 * rng.standard_normal(120))
    features = rng.standard_normal((120, 3))
    with_it = np.column_stack([features, features[:, 0] + small]).astype(np.float32)
    assert emms(with_it, labels) > 0.5 * emms(features.astype(np.float32), labels)
