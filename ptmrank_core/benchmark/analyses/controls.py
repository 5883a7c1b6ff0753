"""Negative controls: scores with permuted labels, of baseline features, and of untrained models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.analyses.plain import plain_features
from ptmrank_core.benchmark.execution.extraction import gather
from ptmrank_core.benchmark.execution.scoring import score_cells
from ptmrank_core.events import AnalysisStep, discard_event, raise_if_cancelled
from ptmrank_core.features.twins import untrained_twin
from ptmrank_core.metrics import METRICS, prepare_inputs, score_parts
from ptmrank_core.records import (
    ControlScores,
    Failure,
    PermutedScores,
    Score,
    ScoreParts,
    Skipped,
    take_rows,
)
from ptmrank_core.sampling import permuted_rows

__all__ = ["PLAIN", "UNTRAINED", "score_controls"]

# Subjects of the findings: baseline features, and a prefix that the id of the trained model follows.
PLAIN, UNTRAINED = "plain", "untrained:"
N_PERMUTATIONS = 10
# Arrays that hold labels of samples; the others hold outputs of a model.
LABEL_ARRAYS = ("labels", "targets", "sample_label_embeddings")
# Untrained twins are extracted like candidates: for the best model of each of at most so many families.
MAX_TWINS = 3


def score_controls(context: AnalysisContext) -> None:
    """Score the controls, if a plan requests them.

    Stores a :class:`~ptmrank_core.records.ControlScores` for baseline features (subject ``plain``) and for
    each untrained twin (``untrained:MODEL``), and a :class:`~ptmrank_core.records.PermutedScores` for each
    model, without iterative metrics.
    """
    if not context.run_context.plan.analyses.controls:
        return
    jobs: list[Callable[[], None]] = [
        partial(_keep_control, context, PLAIN, partial(_score_baseline, context))
    ]
    jobs += [
        partial(_keep_control, context, UNTRAINED + model, partial(_score_twin, context, model))
        for model in _twins(context)
    ]
    jobs += [partial(_keep_permuted, context, model) for model in context.specs]
    for index, job in enumerate(jobs):
        raise_if_cancelled(context.run_context.cancel)
        job()
        context.run_context.sink(AnalysisStep(ControlScores.KIND, index + 1, len(jobs)))


def _keep_control(context: AnalysisContext, subject: str, find: Callable[[], ControlScores]) -> None:
    if not context.is_kept(ControlScores, subject):
        context.keep(ControlScores, subject, find)


def _keep_permuted(context: AnalysisContext, model: str) -> None:
    if not context.is_kept(PermutedScores, model):
        context.keep(PermutedScores, model, partial(_score_permuted, context, model))


def _twins(context: AnalysisContext) -> list[str]:
    """Select the models whose untrained twins are scored: the best of each family, best families first."""
    best: dict[str | None, str] = {}
    for model in context.order():
        spec = context.specs.get(model)
        if spec is not None and spec.source in {"hub", "local", "demo"}:
            best.setdefault(spec.model_type, model)
    return list(best.values())[:MAX_TWINS]


def _score_baseline(context: AnalysisContext) -> ControlScores:
    """Score features that were computed without a model."""
    baseline = plain_features(context, context.run_context.cancel)
    arrays = {"embeddings": baseline.embeddings, **context.labels()}
    return _control(context, PLAIN, arrays, title=baseline.title)


def _score_twin(context: AnalysisContext, model: str) -> ControlScores:
    """Score the untrained twin of a model, extracted in the same way as the model."""
    run_context = context.with_auxiliary
    metrics = run_context.plan.metrics
    sets = [run_context.samples, *([run_context.reference] if run_context.reference is not None else [])]
    with untrained_twin(
        context.specs[model],
        seed=run_context.plan.seed,
        sets=sets,
        options=run_context.plan.options,
        cache=run_context.cache,
        models=run_context.models,
    ) as twin:
        arrays = gather(run_context, twin, metrics, discard_event).arrays
    return _control(context, twin.id, arrays, title=f"Untrained twin of {model}", of=model)


def _control(
    context: AnalysisContext, name: str, arrays: Mapping[str, Any], *, title: str, of: str = ""
) -> ControlScores:
    """Score one control like a candidate."""
    cells = list(score_cells(name, prepare_inputs(**arrays), context.run_context.plan.metrics))
    return ControlScores(
        title=title,
        n_features=int(np.shape(arrays["embeddings"])[1]),
        scores={cell.metric: score_parts(cell) for cell in cells if isinstance(cell, Score)},
        problems={cell.metric: _reason(cell) for cell in cells if not isinstance(cell, Score)},
        of=of,
    )


def _reason(cell: Failure | Skipped) -> str:
    return cell.reason if isinstance(cell, Skipped) else cell.message


def _score_permuted(context: AnalysisContext, model: str) -> PermutedScores:
    """Score one model with permuted labels; the permutations are the same for all models."""
    run_context = context.run_context
    metrics = [name for name in run_context.plan.metrics if METRICS[name].cost != "iterative"]
    arrays = context.arrays(model, metrics)
    scores: dict[str, list[ScoreParts | None]] = {metric: [] for metric in metrics}
    for rows in permuted_rows(run_context.samples, N_PERMUTATIONS, seed=run_context.plan.seed):
        raise_if_cancelled(run_context.cancel)
        cells = score_cells(model, prepare_inputs(**_with_labels_of(arrays, rows)), metrics)
        parts = {cell.metric: score_parts(cell) for cell in cells if isinstance(cell, Score)}
        for metric in metrics:
            scores[metric].append(parts.get(metric))
    return PermutedScores(
        {
            metric: tuple(draws)
            for metric, draws in scores.items()
            if any(score is not None for score in draws)
        }
    )


def _with_labels_of(arrays: Mapping[str, Any], rows: NDArray[np.int64]) -> dict[str, Any]:
    """Give each sample the labels of the sample in ``rows``."""
    labels = {name: arrays[name] for name in LABEL_ARRAYS if name in arrays}
    return {**arrays, **take_rows(labels, rows)}
