"""What the value after some training says of the value after all of it.

Values are on the scale of :func:`learnt_logit`. At a fraction f of the final training a model that is worth
theta in the end has reached

    y = pivot + slope * (theta - pivot) - gap + deviation,

where the gap is the same for all models of a set: it is unknown beforehand, so it tells next to nothing of
one model alone, and it cancels where models are compared that were trained alike. Before any value is known
gap = pace * log2(1 / f) ** 1.5, with a pace of the set. The rest follows from the gap, whatever f is and
whether the head started at random or as a linear probe. Weak models are slower, and at the very beginning,
far from the end, no value tells anything:

    slope = (1 + rise * gap) * exp(-(gap / fade) ** 2),
    spread of the deviation = sqrt(floor ** 2 + (growth * gap) ** 2),

and deviations of one model correlate by memory ** |log2(f / f')|. All of it is normal, so values of any
models after any doses, and the prior from the probes, join into one normal distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

__all__ = [
    "CurveCoefficients",
    "Joint",
    "Reached",
    "caution",
    "condition",
    "join",
    "learnt_logit",
    "settle",
    "value_of",
]

Array: TypeAlias = NDArray[np.float64]
Places: TypeAlias = NDArray[np.int64]
Prior: TypeAlias = tuple[Array, Array]
Entries: TypeAlias = tuple[Places, Places]

N_SETTLING = 4
LARGEST_GAP = 6.0
# Standard deviation of a gap beside the pace: relative to what the pace says, and in any case.
GAP_DEVIATION, GAP_FLOOR = 0.2, 0.15
BEND_OF_GAP = 1.5
# What a fraction that was reached counts against the pace of other sets.
PACE_WEIGHT = 4.0


@dataclass(frozen=True, slots=True)
class CurveCoefficients:
    """What curves on record show.

    Parameters
    ----------
    rise, fade
        Of the slope.
    floor, growth
        Of the spread of the deviation, in logits.
    memory
        Correlation of a model's deviations when the training doubles.
    pace, pace_spread
        Mean of the pace over sets, and its standard deviation, taken to be at least as large.
    n_curves
        Number of curves.
    sets
        Names of the sets.
    """

    rise: float
    fade: float
    floor: float
    growth: float
    memory: float
    pace: float
    pace_spread: float
    n_curves: int
    sets: Sequence[str]

    def slopes(self, gaps: Array) -> Array:
        """Slope at each gap."""
        return np.asarray((1 + self.rise * gaps) * np.exp(-((gaps / self.fade) ** 2)))

    def spreads(self, gaps: Array) -> Array:
        """Spread of the deviation at each gap, in a set that these are not known from."""
        return np.asarray(np.hypot(self.floor, caution(len(self.sets)) * self.growth * gaps))


@dataclass(frozen=True, slots=True)
class Reached:
    """Values after doses.

    Parameters
    ----------
    models, fractions
        Row of the prior and place in the list of fractions, shape (n,).
    logits
        Of shape (n,).
    noise
        Covariance of their errors of measurement, shape (n, n).
    """

    models: Places
    fractions: Places
    logits: Array
    noise: Array


@dataclass(frozen=True, slots=True)
class Joint:
    """Normal distribution of ends of models and of what they reach at fractions, without noise.

    Parameters
    ----------
    mean, covariance
        Of shapes (n,) and (n, n): first the ends of all models, then what they reach.
    models, fractions
        Which model each of them is of, and at which fraction (place in a list; -1 for the end), shape (n,).
    gaps
        What is left to learn at each fraction, in logits.
    """

    mean: Array
    covariance: Array
    models: Places
    fractions: Places
    gaps: Array

    @property
    def n_models(self) -> int:
        """Number of models: the ends come first."""
        return int(np.count_nonzero(self.fractions < 0))

    def places(self, models: Places, fractions: Places) -> Places:
        """Places of what models reach at fractions."""
        known = {pair: place for place, pair in enumerate(_pairs(self.models, self.fractions))}
        return np.array([known[pair] for pair in _pairs(models, fractions)], dtype=np.int64)


def caution(n_sets: int) -> float:
    """Compute the factor on a spread that is known from few sets: Student's t beside the normal, at 90 %."""
    return float(scipy.special.stdtrit(n_sets - 1, 0.95) / scipy.special.ndtri(0.95))


def learnt_logit(value: float, chance: float, n_tested: int) -> float:
    """Logit of the share of what there is to learn; at its ends half a sample away from them."""
    least = 0.5 / n_tested
    return float(scipy.special.logit(min(1 - least, max(least, (value - chance) / (1 - chance)))))


def value_of(logits: Array, chance: float) -> Array:
    """Values with these logits."""
    return np.asarray(chance + (1 - chance) * scipy.special.expit(logits))


