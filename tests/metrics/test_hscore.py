"""H-Score against scikit-learn's covariance and at its limits; tests/oracles has its definition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.covariance import LedoitWolf

from ptmrank_core.errors import UnknownNameError
from ptmrank_core.metrics import compute, hscore, prepare_inputs
from ptmrank_core.metrics.numerics.decomposition import Decomposition
from ptmrank_core.metrics.numerics.ledoit_wolf import ledoit_wolf
from tests.oracles.hscore import between

SHAPES = [(90, 12), (40, 100), (30, 30), (31, 30), (5, 200), (60, 1)]


@pytest.mark.parametrize("shape", SHAPES)
def test_shrinkage_form_by_an_explicit_inverse(toy: Callable[..., Any], shape: tuple[int, int]) -> None:
    """The score is (1-a) tr(S_a^-1 S_B) with scikit-learn's Ledoit-Wolf covariance inverted."""
    data = toy(*shape)
    shrunk = LedoitWolf().fit(data.embeddings)
    inverse = np.linalg.inv(shrunk.covariance_)
    expected = np.trace(inverse @ between(data.embeddings, data.labels))
    found = hscore(data.embeddings, data.labels)
    assert found == pytest.approx((1 - shrunk.shrinkage_) * expected, rel=1e-9)
    intensity = ledoit_wolf(Decomposition(data.embeddings)).intensity
    assert intensity == pytest.approx(shrunk.shrinkage_, rel=1e-10)


@pytest.mark.parametrize("estimator", ["plain", "shrinkage"])
@pytest.mark.parametrize("shape", [(90, 12), (40, 100)])
@pytest.mark.parametrize("mean", [0.0, 1e6])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_shift_and_scale_do_not_count(
    toy: Callable[..., Any],
    estimator: Any,
    shape: tuple[int, int],
    mean: float,
    scale: float,
) -> None:
    """A common mean a million times the spread and any unit leave the score where it was."""
    data = toy(*shape)
    expected = hscore(data.embeddings, data.labels, estimator=estimator)
    changed = scale * (data.embeddings + mean)
    assert hscore(changed, data.labels, estimator=estimator) == pytest.approx(expected, rel=1e-7)


def test_plain_form_is_invariant_under_any_linear_map(toy: Callable[..., Any]) -> None:
    """Features stretched over four orders of magnitude and mixed keep their plain score."""
    data = toy()
    mix = np.random.default_rng(5).normal(size=(12, 12)) * np.logspace(-2, 2, 12)
    expected = hscore(data.embeddings, data.labels, estimator="plain")
    found = hscore(data.embeddings @ mix, data.labels, estimator="plain")
    assert found == pytest.approx(expected, rel=1e-7)


def test_stretched_features_shrink_as_by_definition(toy: Callable[..., Any]) -> None:
    """Column scales from 1e-6 to 1e6 give the score of a high-precision eigenvalue formula."""
    data = toy()
    features = data.embeddings * np.logspace(-6, 6, 12)
    shrinkage = ledoit_wolf(Decomposition(features))
    u, s, _ = np.linalg.svd(features - features.mean(axis=0), full_matrices=False)
    indicators = np.array([data.labels == c for c in range(4)]).T / np.sqrt(np.bincount(data.labels))
    within = np.sum((u.T @ indicators) ** 2, axis=1)
    a, n = shrinkage.intensity, len(features)
    filtered = s**2 / ((1 - a) * s**2 / n + a * shrinkage.scale)
    expected = (1 - a) * np.sum(filtered * within) / (n - 1)
    assert hscore(features, data.labels) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_a_single_feature_is_not_shrunk(toy: Callable[..., Any], seed: int) -> None:
    """One feature is a multiple of the identity whatever round-off says: it is not shrunk to 0."""
    data = toy(60, 1, n_classes=3, seed=seed)
    for unit in (0.05, 0.3, 7.0):
        assert ledoit_wolf(Decomposition(unit * data.embeddings)).intensity == 0.0
        plain = hscore(unit * data.embeddings, data.labels, estimator="plain")
        assert hscore(unit * data.embeddings, data.labels) == pytest.approx(60 / 59 * plain, rel=1e-10)


