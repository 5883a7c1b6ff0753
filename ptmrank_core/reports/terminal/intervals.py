"""Rank intervals, for a terminal."""

from __future__ import annotations

from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.results.intervals import missing_intervals, tie_letters

__all__ = ["interval_columns", "interval_notes"]


def interval_columns(ranking: Ranking) -> tuple[list[str], dict[str, list[str]]]:
    """Build the columns of the text table that say how sure the consensus is.

    Returns
    -------
    head, rows
        Names of the columns, and for each model its cells; both empty where nothing is known.
    """
    intervals = ranking.intervals
    if intervals is None:
        return [], {}
    letters = tie_letters(intervals)
    rows = {
        model: [
            f"{low}-{high}" if low < high else f"{low}",
            f"{intervals.p_best[model]:.2f}",
            letters[model] or "-",
        ]
        for model, (low, high) in intervals.intervals.items()
    }
    return ["places", "p(best)", "tied"], rows


def interval_notes(ranking: Ranking, result: RunResult) -> list[str]:
    """Write what the columns mean, what they rest on, and which metrics have no intervals; none is empty."""
    lines = []
    if ranking.intervals:
        intervals = ranking.intervals
        lines.append(
            f"places: {intervals.level:.0%} interval of each model's rank, "
            f"from {intervals.n_halves} parts of the samples; p(best): chance that its score is the best; "
            "models that share a letter under tied are not distinguishable on these samples"
        )
        lines += [f"note: intervals: {note}" for note in intervals.notes]
    if ranking.per_metric and result.plan.analyses.half_samples != 0:
        missing = missing_intervals(result, ranking)
        lines += [f"no intervals under {name}: {reason}" for name, reason in missing.items()]
    return ["\n".join(lines)] if lines else []
