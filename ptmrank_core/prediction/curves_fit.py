"""Coefficients of curves, fitted to runs of training on record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

from ptmrank_core.errors import InputError
from ptmrank_core.prediction.curves import CurveCoefficients, learnt_logit, usual_gaps

__all__ = ["RecordedCurve", "fit_curve_coefficients"]

Array: TypeAlias = NDArray[np.float64]

MIN_MEMBERS = 3
# Close to chance the logit is all noise.
LARGEST_NOISE = 1.0


@dataclass(frozen=True, slots=True)
class RecordedCurve:
    """What one model reached in one run of training, and what it reaches after the final training.

    Parameters
    ----------
    set_name
        Of the samples.
    run
        Names what its models share: training samples and seed.
    end
        Value after the final training, of other seeds.
    points
        Fraction of the final training -> value.
    n_tested
        Number of samples that the points were tested on.
    chance
        Value of a constant guess.
    """

    set_name: str
    run: str
    end: float
    points: Mapping[float, float]
    n_tested: int
    chance: float


@dataclass(frozen=True, slots=True)
class _Group:
    """Models of a run after the same fraction of the training."""

    set_name: str
    run: str
    fraction: float
    models: NDArray[np.int64]
    ends: Array
    reached: Array
    noise: Array

    @property
    def gap(self) -> float:
        return max(0.0, float(np.average(self.ends - self.reached, weights=1 / (0.1 + self.noise))))

    def residuals(self, coefficients: CurveCoefficients) -> tuple[Array, Array]:
        """Deviations from what the slope at its gap says, and their variances."""
        gap = np.array([self.gap])
        variance = coefficients.floor**2 + (coefficients.growth * gap) ** 2 + self.noise
        rest = self.reached - coefficients.slopes(gap)[0] * self.ends
        return rest - np.average(rest, weights=1 / variance), variance


def fit_curve_coefficients(curves: Sequence[RecordedCurve]) -> CurveCoefficients:
    """Fit the coefficients to curves: slope and spread by maximum likelihood, memory and pace by moments.

    Raises
    ------
    InputError
        Fewer than two sets: the spread of the paces cannot be told.
    """
    groups = list(_groups(curves))
    sets = tuple(dict.fromkeys(group.set_name for group in groups))
    if len(sets) < 2:
        raise InputError(f"Expected curves of at least 2 sets with 3 models each, got {len(sets)}.")
    pace, pace_spread = _paces(groups, sets)

    def coefficients(logs: Array, memory: float = 0.0) -> CurveCoefficients:
        rise, fade, floor, growth = (float(number) for number in np.exp(logs))
        return CurveCoefficients(rise, fade, floor, growth, memory, pace, pace_spread, len(curves), sets)

    def loss(logs: Array) -> float:
        found = coefficients(logs)
        parts = (group.residuals(found) for group in groups)
        return float(sum((np.log(variance) + rest**2 / variance).sum() for rest, variance in parts))

    bounds = [(-3.0, 2.0), (-1.0, 3.0), (-4.0, 0.0), (-4.0, 1.0)]
    logs = scipy.optimize.minimize(loss, np.log([0.6, 3.0, 0.15, 0.3]), bounds=bounds).x
    return coefficients(logs, _memory(groups, coefficients(logs)))


def _groups(curves: Sequence[RecordedCurve]) -> Iterator[_Group]:
    keys = dict.fromkeys((own.set_name, own.run, fraction) for own in curves for fraction in own.points)
    for set_name, run, fraction in keys:
        own = [
            (place, curve)
            for place, curve in enumerate(curves)
            if (curve.set_name, curve.run) == (set_name, run) and fraction in curve.points
        ]
        found = [
            (
                place,
                learnt_logit(curve.end, curve.chance, curve.n_tested),
                learnt_logit(curve.points[fraction], curve.chance, curve.n_tested),
                _noise(curve.points[fraction], curve.chance, curve.n_tested),
            )
            for place, curve in own
        ]
        kept = [row for row in found if row[3] < LARGEST_NOISE]
        if len(kept) >= MIN_MEMBERS:
            places, *columns = zip(*kept, strict=True)
            yield _Group(set_name, run, fraction, np.array(places), *(np.array(own) for own in columns))


def _noise(value: float, chance: float, n_tested: int) -> float:
    """Variance of the logit of a share of what there is to learn, from the number of samples."""
    share = (n_tested * value + 0.5) / (n_tested + 1)
    least = 0.5 / n_tested
    learnt = min(1 - least, max(least, (share - chance) / (1 - chance)))
    return share * (1 - share) / n_tested / ((1 - chance) * learnt * (1 - learnt)) ** 2


def _paces(groups: Sequence[_Group], sets: Sequence[str]) -> tuple[float, float]:
    """Mean and standard deviation of the pace over sets."""
    paces = []
    for name in sets:
        own = [group for group in groups if group.set_name == name and group.fraction < 1]
        usual = usual_gaps(np.array([group.fraction for group in own]))
        paces.append(float(usual @ np.array([group.gap for group in own]) / (usual @ usual)))
    # A few sets say little of others: the next one may start at its end, or twice as far away.
    return float(np.mean(paces)), max(float(np.mean(paces)), float(np.std(paces, ddof=1)))


def _memory(groups: Sequence[_Group], coefficients: CurveCoefficients) -> float:
    """Correlation of a model's deviations between fractions that differ by a factor of about two."""
    products, squares = 0.0, 0.0
    for first in groups:
        for second in groups:
            same = (first.set_name, first.run) == (second.set_name, second.run)
            if not same or not 1.7 <= second.fraction / first.fraction <= 2.3:
                continue
            both = set(first.models.tolist()) & set(second.models.tolist())
            ends = []
            for group in (first, second):
                rest, variance = group.residuals(coefficients)
                ends.append((rest / np.sqrt(variance))[[model in both for model in group.models.tolist()]])
            products += float(ends[0] @ ends[1])
            squares += float(ends[0] @ ends[0] + ends[1] @ ends[1]) / 2
    return min(0.95, max(0.0, products / squares)) if squares else 0.0
