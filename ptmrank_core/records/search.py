"""What a search among many candidates did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

__all__ = ["SearchDecision", "SearchReport", "SearchRound"]


@dataclass(frozen=True, slots=True)
class SearchDecision:
    """Whether a model stayed in a search, why, and the interval of its rank."""

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
        How many models were run on how many samples.
    kept
        How many stayed.
    forced
        How many went although they might be among the best.
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
    """A search among many candidates within the passes that a few would take.

    Parameters
    ----------
    budget
        In models on all samples.
    rounds
        What was run, and who stayed.
    finalists
        Models that are run on all samples.
    samples_run, samples_without
        Samples run in all rounds and by the finalists, and what all candidates would have run.
    forced
        Models that went although they might be among the best.
    saved
        Share of the samples that were not run.
    computed_in_rounds
        Samples that models really ran on in the rounds, what was in the cache not counted.
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
