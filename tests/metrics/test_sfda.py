"""SFDA in several units and at its limits; tests/oracles has its definition and a case by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ptmrank_core.metrics import compute, prepare_inputs, sfda
from ptmrank_core.metrics.numerics import discriminant
from tests.oracles.sfda import sfda as by_eigenvectors
from tests.oracles.sfda import three_steps, within

CASES = [
    (90, 12, 4),
    (40, 100, 4),
    (30, 30, 4),
    (31, 30, 4),
    (60, 1, 3),
    (200, 20, 50),
    (9, 5, 4),
    (8, 40, 2),
]


@pytest.mark.parametrize("scale", [0.03, 0.3, 0.6])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_value_is_that_of_the_eigenvector_solver(
    toy: Callable[..., Any], case: tuple[int, int, int], scale: float
) -> None:
    """Both scores, lambda1, shrinkage and the first fit equal the definition, for n above and below d."""
    data = toy(*case)
    features = scale * data.embeddings
    expected = by_eigenvectors(features, data.labels)
    output = compute("sfda", prepare_inputs(features, labels=data.labels))
    assert output.value == pytest.approx(expected.mean_p, rel=1e-7)
    assert output.components["lambda1"] == pytest.approx(expected.lambda1, rel=1e-9)
    assert output.components["shrinkage"] == pytest.approx(expected.shrinkage, rel=1e-8)
    assert output.components["first_probability"] == pytest.approx(expected.first_p, rel=1e-7)
    found = sfda(features, data.labels, log=True)
    assert found == pytest.approx(expected.mean_log_p, rel=1e-6, abs=1e-12)


def test_the_logarithm_goes_on_where_the_mean_is_one(toy: Callable[..., Any]) -> None:
    """Saturated scores tie at 1 and say so; ln p and log_error still tell which gap is the wider."""
    data = toy(60, 3, n_classes=2)
    found = []
    for gap in (20, 25):
        features = data.embeddings + gap * data.labels[:, None]
        inputs = prepare_inputs(features, labels=data.labels)
        output = compute("sfda", inputs)
        assert output.value == 1.0
        assert any(note.startswith("Saturated") for note in output.warnings)
        found.append((output.components["log_error"], -compute("sfda:log", inputs).value))
    assert found[1][0] < found[0][0] < -30
    assert 0 < found[1][1] < found[0][1]


def test_shrinkage_at_its_floor_is_told(toy: Callable[..., Any]) -> None:
    """A largest variance beyond 4.6 leaves the covariance without regularisation; small ones do not."""
    data = toy()
    large = compute("sfda", prepare_inputs(10 * data.embeddings, labels=data.labels))
    assert large.components["shrinkage"] == 1e-10
    assert any("at its floor" in note for note in large.warnings)
    small = compute("sfda", prepare_inputs(0.3 * data.embeddings, labels=data.labels))
    assert small.warnings == ()


def test_axes_and_unit_count(toy: Callable[..., Any]) -> None:
    """By its definition the score changes with a rotation and with the unit, not with a common mean."""
    data = toy()
    features = 0.3 * data.embeddings
    rotation = np.linalg.qr(np.random.default_rng(3).normal(size=(12, 12)))[0]
    value = sfda(features, data.labels)
    assert sfda(features @ rotation, data.labels) != pytest.approx(value, rel=1e-4)
    assert sfda(2 * features, data.labels) != pytest.approx(value, rel=1e-2)
    assert sfda(features + 7, data.labels) == pytest.approx(value, rel=1e-10)


@pytest.mark.parametrize("shape", [(90, 12), (40, 100)])
def test_samples_of_equal_sums_start_at_a_column(toy: Callable[..., Any], shape: tuple[int, int]) -> None:
    """Features whose row sums never change leave no start for the power steps: a column stands in."""
    data = toy(*shape)
    features = 0.3 * (data.embeddings - data.embeddings.mean(axis=1, keepdims=True))
    covariance = within(features, data.labels)
    expected = three_steps(covariance, covariance[:, np.argmax(np.diag(covariance))])
    order = np.random.default_rng(1).permutation(shape[0])
    for rows in (np.arange(shape[0]), order):
        inputs = prepare_inputs(features[rows], labels=data.labels[rows])
        assert compute("sfda", inputs).components["lambda1"] == pytest.approx(expected, rel=1e-9)


def test_a_failed_factor_falls_back_to_eigenvalues(
    toy: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where round-off leaves no Cholesky factor the eigenvalues, bounded by the ridge, give the same."""
    data = toy()
    features = 0.3 * data.embeddings
    expected = sfda(features, data.labels)

    def fail(*_: Any, **__: Any) -> None:
        raise np.linalg.LinAlgError("not positive definite")

    monkeypatch.setattr(discriminant.np.linalg, "cholesky", fail)
    assert sfda(features, data.labels) == pytest.approx(expected, rel=1e-10)


def test_eigenvalues_below_the_ridge_are_round_off() -> None:
    """A covariance that round-off made indefinite is bounded from below by its ridge, as by definition."""
    places = np.eye(2)
    within = discriminant.Within(places, places, places, 1.0, 1e-10, 1e-30)
    axes = discriminant._axes(np.diag([1.0, -1e-9]), within, 2, places)
    assert np.diag(axes) == pytest.approx([1.0, 2e10], rel=1e-8)


@pytest.mark.parametrize("shape", [(90, 12), (40, 100)])
def test_classes_far_apart_keep_their_own_spread(toy: Callable[..., Any], shape: tuple[int, int]) -> None:
    """Class means a hundred million spreads apart leave lambda1 that of the spread within classes."""
    data = toy(*shape)
    inputs = prepare_inputs(data.embeddings, labels=data.labels)
    expected = compute("sfda", inputs).components["lambda1"]
    apart = data.embeddings + 1e8 * np.eye(4, shape[1])[data.labels]
    found = compute("sfda", prepare_inputs(apart, labels=data.labels)).components["lambda1"]
    assert found == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("width", [1, 3, 40])
def test_classes_of_identical_samples_are_certain(width: int) -> None:
    """Without any spread within the classes the nearest mean is certain: 1, also by the logarithm."""
    means = np.random.default_rng(0).normal(size=(3, width))
    labels = np.repeat([0, 1, 2], 5)
    assert sfda(means[labels], labels) == 1.0
    assert sfda(means[labels], labels, log=True) == pytest.approx(0, abs=1e-12)


def test_constant_features_give_the_priors() -> None:
    """Features that never change leave the class frequencies: sum of their squares."""
    labels = np.array([0, 0, 0, 1])
    assert sfda(np.full((4, 3), 0.1), labels) == pytest.approx(0.75**2 + 0.25**2, rel=1e-12)


def test_a_wide_model_is_solved_in_sample_space() -> None:
    """No matrix of n_features x n_features is formed for 20 samples of width 50,000."""
    features = np.random.default_rng(9).normal(size=(20, 50_000))
    assert np.isfinite(sfda(features, np.arange(20) % 2))
