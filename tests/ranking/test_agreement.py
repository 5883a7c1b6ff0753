"""Rank correlations whose answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ptmrank_core.errors import InputError, UnknownNameError
from ptmrank_core.ranking import rank_correlations, weighted_tau

UP = {"a": True, "b": True, "c": True, "loss": False}


def column(*values: float | None) -> dict[str, float]:
    """Scores of m0, m1, ...; ``None`` where there is none."""
    return {f"m{i}": v for i, v in enumerate(values) if v is not None}


def test_tau_counts_pairs() -> None:
    """One swapped pair of four models gives (5 - 1)/6."""
    scores = {"a": column(1, 2, 3, 4), "b": column(1, 2, 4, 3)}
    found = rank_correlations(scores, higher_is_better=UP)
    assert found.metrics == ("a", "b")
    assert found.tau == pytest.approx(np.array([[1.0, 2 / 3], [2 / 3, 1.0]]))
    assert found.n_models.tolist() == [[4, 4], [4, 4]]


def test_directions_are_respected() -> None:
    """A loss that falls as the score rises agrees with it."""
    scores = {"a": column(1, 2, 3), "loss": column(3, 2, 1)}
    assert rank_correlations(scores, higher_is_better=UP).tau.tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_only_models_with_both_scores_count() -> None:
    """Each pair of metrics is compared on the models that both could score."""
    scores = {"a": column(1, 2, 3, None), "b": column(None, 2, 3, 4), "c": column(9, 8, 7, 6)}
    found = rank_correlations(scores, higher_is_better=UP)
    assert found.n_models.tolist() == [[3, 2, 3], [2, 3, 3], [3, 3, 4]]
    assert math.isnan(found.tau[0, 1])
    assert found.tau[0, 2] == found.tau[2, 1] == -1.0


def test_a_metric_that_ties_all_models_has_no_correlation() -> None:
    """A constant metric is NaN against everything, itself included, and others are not touched."""
    scores = {"a": column(1, 2, 3), "b": column(5, 5, 5)}
    found = rank_correlations(scores, higher_is_better=UP)
    assert found.tau[0, 0] == 1.0
    assert np.isnan(found.tau[[0, 1, 1], [1, 0, 1]]).all()


def test_arrays_are_read_only() -> None:
    """An agreement cannot be changed after the fact."""
    found = rank_correlations({"a": column(1, 2, 3)}, higher_is_better=UP)
    assert not found.tau.flags.writeable
    assert not found.n_models.flags.writeable


def test_correlations_refuse_what_cannot_be_ranked() -> None:
    """NaN scores and metrics without a direction are errors."""
    with pytest.raises(InputError, match="score nan"):
        rank_correlations({"a": column(1, math.nan)}, higher_is_better=UP)
    with pytest.raises(UnknownNameError):
        rank_correlations({"d": column(1, 2)}, higher_is_better=UP)


def literal_weighted_tau(scores: list[float], truth: list[float]) -> float:
    """Vigna's additive hyperbolic tau: mean over ranking by either side of the weighted pair sums."""
    taus = []
    for own, other in ((scores, truth), (truth, scores)):
        order = sorted(range(len(own)), key=lambda i: (own[i], other[i]), reverse=True)
        weight = {model: 1 / (place + 1) for place, model in enumerate(order)}
        total = signed = 0.0
        for i in range(len(own)):
            for j in range(i):
                w = weight[i] + weight[j]
                total += w
                signed += w * np.sign(scores[i] - scores[j]) * np.sign(truth[i] - truth[j])
        taus.append(signed / total)
    return float(np.mean(taus))


@pytest.mark.parametrize("seed", range(5))
def test_weighted_tau_by_pairs(seed: int) -> None:
    """Without ties the weighted tau is the literal sum over pairs."""
    rng = np.random.default_rng(seed)
    scores, truth = rng.normal(size=8).tolist(), rng.normal(size=8).tolist()
    found = weighted_tau(column(*scores), column(*truth), higher_is_better=True)
    assert found == pytest.approx(literal_weighted_tau(scores, truth), rel=1e-12)


def test_weighted_tau_knows_direction_and_not_the_listing() -> None:
    """A reversed loss is perfect, and models are matched by id."""
    truth = column(0.1, 0.2, 0.3)
    assert weighted_tau(column(3, 2, 1), truth, higher_is_better=False) == pytest.approx(1.0)
    scores = {"m2": 3.0, "m0": 1.0, "m1": 2.0}
    assert weighted_tau(scores, truth, higher_is_better=True) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        (column(1, 2, math.nan), "finite scores"),
        (column(1, 2, math.inf), "finite scores"),
        (column(1, 2), "on one only: m2"),
        (column(1, 1, 1), "two different values"),
    ],
)
def test_weighted_tau_refuses(scores: dict[str, float], message: str) -> None:
    """NaN (the smallest score to scipy), other models and constants are errors."""
    with pytest.raises(InputError, match=message):
        weighted_tau(scores, column(0.1, 0.2, 0.3), higher_is_better=True)
