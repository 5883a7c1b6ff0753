"""What pieces return: results by name, as records that can be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ptmrank_core.records import ScoreParts

__all__ = ["Found", "ListedScores", "SeedValues"]


@dataclass(frozen=True, slots=True)
class ListedScores:
    """Scores of one model under one metric, one for each set of rows; ``None`` where the metric refuses."""

    scores: tuple[ScoreParts | None, ...]


@dataclass(frozen=True, slots=True)
class SeedValues:
    """Values of one model under one stochastic metric, one for each seed."""

    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The results of a piece.

    Parameters
    ----------
    results
        Record of each result, by name; the empty name where there is one.
    unsound
        Names of those that an error had a part in which does not follow from the arrays, such as a lack of
        memory: they are results of this run, and are not kept for others.
    """

    results: Mapping[str, Any]
    unsound: frozenset[str] = frozenset()
