"""Rank intervals, as JSON."""

from __future__ import annotations

from typing import Any

from ptmrank_core.records import Ranking, RankIntervals, RunResult
from ptmrank_core.results.intervals import missing_intervals
from ptmrank_core.results.intervals.first_models import N_SHOWN

__all__ = ["intervals_payload"]


def intervals_payload(ranking: Ranking, result: RunResult) -> dict[str, Any]:
    """Build the part of a ranking's JSON that says how sure it is.

    Returns
    -------
    dict
        ``intervals``, ``p_best``, ``p_better``, ``ties``, ``shifts``, ``level``, ``n_halves``, ``notes`` of
        the consensus (empty, or ``None``, where they are not known), the same for each metric by name in
        ``metric_intervals``, and in ``missing_intervals`` why a metric has none. ``p_better`` is of the pairs
        among the first models of each order: of 1,000 models there are half a million.
    """
    first = ranking.order[:N_SHOWN]
    payload = (
        _describe(ranking.intervals, first)
        if ranking.intervals
        else _describe(UNKNOWN, first) | {"n_halves": None}
    )
    return payload | {
        "metric_intervals": {
            name: _describe(intervals, ranking.per_metric[name][:N_SHOWN])
            for name, intervals in ranking.metric_intervals.items()
        },
        "missing_intervals": missing_intervals(result, ranking),
    }


UNKNOWN = RankIntervals(0.9, 0, {}, {}, {}, (), {})


def _describe(intervals: RankIntervals, first: tuple[str, ...]) -> dict[str, Any]:
    shown = set(first)
    models = [model for model in intervals.p_better if model in shown]
    return {
        "level": intervals.level,
        "n_halves": intervals.n_halves,
        "intervals": {model: list(interval) for model, interval in intervals.intervals.items()},
        "p_best": dict(intervals.p_best),
        "p_better": {
            model: {other: p for other, p in intervals.p_better[model].items() if other in shown}
            for model in models
        },
        "ties": [list(group) for group in intervals.ties],
        "shifts": dict(intervals.shifts),
        "notes": list(intervals.notes),
    }