def usual_gaps(fractions: Array) -> Array:
    """Gap at each fraction of the final training where the pace is 1."""
    return np.asarray(np.log2(1 / np.minimum(fractions, 1.0)) ** BEND_OF_GAP)


def join(prior: Prior, fractions: Array, entries: Entries, gaps: Array, curves: CurveCoefficients) -> Joint:
    """Join the ends of models, as known beforehand, with what they reach at fractions of the training.

    Parameters
    ----------
    prior
        Means and covariance of the ends, shapes (n_models,) and (n_models, n_models).
    fractions
        Of the final training, in (0, 1], shape (n_fractions,).
    entries
        Models and fractions (places in the list) that are joined with the ends.
    gaps
        What is likely left to learn at each fraction.
    curves
        The coefficients.
    """
    means, covariance = prior
    models = np.concatenate([np.arange(len(means)), entries[0]])
    columns = np.concatenate([np.full(len(means), -1), entries[1]])
    pivot, usual = means.mean(), np.append(usual_gaps(fractions), 0.0)
    slopes = np.append(curves.slopes(gaps), 1.0)[columns]
    # The last row and column belong to the ends, which have neither gap nor deviation.
    shared, own = np.zeros((2, len(usual), len(usual)))
    pace_spread = caution(len(curves.sets)) * curves.pace_spread
    shared[:-1, :-1] = pace_spread**2 * np.outer(usual[:-1], usual[:-1])
    shared[:-1, :-1] += np.diag((GAP_DEVIATION * curves.pace * usual[:-1]) ** 2 + GAP_FLOOR**2)
    doublings = np.abs(np.subtract.outer(np.log2(fractions), np.log2(fractions)))
    spreads = curves.spreads(gaps)
    own[:-1, :-1] = np.outer(spreads, spreads) * curves.memory**doublings
    joint = covariance[np.ix_(models, models)] * np.outer(slopes, slopes) + shared[np.ix_(columns, columns)]
    joint += np.equal.outer(models, models) * own[np.ix_(columns, columns)]
    mean = pivot + slopes * (means[models] - pivot) - curves.pace * usual[columns]
    return Joint(np.asarray(mean), np.asarray(joint), models, columns, gaps)


def condition(joint: Joint, reached: Reached) -> Joint:
    """Condition on values that were measured."""
    if not len(reached.logits):
        return joint
    at = joint.places(reached.models, reached.fractions)
    across = joint.covariance[:, at]
    gain = np.linalg.solve(across[at] + reached.noise, across.T).T
    mean = joint.mean + gain @ (reached.logits - joint.mean[at])
    rest = np.asarray(joint.covariance - gain @ across.T, dtype=np.float64)
    return replace(joint, mean=mean, covariance=rest)


def settle(
    prior: Prior, fractions: Array, ahead: Places, reached: Reached, curves: CurveCoefficients
) -> Joint:
    """Find the gaps that the values show, and what they then say of all ends.

    Slopes and spreads depend on the gaps, and the gaps on the ends: they settle in a few rounds.

    Parameters
    ----------
    prior, fractions, curves
        As in :func:`join`.
    ahead
        Places of fractions that every model is joined at, to say what a dose would tell.
    reached
        The values.
    """
    pairs = {(model, fraction) for model in range(len(prior[0])) for fraction in ahead.tolist()}
    pairs |= set(_pairs(reached.models, reached.fractions))
    ordered = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    entries = (ordered[:, 0], ordered[:, 1])
    gaps = curves.pace * usual_gaps(fractions)
    found = condition(join(prior, fractions, entries, gaps, curves), reached)
    for _ in range(N_SETTLING if len(reached.logits) else 0):
        gaps = _gaps(found, usual_gaps(fractions), reached, curves)
        found = condition(join(prior, fractions, entries, gaps, curves), reached)
    return found


def _gaps(found: Joint, usual: Array, reached: Reached, curves: CurveCoefficients) -> Array:
    """Mean of what models at a fraction have left to learn, drawn towards what the pace of all says."""
    at = found.places(reached.models, reached.fractions)
    left = found.mean[reached.models] - found.mean[at]
    n_members = np.bincount(reached.fractions, minlength=len(usual))
    sums = np.bincount(reached.fractions, weights=left, minlength=len(usual))
    known = (n_members > 0) & (usual > 0)
    paces = sums[known] / n_members[known] / usual[known]
    pace = (curves.pace + PACE_WEIGHT * paces.sum()) / (1 + PACE_WEIGHT * known.sum())
    return np.asarray(np.clip((sums + pace * usual) / (n_members + 1), 0.0, LARGEST_GAP))


def _pairs(models: Places, fractions: Places) -> list[tuple[int, int]]:
    return list(zip(models.tolist(), fractions.tolist(), strict=True))
