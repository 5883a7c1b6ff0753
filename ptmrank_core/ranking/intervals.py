"""Rank intervals, probabilities and ties under one metric, from scores of half-samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import InputError
from ptmrank_core.ranking.comparisons import Comparisons, tie_groups
from ptmrank_core.ranking.consensus import ModelScores
from ptmrank_core.ranking.spread import Multipliers, Spread, n_draws_for, spread_of
from ptmrank_core.ranking.statistics import average_ranks
from ptmrank_core.records import RankIntervals

__all__ = [
    "LEVEL",
    "HalfScores",
    "IntervalBuilder",
    "ScoreDraws",
    "rank_intervals",
    "ranks_of",
    "rescale_deviations",
    "spread_over",
]

Array: TypeAlias = NDArray[np.float64]
# Model -> its score on each half-sample; None where it has none.
HalfScores: TypeAlias = Mapping[str, Sequence[float | None]]

LEVEL = 0.9
# Differences below this share of the largest score are round-off.
ROUND_OFF = 1e-9


def rank_intervals(
    scores: ModelScores,
    halves: HalfScores,
    *,
    higher_is_better: bool,
    level: float = LEVEL,
    seed: int = 0,
    notes: Sequence[str] = (),
) -> RankIntervals:
    """Estimate how certain the order under one metric is.

    Parameters
    ----------
    scores
        Model -> finite score on all samples; two models or more.
    halves
        The same models -> scores on half-samples that all models share, drawn without replacement.
    higher_is_better
        Direction of the scores.
    level
        Coverage of each interval, in (0, 1).
    seed
        Seed of the draws.
    notes
        What the half-samples are conditional on; passed on to the result.

    Returns
    -------
    RankIntervals
        Models without enough scores on half-samples are left out of it, which a note says.

    Raises
    ------
    InputError
        Fewer than two models, models that differ, or fewer than ten half-samples that can be used.

    Notes
    -----
    What an interval means. Take fresh samples of the same number and kind, score every model, and rank the
    models by their *expected* score: the interval of a model contains that rank in ``level`` of all cases, if
    the number of samples is not tiny. It covers the chance in the choice of the samples and nothing else: not
    whether the metric is right about fine-tuning, nor the rank with ten times as many samples (``shifts``
    warns of that), nor that the intervals of all models hold at the same time (a tie group is a statement
    about all pairs at once), nor samples of another kind.

    Why halves. For a mean over n samples, the mean of a half of m = n/2, drawn without replacement, differs
    from that of all with variance (1 - m/n) S^2/m = S^2/n (the finite-population factor 1 - m/n is 1/2):
    exactly the variance of the full mean itself under fresh samples. The same holds for any score that is to
    first order a mean of influences. A part of second order (a degenerate U-statistic, as of features that
    are noise) varies with 1/m^2 - 1/n^2 = 3/n^2 in place of 1/n^2: intervals of such candidates are too
    wide, not too narrow. Covariances of few samples can add more than that: a margin of 15 % on every
    deviation, determined by simulation, allows for it. A bootstrap with replacement would contain samples
    twice, on which every fit is too good.

    A score that is a sum over the samples (TransRate of features that are wider than there are samples) has
    variance n S^2, of which the halves' deviations show m^2 (1 - m/n) S^2/m = n S^2/4: their deviations
    have to be multiplied by n/m = 2. Callers apply :func:`rescale_deviations` to such scores first.

    Why only the spread. Scores at n/2 are not scores at n: wide models lose more than narrow ones. The
    estimate for each pair is its difference on all samples, and the half-samples' deviations from their own
    mean difference give its error [1]_. Every difference is divided by its standard deviation, and the
    largest over all rivals of a model is compared with a common critical value, stepwise, as in the authors'
    algorithm for the rank of a single population. A tie group is a statement about many models at once: its
    critical value is that over all pairs, with half the error of an interval (95 % beside intervals of 90 %).

    References
    ----------
    .. [1] Mogstad, Romano, Shaikh, Wilhelm: Inference for Ranks with Applications to Mobility across
       Neighbourhoods and Academic Achievement across Countries. Review of Economic Studies 91, 2024.
       doi:10.1093/restud/rdad006
    """
    builder = IntervalBuilder(tuple(scores), level, tuple(notes))
    spread = spread_over(scores, halves)
    sign = 1.0 if higher_is_better else -1.0
    values = sign * np.array(list(scores.values()), dtype=np.float64)
    draws = Multipliers.draw(n_draws_for(len(values)), len(spread.deviations), seed)
    deviations = sign * draws.deviations(spread)
    spreads = np.where(spread.known[:, None] & spread.known, spread.pair_spreads, np.inf)
    gaps = values[:, None] - values
    is_round_off = np.abs(gaps) <= ROUND_OFF * np.abs(values).max()
    # A pair whose difference never varies is distinguishable whatever the difference is.
    scale = np.where(is_round_off, np.inf, np.maximum(spreads, ROUND_OFF * np.abs(gaps)))
    noise = (deviations[:, :, None] - deviations[:, None, :]) / np.where(np.isfinite(scale), scale, np.inf)
    comparisons = Comparisons(gaps / scale, noise.transpose(1, 0, 2).astype(np.float32))
    state = ScoreDraws(values, values + deviations, sign * spread.centre, spread.known, spread.n_used)
    return builder.describe(comparisons, state)


def spread_over(scores: ModelScores, halves: HalfScores) -> Spread:
    """Centre the half-samples' scores of the models that have one on all samples."""
    if len(scores) < 2:
        raise InputError(f"An order takes two models, got {len(scores)} with a score.")
    n_halves = max((len(values) for values in halves.values()), default=0)
    return spread_of([halves.get(model, [None] * n_halves) for model in scores])


