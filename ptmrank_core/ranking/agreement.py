"""Rank correlations of metrics with one another, and with a recorded truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

from ptmrank_core.errors import InputError
from ptmrank_core.ranking.consensus import ModelScores, Scores, check_scores, rank_models
from ptmrank_core.ranking.statistics import kendall_tau, spearman, weighted_kendall_tau

__all__ = ["Agreement", "cluster_metrics", "kendall", "rank_correlations", "tau_interval", "weighted_tau"]

Array: TypeAlias = NDArray[np.float64]

# Two models agree or disagree: their tau is always +1 or -1.
MIN_MODELS = 3
# Variance of Fisher's z of Kendall's tau between M models: 0.437 / (M - 4).
TAU_VARIANCE, TAU_OFFSET = 0.437, 4


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
    weighted
        Vigna's weighted tau, where swaps among the best weigh most; shape and NaN as of ``tau``.
    spearman
        Spearman's rank correlation; shape and NaN as of ``tau``.
    low, high
        Interval of tau at 90 %, arrays of shape (k, k), for models drawn like these: normal on Fisher's z
        scale with variance 0.437 / (M - 4); from -1 to 1 for four models or fewer. NaN where tau is.

    References
    ----------
    .. [1] Fieller, Hartley, Pearson: Tests for rank correlation coefficients. Biometrika 44, 1957.
       doi:10.1093/biomet/44.3-4.470
    """

    metrics: tuple[str, ...]
    tau: Array
    n_models: NDArray[np.int64]
    weighted: Array
    spearman: Array
    low: Array
    high: Array

    def clustered(self) -> Agreement:
        """Put metrics that agree side by side: average linkage on 1 - tau, an unknown tau counts as 0."""
        order = _leaves(self.tau)
        cut = np.ix_(order, order)
        names = ("tau", "n_models", "weighted", "spearman", "low", "high")
        parts = {name: getattr(self, name)[cut] for name in names}
        for part in parts.values():
            part.setflags(write=False)
        return Agreement(tuple(self.metrics[i] for i in order), **parts)


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
    ranks = [rank_models(values, higher_is_better=higher_is_better[name]) for name, values in scores.items()]
    shape = (len(ranks), len(ranks))
    statistics = {name: np.full(shape, np.nan) for name in ("tau", "weighted", "spearman", "low", "high")}
    n_models = np.zeros(shape, dtype=np.int64)
    for i, first in enumerate(ranks):
        for j, second in enumerate(ranks[: i + 1]):
            values, count = _correlate(first, second)
            n_models[i, j] = n_models[j, i] = count
            for name, value in values.items():
                statistics[name][i, j] = statistics[name][j, i] = value
    for array in (*statistics.values(), n_models):
        array.setflags(write=False)
    return Agreement(tuple(scores), n_models=n_models, **statistics)


def cluster_metrics(ranks: Scores, tau: float) -> list[tuple[str, ...]]:
    """Group metrics that give nearly the same order.

    Parameters
    ----------
    ranks
        Metric -> model -> rank.
    tau
        Least mean tau-b at which groups are merged (average linkage); an unknown tau counts as 0.

    Returns
    -------
    list of tuple of str
        Each metric in one group, groups and members in the order of ``ranks``.
    """
    names = tuple(ranks)
    if len(names) < 2:
        return [(name,) for name in names]
    taus = np.full((len(names), len(names)), np.nan)
    for i, first in enumerate(names):
        for j in range(i):
            taus[i, j] = taus[j, i] = kendall(ranks[first], ranks[names[j]])[0]
    labels = scipy.cluster.hierarchy.fcluster(
        scipy.cluster.hierarchy.linkage(_distances(taus), "average"), 1 - tau, "distance"
    )
    groups: dict[int, list[str]] = {}
    for name, label in zip(names, labels.tolist(), strict=True):
        groups.setdefault(label, []).append(name)
    return [tuple(members) for members in groups.values()]


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
    return weighted_kendall_tau(x if higher_is_better else -x, y)


def kendall(first: ModelScores, second: ModelScores) -> tuple[float, int]:
    """Compute Kendall's tau-b over the models with both numbers, and count these models.

    NaN where it is not defined: fewer than 3 models, or all of them tied on one side.
    """
    x, y = _paired(first, second)
    if not _is_defined(x, y):
        return float("nan"), len(x)
    return kendall_tau(x, y), len(x)


def _correlate(first: ModelScores, second: ModelScores) -> tuple[Mapping[str, float], int]:
    """All correlations of two orders (none where they are not defined), and the number of models."""
    x, y = _paired(first, second)
    return _correlations(tuple(x.tolist()), tuple(y.tolist())) if _is_defined(x, y) else {}, len(x)


# A page is drawn again and again, and a pair takes scipy two milliseconds.
@lru_cache(maxsize=4096)
def _correlations(x: tuple[float, ...], y: tuple[float, ...]) -> Mapping[str, float]:
    """All correlations of two orders of the same models, as ranks."""
    tau = kendall_tau(x, y)
    low, high = tau_interval(tau, len(x))
    statistics = {
        "tau": tau,
        "weighted": weighted_kendall_tau(np.negative(x), np.negative(y)),
        "spearman": spearman(x, y),
        "low": low,
        "high": high,
    }
    return MappingProxyType(statistics)


def tau_interval(tau: float, n_models: int, *, level: float = 0.9) -> tuple[float, float]:
    """Interval of Kendall's tau for models drawn like these, as in :class:`Agreement`.

    Parameters
    ----------
    tau
        In [-1, 1]; a perfect tau counts as half a swap less than perfect, so that few models stay uncertain.
    n_models
        Number of models, at least 2.
    level
        Coverage, in (0, 1).
    """
    if n_models <= TAU_OFFSET:
        return -1.0, 1.0
    most = 1 - 2 / (n_models * (n_models - 1))
    reach = float(scipy.special.ndtri((1 + level) / 2)) * np.sqrt(TAU_VARIANCE / (n_models - TAU_OFFSET))
    centre = np.arctanh(np.clip(tau, -most, most))
    low = -1.0 if tau < -most else float(np.tanh(centre - reach))
    high = 1.0 if tau > most else float(np.tanh(centre + reach))
    return low, high


def _paired(first: ModelScores, second: ModelScores) -> tuple[Array, Array]:
    both = [model for model in first if model in second]
    return np.array([first[model] for model in both]), np.array([second[model] for model in both])


def _is_defined(x: Array, y: Array) -> bool:
    return len(x) >= MIN_MODELS and len(np.unique(x)) > 1 and len(np.unique(y)) > 1


def _distances(tau: Array) -> Array:
    """Condensed distances 1 - tau; an unknown tau counts as 0."""
    distances = 1 - np.nan_to_num(tau, nan=0.0)
    np.fill_diagonal(distances, 0.0)
    return np.asarray(scipy.spatial.distance.squareform(np.maximum(distances, 0.0), checks=False))


def _leaves(tau: Array) -> list[int]:
    """Order of the metrics in the tree of average linkage."""
    if len(tau) < 3:
        return list(range(len(tau)))
    order: list[int] = scipy.cluster.hierarchy.leaves_list(
        scipy.cluster.hierarchy.linkage(_distances(tau), "average", optimal_ordering=True)
    ).tolist()
    # The leaf order is as good reversed: keep the first metric of the table in the first half.
    return order if order.index(0) < len(order) / 2 else order[::-1]
