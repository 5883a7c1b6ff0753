"""Rank intervals, probabilities and ties under one metric, from scores of parts of the samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import InputError
from ptmrank_core.ranking.comparisons import Comparisons, overlap_within_ties, tie_groups
from ptmrank_core.ranking.consensus import ModelScores
from ptmrank_core.ranking.shrinkage import shrink_draws
from ptmrank_core.ranking.spread import (
    MARGIN,
    Conditions,
    Multipliers,
    Spread,
    n_draws_for,
    spread_of,
)
from ptmrank_core.ranking.statistics import average_ranks, leads_of, round_scores
from ptmrank_core.records import PairChances, RankIntervals

__all__ = [
    "IntervalBuilder",
    "ScorePosterior",
    "ScoresOnParts",
    "rank_intervals",
    "ranks_of",
    "rescale_deviations",
    "spread_over",
    "true_scores",
]

Array: TypeAlias = NDArray[np.float64]
# Model -> its score on each part; None where it has none.
ScoresOnParts: TypeAlias = Mapping[str, Sequence[float | None]]

UNCONDITIONAL = Conditions()
TOO_FEW = "most parts have no score of it, or its scores on parts do not show how far it varies."


def rank_intervals(
    scores: ModelScores,
    parts: ScoresOnParts,
    *,
    higher_is_better: bool,
    conditions: Conditions = UNCONDITIONAL,
) -> RankIntervals:
    """Estimate how certain the order under one metric is.

    Parameters
    ----------
    scores
        Model -> finite score on all samples; two models or more.
    parts
        The same models -> scores on parts that all models share, drawn without replacement, whose deviations
        from their mean were multiplied as below (:func:`rescale_deviations`).
    higher_is_better
        Direction of the scores.
    conditions
        Level, seed, and what the parts are conditional on.

    Returns
    -------
    RankIntervals
        Models without enough scores on parts are left out of it, which a note says.

    Raises
    ------
    InputError
        Fewer than two models, or fewer than ten parts that can be used.

    Notes
    -----
    What an interval means. Take fresh samples of the same number and kind, score every model, and rank the
    models by their *expected* score: the interval of a model contains that rank in ``level`` of all cases, if
    the number of samples is not tiny. It covers the chance in the choice of the samples and nothing else: not
    whether the metric is right about fine-tuning, nor the rank with ten times as many samples (``shifts``
    warns of that), nor that the intervals of all models hold at the same time (a tie group is a statement
    about all pairs at once), nor samples of another kind.

    Why three quarters, and why a factor. For a mean over n samples, the mean of a part of m, drawn without
    replacement, differs from that of all with variance (1 - m/n) S^2/m, where the full mean itself has
    variance S^2/n under fresh samples. The ratio of the two is (m/n) / (1 - m/n): 1 for halves, 3 for m =
    3n/4, whose deviations are therefore multiplied by sqrt(3). The same holds for any score that is to first
    order a mean of influences. Halves need no factor but are another regime: features of width d that are
    separable on n/2 < d samples fit every half without error though they do not fit all samples, and the
    spread is 0. A part of 3n/4 is that only for 3n/4 <= d < n, where a metric that saturates has no intervals
    (``MetricSpec.saturates``). A part of the score of second order (a degenerate U-statistic, as of features
    that are noise) has variance proportional to 1/m^2 - 1/n^2 = 0.78/n^2 on parts, 2.3/n^2 after the factor,
    in place of 1/n^2: intervals of such models are too wide, not too narrow. Covariances of few samples can
    add more than that: a margin of 15 % on every deviation, determined by simulation, allows for it. A
    bootstrap with replacement would contain samples twice, on which every fit is too good.

    A score that is a sum over the samples (TransRate of features that are wider than the part has samples)
    has variance n S^2, of which deviations of parts show m^2 (1 - m/n) S^2/m = (m/n) (1 - m/n) n S^2: they
    have to be multiplied by n/m as well.

    Why only the spread. Scores at 3n/4 are not scores at n: wide models lose more than narrow ones. The
    estimate for each pair is its difference on all samples, and the parts' deviations from their own mean
    difference give its error [1]_. Every difference is divided by its standard deviation, and the largest
    over all rivals of a model is compared with a common critical value, stepwise, as in the authors'
    algorithm for the rank of a single population. A difference that never varies is not certain but unknown
    (:func:`~ptmrank_core.ranking.spread.spread_of`).

    Ties. A tie group is a statement about many models at once: its critical value is that over all pairs,
    with half the error of an interval (95 % beside intervals of 90 %). So that the two never contradict each
    other, intervals of two models of one group that do not meet are both extended until they do.

    Probabilities. ``p_best`` and ``p_better`` come from draws of the true scores, whose differences are
    shrunk as far as they look like noise (:func:`~ptmrank_core.ranking.shrinkage.shrink_draws`).

    References
    ----------
    .. [1] Mogstad, Romano, Shaikh, Wilhelm: Inference for Ranks with Applications to Mobility across
       Neighbourhoods and Academic Achievement across Countries. Review of Economic Studies 91, 2024.
       doi:10.1093/restud/rdad006
    """
    spread = spread_over(scores, parts, freedom=conditions.freedom)
    sign = 1.0 if higher_is_better else -1.0
    values = sign * round_scores(list(scores.values()))
    multipliers = Multipliers.draw(n_draws_for(len(values) ** 2), len(spread.deviations), conditions.seed)
    deviations = sign * multipliers.deviations(spread)
    gaps = values[:, None] - values
    is_compared = spread.known[:, None] & spread.known & (gaps != 0)
    scale = np.where(is_compared, MARGIN * spread.pair_spreads, np.inf)
    comparisons = Comparisons(gaps / scale, np.ascontiguousarray(deviations.T), scale, MARGIN)
    draws = true_scores(values, spread, deviations, multipliers.uniform)
    posterior = ScorePosterior(values, draws, sign * spread.centre, spread.known, spread.n_used)
    return IntervalBuilder(tuple(scores), conditions).describe(comparisons, posterior)


def spread_over(scores: ModelScores, parts: ScoresOnParts, *, freedom: int | None = None) -> Spread:
    """Centre the parts' scores of the models that have one on all samples."""
    if len(scores) < 2:
        raise InputError(f"An order takes two models, got {len(scores)} with a score.")
    n_parts = max((len(values) for values in parts.values()), default=0)
    by_model = [parts.get(model, [None] * n_parts) for model in scores]
    return spread_of(list(scores.values()), by_model, freedom=freedom)


