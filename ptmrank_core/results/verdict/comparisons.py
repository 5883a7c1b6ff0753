"""Whether the linear probe tells two models apart, and a model from a constant guess."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import scipy
from numpy.typing import NDArray

from ptmrank_core.records import SamplesSummary
from ptmrank_core.results.verdict.thresholds import GROUP_CORRELATION

__all__ = ["Reached", "errors_above_chance", "errors_ahead", "quantile"]

MIN_FOLDS = 3


@dataclass(frozen=True, slots=True)
class Reached:
    """What a linear probe reaches on the features of a model or a reference.

    Parameters
    ----------
    value
        The measure.
    losses
        Out-of-fold loss of each sample; empty where it is not known.
    folds
        The measure in each fold, none of which shares a group with another; empty where it is not known.
    groups
        Group of each sample; empty where there are none, or they are not known.
    """

    value: float
    losses: Sequence[float] = ()
    folds: Sequence[float] = ()
    groups: Sequence[int] = ()


def quantile(level: float, n_compared: int) -> float:
    """Find the standard errors that one of several comparisons exceeds by chance at most this often."""
    return NormalDist().inv_cdf(1 - level / max(n_compared, 1))


def errors_ahead(one: Reached, other: Reached, samples: SamplesSummary) -> float:
    """By how many standard errors one is ahead of the other: of the paired differences of their losses.

    Where losses are not known, accuracies of independent samples are compared. Samples in groups prove no
    more than the differences of the groups do, or those of the folds.
    """
    if one.losses and len(one.losses) == len(other.losses):
        differences = np.asarray(other.losses) - np.asarray(one.losses)
        if len(one.groups) == len(differences):
            return _errors_of_groups(differences, one.groups)
        gap = float(differences.mean())
        error = float(differences.std()) / math.sqrt(len(differences))
    else:
        gap = one.value - other.value
        spread = sum(max(value * (1 - value), 0.0) for value in (one.value, other.value))
        error = math.sqrt(spread / max(samples.n_samples, 1))
    same = len(one.folds) == len(other.folds)
    of_folds = [a - b for a, b in zip(one.folds, other.folds, strict=True)] if same else []
    return _at_most(_in_errors(gap, error), of_folds, samples)


def _errors_of_groups(differences: NDArray[np.float64], groups: Sequence[int]) -> float:
    """Divide a mean difference by its standard error, from the sums over groups of what exceeds the mean."""
    gap = float(differences.mean())
    _, codes = np.unique(np.asarray(groups), return_inverse=True)
    sums = np.bincount(codes, weights=differences - gap)
    n_groups = len(sums)
    if n_groups < 2:
        return 0.0
    error = math.sqrt(float((sums**2).sum()) * n_groups / (n_groups - 1)) / len(differences)
    return _as_normal(_in_errors(gap, error), n_groups - 1)


def _as_normal(errors: float, freedom: int) -> float:
    """Convert a deviate of Student's distribution to the normal one with the same probability."""
    return math.copysign(-float(scipy.special.ndtri(scipy.special.stdtr(freedom, -abs(errors)))), errors)


def errors_above_chance(measure: str, reached: Reached, chance: float, samples: SamplesSummary) -> float:
    """By how many standard errors a value is above a constant guess, if the features said nothing."""
    n_samples = max(samples.n_samples, 1)
    gap = reached.value - chance
    if measure == "r2":  # of a correlation of 0, on Fisher's scale
        correlation = math.sqrt(min(max(reached.value, 0.0), 0.9999))
        errors = math.atanh(correlation) * math.sqrt(max(n_samples - 3, 1))
    else:
        spread = 1 - chance if measure == "average_precision" else chance * (1 - chance)
        errors = _in_errors(gap, math.sqrt(spread / n_samples))
    return _at_most(errors, [value - chance for value in reached.folds], samples)


def _in_errors(gap: float, error: float) -> float:
    if error > 1e-9 * abs(gap):
        return gap / error
    return math.copysign(math.inf, gap) if gap else 0.0


def _at_most(errors: float, of_folds: Sequence[float], samples: SamplesSummary) -> float:
    """Limit standard errors, for samples that come in groups, to what the folds support.

    Where the folds are not known, losses within a group are taken to be correlated a little.
    """
    if not samples.n_groups or errors <= 0:
        return errors
    if len(of_folds) < MIN_FOLDS:
        size = samples.n_samples / samples.n_groups
        return errors / math.sqrt(1 + max(size - 1, 0.0) * GROUP_CORRELATION)
    values = np.asarray(of_folds)
    error = float(values.std(ddof=1)) / math.sqrt(len(values))
    return min(errors, _as_normal(_in_errors(float(values.mean()), error), len(values) - 1))
