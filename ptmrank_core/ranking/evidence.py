"""How well scores predict a measured quality of models: correlations, regret and hits, with intervals.

Here the models are the sample, not the labelled samples: an interval covers what other candidates of the same
kind might have given. With few models it is wide, as it should be.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import scipy
from numpy.typing import NDArray

from ptmrank_core.errors import InputError
from ptmrank_core.ranking.consensus import ModelScores
from ptmrank_core.ranking.statistics import (
    kendall_tau,
    kendall_tau_without_each,
    pearson,
    spearman,
    weighted_kendall_tau,
    weighted_tau_without_each,
)

__all__ = ["CORRELATIONS", "Estimate", "Evidence", "compare_with_truth"]

Array = NDArray[np.float64]
CORRELATIONS = ("pearson", "spearman", "kendall", "weighted_tau")
# The correlation of two models is always +1 or -1.
MIN_MODELS = 3
# With fewer models there is no interval of a correlation: Fieller's variance divides by n - 4.
MIN_FOR_INTERVALS = 5
N_DRAWS = 1_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number over models, and its interval.

    Parameters
    ----------
    value
        Over the models that are there.
    low, high
        Ends of the interval; ``None`` where there are too few models for one.
    """

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well scores predict a truth.

    Parameters
    ----------
    n_models
        Models with both a score and a truth.
    correlations
        Name of :data:`CORRELATIONS` -> estimate in [-1, 1], directions respected; ``None`` where it is not
        defined: fewer than three models, or one side ties all of them.
    regret
        k -> truth of the best model less that of the best among the k highest scores, at least 0, in the
        truth's unit. Only for k below ``n_models``.
    hit
        k -> 1 where the best model is among the k highest scores, else 0; its interval is 0 to 1 where
        other candidates might well have given the other result.
    """

    n_models: int
    correlations: Mapping[str, Estimate | None]
    regret: Mapping[int, Estimate]
    hit: Mapping[int, Estimate]


def compare_with_truth(
    scores: ModelScores,
    truth: ModelScores,
    *,
    higher_is_better: bool,
    truth_higher_is_better: bool = True,
    tops: tuple[int, ...] = (1, 3),
    level: float = 0.9,
    seed: int = 0,
) -> Evidence:
    """Compare the scores of models with the quality that was measured.

    Parameters
    ----------
    scores
        Model -> finite score.
    truth
        Model -> finite quality. Only models on both sides count.
    higher_is_better, truth_higher_is_better
        Directions.
    tops
        The k of regret@k and of the top-k hit.
    level
        Coverage of the intervals, in (0, 1).
    seed
        Seed of the draws of models.

    Returns
    -------
    Evidence
        Of models with the same score the one with the worse truth counts as ranked first.

    Raises
    ------
    InputError
        A value that is not finite.

    Notes
    -----
    Pearson and Spearman get Fisher's interval on the arctanh scale, with the variances 1/(n-3) and
    (1 + r^2/2)/(n-3) [1]_; Kendall's tau and the weighted tau a jackknife over models on that scale with
    Student's t, and the variance 0.437/(n-4) [2]_ where no single model changes anything. In a simulation
    (Gaussian pairs, 5 to 25 models, correlations of 0 to 0.98, 300 to 500 draws each) these 90 % intervals
    held their target in 87 to 99 % of the draws (Pearson), 87 to 98 % (Spearman, down to 78 % at 0.98 with 13
    models) and 90 to 100 % (Kendall, 80 % at 0.98 with 8). The variance 0.437/(n-4) alone did in 69 to 99 %
    for Kendall's tau, the percentile bootstrap over models in 76 to 93 %; neither was taken. A perfect
    correlation of few models would have no interval on that scale: it counts as half a swapped pair away
    from 1.

    Regret and hits are not smooth functions of the models. Their intervals are quantiles over 1,000 bootstrap
    draws of the models; a model drawn twice is one model.

    References
    ----------
    .. [1] Bonett, Wright: Sample size requirements for estimating Pearson, Kendall and Spearman correlations.
       Psychometrika 65, 2000. doi:10.1007/BF02294183
    .. [2] Fieller, Hartley, Pearson: Tests for rank correlation coefficients I. Biometrika 44, 1957.
       doi:10.1093/biomet/44.3-4.470
    """
    both = sorted(model for model in scores if model in truth)
    x = _oriented(scores, both, higher_is_better=higher_is_better)
    y = _oriented(truth, both, higher_is_better=truth_higher_is_better)
    regret, hit = _top_estimates(x, y, tops, level, seed)
    return Evidence(
        n_models=len(both),
        correlations={name: _correlation(name, x, y, level) for name in CORRELATIONS},
        regret=regret,
        hit=hit,
    )


def _oriented(values: ModelScores, models: list[str], *, higher_is_better: bool) -> Array:
    """Values of models as an array in which higher is better."""
    column = np.array([values[model] for model in models], dtype=np.float64)
    if not np.isfinite(column).all():
        raise InputError("Expected finite scores and qualities, got NaN or infinity.")
    return column if higher_is_better else -column


_STATISTICS: Mapping[str, Callable[[Array, Array], float]] = {
    "pearson": pearson,
    "spearman": spearman,
    "kendall": kendall_tau,
    "weighted_tau": weighted_kendall_tau,
}
_WITHOUT_EACH = {"kendall": kendall_tau_without_each, "weighted_tau": weighted_tau_without_each}


def _is_constant(values: Array) -> bool:
    """Whether a correlation sees no differences: exactly none, or none beyond round-off."""
    spread = float(np.ptp(values)) if len(values) else 0.0
    return spread <= 1e-12 * float(np.abs(values).max(initial=0.0))


def _can_become_constant(values: Array) -> bool:
    """Whether a correlation sees no differences without some model, the one of the least or largest value."""
    return any(_is_constant(np.delete(values, place)) for place in (values.argmin(), values.argmax()))


def _correlation(name: str, x: Array, y: Array, level: float) -> Estimate | None:
    """Compute one correlation with its interval; ``None`` where it is not defined."""
    if len(x) < MIN_MODELS or _is_constant(x) or _is_constant(y):
        return None
    statistic = _STATISTICS[name]
    value = min(1.0, max(-1.0, statistic(x, y)))
    if len(x) < MIN_FOR_INTERVALS:
        return Estimate(value)
    half = _half_width(name, x, y, level)
    if half is None:
        return Estimate(value)
    centre = _arctanh(value, len(x))
    return Estimate(value, min(value, math.tanh(centre - half)), max(value, math.tanh(centre + half)))


def _arctanh(value: float, n_models: int) -> float:
    """Fisher's scale; a perfect order counts as half a swapped pair away from it."""
    most = 1 - 2 / (n_models * (n_models - 1))
    return math.atanh(min(most, max(-most, value)))


