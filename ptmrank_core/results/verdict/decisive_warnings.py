"""What metrics warn of in their own scores, where that could change the order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ptmrank_core.metrics import METRICS
from ptmrank_core.records import Ranking, RunResult, Score
from ptmrank_core.results.phrases import bidi_isolate, plural
from ptmrank_core.results.verdict.thresholds import FIRST_PLACES

__all__ = ["DecisiveWarning", "decisive_warnings", "say_warnings"]


@dataclass(frozen=True, slots=True)
class DecisiveWarning:
    """A score that its metric warns of, and whose vote decides on one of the first places.

    Parameters
    ----------
    model, metric
        Of the score.
    place, without
        The model's place in the order, and without the vote of the metric; ``None`` for none at all.
    warnings
        What the metric says.
    """

    model: str
    metric: str
    place: int
    without: int | None
    warnings: tuple[str, ...]


def decisive_warnings(result: RunResult, ranking: Ranking) -> tuple[DecisiveWarning, ...]:
    """Find the warnings that could change the order, the best place first.

    A warning counts if the metric votes, and if without its vote the model would move from or into one of the
    first three places. Metrics without a vote change nothing, whatever they warn of.
    """
    places = _places(ranking.order)
    without = ranking.sensitivity.without if ranking.sensitivity else {}
    orders = {metric: _places(own.order) for metric, own in without.items()}
    if len(ranking.metrics_used) == 1:
        orders[ranking.metrics_used[0]] = {}
    found = [
        DecisiveWarning(cell.model, cell.metric, place, orders[cell.metric].get(cell.model), cell.warnings)
        for cell in result.of_candidates().cells
        if isinstance(cell, Score)
        and cell.warnings
        and cell.metric in orders
        and (place := places.get(cell.model))
    ]
    return tuple(sorted((own for own in found if _counts(own)), key=lambda own: (own.place, own.metric)))


def _places(order: Sequence[str]) -> Mapping[str, int]:
    return {model: place for place, model in enumerate(order, start=1)}


def _counts(own: DecisiveWarning) -> bool:
    return own.without != own.place and min(own.place, own.without or own.place) <= FIRST_PLACES


def say_warnings(found: Sequence[DecisiveWarning]) -> str:
    """Say what the first of the warnings would change, and how many more there are; empty for none."""
    if not found:
        return ""
    own = found[0]
    title, model = METRICS[own.metric].title, bidi_isolate(own.model)
    instead = f"in place {own.without} instead of {own.place}" if own.without else "without any place"
    more = f", and so for {plural(len(found) - 1, 'other score')}" if len(found) > 1 else ""
    return f"{title} warns of its own score for {model}; without its vote {model} would be {instead}{more}."
