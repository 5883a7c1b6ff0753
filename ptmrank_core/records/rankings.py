"""The order of models that follows from a run, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ptmrank_core.records.votes import Sensitivity, Vote

__all__ = ["RankIntervals", "Ranking"]


@dataclass(frozen=True, slots=True)
class RankIntervals:
    """How sure an order of models is on these samples.

    Parameters
    ----------
    level
        Coverage of each interval, in (0, 1).
    n_halves
        Half-samples that they come from.
    intervals
        Model -> least and greatest rank (1 is best) that the samples are compatible with.
    p_best
        Model -> share of draws about the full-sample scores, with the half-samples' spread, in which it is
        the best; sums to 1. No posterior probability: how often chance would leave it in front.
    p_better
        Model -> other model -> probability that the first is better.
    ties
        Runs of two or more models of the order that are indistinguishable on these samples, best first; two
        runs may share a model.
    shifts
        Model -> its rank on all samples less its rank by the mean score of the half-samples: below 0 it gains
        with more samples.
    notes
        What the intervals are conditional on, one sentence each.
    """

    level: float
    n_halves: int
    intervals: Mapping[str, tuple[int, int]]
    p_best: Mapping[str, float]
    p_better: Mapping[str, Mapping[str, float]]
    ties: tuple[tuple[str, ...], ...]
    shifts: Mapping[str, float]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranking:
    """An order of models.

    Parameters
    ----------
    order
        Ids of the ranked models, best first.
    mean_ranks
        Weighted mean over the voting metrics of the rank among all models (1 is best).
    ranks
        For each metric the rank of each model with a score; ties share their mean rank.
    per_metric
        For each metric the ids of the models with a score, best first.
    metrics_used
        The metrics that vote in ``order``.
    unranked
        Ids of the models without a single score.
    votes
        For each metric with a score, with what weight it decides the order, and why.
    intervals
        How sure the order is; ``None`` where that was not asked for or is not known yet.
    metric_intervals
        How sure the order under each metric is, as far as that is known.
    vote_notes
        What is to be said of the vote as a whole, one sentence each.
    sensitivity
        The same votes counted in other ways; ``None`` where there is no order.
    """

    order: tuple[str, ...]
    mean_ranks: Mapping[str, float]
    ranks: Mapping[str, Mapping[str, float]]
    per_metric: Mapping[str, tuple[str, ...]]
    metrics_used: tuple[str, ...]
    unranked: tuple[str, ...]
    votes: Mapping[str, Vote] = field(default_factory=dict)
    intervals: RankIntervals | None = None
    metric_intervals: Mapping[str, RankIntervals] = field(default_factory=dict)
    vote_notes: tuple[str, ...] = ()
    sensitivity: Sensitivity | None = None
