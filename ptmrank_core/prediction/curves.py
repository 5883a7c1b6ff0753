"""What the value after some training says of the value after all of it.

Values are on the scale of :func:`learnt_logit`. At a fraction f of the final training a model that is worth
theta in the end has reached

    y = pivot + slope * (theta - pivot) - gap + deviation,

where the gap is the same for all models of a set: it is unknown beforehand, so it tells next to nothing of
one model alone, and it cancels where models are compared that were trained alike. Before any value is known
gap = pace * log2(1 / f) ** 1.5, with a pace of the set. The rest follows from the gap, whatever f is and
whether the head started at random or as a linear probe: weak models are slower, so

    slope = 1 + rise * (1 - exp(-gap / bend)),
    spread of the deviation = sqrt(floor ** 2 + (growth * gap) ** 2),

and deviations of one model correlate by memory ** |log2(f / f')|. All of it is normal, so values of any
models after any doses, and the prior from the probes, join into one normal distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

__all__ = [
    "CurveCoefficients",
    "Joint",
    "Reached",
    "condition",
    "join",
    "learnt_logit",
    "settle",
    "value_of",
]

Array: TypeAlias = NDArray[np.float64]

N_SETTLING = 4
LARGEST_GAP = 6.0
# Standard deviation of a gap beside the pace: relative to what the pace says, and in any case.
GAP_DEVIATION, GAP_FLOOR = 0.2, 0.15
BEND_OF_GAP = 1.5


@dataclass(frozen=True, slots=True)
class CurveCoefficients:
    """What curves on record show.

    Parameters
    ----------
    rise, bend
        Of the slope.
    floor, growth
        Of the spread of the deviation, in logits.
    memory
        Correlation of a model's deviations when the training doubles.
    pace, pace_spread
        Mean and standard deviation of the pace over sets.
    n_curves
        Number of curves.
    sets
        Names of the sets.
    """

    rise: float
    bend: float
    floor: float
    growth: float
    memory: float
    pace: float
    pace_spread: float
    n_curves: int
    sets: Sequence[str]

    def slopes(self, gaps: Array) -> Array:
        """Slope at each gap."""
        return np.asarray(1 + self.rise * (1 - np.exp(-gaps / self.bend)))

    def spreads(self, gaps: Array) -> Array:
        """Spread of the deviation at each gap."""
        return np.asarray(np.hypot(self.floor, self.growth * gaps))


@dataclass(frozen=True, slots=True)
class Reached:
    """Values after doses: which model (row of the prior), which fraction (place in the list), which logit.

    Parameters
    ----------
    model, fraction
        Integer arrays of shape (n,).
    logits
        Of shape (n,).
    noise
        Covariance of their errors of measurement, shape (n, n).
    """

    model: NDArray[np.int64]
    fraction: NDArray[np.int64]
    logits: Array
    noise: Array


@dataclass(frozen=True, slots=True)
class Joint:
    """Normal distribution of the ends of all models and of what they reach at each fraction, without noise.

    Parameters
    ----------
    mean
        Of shape (n_models * (1 + n_fractions),): the end of a model, then what it reaches.
    covariance
        Of the same, square.
    n_fractions
        Number of fractions.
    gaps
        What is left to learn at each fraction, in logits.
    """

    mean: Array
    covariance: Array
    n_fractions: int
    gaps: Array

    @property
    def ends(self) -> NDArray[np.int64]:
        """Places of the ends."""
        return np.arange(0, len(self.mean), 1 + self.n_fractions)

    def places(self, model: NDArray[np.int64], fraction: NDArray[np.int64]) -> NDArray[np.int64]:
        """Places of what models reach at fractions."""
        return np.asarray(model * (1 + self.n_fractions) + 1 + fraction, dtype=np.int64)


def learnt_logit(value: float, chance: float, n_tested: int) -> float:
    """Logit of the share of what there is to learn; at its ends half a sample away from them."""
    least = 0.5 / n_tested
    return float(logit(min(1 - least, max(least, (value - chance) / (1 - chance)))))


def value_of(logits: Array, chance: float) -> Array:
    """Values with these logits."""
    return np.asarray(chance + (1 - chance) * expit(logits))


def usual_gaps(fractions: Array) -> Array:
    """Gap at each fraction of the final training where the pace is 1."""
    return np.asarray(np.log2(1 / np.minimum(fractions, 1.0)) ** BEND_OF_GAP)


def join(
    means: Array, covariance: Array, fractions: Array, gaps: Array, coefficients: CurveCoefficients
) -> Joint:
    """Join the ends of models, as known beforehand, with what they reach at fractions of the training.

    Parameters
    ----------
    means, covariance
        Of the ends, shapes (n_models,) and (n_models, n_models).
    fractions
        Of the final training, in (0, 1], shape (n_fractions,).
    gaps
        What is likely left to learn at each of them.
    coefficients
        Of the curves.
    """
    slopes = np.concatenate([[1.0], coefficients.slopes(gaps)])
    spreads = coefficients.spreads(gaps)
    usual = usual_gaps(fractions)
    pivot = means.mean()
    size = 1 + len(fractions)
    shared, own = np.zeros((size, size)), np.zeros((size, size))
    shared[1:, 1:] = coefficients.pace_spread**2 * np.outer(usual, usual)
    shared[1:, 1:] += np.diag((GAP_DEVIATION * coefficients.pace * usual) ** 2 + GAP_FLOOR**2)
    doublings = np.abs(np.subtract.outer(np.log2(fractions), np.log2(fractions)))
    own[1:, 1:] = np.outer(spreads, spreads) * coefficients.memory**doublings
    expected = pivot + np.outer(means - pivot, slopes)
    expected[:, 1:] -= coefficients.pace * usual
    n_models = len(means)
    joint = np.kron(covariance, np.outer(slopes, slopes))
    joint += np.kron(np.ones((n_models, n_models)), shared) + np.kron(np.eye(n_models), own)
    return Joint(expected.ravel(), np.asarray(joint, dtype=np.float64), len(fractions), gaps)


def condition(joint: Joint, reached: Reached) -> Joint:
    """Condition on values that were measured."""
    if not len(reached.logits):
        return joint
    at = joint.places(reached.model, reached.fraction)
    across = joint.covariance[:, at]
    gain = np.linalg.solve(across[at] + reached.noise, across.T).T
    mean = joint.mean + gain @ (reached.logits - joint.mean[at])
    rest = np.asarray(joint.covariance - gain @ across.T, dtype=np.float64)
    return Joint(mean, rest, joint.n_fractions, joint.gaps)


def settle(
    means: Array, covariance: Array, fractions: Array, reached: Reached, coefficients: CurveCoefficients
) -> Joint:
    """Find the gaps that the values show, and what they then say of all ends.

    Slopes and spreads depend on the gaps, and the gaps on the ends: they settle in a few rounds.
    """
    usual = usual_gaps(fractions)
    gaps = coefficients.pace * usual
    found = join(means, covariance, fractions, gaps, coefficients)
    for _ in range(N_SETTLING if len(reached.logits) else 0):
        joint = join(means, covariance, fractions, gaps, coefficients)
        found = condition(joint, reached)
        gaps = _gaps(found, usual, reached, coefficients)
    return found


def _gaps(found: Joint, usual: Array, reached: Reached, coefficients: CurveCoefficients) -> Array:
    """Mean of what models at a fraction have left to learn; by the pace of others where there are none."""
    left = found.mean[found.ends][reached.model] - found.mean[found.places(reached.model, reached.fraction)]
    n_members = np.bincount(reached.fraction, minlength=len(usual))
    seen = np.bincount(reached.fraction, weights=left, minlength=len(usual)) / np.maximum(n_members, 1)
    known = (n_members > 0) & (usual > 0)
    weight = 4.0 / coefficients.pace_spread**2
    paces = seen[known] / usual[known]
    before = 1 / coefficients.pace_spread**2
    pace = (coefficients.pace * before + weight * paces.sum()) / (before + weight * known.sum())
    gaps = np.where(n_members > 0, seen, pace * usual)
    return np.asarray(np.clip(gaps, 0.0, LARGEST_GAP))
