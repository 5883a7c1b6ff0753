"""Runs of simulated scores, which become intervals by the code of a real run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import rank
from ptmrank_core.records import (
    ExtractionReport,
    Finding,
    HalfSampleScores,
    ModelOutcome,
    ModelSpec,
    Ranking,
    RunResult,
    RunState,
    SamplesSummary,
    Score,
    Vote,
)
from ptmrank_core.results.intervals import with_intervals
from tests.plans import plan_of

__all__ = ["ranking_of"]


def ranking_of(
    scores: Mapping[str, Mapping[str, float]],
    parts: Mapping[str, HalfSampleScores],
    *,
    weights: Mapping[str, float],
    labels: NDArray[np.int64],
    groups: Sequence[str] = (),
    widths: Mapping[str, int] | None = None,
    seed: int = 0,
) -> Ranking:
    """Rank models by scores, with intervals from their scores on parts.

    Parameters
    ----------
    scores
        Metric -> model -> score that ranks.
    parts
        Metric -> its scores on parts.
    weights
        Weight of each metric in the consensus.
    labels, groups
        Of the samples.
    widths
        Number of features of each model; 1 where it is not given.
    seed
        Of the run.
    """
    result = _run(scores, parts, labels, groups, widths or {}, seed)
    ranking = rank(
        scores,
        models=[spec.id for spec in result.plan.models],
        votes={name: Vote(weight, "") for name, weight in weights.items()},
        higher_is_better={name: METRICS[name].higher_is_better for name in scores},
    )
    return with_intervals(ranking, scores, result)


def _run(
    scores: Mapping[str, Mapping[str, float]],
    parts: Mapping[str, HalfSampleScores],
    labels: NDArray[np.int64],
    groups: Sequence[str],
    widths: Mapping[str, int],
    seed: int,
) -> RunResult:
    """Assemble a finished run."""
    models = tuple(ModelSpec(name, "local", "image") for name in next(iter(scores.values())))
    plan = plan_of(models, tuple(scores), run_id="simulated", task="t", samples_source="s", seed=seed)
    counts = {str(label): int(count) for label, count in enumerate(np.bincount(labels)) if count}
    return RunResult(
        plan=plan,
        state=RunState.FINISHED,
        samples=SamplesSummary(
            len(labels), counts, (), (), n_groups=len(set(groups)) if len(groups) else None
        ),
        cells=tuple(Score(m, name, value, 0.1) for name, own in scores.items() for m, value in own.items()),
        outcomes={
            spec.id: ModelOutcome(spec, ExtractionReport("float32"), widths.get(spec.id, 1))
            for spec in models
        },
        environment={},
        seconds=1.0,
        findings=tuple(Finding("halves", name, content, 1.0) for name, content in parts.items()),
    )