@pytest.mark.parametrize("unit", [0.1, 0.3, 7.0])
def test_equal_variances_are_not_shrunk(unit: float) -> None:
    """Features whose covariance is a multiple of the identity are left as they are, in any unit."""
    signs = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])
    # S over n is u^2 I, and S_B over n - 1 is 4/3 u^2 on the first axis, where the class means are at +-u.
    assert hscore(unit * signs, [0, 0, 1, 1]) == pytest.approx(4 / 3, rel=1e-12)


def test_perfect_separation_reaches_its_bound() -> None:
    """Features that are the classes give C - 1, times n/(n-1) in the shrinkage form's limit."""
    labels = np.repeat([0, 1], 10)
    features = np.where(labels == 0, -1.0, 1.0)[:, None]
    assert hscore(features, labels, estimator="plain") == pytest.approx(1.0, rel=1e-12)
    assert hscore(features, labels) == pytest.approx(20 / 19, rel=1e-12)


def test_two_samples_have_a_score() -> None:
    """The shrinkage of two samples is 0 and S singular; the score is the limit, not an error."""
    assert hscore([[1.0, 2.0, 4.0], [3.0, 1.0, 0.0]], [0, 1]) == pytest.approx(2.0, rel=1e-12)


@pytest.mark.parametrize("estimator", ["plain", "shrinkage"])
@pytest.mark.parametrize("shape", [(8, 3), (8, 30)])
def test_constant_features_score_zero(estimator: Any, shape: tuple[int, int]) -> None:
    """Features that never change say nothing: 0, with a warning."""
    labels = np.arange(8) % 2
    assert hscore(np.full(shape, 0.1), labels, estimator=estimator) == 0.0
    name = "hscore:plain" if estimator == "plain" else "hscore"
    output = compute(name, prepare_inputs(np.full(shape, 0.1), labels=labels))
    assert "nothing can be told" in output.warnings[0]


def test_the_plain_form_tells_where_it_is_degenerate(toy: Callable[..., Any]) -> None:
    """With n <= d every model gets C - 1, and the score says so; the shrinkage form has nothing to say."""
    data = toy(30, 40)
    inputs = prepare_inputs(data.embeddings, labels=data.labels)
    plain = compute("hscore:plain", inputs)
    assert plain.value == pytest.approx(3.0, rel=1e-10)
    assert "C - 1 for every model by construction" in plain.warnings[0]
    assert compute("hscore", inputs).warnings == ()


def test_the_plain_form_tells_where_it_is_close_to_that(toy: Callable[..., Any]) -> None:
    """Hardly more samples than features is told as well; many more is not."""
    near, far = toy(33, 30), toy(90, 12)
    told = compute("hscore:plain", prepare_inputs(near.embeddings, labels=near.labels)).warnings
    assert told == ("Fewer samples than features + classes: near C - 1 whatever the model.",)
    quiet = compute("hscore:plain", prepare_inputs(far.embeddings, labels=far.labels)).warnings
    assert quiet == ()


def test_full_shrinkage_is_told() -> None:
    """Few isotropic samples shrink all the way: the score is 0, with a warning."""
    features = np.random.default_rng(5).normal(size=(6, 3))
    output = compute("hscore", prepare_inputs(features, labels=[0, 1] * 3))
    assert output.components["shrinkage"] == 1.0
    assert output.value == 0.0
    assert "Shrinkage 1" in output.warnings[0]


def test_a_wide_model_is_solved_in_sample_space() -> None:
    """No matrix of n_features x n_features is formed for 20 samples of width 50,000."""
    features = np.random.default_rng(9).normal(size=(20, 50_000))
    statistics = Decomposition(features, labels=np.arange(20) % 2)
    assert statistics.centred_gram.shape == (20, 20)
    assert np.isfinite(hscore(features, np.arange(20) % 2))


def test_unknown_estimator_is_refused(toy: Callable[..., Any]) -> None:
    """A form that does not exist is answered with those that do."""
    data = toy()
    with pytest.raises(UnknownNameError, match="plain, shrinkage"):
        hscore(data.embeddings, data.labels, estimator="pinv")  # type: ignore[arg-type]
