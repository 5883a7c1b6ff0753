"""Scores of half-samples -> draws of the full-sample scores, which take over the spread, not the centre."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import InputError

__all__ = ["MIN_HALVES", "Multipliers", "Spread", "n_draws_for", "spread_of"]

Array: TypeAlias = NDArray[np.float64]

MIN_HALVES = 10
# Half-samples show the first-order part of a score's spread. A covariance of few samples can add to it
# (H-Score of noise, heavy tails) and make the spread of the full sample larger by a sixth, as measured by the
# simulation tests/benchmarks/coverage.py.
MARGIN = 1.15
# Limits of the number of draws, and of the size of an array of draws over all ordered pairs of models.
MAX_DRAWS, MIN_DRAWS, MAX_NUMBERS = 2000, 200, 4_000_000


@dataclass(frozen=True, eq=False, slots=True)
class Spread:
    """Spread of the half-samples' scores around their own mean.

    Parameters
    ----------
    known
        Models that have enough scores on half-samples, shape (n_models,).
    deviations
        Shape (n_halves, n_models), in the score's unit, with a margin of 15 %; 0 in the halves that are left
        out, and for models that are not known.
    centre
        Mean score over the half-samples, shape (n_models,); NaN for models that are not known.
    n_used
        Half-samples in which every known model has a score.
    """

    known: NDArray[np.bool_]
    deviations: Array
    centre: Array
    n_used: int

    @property
    def pair_spreads(self) -> Array:
        """Standard deviation of each pair's difference over the half-samples, shape (n_models, n_models)."""
        products = self.deviations.T @ self.deviations / (self.n_used - 1)
        variances = products.diagonal()
        spreads: Array = np.sqrt(np.maximum(variances[:, None] + variances - 2 * products, 0.0))
        return spreads


@dataclass(frozen=True, eq=False, slots=True)
class Multipliers:
    """Random weights of all draws of a run: one row of weights on the half-samples for each draw.

    Weighted sums of the half-samples' deviations have their covariance, within a metric and between two, and
    their number is not limited: 100 half-samples alone do not determine an extreme quantile.

    Parameters
    ----------
    normal
        Standard normal, shape (n_draws, n_halves).
    uniform
        In (0, 1), shape (n_draws,): quantile of each draw in the distribution of the estimated spread.
    """

    normal: Array
    uniform: Array

    @classmethod
    def draw(cls, n_draws: int, n_halves: int, seed: int) -> Multipliers:
        """Draw them; the same arguments give the same numbers."""
        rng = np.random.default_rng(seed)
        return cls(rng.standard_normal((n_draws, n_halves)), rng.uniform(size=n_draws))

    def around(self, scores: Array, spread: Spread) -> Array:
        """Draws of the full-sample scores, shape (n_draws, n_models), in the score's unit."""
        return scores + self.deviations(spread)

    def deviations(self, spread: Spread) -> Array:
        """Draws of the deviation from the full-sample score, shape (n_draws, n_models)."""
        from scipy.stats import chi2  # noqa: PLC0415 - scipy.stats takes a while to be imported

        # The spread itself is estimated, from few half-samples poorly: Student's t in place of the normal.
        freedom = spread.n_used - 1
        widening = freedom / chi2.ppf(self.uniform, freedom)
        drawn: Array = self.normal @ spread.deviations * np.sqrt(widening / freedom)[:, None]
        return drawn


def n_draws_for(n_models: int) -> int:
    """Return the number of draws for a number of models."""
    return max(MIN_DRAWS, min(MAX_DRAWS, MAX_NUMBERS // n_models**2))


def spread_of(scores: Sequence[Sequence[float | None]]) -> Spread:
    """Centre the half-samples' scores of one metric.

    Parameters
    ----------
    scores
        For each model one score for each half-sample; ``None`` where there is none.

    Raises
    ------
    InputError
        If fewer than ten half-samples have a score of every model that has them in most.
    """
    values = np.array(
        [[np.nan if v is None else v for v in of_model] for of_model in scores], dtype=np.float64
    ).T
    there = np.isfinite(values)
    known = there.mean(axis=0) > 0.5 if len(values) else np.zeros(len(scores), dtype=bool)
    used = there[:, known].all(axis=1) if known.any() else np.zeros(len(values), dtype=bool)
    n_used = int(used.sum())
    if n_used < MIN_HALVES:
        raise InputError(
            f"Expected at least {MIN_HALVES} half-samples with a score of every model, got {n_used}."
        )
    centre = np.full(len(scores), np.nan)
    centre[known] = values[np.ix_(used, known)].mean(axis=0)
    deviations = np.zeros_like(values)
    deviations[np.ix_(used, known)] = MARGIN * (values[np.ix_(used, known)] - centre[known])
    return Spread(known, deviations, centre, n_used)