def _half_width(name: str, x: Array, y: Array, level: float) -> float | None:
    """Half the interval on Fisher's scale; ``None`` where leaving one model out leaves no correlation."""
    n_models = len(x)
    quantile = NormalDist().inv_cdf((1 + level) / 2)
    if name == "pearson":
        return quantile / math.sqrt(n_models - 3)
    if name == "spearman":
        r = spearman(x, y)
        return quantile * math.sqrt((1 + r * r / 2) / (n_models - 3))
    if _can_become_constant(x) or _can_become_constant(y):
        return None
    left_out = _WITHOUT_EACH[name](x, y)
    replicates = np.array([_arctanh(value, n_models) for value in left_out.tolist()])
    variance = (n_models - 1) / n_models * float(np.square(replicates - replicates.mean()).sum())
    # The jackknife has no spread where no single model changes a perfect order; Fieller's variance has.
    variance = max(variance, 0.437 / (n_models - 4)) if variance == 0.0 else variance
    return float(scipy.special.stdtrit(n_models - 1, (1 + level) / 2)) * math.sqrt(variance)


def _top_estimates(
    x: Array, y: Array, tops: tuple[int, ...], level: float, seed: int
) -> tuple[dict[int, Estimate], dict[int, Estimate]]:
    """Compute regret and hit among the k highest scores, for each k."""
    order = np.lexsort((y, -x))  # ties: the worse truth first
    truth = y[order]
    rng = np.random.default_rng(seed)
    drawn = np.zeros((N_DRAWS + 1, len(truth)), dtype=bool)
    drawn[0] = True
    if len(truth):
        picks = rng.integers(0, len(truth), size=(N_DRAWS, len(truth)))
        drawn[np.arange(1, N_DRAWS + 1)[:, None], picks] = True
    places = np.cumsum(drawn, axis=1)
    best = np.where(drawn, truth, -np.inf).max(axis=1, initial=-np.inf)
    regret, hit = {}, {}
    for top in tops:
        if not 0 < top < len(truth):
            continue
        # A draw of no more than k models always picks the best of them.
        counts = (places[:, -1] > top) | (np.arange(N_DRAWS + 1) == 0)
        reached = np.where(drawn & (places <= top), truth, -np.inf).max(axis=1)
        lost = (best - reached)[counts]
        regret[top] = _quantiles(lost, level)
        hit[top] = _quantiles((lost == 0).astype(np.float64), level)
    return regret, hit


def _quantiles(values: Array, level: float) -> Estimate:
    """Take the first value for the estimate, the quantiles of the others for its interval."""
    value = float(values[0])
    if len(values) < N_DRAWS // 2:
        return Estimate(value)
    low, high = np.quantile(values[1:], [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    return Estimate(value, min(value, float(low)), max(value, float(high)))
