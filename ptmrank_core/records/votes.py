"""The weights of the metrics in the consensus ranking, and its sensitivity to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Sensitivity", "Vote", "Without"]


@dataclass(frozen=True, slots=True)
class Vote:
    """The weight of a metric in the consensus ranking.

    Parameters
    ----------
    weight
        Share of the total weight, in [0, 1]; 0 if it does not vote.
    reason
        The reason for this weight, in one sentence.
    """

    weight: float
    reason: str


@dataclass(frozen=True, slots=True)
class Without:
    """The consensus ranking when one metric does not vote.

    Parameters
    ----------
    order
        Models ranked by the other metrics, best first.
    tau
        Kendall's tau-b with the ranking by all metrics; ``None`` for fewer than three models.
    moved, n_places
        The model whose rank changes most, and by how many places.
    """

    order: tuple[str, ...]
    tau: float | None
    moved: str
    n_places: int


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The consensus under other ways of counting the same votes.

    Parameters
    ----------
    kemeny
        Kemeny order: the order with the least total weight of pairwise disagreements with the metrics.
    kemeny_is_exact
        Whether it is proven optimal; otherwise it comes from a heuristic.
    without
        Voting metric -> the ranking without it; empty if only one metric votes.
    """

    kemeny: tuple[str, ...]
    kemeny_is_exact: bool
    without: Mapping[str, Without]
