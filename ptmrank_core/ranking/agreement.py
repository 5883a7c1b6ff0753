"""How far metrics agree with one another, and with a recorded truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau, weightedtau

from ptmrank_core.errors import InputError
from ptmrank_core.ranking.consensus import ModelScores, Scores, check_scores

__all__ = ["Agreement", "rank_correlations", "weighted_tau"]

# Two models agree or disagree: their tau is always +1 or -1.
FEWEST_MODELS = 3


@dataclass(frozen=True, eq=False)
class Agreement:
    """Rank correlation of every pair of metrics.

    Parameters
    ----------
    metrics
        k names, in the order of the axes.
    tau
        Kendall's tau-b, float64 array of shape (k, k), symmetric, in [-1, 1], directions respected: +1
        is the same order of the models. NaN exactly where it is not defined: fewer than 3 models have a score
        under both, or one of the two ties all of them.
    n_models
        Number of models with a score under both, int64 array of shape (k, k).
    """

    metrics: tuple[str, ...]
    tau: NDArray[np.float64]
    n_models: NDArray[np.int64]


def rank_correlations(scores: Scores, *, higher_is_better: Mapping[str, bool]) -> Agreement:
    """Correlate the orders that metrics give to the models.

    Parameters
    ----------
    scores
        Metric -> model -> finite score.
    higher_is_better
        Direction of every metric in ``scores``.

    Returns
    -------
    Agreement
        Metrics in the order of ``scores``; arrays read-only.

    Raises
    ------
    InputError
        A score that is not finite.
    UnknownNameError
        A metric without a direction.
    """
    models = dict.fromkeys(model for values in scores.values() for model in values)
    check_scores(scores, tuple(models), higher_is_better)
    names = tuple(scores)
    tau = np.full((len(names), len(names)), np.nan)
    n_models = np.zeros(tau.shape, dtype=np.int64)
    for i, first in enumerate(names):
        for j, second in enumerate(names[: i + 1]):
            same_way = higher_is_better[first] == higher_is_better[second]
            value, count = _kendall(scores[first], scores[second])
            tau[i, j] = tau[j, i] = value if same_way else -value
            n_models[i, j] = n_models[j, i] = count
    tau.setflags(write=False)
    n_models.setflags(write=False)
    return Agreement(names, tau, n_models)


def weighted_tau(scores: ModelScores, truth: ModelScores, *, higher_is_better: bool) -> float:
    """Correlate scores with a truth, swaps among the best models weighing most.

    Parameters
    ----------
    scores
        Model -> finite score.
    truth
        The same models -> finite quality, higher is better (accuracy after fine-tuning).
    higher_is_better
        Direction of the scores.

    Returns
    -------
    float
        Vigna's weighted tau with hyperbolic weights, in [-1, 1]: 1 is the truth's order.

    Raises
    ------
    InputError
        Not the same models, fewer than two, a value that is not finite, or all values of one side equal.

    References
    ----------
    .. [1] Vigna: A weighted correlation index for rankings with ties. WWW 2015. doi:10.1145/2736277.2741088
    """
    if scores.keys() != truth.keys():
        odd = sorted(scores.keys() ^ truth.keys())
        raise InputError(f"Expected the same models on both sides; on one only: {', '.join(odd)}.")
    x = np.array([scores[model] for model in truth], dtype=np.float64)
    y = np.array([truth[model] for model in truth], dtype=np.float64)
    # scipy ranks NaN as the smallest score and says nothing.
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise InputError("Expected finite scores and qualities, got NaN or infinity.")
    if len(set(x.tolist())) < 2 or len(set(y.tolist())) < 2:
        raise InputError("A correlation needs two different values on each side.")
    return float(weightedtau(x if higher_is_better else -x, y).statistic)


def _kendall(first: ModelScores, second: ModelScores) -> tuple[float, int]:
    """Kendall's tau-b over the models with both scores (NaN where undefined), and their number."""
    both = [model for model in first if model in second]
    x = [first[model] for model in both]
    y = [second[model] for model in both]
    if len(both) < FEWEST_MODELS or len(set(x)) < 2 or len(set(y)) < 2:
        return float("nan"), len(both)
    return float(kendalltau(x, y, variant="b").statistic), len(both)
