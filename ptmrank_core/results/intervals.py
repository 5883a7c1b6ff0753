"""A run's half-samples -> how sure its ranking is, and which intervals are missing and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from ptmrank_core.errors import InputError
from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import (
    HalfScores,
    Scores,
    Voting,
    consensus_intervals,
    rank_intervals,
    rescale_deviations,
)
from ptmrank_core.records import HalfSampleScores, Ranking, RankIntervals, RunResult, RunState

__all__ = ["assign_lanes", "missing_intervals", "tie_letters", "with_intervals"]


def with_intervals(ranking: Ranking, scores: Scores, result: RunResult) -> Ranking:
    """Add rank intervals to a ranking, as far as its run has scores of half-samples.

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
    for name, half in halves.items():
        try:
            by_metric[name] = rank_intervals(
                scores.get(name, {}),
                half.scores,
                higher_is_better=METRICS[name].higher_is_better,
                seed=result.plan.seed,
                notes=half.notes,
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
    """Scores of the candidates' half-samples by metric, where there are some."""
    controls = {spec.id for spec in result.plan.controls}
    return {
        name: _Halves(rescale_deviations(_without(content.scores, controls), content.growth), content.notes)
        for name, content in result.contents(HalfSampleScores).items()
    }


def _without(scores: HalfScores, models: Collection[str]) -> HalfScores:
    """Leave models out: runs of earlier versions scored controls on half-samples too."""
    return {model: of_model for model, of_model in scores.items() if model not in models}


def _of_consensus(
    ranking: Ranking, scores: Scores, halves: Mapping[str, _Halves], result: RunResult
) -> RankIntervals | None:
    """Say how sure the consensus is; ``None`` where no voting metric has half-samples."""
    weights = {name: ranking.votes[name].weight if ranking.votes else 1.0 for name in ranking.metrics_used}
    voting = {name: weight for name, weight in weights.items() if weight > 0}
    known = {name: halves[name] for name in voting if name in halves}
    if len(ranking.order) < 2 or not known:
        return None
    return consensus_intervals(
        {name: scores[name] for name in voting},
        {name: half.scores for name, half in known.items()},
        voting=Voting(voting),
        higher_is_better={name: METRICS[name].higher_is_better for name in voting},
        seed=result.plan.seed,
        notes=tuple(dict.fromkeys(note for half in known.values() for note in half.notes)),
    )


def missing_intervals(result: RunResult, ranking: Ranking) -> dict[str, str]:
    """Say why metrics with scores have no intervals: metric -> a sentence."""
    asked = result.plan.analyses.half_samples
    scored, problems = result.contents(HalfSampleScores), result.problems(HalfSampleScores)
    missing = {}
    for name, order in ranking.per_metric.items():
        if name in ranking.metric_intervals or not order:
            continue
        if name in problems:
            reason = problems[name]
        elif name in scored:
            reason = "Too few half-samples have a score of every model."
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
    """Give every tie group a letter: model -> the letters of its groups, empty where it is in none."""
    letters = [chr(ord("a") + i) if i < 26 else f"{i}" for i in range(len(intervals.ties))]
    return {
        model: "".join(
            letter for letter, group in zip(letters, intervals.ties, strict=True) if model in group
        )
        for model in intervals.intervals
    }


def assign_lanes(spans: Sequence[tuple[int, int]]) -> list[int]:
    """Assign each span of rows to the first lane, from 0, in which no earlier span shares a row with it."""
    ends: list[int] = []
    lanes = []
    for first, last in spans:
        free = next((lane for lane, end in enumerate(ends) if end < first), len(ends))
        ends[free : free + 1] = [last]
        lanes.append(free)
    return lanes
