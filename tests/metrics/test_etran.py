"""ETran against loops over its definition, and the combination over candidates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import logsumexp, softmax

from ptmrank_core.errors import MetricInputError, UnknownNameError
from ptmrank_core.metrics import compute, etran, prepare_inputs
from ptmrank_core.metrics.energy import energies
from ptmrank_core.metrics.etran import combine

SHAPES = [(90, 12, 4), (40, 100, 4), (60, 1, 2), (30, 30, 3), (150, 6, 50), (1000, 5, 3)]


def literal_centroid(features: NDArray[Any], labels: NDArray[Any]) -> float:
    """Softmax of f'mu_c - |mu_c|^2/2 + ln pi_c, one sample at a time, on raw features."""
    classes = range(labels.max() + 1)
    means = [features[labels == c].mean(axis=0) for c in classes]
    shares = [np.mean(labels == c) for c in classes]
    own = []
    for f, y in zip(features, labels, strict=True):
        logits = [f @ m - m @ m / 2 + np.log(s) for m, s in zip(means, shares, strict=True)]
        own.append(softmax(logits)[y])
    return float(np.mean(own))


def literal_lda(features: NDArray[Any], labels: NDArray[Any]) -> float:
    """First pass of SFDA with an explicit inverse, as the specification's section 8 says."""
    n, d = features.shape
    means = np.array([features[labels == c].mean(axis=0) for c in range(labels.max() + 1)])
    within = (features - means[labels]).T @ (features - means[labels]) / n
    x = within.sum(axis=1)
    for _ in range(3):
        y = within @ x / np.linalg.norm(within @ x)
        x = within @ y / np.linalg.norm(within @ y)
    s = max(np.exp(-5 * (x @ within @ y)), 1e-10)
    inverse = np.linalg.inv((1 - s) * within + s * np.trace(within) / d * np.eye(d))
    logits = features @ inverse @ means.T - 0.5 * np.diag(means @ inverse @ means.T)
    logits += np.log(np.bincount(labels) / n)
    return float(softmax(logits, axis=1)[np.arange(n), labels].mean())


@pytest.mark.parametrize("shape", SHAPES)
def test_class_scores_equal_the_loops(toy: Callable[..., Any], shape: tuple[int, int, int]) -> None:
    """Nearest means, the energy of the lowest 0.5 % and (n > d) the discriminant equal their definitions."""
    data = toy(*shape)
    output = compute("etran", prepare_inputs(data.embeddings, labels=data.labels))
    assert output.value == output.components["s_cls"]
    assert output.value == pytest.approx(literal_centroid(data.embeddings, data.labels), rel=1e-10)
    lowest = np.sort([logsumexp(f) for f in data.embeddings])[: max(1, 5 * shape[0] // 1000)]
    assert output.components["s_en"] == pytest.approx(lowest.mean(), rel=1e-12)
    if shape[0] > 3 * shape[1]:
        features = data.embeddings / 4
        found = etran(features, data.labels, classifier="lda")
        assert found == pytest.approx(literal_lda(features, data.labels), rel=1e-8)


@pytest.mark.parametrize("shape", SHAPES)
def test_regression_score_is_minus_the_mean_squared_error(
    toy: Callable[..., Any], shape: tuple[int, int, int]
) -> None:
    """Real targets score by least squares without intercept; where that is exact, with a warning."""
    data = toy(*shape)
    targets = np.random.default_rng(3).normal(size=(shape[0], 2)) + 4
    fitted = data.embeddings @ np.linalg.lstsq(data.embeddings, targets)[0]
    output = compute("etran", prepare_inputs(data.embeddings, targets=targets))
    assert output.value == pytest.approx(-np.mean((targets - fitted) ** 2), rel=1e-9, abs=1e-12)
    told = any("0 for every model by construction" in note for note in output.warnings)
    assert told == (shape[0] <= shape[1])
    assert output.components == {"s_reg": output.value}


def test_a_duplicated_or_dead_column_does_not_count(toy: Callable[..., Any]) -> None:
    """Rank-deficient features have the error of the columns that they span, as published code has not."""
    features = toy().embeddings
    targets = np.random.default_rng(3).normal(size=(90, 1))
    expected = etran(features, targets=targets)
    doubled = np.hstack([features, features[:, :1], np.zeros((90, 1))])
    assert etran(doubled, targets=targets) == pytest.approx(expected, rel=1e-10)


def test_combination_over_candidates() -> None:
    """Each component is stretched to 0..1 over the models and weighed 0.85 to 0.15."""
    found = combine(
        {
            "a": {"s_cls": 0.2, "s_en": 5.0},
            "b": {"s_cls": 0.6, "s_en": 3.0},
            "c": {"s_cls": 1.0, "s_en": 4.0},
        }
    )
    assert found == pytest.approx({"a": 0.15, "b": 0.425, "c": 0.925})


def test_equal_components_count_nothing() -> None:
    """Components that are the same for all models are 0, not 0/0; so is everything of one model alone."""
    assert combine({"a": {"s_cls": 1.0, "s_en": 2.0}, "b": {"s_cls": 1.0, "s_en": 3.0}}) == {
        "a": 0,
        "b": 0.15,
    }
    assert combine({"a": {"s_cls": 0.7, "s_en": 2.0}}) == {"a": 0.0}
    assert combine({}) == {}


def test_wrong_calls_are_refused(toy: Callable[..., Any]) -> None:
    """An unknown classifier and a model without a component are named."""
    data = toy()
    with pytest.raises(UnknownNameError, match="centroid, lda"):
        etran(data.embeddings, data.labels, classifier="qda")  # type: ignore[arg-type]
    with pytest.raises(MetricInputError, match="not so for b"):
        combine({"a": {"s_cls": 0.7, "s_en": 2.0}, "b": {"s_reg": -1.0}})


@pytest.mark.parametrize("shape", [(1, 1), (7, 3), (3, 200_000), (2000, 300)])
def test_energies_are_scipys_whatever_the_blocks(shape: tuple[int, int]) -> None:
    """Block by block gives what scipy gives at once, at any scale."""
    features = np.random.default_rng(0).normal(size=shape) * 500
    np.testing.assert_allclose(energies(features), logsumexp(features, axis=1), rtol=1e-14)
