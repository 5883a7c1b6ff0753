"""Scores on parts of the samples -> draws of full-sample scores: the spread carries over, not the centre."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import InputError
from ptmrank_core.ranking.statistics import SCORE_ROUND_OFF, round_scores

__all__ = ["LEVEL", "MIN_PARTS", "Conditions", "Multipliers", "Spread", "n_draws_for", "spread_of"]

Array: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]

LEVEL = 0.9
MIN_PARTS = 10
# Parts show the first-order part of a score's spread. A covariance of few samples can add to it (H-Score of
# noise, heavy tails) and make the spread of the full sample larger by a sixth, as measured by the simulation
# tests/benchmarks/coverage.py. Intervals have this margin, probabilities do not.
MARGIN = 1.15
# What varies by less than this share of itself does not vary: it is round-off.
ROUND_OFF = 1e-9
# Limits of the number of draws, and of the numbers in all of them: one for each ordered pair of models, or
# for each model under each metric.
MAX_DRAWS, MIN_DRAWS, MAX_NUMBERS = 2000, 200, 4_000_000


@dataclass(frozen=True, slots=True)
class Conditions:
    """What intervals are computed under.

    Parameters
    ----------
    level
        Coverage of each interval, in (0, 1).
    seed
        Seed of the draws.
    freedom
        Degrees of freedom that the samples leave to the spread, where these are fewer than the parts': groups
        less classes, if samples come in groups. ``None``: the number of parts alone counts.
    excluded
        Model -> why it has no scores on parts, as the end of the sentence "No interval for a: ...".
    notes
        What the parts are conditional on; passed on to the result.
    """

    level: float = LEVEL
    seed: int = 0
    freedom: int | None = None
    excluded: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Spread:
    """Spread of the parts' scores around their own mean.

    Parameters
    ----------
    known
        Models whose spread is known: most parts have a score of them, and these show how far it varies;
        shape (n_models,).
    deviations
        Shape (n_parts, n_models), in the score's unit; 0 in the parts that are left out, and for models that
        are not known.
    centre
        Mean score over the parts, shape (n_models,); NaN for models that are not known.
    n_used
        Parts in which every known model has a score.
    freedom
        Degrees of freedom of the spread.
    """

    known: Mask
    deviations: Array
    centre: Array
    n_used: int
    freedom: int

    @property
    def pair_spreads(self) -> Array:
        """Standard deviation of each pair's difference over the parts, shape (n_models, n_models)."""
        products = self.deviations.T @ self.deviations / (self.n_used - 1)
        variances = products.diagonal()
        spreads: Array = np.sqrt(np.maximum(variances[:, None] + variances - 2 * products, 0.0))
        return spreads


@dataclass(frozen=True, eq=False, slots=True)
class Multipliers:
    """Random weights of all draws of a run: one row of weights on the parts for each draw.

    Weighted sums of the parts' deviations have their covariance, within a metric and between two, and their
    number is not limited: 60 parts alone do not determine an extreme quantile.

    Parameters
    ----------
    normal
        Standard normal, shape (n_draws, n_parts).
    uniform
        In (0, 1), shape (n_draws,): quantile of each draw in the distribution of the estimated spread.
    """

    normal: Array
    uniform: Array

    @classmethod
    def draw(cls, n_draws: int, n_parts: int, seed: int) -> Multipliers:
        """Draw them; the same arguments give the same numbers."""
        rng = np.random.default_rng(seed)
        return cls(rng.standard_normal((n_draws, n_parts)), rng.uniform(size=n_draws))

    def deviations(self, spread: Spread) -> Array:
        """Draws of deviations from the full-sample score, without the margin, shape (n_draws, n_models)."""
        from scipy.stats import chi2  # noqa: PLC0415 - scipy.stats takes a while to be imported

        # The spread itself is estimated, from few parts or groups poorly: Student's t in place of the normal.
        widening = spread.freedom / chi2.ppf(self.uniform, spread.freedom)
        drawn: Array = self.normal @ spread.deviations * np.sqrt(widening / (spread.n_used - 1))[:, None]
        return drawn


def n_draws_for(n_numbers: int) -> int:
    """Return the number of draws of so many numbers: of all ordered pairs, or of all models' scores."""
    return max(MIN_DRAWS, min(MAX_DRAWS, MAX_NUMBERS // n_numbers))


def spread_of(
    full: Sequence[float], parts: Sequence[Sequence[float | None]], *, freedom: int | None = None
) -> Spread:
    """Centre the parts' scores of one metric.

    Parameters
    ----------
    full
        For each model its score on all samples.
    parts
        For each model one score for each part; ``None`` where there is none.
    freedom
        As in :class:`Conditions`.

    Returns
    -------
    Spread
        A model whose scores do not show how far its own score may vary is not known. Parts can drive a score
        to its limit (they fit every sample) where all samples do not: it is then the same on every part, and
        another one on all samples. And two different scores whose difference never varies contradict each
        other: no difference is certain.

    Raises
    ------
    InputError
        If fewer than ten parts have a score of every model that has them in most, or no model is known.
    """
    values = np.array(
        [[np.nan if v is None else v for v in of_model] for of_model in parts], dtype=np.float64
    ).T
    there = np.isfinite(values)
    known = there.mean(axis=0) > 0.5 if len(values) else np.zeros(len(parts), dtype=bool)
    used = there[:, known].all(axis=1) if known.any() else np.zeros(len(values), dtype=bool)
    n_used = int(used.sum())
    if n_used < MIN_PARTS:
        raise InputError(f"Expected at least {MIN_PARTS} parts with a score of every model, got {n_used}.")
    scores = round_scores(full)
    known[known] = _shows_spread(scores[known], values[np.ix_(used, known)])
    if not known.any():
        raise InputError("Scores do not vary between the parts as they would between samples.")
    centre = np.full(len(parts), np.nan)
    centre[known] = values[np.ix_(used, known)].mean(axis=0)
    deviations = np.zeros_like(values)
    deviations[np.ix_(used, known)] = values[np.ix_(used, known)] - centre[known]
    freedom = n_used - 1 if freedom is None else max(1, min(freedom, n_used - 1))
    return Spread(known, deviations, centre, n_used, freedom)


def _shows_spread(full: Array, values: Array) -> Mask:
    """Whether each model's scores on parts, (n_parts, n_models), show how its full-sample score varies."""
    sizes = np.abs(values).max(axis=0)
    negligible = np.maximum(ROUND_OFF * sizes, SCORE_ROUND_OFF * sizes.max(initial=0.0))
    at_limit = np.abs(full - values.mean(axis=0)) <= negligible
    shows = (np.ptp(values, axis=0) > negligible) | at_limit
    return np.asarray(shows & ~_contradicts_another(full, values))


def _contradicts_another(full: Array, values: Array) -> Mask:
    """Whether a model's score differs from another's by what does not vary over the parts at all."""
    gaps = np.abs(full[:, None] - full)
    # Two parts show that nearly all differences vary; all parts are asked for the few that are left.
    first, second = (part[:, None] - part for part in values[:2])
    models, others = np.nonzero((np.abs(first - second) <= ROUND_OFF * gaps) & (gaps > 0))
    found = np.zeros(len(full), dtype=bool)
    size = max(1, MAX_NUMBERS // len(values))
    for start in range(0, len(models), size):
        of, by = models[start : start + size], others[start : start + size]
        differences = np.ptp(values[:, of] - values[:, by], axis=0)
        found[of[differences <= ROUND_OFF * gaps[of, by]]] = True
    return found