def true_scores(values: Array, spread: Spread, deviations: Array, uniform: Array) -> Array:
    """Draw the true scores under one metric, shape (n_draws, n_models); estimates of unknown spread stay.

    Parameters
    ----------
    values
        Rounded scores, higher is better, shape (n_models,).
    spread
        Of the same models.
    deviations
        Draws of the noise, shape (n_draws, n_models).
    uniform
        In (0, 1), shape (n_draws,).
    """
    draws = values + deviations
    known = np.flatnonzero(spread.known)
    spreads = spread.pair_spreads[np.ix_(known, known)]
    draws[:, known] = shrink_draws(values[known], spreads, deviations[:, known], uniform)
    # Models whose scores tie by round-off tie in the draws as well.
    return round_scores(draws, float(np.abs(values).max()))


def rescale_deviations(parts: ScoresOnParts, factors: Mapping[str, float]) -> ScoresOnParts:
    """Multiply the deviations of some models' scores on parts from their own mean.

    Parameters
    ----------
    parts
        Model -> scores on parts.
    factors
        Model -> factor; the scores of other models stay as they are.
    """
    return {
        model: _rescaled(values, factors[model]) if model in factors else values
        for model, values in parts.items()
    }


def _rescaled(scores: Sequence[float | None], factor: float) -> list[float | None]:
    known = [score for score in scores if score is not None]
    mean = sum(known) / max(len(known), 1)
    return [None if score is None else mean + factor * (score - mean) for score in scores]


def ranks_of(values: Array) -> Array:
    """Rank along the last axis: 1 for the greatest, ties shared; NaN stays NaN."""
    is_missing = np.isnan(values)
    ranks: Array = average_ranks(np.where(is_missing, np.inf, -values), axis=-1)
    return np.where(is_missing, np.nan, ranks)


@dataclass(frozen=True, eq=False, slots=True)
class ScorePosterior:
    """Values, higher is better, on all samples, in draws of the true ones, and at the parts' centre."""

    values: Array
    draws: Array
    centre: Array
    known: NDArray[np.bool_]
    n_used: int


@dataclass(frozen=True, slots=True)
class IntervalBuilder:
    """Builds the record of all models of an order from comparisons and draws."""

    models: tuple[str, ...]
    conditions: Conditions

    def describe(self, comparisons: Comparisons, state: ScorePosterior) -> RankIntervals:
        """Derive intervals, probabilities and ties."""
        known = np.flatnonzero(state.known)
        names = [self.models[i] for i in known]
        level = self.conditions.level
        order = sorted(known.tolist(), key=lambda i: (-state.values[i], self.models[i]))
        found = comparisons.resolve(level, (1 + level) / 2)
        ties = tie_groups(order, found.better)
        # A rival of unknown spread may be on either side.
        ranks = {i: (1 + int(found.n_ahead[i]), len(self.models) - int(found.n_behind[i])) for i in order}
        intervals = overlap_within_ties(ranks, ties)
        draws = state.draws[:, known]
        # Models without an interval may be the best as well: they count at their score.
        best = state.draws == state.draws.max(axis=1, keepdims=True)
        p_best = (best / best.sum(axis=1, keepdims=True)).mean(axis=0)[known]
        shifts = ranks_of(state.values[known]) - ranks_of(state.centre[known])
        return RankIntervals(
            level=level,
            n_halves=state.n_used,
            intervals=MappingProxyType({self.models[i]: intervals[i] for i in known.tolist()}),
            p_best=MappingProxyType(dict(zip(names, p_best.tolist(), strict=True))),
            p_better=PairChances(tuple(names), leads_of(draws), len(draws)),
            ties=tuple(tuple(self.models[i] for i in run) for run in ties),
            shifts=MappingProxyType(dict(zip(names, shifts.tolist(), strict=True))),
            notes=(*self.conditions.notes, *self._left_out(set(names))),
        )

    def _left_out(self, names: set[str]) -> list[str]:
        """Write for which models there is no interval, and why: a note for each reason."""
        reasons: dict[str, list[str]] = {}
        for model in self.models:
            if model not in names:
                reasons.setdefault(self.conditions.excluded.get(model, TOO_FEW), []).append(model)
        return [f"No interval for {', '.join(models)}: {reason}" for reason, models in reasons.items()]
