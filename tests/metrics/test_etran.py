"""ETran's regression, limits and energies; tests/oracles has its definitions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.special import logsumexp

from ptmrank_core.errors import MetricInputError, UnknownNameError
from ptmrank_core.metrics import compute, etran, prepare_inputs
from ptmrank_core.metrics.etran import combine
from ptmrank_core.metrics.numerics.energy import energies
from tests.oracles.etran import energy, regression

SHAPES = [(90, 12, 4), (40, 100, 4), (60, 1, 2), (30, 30, 3), (150, 6, 50), (1000, 5, 3)]


def test_the_lowest_energies_of_many_samples_count(toy: Callable[..., Any]) -> None:
    """Of 1,000 samples the five of least energy are averaged; of 199 the least one."""
    for n_samples in (1000, 199):
        data = toy(n_samples, 5, 3)
        output = compute("etran", prepare_inputs(data.embeddings, labels=data.labels))
        assert output.components["s_en"] == pytest.approx(energy(data.embeddings), rel=1e-12)
        assert output.value == output.components["s_cls"]


@pytest.mark.parametrize("shape", SHAPES)
def test_regression_score_is_minus_the_mean_squared_error(
    toy: Callable[..., Any], shape: tuple[int, int, int]
) -> None:
    """Real targets score by least squares without intercept; where that is exact, with a warning."""
    data = toy(*shape)
    targets = np.random.default_rng(3).normal(size=(shape[0], 2)) + 4
    output = compute("etran", prepare_inputs(data.embeddings, targets=targets))
    assert output.value == pytest.approx(regression(data.embeddings, targets), rel=1e-9, abs=1e-12)
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
