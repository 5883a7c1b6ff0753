"""Scores of several metrics, varied by the same parts of the samples, and joined to consensus values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import InputError
from ptmrank_core.ranking.consensus import MIN_HEARD, RANK_DIGITS, Scores
from ptmrank_core.ranking.intervals import ScoresOnParts, ranks_of, spread_over, true_scores
from ptmrank_core.ranking.shrinkage import pool_metrics
from ptmrank_core.ranking.spread import MARGIN, MIN_PARTS, Multipliers, Spread, n_draws_for
from ptmrank_core.ranking.statistics import SCORE_ROUND_OFF, round_scores

__all__ = [
    "MAX_FIXED",
    "ConsensusOf",
    "Voter",
    "Voters",
    "Voting",
    "mean_of_ranks",
    "spreads_over_common_parts",
]

Array: TypeAlias = NDArray[np.float64]
# Ranks of all models under the voting metrics, (..., n_metrics, n_models), NaN where there is none, and the
# metrics' weights (n_metrics,) -> consensus values (..., n_models), lower is better.
ConsensusOf: TypeAlias = Callable[[Array, Array], Array]

# Share of the vote that metrics without scores on parts may hold: with eight equal models the intervals hold
# 93 % of the ranks at 15 %, 66 % at 35 %, none at 70 %.
MAX_FIXED = 0.2


def mean_of_ranks(ranks: Array, weights: Array) -> Array:
    """Average ranks over the metrics that rank a model, by weight; ranks of few models are stretched to all.

    Parameters
    ----------
    ranks
        Shape (..., n_metrics, n_models); NaN where a model has no score.
    weights
        Shape (n_metrics,).

    Returns
    -------
    ndarray
        Shape (..., n_models), as :func:`~ptmrank_core.ranking.consensus.consensus_of_ranks` defines it; NaN
        where no metric of positive weight ranks the model.
    """
    is_ranked = ~np.isnan(ranks)
    n_of_metric = is_ranked.sum(axis=-1, keepdims=True)
    n_ranked = np.count_nonzero(is_ranked.any(axis=-2), axis=-1)[..., None, None]
    stretched = 1 + (np.nan_to_num(ranks) - 1) * (n_ranked - 1) / np.maximum(n_of_metric - 1, 1)
    share = weights[:, None] * is_ranked
    heard = share.sum(axis=-2)
    total = np.maximum(heard, MIN_HEARD * weights.sum())
    middle = (n_ranked[..., 0, :] + 1) / 2
    means: Array = ((share * stretched).sum(axis=-2) + (total - heard) * middle) / total
    return np.where(heard > 0, means, np.nan)


@dataclass(frozen=True, slots=True)
class Voting:
    """How the ranks under several metrics become one value for each model.

    Parameters
    ----------
    weights
        Metric -> weight, at least 0.
    join
        Joins ranks to consensus values.
    """

    weights: Mapping[str, float]
    join: ConsensusOf = mean_of_ranks


@dataclass(frozen=True, eq=False, slots=True)
class Voters:
    """Scores of all voting metrics, rounded, higher is better; NaN where a model has none.

    ``full`` and ``centres``, of shape (n_metrics, n_models): on all samples, and the mean over parts (the
    full score where the spread is unknown). ``rows``: what is known of each metric. ``known``, (n_models,):
    on which the metrics of unknown spread hold no more than a fifth of the vote.
    """

    rows: tuple[Voter, ...]
    full: Array
    centres: Array
    known: NDArray[np.bool_]
    voting: Voting

    @classmethod
    def of(cls, rows: tuple[Voter, ...], models: Sequence[str], voting: Voting) -> Voters:
        """Arrange the scores of all metrics, and find the models of known spread."""
        full = np.full((len(rows), len(models)), np.nan)
        centres, fixed = full.copy(), np.zeros(full.shape, dtype=bool)
        for own, full_row, centre_row, fixed_row in zip(rows, full, centres, fixed, strict=True):
            places = own.places
            full_row[places] = centre_row[places] = own.values
            fixed_row[places] = True
            if own.spread:
                centre_row[places] = np.where(own.spread.known, own.sign * own.spread.centre, own.values)
                fixed_row[places] = ~own.spread.known
        weights = np.array([own.weight for own in rows])
        shares = weights @ fixed / np.maximum(weights @ ~np.isnan(full), np.finfo(np.float64).tiny)
        known = shares <= MAX_FIXED + 1e-9
        if known.sum() < 2:
            raise InputError(
                f"Metrics without scores on parts hold {np.median(shares):.0%} of the vote, more than "
                f"{MAX_FIXED:.0%}."
            )
        return cls(rows, full, centres, known, voting)

    @property
    def n_used(self) -> int:
        """Parts that count under every metric."""
        return min(own.spread.n_used for own in self.rows if own.spread)

    def draw(self, seed: int) -> tuple[Array, Array]:
        """Vary the scores of all metrics by the same parts: around the full ones, and their true values.

        Returns
        -------
        ndarray, ndarray
            Shape (n_draws, n_metrics, n_models). The first, behind intervals and ties, has the margin. The
            second is pooled over the metrics (:func:`~ptmrank_core.ranking.shrinkage.pool_metrics`).
        """
        n_parts = next(len(own.spread.deviations) for own in self.rows if own.spread)
        n_draws = n_draws_for(self.full.size)
        multipliers = Multipliers.draw(n_draws, n_parts, seed)
        around = np.broadcast_to(self.full, (n_draws, *self.full.shape)).copy()
        true = around.copy()
        for row, own in enumerate(self.rows):
            if own.spread:
                deviations = own.sign * multipliers.deviations(own.spread)
                largest = float(np.abs(own.values).max())
                around[:, row, own.places] = round_scores(own.values + MARGIN * deviations, largest)
                true[:, row, own.places] = true_scores(
                    own.values, own.spread, deviations, multipliers.uniform
                )
        self._pool(true)
        return around, true

    def _pool(self, true: Array) -> None:
        """Pool draws of true scores over the metrics, for models whose scores vary under all with parts."""
        varied = [(row, own, own.spread) for row, own in enumerate(self.rows) if own.spread]
        rows = [row for row, *_ in varied]
        noise = np.zeros((len(varied[0][2].deviations), len(varied), self.full.shape[1]))
        for k, (_, own, spread) in enumerate(varied):
            noise[:, k, own.places] = own.sign * spread.deviations
        largest = np.nanmax(np.abs(self.full[rows]), axis=1)
        models = np.flatnonzero((noise.std(axis=0) > SCORE_ROUND_OFF * largest[:, None]).all(axis=0))
        used = np.flatnonzero((noise[:, :, models] != 0).any(axis=2).all(axis=1))
        if len(rows) < 2 or len(models) < 2 or len(used) < MIN_PARTS:
            return
        pooled = pool_metrics(
            true[:, rows][..., models], self.full[rows][:, models], noise[used][..., models]
        )
        for k, row in enumerate(rows):
            true[:, row, models] = round_scores(pooled[:, k], float(largest[k]))

    def noise_weights(self, seed: int) -> Array:
        """Draw the weights of draws under no difference, of Student's t, shape (n, n_draws)."""
        n_pairs = self.full.shape[1] ** 2
        freedom = min(own.spread.freedom for own in self.rows if own.spread)
        rng = np.random.default_rng([seed, 1])
        normal = rng.standard_normal((n_draws_for(n_pairs), n_draws_for(self.full.size)))
        widening = freedom / rng.chisquare(freedom, size=(len(normal), 1))
        weights: Array = normal * np.sqrt(widening)
        return weights

    def join(self, oriented: Array) -> Array:
        """Turn scores into consensus values, negated: higher is better."""
        weights = np.array([own.weight for own in self.rows])
        values: Array = -np.round(self.voting.join(ranks_of(oriented), weights), RANK_DIGITS)
        return values


@dataclass(frozen=True, eq=False, slots=True)
class Voter:
    """One voting metric: places of the models that it scores, their scores, and the spread of these."""

    places: list[int]
    values: Array
    sign: float
    weight: float
    spread: Spread | None


def spreads_over_common_parts(
    scores: Scores, parts: Mapping[str, ScoresOnParts], freedom: int | None
) -> dict[str, Spread]:
    """Estimate the spread of every metric over the parts that all metrics with parts have."""
    of_metric = {name: parts[name] for name in scores if parts.get(name)}
    if not of_metric:
        raise InputError("No voting metric has scores on parts.")
    n_parts = min(max(len(values) for values in own.values()) for own in of_metric.values())
    spreads = {}
    for name, own in of_metric.items():
        common = {model: values[:n_parts] for model, values in own.items()}
        with suppress(InputError):  # too few of the common parts have its scores: they are taken as exact
            spreads[name] = spread_over(scores[name], common, freedom=freedom)
    if not spreads:
        raise InputError("No voting metric has enough scores on the parts that all of them have.")
    return spreads
