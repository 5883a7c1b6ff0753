"""The ranking of the models of a run, and its uncertainty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.records.arrays import freeze
from ptmrank_core.records.votes import Sensitivity, Vote

__all__ = ["PairChances", "RankIntervals", "Ranking"]


@dataclass(frozen=True, eq=False, slots=True)
class PairChances(Mapping[str, Mapping[str, float]]):
    """Chances that one model is better than another, from draws: model -> other model -> chance.

    Kept as two bytes a pair, and computed for the models that are asked for.

    Parameters
    ----------
    models
        Ids.
    leads
        Draws in which the first is better, less those in which the second is; shape (n_models, n_models).
    n_draws
        Number of draws: one that ties two models counts half for each.
    """

    models: tuple[str, ...]
    leads: NDArray[np.int16]
    n_draws: int

    def __post_init__(self) -> None:
        """Make the array read-only."""
        freeze(self, "leads", self.leads)

    def __getitem__(self, model: str) -> Mapping[str, float]:
        """Chances that a model is better than each other one."""
        if model not in self.models:
            raise KeyError(model)
        place = self.models.index(model)
        ahead = ((self.leads[place] / self.n_draws + 1) / 2).tolist()
        return MappingProxyType({other: ahead[k] for k, other in enumerate(self.models) if k != place})

    def __iter__(self) -> Iterator[str]:
        """Iterate over the models."""
        return iter(self.models)

    def __len__(self) -> int:
        """Return the number of models."""
        return len(self.models)


@dataclass(frozen=True, slots=True)
class RankIntervals:
    """The uncertainty of a ranking, given these samples.

    Parameters
    ----------
    level
        Coverage of each interval, in (0, 1).
    n_halves
        Number of parts of the samples from which they are computed.
    intervals
        Model -> lowest and highest rank (1 is best) that is compatible with the samples.
    p_best
        Model -> probability that its expected score is the best of these models, given the samples: a
        posterior probability under the prior that models near each other differ by normal amounts of unknown
        size (:func:`~ptmrank_core.ranking.shrinkage.shrink_draws`); sums to 1 where every model has an
        interval, to less where one without may be the best. It speaks of the scores, not of what fine-tuning
        reaches.
    p_better
        Model -> other model -> the like probability that the first has the better expected score.
    ties
        Groups of two or more consecutive models that are indistinguishable on these samples, best first; two
        groups may share models. The intervals of two models of one group share a rank.
    shifts
        Model -> its rank on all samples minus its rank by the mean score on the parts; a negative
        value means that it gains with more samples.
    notes
        Conditions under which the intervals hold, one sentence each.
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
    """A ranking of models.

    Parameters
    ----------
    order
        Ids of the ranked models, best first.
    mean_ranks
        Rank of each model among all models (1 is best), as a weighted mean over the voting metrics.
    ranks
        For each metric, the rank of each model with a score; ties share their mean rank.
    per_metric
        For each metric, the ids of the models with a score, best first.
    metrics_used
        The metrics that vote in ``order``.
    unranked
        Ids of the models without a single score.
    votes
        For each metric with a score, its weight in the vote and the reason for it.
    intervals
        Uncertainty of ``order``; ``None`` if it was not requested or is not computed yet.
    metric_intervals
        Uncertainty of the ranking under each metric, where it is computed.
    vote_notes
        Remarks on the vote as a whole, one sentence each.
    sensitivity
        The consensus under other ways of counting the votes; ``None`` if no model is ranked.
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
