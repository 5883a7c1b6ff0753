"""Whether the linear probe tells two models apart, and a model from a constant guess."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from ptmrank_core.records import SamplesSummary
from ptmrank_core.results.verdict.thresholds import GROUP_CORRELATION

__all__ = ["Reached", "errors_above_chance", "errors_ahead", "quantile"]


@dataclass(frozen=True, slots=True)
class Reached:
    """What a linear probe reaches on the features of a model or a reference.

    Parameters
    ----------
    value
        The measure.
    losses
        Out-of-fold loss of each sample; empty where it is not known.
    """

    value: float
    losses: Sequence[float] = ()


def quantile(level: float, n_compared: int) -> float:
    """Find the standard errors that one of several comparisons exceeds by chance at most this often."""
    return NormalDist().inv_cdf(1 - level / max(n_compared, 1))


def errors_ahead(one: Reached, other: Reached, samples: SamplesSummary) -> float:
    """By how many standard errors one is ahead of the other: of the paired differences of their losses.

    Where losses are not known, accuracies of independent samples are compared.
    """
    if one.losses and len(one.losses) == len(other.losses):
        differences = np.asarray(other.losses) - np.asarray(one.losses)
        gap = float(differences.mean())
        error = float(differences.std()) / math.sqrt(len(differences))
    else:
        gap = one.value - other.value
        spread = sum(max(value * (1 - value), 0.0) for value in (one.value, other.value))
        error = math.sqrt(spread / max(samples.n_samples, 1))
    return _in_errors(gap, error * _inflation(samples))


def errors_above_chance(measure: str, value: float, chance: float, samples: SamplesSummary) -> float:
    """By how many standard errors a value is above a constant guess, if the features said nothing."""
    inflation = _inflation(samples)
    n_samples = max(samples.n_samples, 1)
    if measure == "r2":  # of a correlation of 0, on Fisher's scale
        correlation = math.sqrt(min(max(value, 0.0), 0.9999))
        return math.atanh(correlation) * math.sqrt(max(n_samples - 3, 1)) / inflation
    spread = 1 - chance if measure == "average_precision" else chance * (1 - chance)
    return _in_errors(value - chance, math.sqrt(spread / n_samples) * inflation)


def _in_errors(gap: float, error: float) -> float:
    if error > 1e-9 * abs(gap):
        return gap / error
    return math.copysign(math.inf, gap) if gap else 0.0


def _inflation(samples: SamplesSummary) -> float:
    """Widen standard errors for samples that come in groups."""
    if not samples.n_groups:
        return 1.0
    size = samples.n_samples / samples.n_groups
    return math.sqrt(1 + max(size - 1, 0.0) * GROUP_CORRELATION)
