"""Rank intervals, probabilities and ties of the consensus over several metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ptmrank_core.errors import InputError
from ptmrank_core.ranking.comparisons import Comparisons
from ptmrank_core.ranking.consensus import Scores
from ptmrank_core.ranking.intervals import (
    LEVEL,
    HalfScores,
    IntervalBuilder,
    ScoreDraws,
    ranks_of,
    spread_over,
)
from ptmrank_core.ranking.spread import Multipliers, Spread, n_draws_for
from ptmrank_core.ranking.statistics import average_ranks
from ptmrank_core.records import RankIntervals

__all__ = ["ConsensusOf", "Voting", "consensus_intervals", "mean_of_ranks"]

Array: TypeAlias = NDArray[np.float64]
# Ranks of all models under the voting metrics, (..., n_metrics, n_models), NaN where there is none, and the
# metrics' weights (n_metrics,) -> consensus values (..., n_models), lower is better.
ConsensusOf: TypeAlias = Callable[[Array, Array], Array]

# Weight of the scores themselves in the consensus: it only breaks ties between draws.
TIE_BREAK = 1e-6


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
        Shape (..., n_models); NaN where no metric of positive weight ranks the model.
    """
    is_ranked = ~np.isnan(ranks)
    n_of_metric = is_ranked.sum(axis=-1, keepdims=True)
    n_ranked = np.count_nonzero(is_ranked.any(axis=-2), axis=-1)[..., None, None]
    stretched = 1 + (np.nan_to_num(ranks) - 1) * (n_ranked - 1) / np.maximum(n_of_metric - 1, 1)
    share = weights[:, None] * is_ranked
    total = share.sum(axis=-2)
    with np.errstate(invalid="ignore"):
        means: Array = (share * stretched).sum(axis=-2) / np.where(total > 0, total, np.nan)
    return means


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
    halves: Mapping[str, HalfScores],
    *,
    voting: Voting,
    higher_is_better: Mapping[str, bool],
    level: float = LEVEL,
    seed: int = 0,
    notes: Sequence[str] = (),
) -> RankIntervals:
    """Estimate how certain the consensus over several metrics is, given their weights.

    Parameters
    ----------
    scores
        Voting metric -> model -> finite score on all samples.
    halves
        Metric -> model -> scores on half-samples, the same half-samples for every metric. The scores of a
        voting metric without any are taken as exact, which a note says.
    voting
        How the metrics' ranks are joined, with the weights of all samples.
    higher_is_better
        Direction of every metric.
    level, seed, notes
        As for :func:`rank_intervals`.

    Returns
    -------
    RankIntervals
        As for :func:`rank_intervals`.

    Raises
    ------
    InputError
        Fewer than two models, or no metric with ten half-samples that can be used.

    Notes
    -----
    Ranks jump where two scores cross, so the consensus values of half-samples, whose centre is elsewhere,
    would jump at other places than those of all samples. The scores of each metric are therefore varied
    around their full-sample values first, by the half-samples' deviations of all metrics together, and every
    such draw is ranked and combined with the same weights. The share of draws in which one model is ahead of
    another, on the scale of the normal distribution, takes the place of the standardised difference of their
    scores; for a single metric the two agree closely, not exactly. Otherwise everything is as in
    :func:`rank_intervals`.
    """
    models = tuple(dict.fromkeys(model for of_metric in scores.values() for model in of_metric))
    spreads = {name: spread_over(scores[name], halves[name]) for name in scores if halves.get(name)}
    if not spreads:
        raise InputError("No voting metric has scores on half-samples.")
    if fixed := [name for name in scores if name not in spreads]:
        notes = (*notes, f"Scores without half-samples, taken as exact: {', '.join(fixed)}.")
    drawn = _Drawn.of(scores, spreads, models, higher_is_better, seed)
    share = np.array([voting.weights[name] for name in scores])
    values = -voting.join(ranks_of(drawn.full), share)
    joined = -voting.join(ranks_of(drawn.draws), share) + TIE_BREAK * drawn.mean_standardised(share)
    centre = -voting.join(ranks_of(drawn.centres), share)
    state = ScoreDraws(values, joined, centre, drawn.known, min(spread.n_used for spread in spreads.values()))
    return IntervalBuilder(models, level, tuple(notes)).describe(
        _compare_by_share(values, joined, drawn.known), state
    )


def _compare_by_share(values: Array, joined: Array, known: NDArray[np.bool_]) -> Comparisons:
    """Compare models by how often one is ahead of the other in the draws.

    Parameters
    ----------
    values
        On all samples, higher is better, shape (n_models,).
    joined
        Draws of them, shape (n_draws, n_models).
    known
        Which models have scores on half-samples; the others are never distinguishable.
    """
    n_draws = len(joined)
    gaps = joined.T[:, :, None] - joined[None]
    ahead = (np.sign(gaps).mean(axis=1) + 1) / 2
    observed = ndtri(np.clip(ahead, 0.5 / n_draws, 1 - 0.5 / n_draws))
    # Draws may contradict the order of a pair, which is then indistinguishable.
    observed[np.sign(observed) != np.sign(values[:, None] - values)] = 0.0
    is_compared = known[:, None] & known
    observed[~is_compared] = 0.0
    scores = ndtri(average_ranks(gaps, axis=1) / (n_draws + 1))
    return Comparisons(observed, np.where(is_compared[:, None], scores, 0.0).astype(np.float32))


@dataclass(frozen=True, eq=False, slots=True)
class _Drawn:
    """Scores of all voting metrics, higher is better; NaN where a model has none.

    ``full`` and ``centres``, of shape (n_metrics, n_models): on all samples, and the mean over half-samples
    (the full score of a metric without them). ``draws`` about ``full``: (n_draws, n_metrics, n_models).
    ``known``, (n_models,): which models have scores on half-samples wherever they have one on all samples.
    """

    full: Array
    draws: Array
    centres: Array
    known: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        scores: Scores,
        spreads: Mapping[str, Spread],
        models: Sequence[str],
        higher_is_better: Mapping[str, bool],
        seed: int,
    ) -> _Drawn:
        """Vary the scores of all metrics around their full-sample values, by the same half-samples."""
        n_halves = max(len(spread.deviations) for spread in spreads.values())
        multipliers = Multipliers.draw(n_draws_for(len(models)), n_halves, seed)
        full = np.full((len(scores), len(models)), np.nan)
        draws = np.full((len(multipliers.uniform), *full.shape), np.nan)
        centres, known = full.copy(), np.ones(len(models), dtype=bool)
        for row, (name, of_metric) in enumerate(scores.items()):
            places = [models.index(model) for model in of_metric]
            sign = 1.0 if higher_is_better[name] else -1.0
            values = sign * np.array(list(of_metric.values()), dtype=np.float64)
            full[row, places] = centres[row, places] = draws[:, row, places] = values
            if name in spreads:
                spread = spreads[name]
                draws[:, row, places] += sign * multipliers.deviations(spread)
                centres[row, places] = np.where(spread.known, sign * spread.centre, values)
                known[places] &= spread.known
        return cls(full, draws, centres, known)

    def mean_standardised(self, share: Array) -> Array:
        """Average the standardised scores of each draw over the metrics, shape (n_draws, n_models)."""
        spread = np.nanstd(self.full, axis=1, keepdims=True)
        standard = (self.draws - np.nanmean(self.full, axis=1, keepdims=True)) / np.where(
            spread > 0, spread, 1
        )
        means: Array = np.einsum("k,skm->sm", share / share.sum(), np.nan_to_num(standard))
        return means
