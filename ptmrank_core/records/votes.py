"""What the metrics count in an order of models, and how it depends on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Sensitivity", "Vote", "Without"]


@dataclass(frozen=True, slots=True)
class Vote:
    """How much a metric counts in the order of the models.

    Parameters
    ----------
    weight
        Share of the whole vote, in [0, 1]; 0 where it does not vote.
    reason
        Why, in one sentence.
    """

    weight: float
    reason: str


@dataclass(frozen=True, slots=True)
class Without:
    """What becomes of an order when one metric does not vote.

    Parameters
    ----------
    order
        Models that the others rank, best first.
    tau
        Kendall's tau-b with the order of all; ``None`` for fewer than three models.
    moved, n_places
        The model that moves furthest, and by how many places.
    """

    order: tuple[str, ...]
    tau: float | None
    moved: str
    n_places: int


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The same votes counted in other ways.

    Parameters
    ----------
    kemeny
        Order with the least weight of pairs that metrics see the other way round.
    kemeny_is_exact
        Whether it is known to be that; otherwise it comes from a heuristic.
    without
        Voting metric -> the order without it; empty where it is the only one.
    """

    kemeny: tuple[str, ...]
    kemeny_is_exact: bool
    without: Mapping[str, Without]
