"""Negative controls: what scores look like where there is nothing to find, or no model to thank for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.analyses.subsets import COLUMNS_OF_SAMPLES
from ptmrank_core.benchmark.execution.extraction import gather
from ptmrank_core.benchmark.execution.scoring import score_cells
from ptmrank_core.events import AnalysisStep, discard_event, raise_if_cancelled
from ptmrank_core.features.baselines import baseline_features
from ptmrank_core.features.twins import untrained_twin
from ptmrank_core.metrics import METRICS, prepare_inputs
from ptmrank_core.records import Cell, Samples, Score

__all__ = ["KIND", "PERMUTED", "PLAIN", "UNTRAINED", "permuted_rows", "score_controls"]

KIND = "controls"
# Subjects of the findings; the model follows the first and the last.
PERMUTED, PLAIN, UNTRAINED = "permuted:", "plain", "untrained:"
N_PERMUTATIONS = 10
# Twins are extracted like candidates: of the best model of each family, and of no more families than these.
MAX_TWINS = 3


def score_controls(context: AnalysisContext) -> None:
    """Score the controls that a plan asks for, and keep one finding for each.

    ``permuted:MODEL``
        ``scores``: metric -> one value for each permutation of the labels, metrics that iterate left out.
    ``plain``
        Features that no model made: ``title``, ``n_features``, ``scores`` (metric -> value), ``problems``.
    ``untrained:MODEL``
        The same of the model's untrained twin, and ``of``: the model.

    A value is a number, the components (name -> number) where the metric is defined over all candidates, or
    ``None`` where there is none.
    """
    if not context.run_context.plan.analyses.controls:
        return
    jobs = {PLAIN: partial(_score_plain, context)}
    jobs |= {UNTRAINED + model: partial(_score_twin, context, model) for model in _twins(context)}
    jobs |= {PERMUTED + model: partial(_score_permuted, context, model) for model in context.specs}
    for index, (subject, find) in enumerate(jobs.items()):
        raise_if_cancelled(context.run_context.cancel)
        if not context.is_kept(KIND, subject):
            context.keep(KIND, subject, find)
        context.run_context.sink(AnalysisStep(KIND, index + 1, len(jobs)))


def _twins(context: AnalysisContext) -> list[str]:
    """Models whose untrained twins are scored: the best of each family, the best families first."""
    run_context = context.run_context
    order = run_context.sources.order(run_context.store.result(run_context.plan.run_id))
    best: dict[str | None, str] = {}
    for model in order:
        spec = context.specs.get(model)
        if spec is not None and spec.source in {"hub", "local", "demo"}:
            best.setdefault(spec.model_type, model)
    return list(best.values())[:MAX_TWINS]


def _score_plain(context: AnalysisContext) -> dict[str, Any]:
    """Score features that no model made."""
    run_context = context.run_context
    plain = baseline_features(run_context.samples, seed=run_context.plan.seed, cancel=run_context.cancel)
    name = "labels" if run_context.samples.target_kind == "classification" else "targets"
    arrays = {"embeddings": plain.embeddings, name: run_context.samples.labels}
    return {"title": plain.title, **_control(context, PLAIN, arrays)}


def _score_twin(context: AnalysisContext, model: str) -> dict[str, Any]:
    """Score the untrained twin of a model, extracted as the model was."""
    run_context = context.equipped
    metrics = run_context.plan.metrics
    sets = [run_context.samples, *([run_context.reference] if run_context.reference is not None else [])]
    with untrained_twin(
        context.specs[model],
        seed=run_context.plan.seed,
        sets=sets,
        options=run_context.plan.options,
        cache=run_context.cache,
    ) as twin:
        arrays = gather(run_context, twin, metrics, discard_event).arrays
    return {"title": f"Untrained twin of {model}", "of": model, **_control(context, twin.id, arrays)}


def _control(context: AnalysisContext, name: str, arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Score one control as a candidate is."""
    cells = list(score_cells(name, prepare_inputs(**arrays), context.run_context.plan.metrics))
    return {
        "n_features": int(np.shape(arrays["embeddings"])[1]),
        "scores": {cell.metric: _value(cell) for cell in cells if isinstance(cell, Score)},
        "problems": {cell.metric: _reason(cell) for cell in cells if not isinstance(cell, Score)},
    }


def _value(cell: Score) -> float | dict[str, float]:
    return dict(cell.components) if METRICS[cell.metric].combine else cell.value


def _reason(cell: Cell) -> str:
    return str(getattr(cell, "reason", "") or getattr(cell, "message", ""))


def _score_permuted(context: AnalysisContext, model: str) -> dict[str, Any]:
    """Score one model with its labels permuted, the same permutations for all models."""
    run_context = context.run_context
    metrics = [name for name in run_context.plan.metrics if METRICS[name].cost != "iterative"]
    arrays = context.arrays(model, metrics)
    found: dict[str, list[Any]] = {metric: [] for metric in metrics}
    for draw in range(N_PERMUTATIONS):
        raise_if_cancelled(run_context.cancel)
        rows = permuted_rows(run_context.samples, seed=run_context.plan.seed + draw)
        cells = score_cells(model, prepare_inputs(**_with_labels_of(arrays, rows)), metrics)
        values = {cell.metric: _value(cell) for cell in cells if isinstance(cell, Score)}
        for metric in metrics:
            found[metric].append(values.get(metric))
    return {"scores": {metric: own for metric, own in found.items() if _is_known(own)}}


def _is_known(values: Sequence[Any]) -> bool:
    return any(value is not None for value in values)


def _with_labels_of(arrays: Mapping[str, Any], rows: NDArray[np.int64]) -> dict[str, Any]:
    """Give each sample the labels of another one."""
    changed = dict(arrays)
    for name in ("labels", "targets"):
        if changed.get(name) is not None:
            changed[name] = np.asarray(changed[name])[rows]
    for name in COLUMNS_OF_SAMPLES:
        if changed.get(name) is not None:
            changed[name] = np.asarray(changed[name])[:, rows]
    return changed


def permuted_rows(samples: Samples, *, seed: int) -> NDArray[np.int64]:
    """Tell whose labels each sample gets where labels mean nothing.

    Parameters
    ----------
    samples
        n samples.
    seed
        Seed of the permutation.

    Returns
    -------
    ndarray of int64
        Shape (n,), indices of samples. Where all samples of a group share their label, whole groups exchange
        labels (classes then change their sizes where groups are of several sizes); where they do not, labels
        are exchanged within groups: either way what belongs together stays together.
    """
    rng = np.random.default_rng(seed)
    rows = np.arange(samples.n_samples)
    if not samples.groups:
        return rng.permutation(rows)
    group_of = np.unique(np.array(samples.groups), return_inverse=True)[1].reshape(-1)
    members = [np.flatnonzero(group_of == group) for group in range(int(group_of.max()) + 1)]
    if all((samples.labels[own] == samples.labels[own[0]]).all() for own in members):
        first = np.array([own[0] for own in members])
        return first[rng.permutation(len(members))][group_of]
    for own in members:
        rows[own] = rng.permutation(own)
    return rows
