"""Rank intervals, probabilities and ties of the consensus over several metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ptmrank_core.errors import InputError
from ptmrank_core.ranking.comparisons import Comparisons
from ptmrank_core.ranking.consensus import MIN_HEARD, RANK_DIGITS, Scores
from ptmrank_core.ranking.intervals import (
    UNCONDITIONAL,
    IntervalBuilder,
    ScorePosterior,
    ScoresOnParts,
    rank_intervals,
    ranks_of,
    spread_over,
    true_scores,
)
from ptmrank_core.ranking.spread import MARGIN, MAX_DRAWS, Conditions, Multipliers, Spread, n_draws_for
from ptmrank_core.ranking.statistics import round_scores
from ptmrank_core.records import RankIntervals

__all__ = ["MAX_FIXED", "ConsensusOf", "Voting", "consensus_intervals", "mean_of_ranks"]

Array: TypeAlias = NDArray[np.float64]
# Ranks of all models under the voting metrics, (..., n_metrics, n_models), NaN where there is none, and the
# metrics' weights (n_metrics,) -> consensus values (..., n_models), lower is better.
ConsensusOf: TypeAlias = Callable[[Array, Array], Array]

# Share of the vote that metrics without scores on parts may hold: with eight equal models the intervals hold
# 93 % of the ranks at 15 %, 66 % at 35 %, none at 70 %.
MAX_FIXED = 0.2
# Greatest standardised difference of two models of the consensus: where all draws agree, their moments tell
# it.
MAX_DIFFERENCE = 8.0


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


def consensus_intervals(
    scores: Scores,
    parts: Mapping[str, ScoresOnParts],
    *,
    voting: Voting,
    higher_is_better: Mapping[str, bool],
    conditions: Conditions = UNCONDITIONAL,
) -> RankIntervals:
    """Estimate how certain the consensus over several metrics is, given their weights.

    Parameters
    ----------
    scores
        Voting metric -> model -> finite score on all samples.
    parts
        Metric -> model -> scores on parts, as for :func:`rank_intervals`. Metrics may have different numbers
        of parts, if these begin with the same ones: the parts that all of them have are used. The scores of a
        voting metric without any are taken as exact, which a note says.
    voting
        How the metrics' ranks are joined, with the weights of all samples.
    higher_is_better
        Direction of every metric.
    conditions
        As for :func:`rank_intervals`.

    Returns
    -------
    RankIntervals
        As for :func:`rank_intervals`. A model has no interval where more than a fifth of the vote on it is by
        metrics of unknown spread.

    Raises
    ------
    InputError
        Fewer than two models, no metric with ten parts that can be used, or metrics without them that hold
        more than a fifth of the vote on every model.

    Notes
    -----
    Ranks jump where two scores cross, so the consensus values of parts, whose centre is elsewhere, would jump
    at other places than those of all samples. The scores of each metric are therefore varied around their
    full-sample values first, by the parts' deviations of all metrics together, and every such draw is ranked
    and combined with the same weights. The share of draws in which one model is ahead of another, on the
    scale of the normal distribution, takes the place of the standardised difference of their scores; where
    all draws agree, the mean divided by the standard deviation does, of the places' normal scores. What such
    differences are under no difference is drawn from Student's t with the covariance of the
    draws. Otherwise everything is as in
    :func:`rank_intervals`, to which the case of a single metric is left: computed as above, 78 to 98 % of its
    intervals were the same (6 and 13 models up to two standard errors apart).
    """
    if len(scores) == 1 and parts.keys() >= scores.keys():
        ((name, own),) = scores.items()
        return rank_intervals(
            own, parts[name], higher_is_better=higher_is_better[name], conditions=conditions
        )
    models = tuple(dict.fromkeys(model for of_metric in scores.values() for model in of_metric))
    spreads = _spreads_of(scores, parts, conditions.freedom)
    rows = []
    for name, own in scores.items():
        sign = 1.0 if higher_is_better[name] else -1.0
        values = sign * round_scores(list(own.values()))
        places = [models.index(model) for model in own]
        rows.append(_Voter(places, values, sign, voting.weights[name], spreads.get(name)))
    voters = _Voters.of(tuple(rows), models, voting)
    if fixed := [name for name in scores if name not in spreads]:
        note = f"Scores without parts, taken as exact: {', '.join(fixed)}."
        conditions = replace(conditions, notes=(*conditions.notes, note))
    values = voters.join(voters.full)
    around, true = voters.draw(conditions.seed)
    comparisons = _compare(values, voters.join(around), voters.known, voters.noise_weights(conditions.seed))
    state = ScorePosterior(
        values, voters.join(true), voters.join(voters.centres), voters.known, voters.n_used
    )
    return IntervalBuilder(models, conditions).describe(comparisons, state)


def _compare(values: Array, joined: Array, known: NDArray[np.bool_], weights: Array) -> Comparisons:
    """Compare models by how often one is ahead of the other in the draws.

    Parameters
    ----------
    values
        On all samples, higher is better, shape (n_models,).
    joined
        Draws of them, shape (n_draws, n_models).
    known
        Which models may be compared; the others are never distinguishable.
    weights
        Random weights of the draws in those under no difference, shape (n, n_draws).
    """
    n_draws, n_models = joined.shape
    # Mean ranks crowd together at both ends; normal scores of the places are on the scale of scores again.
    levels = ndtri((n_models + 0.5 - ranks_of(joined)) / n_models)
    deviations = levels - levels.mean(axis=0)
    products = deviations.T @ deviations / (n_draws - 1)
    variances = products.diagonal()
    spreads = np.sqrt(np.maximum(variances[:, None] + variances - 2 * products, 0.0))
    observed = np.stack(
        [
            _standardise(joined[:, [i]] - joined, levels[:, i].mean() - levels.mean(axis=0), spreads[i])
            for i in range(n_models)
        ]
    )
    # Draws may contradict the order of a pair, which is then indistinguishable.
    is_compared = known[:, None] & known & (np.sign(observed) == np.sign(values[:, None] - values))
    drawn = weights @ deviations / np.sqrt(n_draws - 1)
    noise = (drawn[:, :, None] - drawn[:, None, :]) / np.where(spreads > 0, spreads, np.inf)
    noise = np.where(known[:, None] & known, noise, 0.0)
    return Comparisons(np.where(is_compared, observed, 0.0), noise.transpose(1, 0, 2).astype(np.float32))


def _standardise(gaps: Array, means: Array, spreads: Array) -> Array:
    """Standardise the consensus differences of one model to all.

    Parameters
    ----------
    gaps
        Draws of them, shape (n_draws, n_models).
    means, spreads
        Mean and standard deviation of the differences of levels, shape (n_models,).
    """
    n_draws = len(gaps)
    ahead = (np.sign(gaps).mean(axis=0) + 1) / 2
    by_share = ndtri(np.clip(ahead, 0.5 / n_draws, 1 - 0.5 / n_draws))
    least = ndtri(1 - 0.5 / n_draws)
    far = np.divide(np.abs(means), spreads, out=np.full_like(means, MAX_DIFFERENCE), where=spreads > 0)
    by_moments = np.sign(means) * np.clip(far, least, MAX_DIFFERENCE)
    observed: Array = np.where((ahead == 0) | (ahead == 1), by_moments, by_share)
    return observed


@dataclass(frozen=True, eq=False, slots=True)
class _Voters:
    """Scores of all voting metrics, rounded, higher is better; NaN where a model has none.

    ``full`` and ``centres``, of shape (n_metrics, n_models): on all samples, and the mean over parts (the
    full score where the spread is unknown). ``rows``: what is known of each metric. ``known``, (n_models,):
    on which the metrics of unknown spread hold no more than a fifth of the vote.
    """

    rows: tuple[_Voter, ...]
    full: Array
    centres: Array
    known: NDArray[np.bool_]
    voting: Voting

    @classmethod
    def of(cls, rows: tuple[_Voter, ...], models: Sequence[str], voting: Voting) -> _Voters:
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
            Shape (n_draws, n_metrics, n_models). The first, behind intervals and ties, has the margin.
        """
        n_parts = next(len(own.spread.deviations) for own in self.rows if own.spread)
        multipliers = Multipliers.draw(MAX_DRAWS, n_parts, seed)
        around = np.broadcast_to(self.full, (MAX_DRAWS, *self.full.shape)).copy()
        true = around.copy()
        for row, own in enumerate(self.rows):
            if own.spread:
                deviations = own.sign * multipliers.deviations(own.spread)
                largest = float(np.abs(own.values).max())
                around[:, row, own.places] = round_scores(own.values + MARGIN * deviations, largest)
                true[:, row, own.places] = true_scores(
                    own.values, own.spread, deviations, multipliers.uniform
                )
        return around, true

    def noise_weights(self, seed: int) -> Array:
        """Draw the weights of draws under no difference, of Student's t, shape (n, n_draws)."""
        freedom = min(own.spread.freedom for own in self.rows if own.spread)
        rng = np.random.default_rng([seed, 1])
        normal = rng.standard_normal((n_draws_for(self.full.shape[1]), MAX_DRAWS))
        widening = freedom / rng.chisquare(freedom, size=(len(normal), 1))
        weights: Array = normal * np.sqrt(widening)
        return weights

    def join(self, oriented: Array) -> Array:
        """Turn scores into consensus values, negated: higher is better."""
        weights = np.array([own.weight for own in self.rows])
        values: Array = -np.round(self.voting.join(ranks_of(oriented), weights), RANK_DIGITS)
        return values


@dataclass(frozen=True, eq=False, slots=True)
class _Voter:
    """One voting metric: places of the models that it scores, their scores, and the spread of these."""

    places: list[int]
    values: Array
    sign: float
    weight: float
    spread: Spread | None


def _spreads_of(scores: Scores, parts: Mapping[str, ScoresOnParts], freedom: int | None) -> dict[str, Spread]:
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
