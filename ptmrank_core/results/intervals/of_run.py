"""How sure the ranking of a run is, from scores on parts of its samples, and why that may be unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from ptmrank_core.errors import InputError
from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import (
    MAX_FIXED,
    MIN_PARTS,
    Conditions,
    Scores,
    Voting,
    consensus_intervals,
    rank_intervals,
)
from ptmrank_core.records import HalfSampleScores, Ranking, RankIntervals, RunResult, RunState
from ptmrank_core.results.intervals.scores_on_parts import ScaledParts, freedom_of, saturated_models

__all__ = ["assign_lanes", "missing_intervals", "tie_letters", "why_no_intervals", "with_intervals"]


def with_intervals(ranking: Ranking, scores: Scores, result: RunResult) -> Ranking:
    """Add rank intervals to a ranking, as far as its run has scores on parts of its samples.

    Parameters
    ----------
    ranking
        The ranking of a run, with its votes.
    scores
        Metric -> model -> score that ranks.
    result
        The run.
    """
    parts = {
        name: ScaledParts.of(name, content, result)
        for name, content in result.contents(HalfSampleScores).items()
        if name in scores
    }
    by_metric: dict[str, RankIntervals] = {}
    for name, own in parts.items():
        try:
            found = rank_intervals(
                scores[name],
                own.scores,
                higher_is_better=METRICS[name].higher_is_better,
                conditions=own.conditions,
            )
        except InputError:  # parts cannot be used, which ``missing_intervals`` says
            continue
        # Without the first of the order nothing can be said of who is the best.
        if ranking.per_metric[name][0] in found.intervals:
            by_metric[name] = found
    return replace(
        ranking,
        metric_intervals=MappingProxyType(by_metric),
        intervals=_of_consensus(ranking, scores, {name: parts[name] for name in by_metric}, result),
    )


def _of_consensus(
    ranking: Ranking, scores: Scores, parts: Mapping[str, ScaledParts], result: RunResult
) -> RankIntervals | None:
    """Say how sure the consensus is; ``None`` where that cannot be said (:func:`why_no_intervals`)."""
    voting = _voting(ranking)
    known = {name: parts[name] for name in voting if name in parts}
    if len(ranking.order) < 2 or not known or _fixed_share(voting, known) > MAX_FIXED:
        return None
    excluded = {
        model: f"{METRICS[name].title}: {reason}"
        for name, own in known.items()
        for model, reason in own.conditions.excluded.items()
    }
    conditions = Conditions(
        seed=result.plan.seed,
        freedom=freedom_of(result),
        excluded=excluded,
        notes=tuple(dict.fromkeys(note for own in known.values() for note in own.conditions.notes)),
    )
    try:
        found = consensus_intervals(
            {name: scores[name] for name in voting},
            {name: own.scores for name, own in known.items()},
            voting=Voting(voting),
            higher_is_better={name: METRICS[name].higher_is_better for name in voting},
            conditions=conditions,
        )
    except InputError:  # of too few models the spread is known
        return None
    return found if ranking.order[0] in found.intervals else None


def _voting(ranking: Ranking) -> dict[str, float]:
    """Weights of the metrics that vote."""
    weights = {name: ranking.votes[name].weight if ranking.votes else 1.0 for name in ranking.metrics_used}
    return {name: weight for name, weight in weights.items() if weight > 0}


def _fixed_share(voting: Mapping[str, float], known: Mapping[str, object]) -> float:
    """Share of the vote that metrics without intervals hold."""
    return sum(weight for name, weight in voting.items() if name not in known) / sum(voting.values())


def why_no_intervals(result: RunResult, ranking: Ranking) -> str:
    """Say in one sentence why it is not known how sure a ranking is; empty where it is known.

    Parameters
    ----------
    result
        The run.
    ranking
        Its ranking, as of :func:`~ptmrank_core.results.ranking.rank_result`.
    """
    if ranking.intervals is not None:
        return ""
    if len(ranking.order) < 2:
        return "Only one model has a rank." if ranking.order else "No model has a rank."
    voting = _voting(ranking)
    missing = missing_intervals(result, ranking)
    without = {name: missing[name] for name in voting if name in missing}
    reasons = list(dict.fromkeys(without.values()))
    if len(without) == len(voting) and len(reasons) == 1:
        return reasons[0]
    if without and _fixed_share(voting, ranking.metric_intervals) > MAX_FIXED:
        share = _fixed_share(voting, ranking.metric_intervals)
        names = sorted(without, key=lambda name: -voting[name])
        why = "; ".join(f"{METRICS[name].title}: {without[name].rstrip('.')}" for name in names)
        return f"{share:.0%} of the vote is by metrics whose scores may vary by an unknown amount ({why})."
    return _why_first_unknown(result, ranking) or (
        "For too few models is it known how far the scores of all voting metrics vary."
    )


def _why_first_unknown(result: RunResult, ranking: Ranking) -> str:
    """Say why it is not known how far the score of the first model varies; empty if it is known."""
    first = ranking.order[0]
    for name, content in result.contents(HalfSampleScores).items():
        if name in _voting(ranking) and (reason := saturated_models(name, content, result).get(first)):
            return f"{METRICS[name].title} of {first}: {reason}"
    return ""


def missing_intervals(result: RunResult, ranking: Ranking) -> dict[str, str]:
    """Say why metrics with scores have no intervals: metric -> a sentence."""
    missing = {}
    for name, order in ranking.per_metric.items():
        if name not in ranking.metric_intervals and order:
            missing[name] = _why_missing(name, order, result)
    return missing


def _why_missing(name: str, order: Sequence[str], result: RunResult) -> str:
    """Say why one metric has no intervals."""
    requested = result.plan.analyses.half_samples
    scored, problems = result.contents(HalfSampleScores), result.problems(HalfSampleScores)
    if name in problems:
        return problems[name]
    if name in scored:
        return _why_unusable(name, order[0], scored[name], result)
    if requested == 0:
        reason = "Scores on parts of the samples were switched off."
    elif len(order) < 2:
        reason = "Only one model has a score."
    elif METRICS[name].is_variant:
        reason = "A variant does not vote."
    elif requested is None and METRICS[name].cost == "iterative" and _are_scored(result):
        reason = (
            "It takes long to compute: it is scored on parts of the samples only if it weighs much and that "
            "is quickly done, or on request."
        )
    else:
        reason = _not_yet(result.state)
    return reason


def _are_scored(result: RunResult) -> bool:
    """Whether the stage of parts is over, as far as can be seen: it has results, or nothing more is done."""
    return bool(result.contents(HalfSampleScores)) or result.state.is_finished()


def _why_unusable(name: str, first: str, content: HalfSampleScores, result: RunResult) -> str:
    """Say why scores on parts do not become intervals."""
    excluded = saturated_models(name, content, result)
    if first in excluded or len(content.scores) - len(excluded) < 2:
        model = first if first in excluded else next(iter(excluded), "")
        return f"{model}: {excluded[model]}" if model else "Fewer than two models have scores on parts."
    n_full = sum(
        all(score is not None for score in row) for row in zip(*content.scores.values(), strict=True)
    )
    if n_full < MIN_PARTS:
        return "Too few parts of the samples have a score of every model."
    return "Its scores do not vary between parts of the samples as they would between samples."


def _not_yet(state: RunState) -> str:
    """Say why parts of the samples that were planned are not there."""
    return (
        "The run stopped before."
        if state.is_finished()
        else "Its scores on parts of the samples are being computed."
    )


def tie_letters(intervals: RankIntervals) -> dict[str, str]:
    """Give every tie group a letter: model -> the letters of its groups, empty where it is in none."""
    letters: dict[str, list[str]] = {model: [] for model in intervals.intervals}
    for i, group in enumerate(intervals.ties):
        for model in group:
            letters[model].append(chr(ord("a") + i) if i < 26 else f"{i}")
    between = "" if len(intervals.ties) <= 26 else " "
    return {model: between.join(own) for model, own in letters.items()}


def assign_lanes(spans: Sequence[tuple[int, int]]) -> list[int]:
    """Assign each span of rows to the first lane, from 0, in which no earlier span shares a row with it."""
    ends: list[int] = []
    lanes = []
    for first, last in spans:
        free = next((lane for lane, end in enumerate(ends) if end < first), len(ends))
        ends[free : free + 1] = [last]
        lanes.append(free)
    return lanes
