"""Records of a budgeted search among many candidates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

__all__ = ["SearchDecision", "SearchReport", "SearchRound"]


@dataclass(frozen=True, slots=True)
class SearchDecision:
    """Whether a model advanced to the next round, the reason, and its rank interval."""

    model: str
    kept: bool
    reason: str
    interval: tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class SearchRound:
    """One round of a search.

    Parameters
    ----------
    samples, models
        Number of samples, and number of models that were run on them.
    kept
        Number of models that advanced.
    forced
        Number of models eliminated for the budget alone, although they may be among the best.
    decisions
        One for each model.
    """

    samples: int
    models: int
    kept: int
    forced: int
    decisions: tuple[SearchDecision, ...]


@dataclass(frozen=True, slots=True)
class SearchReport:
    """A search among many candidates, limited to the forward passes that a few models would take.

    Parameters
    ----------
    budget
        Budget, as a number of models run on all samples.
    rounds
        The rounds, with the decision on each model.
    finalists
        Models that are run on all samples.
    samples_run, samples_without
        Forward passes (samples times models) of all rounds and the finalists, and the number that running all
        candidates on all samples would have taken.
    forced
        Number of models eliminated for the budget alone, although they may be among the best.
    saved
        Share of the forward passes that were saved.
    computed_in_rounds
        Forward passes actually computed in the rounds, without features from the cache.
    """

    KIND: ClassVar[str] = "budget"
    budget: int
    rounds: tuple[SearchRound, ...]
    finalists: tuple[str, ...]
    samples_run: int
    samples_without: int
    forced: int
    saved: float
    computed_in_rounds: int
