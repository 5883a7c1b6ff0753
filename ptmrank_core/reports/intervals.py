"""A run's half-samples -> how sure its ranking is, and which intervals are missing and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

from ptmrank_core.errors import InputError
from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import HalfScores, Scores, Voting, consensus_intervals, let_grow, rank_intervals
from ptmrank_core.records import Ranking, RankIntervals, RunResult, RunState

__all__ = [
    "interval_columns",
    "interval_notes",
    "intervals_payload",
    "missing_intervals",
    "tie_letters",
    "with_intervals",
]

HALVES = "halves"


def with_intervals(ranking: Ranking, scores: Scores, result: RunResult) -> Ranking:
    """Add to a ranking how sure it is, as far as its run has scores of half-samples.

    Parameters
    ----------
    ranking
        The ranking of a run, with its votes.
    scores
        Metric -> model -> score that ranks.
    result
        The run.
    """
    halves = _halves(result)
    by_metric: dict[str, RankIntervals] = {}
    for name, own in halves.items():
        try:
            by_metric[name] = rank_intervals(
                scores.get(name, {}),
                own.scores,
                higher_is_better=METRICS[name].higher_is_better,
                seed=result.plan.seed,
                notes=own.notes,
            )
        except InputError:  # too few half-samples can be used, which ``missing_intervals`` says
            continue
    return replace(
        ranking,
        metric_intervals=MappingProxyType(by_metric),
        intervals=_of_consensus(ranking, scores, {name: halves[name] for name in by_metric}, result),
    )


class _Halves(NamedTuple):
    """Scores of one metric on half-samples, and what they are conditional on."""

    scores: HalfScores
    notes: tuple[str, ...]


def _halves(result: RunResult) -> dict[str, _Halves]:
    """Scores of half-samples by metric, where there are some."""
    payloads = {own.subject: own.payload for own in result.findings if own.kind == HALVES and not own.problem}
    return {
        name: _Halves(let_grow(own["scores"], own.get("growth", {})), tuple(own["notes"]))
        for name, own in payloads.items()
    }


def _of_consensus(
    ranking: Ranking, scores: Scores, halves: Mapping[str, _Halves], result: RunResult
) -> RankIntervals | None:
    """Tell how sure the consensus is; ``None`` where no voting metric has half-samples."""
    weights = {name: ranking.votes[name].weight if ranking.votes else 1.0 for name in ranking.metrics_used}
    voting = {name: weight for name, weight in weights.items() if weight > 0}
    known = {name: halves[name] for name in voting if name in halves}
    if len(ranking.order) < 2 or not known:
        return None
    return consensus_intervals(
        {name: scores[name] for name in voting},
        {name: own.scores for name, own in known.items()},
        voting=Voting(voting),
        higher_is_better={name: METRICS[name].higher_is_better for name in voting},
        seed=result.plan.seed,
        notes=tuple(dict.fromkeys(note for own in known.values() for note in own.notes)),
    )


def missing_intervals(result: RunResult, ranking: Ranking) -> dict[str, str]:
    """Tell why metrics with scores have no intervals: metric -> a sentence."""
    asked = result.plan.analyses.half_samples
    found = {own.subject: own for own in result.findings if own.kind == HALVES}
    missing = {}
    for name, order in ranking.per_metric.items():
        if name in ranking.metric_intervals or not order:
            continue
        if name in found:
            reason = found[name].problem or "Too few half-samples have a score of every model."
        elif asked == 0:
            reason = "Half-samples were switched off."
        elif len(order) < 2:
            reason = "Only one model has a score."
        elif asked is None and METRICS[name].cost == "iterative":
            reason = "It takes long to compute: half-samples only where their number is asked for."
        elif METRICS[name].is_variant:
            reason = "A variant does not vote."
        else:
            reason = _not_yet(result.state)
        missing[name] = reason
    return missing


def _not_yet(state: RunState) -> str:
    """Say why half-samples that were planned are not there."""
    return "The run stopped before." if state.is_finished() else "Its half-samples are being scored."


def tie_letters(intervals: RankIntervals) -> dict[str, str]:
    """Give every tie group a letter: model -> the letters of its groups, empty where it is told from all."""
    letters = [chr(ord("a") + i) if i < 26 else f"{i}" for i in range(len(intervals.ties))]
    return {
        model: "".join(
            letter for letter, group in zip(letters, intervals.ties, strict=True) if model in group
        )
        for model in intervals.intervals
    }


def interval_columns(ranking: Ranking) -> tuple[list[str], dict[str, list[str]]]:
    """Build the columns of the text table that tell how sure the consensus is.

    Returns
    -------
    head, rows
        Names of the columns, and for each model its cells; both empty where nothing is known.
    """
    found = ranking.intervals
    if found is None:
        return [], {}
    letters = tie_letters(found)
    rows = {
        model: [
            f"{low}-{high}" if low < high else f"{low}",
            f"{found.p_best[model]:.2f}",
            letters[model] or "-",
        ]
        for model, (low, high) in found.intervals.items()
    }
    return ["places", "p(best)", "tied"], rows


def interval_notes(ranking: Ranking, result: RunResult) -> list[str]:
    """Write what the columns mean, what they rest on, and which metrics have no intervals; none is empty."""
    lines = []
    if ranking.intervals:
        found = ranking.intervals
        lines.append(
            f"places: {found.level:.0%} interval of each model's rank, from {found.n_halves} half-samples; "
            "models that share a letter under tied are not told apart by these samples"
        )
        lines += [f"note: intervals: {note}" for note in found.notes]
    if ranking.per_metric and result.plan.analyses.half_samples != 0:
        missing = missing_intervals(result, ranking)
        lines += [f"no intervals under {name}: {reason}" for name, reason in missing.items()]
    return ["\n".join(lines)] if lines else []


def intervals_payload(ranking: Ranking, result: RunResult) -> dict[str, Any]:
    """Build the part of a ranking's JSON that tells how sure it is.

    Returns
    -------
    dict
        ``intervals``, ``p_best``, ``p_better``, ``ties``, ``shifts``, ``level``, ``n_halves``, ``notes`` of
        the consensus (empty, or ``None``, where they are not known), the same for each metric by name in
        ``metric_intervals``, and in ``missing_intervals`` why a metric has none.
    """
    own = _describe(ranking.intervals) if ranking.intervals else _describe(UNKNOWN) | {"n_halves": None}
    return own | {
        "metric_intervals": {name: _describe(found) for name, found in ranking.metric_intervals.items()},
        "missing_intervals": missing_intervals(result, ranking),
    }


UNKNOWN = RankIntervals(0.9, 0, {}, {}, {}, (), {})


def _describe(found: RankIntervals) -> dict[str, Any]:
    return {
        "level": found.level,
        "n_halves": found.n_halves,
        "intervals": {model: list(interval) for model, interval in found.intervals.items()},
        "p_best": dict(found.p_best),
        "p_better": {model: dict(others) for model, others in found.p_better.items()},
        "ties": [list(group) for group in found.ties],
        "shifts": dict(found.shifts),
        "notes": list(found.notes),
    }