def rescale_deviations(halves: HalfScores, factors: Mapping[str, float]) -> HalfScores:
    """Multiply the deviations of some models' half-sample scores from their own mean.

    Parameters
    ----------
    halves
        Model -> scores on half-samples.
    factors
        Model -> factor; the scores of other models stay as they are.
    """
    return {
        model: _rescaled(values, factors[model]) if model in factors else values
        for model, values in halves.items()
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
class ScoreDraws:
    """Values, higher is better, on all samples, in draws around them, and at the half-samples' centre."""

    values: Array
    draws: Array
    centre: Array
    known: NDArray[np.bool_]
    n_used: int


@dataclass(frozen=True, slots=True)
class IntervalBuilder:
    """Builds the record of all models of an order from comparisons and draws."""

    models: tuple[str, ...]
    level: float
    notes: tuple[str, ...]

    def describe(self, comparisons: Comparisons, state: ScoreDraws) -> RankIntervals:
        """Derive intervals, probabilities and ties."""
        known = np.flatnonzero(state.known)
        name = {int(i): self.models[i] for i in known}
        distinguished = {i: comparisons.of_one(i, self.level) for i in name}
        n_models = len(self.models)
        draws = state.draws[:, known]
        best = draws == draws.max(axis=1, keepdims=True)
        p_best = (best / best.sum(axis=1, keepdims=True)).mean(axis=0)
        ahead = (np.sign(draws[:, :, None] - draws[:, None, :]).mean(axis=0) + 1) / 2
        order = sorted(name, key=lambda i: (-state.values[i], self.models[i]))
        shifts = ranks_of(state.values[known]) - ranks_of(state.centre[known])
        left_out = [model for i, model in enumerate(self.models) if i not in name]
        without = f"No interval, for too few scores on half-samples: {', '.join(left_out)}."
        return RankIntervals(
            level=self.level,
            n_halves=state.n_used,
            intervals=MappingProxyType(
                {
                    name[i]: (1 + int(worse.sum()), n_models - int(better.sum()))
                    for i, (better, worse) in distinguished.items()
                }
            ),
            p_best=MappingProxyType(dict(zip(name.values(), p_best.tolist(), strict=True))),
            p_better=MappingProxyType(
                {
                    model: MappingProxyType(
                        {other: float(ahead[i, k]) for k, other in enumerate(name.values()) if other != model}
                    )
                    for i, model in enumerate(name.values())
                }
            ),
            ties=tuple(
                tuple(name[i] for i in run)
                for run in tie_groups(order, comparisons.of_all((1 + self.level) / 2))
            ),
            shifts=MappingProxyType(dict(zip(name.values(), shifts.tolist(), strict=True))),
            notes=(*self.notes, without) if left_out else self.notes,
        )
