"""Negative controls: scores with permuted labels, of baseline features, and of untrained models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.analyses.pieces import scores_on_rows
from ptmrank_core.benchmark.analyses.plain import plain_features, plain_identity
from ptmrank_core.benchmark.execution.extraction import gather
from ptmrank_core.benchmark.work.identity import identity_of, metric_text
from ptmrank_core.events import AnalysisStep, discard_event, raise_if_cancelled
from ptmrank_core.features.twins import describe_twin, untrained_twin
from ptmrank_core.metrics import METRICS, prepare_inputs, score_parts
from ptmrank_core.pieces import Found, ListedScores
from ptmrank_core.pieces.scoring import score_cells
from ptmrank_core.records import (
    ControlScores,
    Failure,
    ModelSpec,
    PermutedScores,
    Score,
    Skipped,
)
from ptmrank_core.sampling import permuted_rows

__all__ = ["PLAIN", "UNTRAINED", "score_controls"]

# Subjects of the findings: baseline features, and a prefix that the id of the trained model follows.
PLAIN, UNTRAINED = "plain", "untrained:"
N_PERMUTATIONS = 10
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
    twins = _twins(context)
    n_steps = 1 + len(twins) + len(context.specs)
    context.find_once(ControlScores, PLAIN, _name(context, PLAIN, None), partial(_score_baseline, context))
    for done, model in enumerate(twins, start=1):
        raise_if_cancelled(context.run_context.cancel)
        context.run_context.sink(AnalysisStep(ControlScores.KIND, done, n_steps))
        twin = describe_twin(context.specs[model], context.run_context.plan.seed)
        rename = partial(replace, title=_title(model), of=model)
        name = _name(context, UNTRAINED, twin)
        context.find_once(
            ControlScores, UNTRAINED + model, name, partial(_score_twin, context, model), rename
        )
    _score_permuted(context, n_before=1 + len(twins))


def _name(context: AnalysisContext, role: str, twin: ModelSpec | None) -> str | None:
    """Return the name that the scores of a control are kept by; ``None`` if they are not."""
    run_context = context.with_auxiliary
    identity = plain_identity(context) if twin is None else identity_of(run_context, twin)
    metrics = run_context.plan.metrics
    if identity is None:
        return None
    # Baseline features read no auxiliary samples; those of a twin are as its model's.
    known_by = [metric_text(run_context, twin, metric) if twin else _version(metric) for metric in metrics]
    return identity.name(ControlScores.KIND, role, *known_by)


def _version(metric: str) -> str:
    return f"{metric} {METRICS[metric].version}"


def _title(model: str) -> str:
    return f"Untrained twin of {model}"


def _twins(context: AnalysisContext) -> list[str]:
    """Select the models whose untrained twins are scored: the best of each family, best families first."""
    best: dict[str | None, str] = {}
    for model in context.order():
        spec = context.specs.get(model)
        if spec is not None and spec.source in {"hub", "local", "demo"}:
            best.setdefault(spec.model_type, model)
    return list(best.values())[:MAX_TWINS]


def _score_baseline(context: AnalysisContext) -> Found:
    """Score features that were computed without a model."""
    baseline = plain_features(context, context.run_context.cancel)
    arrays = {"embeddings": baseline.embeddings, **context.labels()}
    return _control(context, PLAIN, arrays, title=baseline.title)


def _score_twin(context: AnalysisContext, model: str) -> Found:
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
    return _control(context, twin.id, arrays, title=_title(model), of=model)


def _control(
    context: AnalysisContext, name: str, arrays: Mapping[str, Any], *, title: str, of: str = ""
) -> Found:
    """Score one control like a candidate."""
    cells = list(score_cells(name, prepare_inputs(**arrays), context.run_context.plan.metrics))
    scores = ControlScores(
        title=title,
        n_features=int(np.shape(arrays["embeddings"])[1]),
        scores={cell.metric: score_parts(cell) for cell in cells if isinstance(cell, Score)},
        problems={cell.metric: _reason(cell) for cell in cells if not isinstance(cell, Score)},
        of=of,
    )
    is_sound = not any(isinstance(cell, Failure) for cell in cells)
    return Found({"": scores}, frozenset() if is_sound else frozenset({""}))


def _reason(cell: Failure | Skipped) -> str:
    return cell.reason if isinstance(cell, Skipped) else cell.message


def _score_permuted(context: AnalysisContext, *, n_before: int) -> None:
    """Score every model with permuted labels; the permutations are the same for all models."""
    run_context = context.run_context
    metrics = [name for name in run_context.plan.metrics if METRICS[name].cost != "iterative"]
    rows = list(permuted_rows(run_context.samples, N_PERMUTATIONS, seed=run_context.plan.seed))
    pieces = scores_on_rows(context, "permuted", metrics, rows)
    context.find(PermutedScores, pieces, _of_permutations, step=ControlScores.KIND, n_before=n_before)


def _of_permutations(_model: str, results: Mapping[str, ListedScores]) -> PermutedScores:
    """Keep the metrics that have a score under some permutation."""
    return PermutedScores(
        {
            metric: found.scores
            for metric, found in results.items()
            if any(score is not None for score in found.scores)
        }
    )
