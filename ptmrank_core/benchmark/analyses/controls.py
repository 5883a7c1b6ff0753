"""Negative controls: what scores look like where there is nothing to find, or no model to thank for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.benchmark.analyses.context import Analyst
from ptmrank_core.benchmark.analyses.subsets import COLUMNS_OF_SAMPLES
from ptmrank_core.benchmark.execution.extraction import gather
from ptmrank_core.benchmark.execution.scoring import score_cells
from ptmrank_core.events import AnalysisStep, ignore, raise_if_cancelled
from ptmrank_core.features.baselines import plain_features
from ptmrank_core.features.twins import untrained_twin
from ptmrank_core.metrics import METRICS, prepare_inputs
from ptmrank_core.records import Cell, Samples, Score

__all__ = ["KIND", "PERMUTED", "PLAIN", "UNTRAINED", "permuted_rows", "score_controls"]

KIND = "controls"
# Subjects of the findings; the model follows the first and the last.
PERMUTED, PLAIN, UNTRAINED = "permuted:", "plain", "untrained:"
N_PERMUTATIONS = 10
# Twins are extracted like candidates: of the best model of each family, and of no more families than these.
MOST_TWINS = 3


def score_controls(analyst: Analyst) -> None:
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
    if not analyst.tools.plan.analyses.controls:
        return
    jobs = {PLAIN: partial(_score_plain, analyst)}
    jobs |= {UNTRAINED + model: partial(_score_twin, analyst, model) for model in _twins(analyst)}
    jobs |= {PERMUTED + model: partial(_score_permuted, analyst, model) for model in analyst.specs}
    for index, (subject, find) in enumerate(jobs.items()):
        raise_if_cancelled(analyst.tools.cancel)
        if not analyst.is_kept(KIND, subject):
            analyst.keep(KIND, subject, find)
        analyst.tools.sink(AnalysisStep(KIND, index + 1, len(jobs)))


def _twins(analyst: Analyst) -> list[str]:
    """Models whose untrained twins are scored: the best of each family, the best families first."""
    tools = analyst.tools
    order = tools.sources.order(tools.store.result(tools.plan.run_id))
    best: dict[str | None, str] = {}
    for model in order:
        spec = analyst.specs.get(model)
        if spec is not None and spec.source in {"hub", "local", "demo"}:
            best.setdefault(spec.model_type, model)
    return list(best.values())[:MOST_TWINS]


def _score_plain(analyst: Analyst) -> dict[str, Any]:
    """Score features that no model made."""
    tools = analyst.tools
    plain = plain_features(tools.samples, seed=tools.plan.seed, cancel=tools.cancel)
    name = "labels" if tools.samples.target_kind == "classification" else "targets"
    arrays = {"embeddings": plain.embeddings, name: tools.samples.labels}
    return {"title": plain.title, **_control(analyst, PLAIN, arrays)}


def _score_twin(analyst: Analyst, model: str) -> dict[str, Any]:
    """Score the untrained twin of a model, extracted as the model was."""
    tools = analyst.equipped
    metrics = tools.plan.metrics
    sets = [tools.samples, *([tools.reference] if tools.reference is not None else [])]
    with untrained_twin(
        analyst.specs[model], seed=tools.plan.seed, sets=sets, options=tools.plan.options, cache=tools.cache
    ) as twin:
        arrays = gather(tools, twin, metrics, ignore).arrays
    return {"title": f"Untrained twin of {model}", "of": model, **_control(analyst, twin.id, arrays)}


def _control(analyst: Analyst, name: str, arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Score one control as a candidate is."""
    cells = list(score_cells(name, prepare_inputs(**arrays), analyst.tools.plan.metrics))
    return {
        "n_features": int(np.shape(arrays["embeddings"])[1]),
        "scores": {cell.metric: _value(cell) for cell in cells if isinstance(cell, Score)},
        "problems": {cell.metric: _reason(cell) for cell in cells if not isinstance(cell, Score)},
    }


def _value(cell: Score) -> float | dict[str, float]:
    return dict(cell.components) if METRICS[cell.metric].combine else cell.value


def _reason(cell: Cell) -> str:
    return str(getattr(cell, "reason", "") or getattr(cell, "message", ""))


def _score_permuted(analyst: Analyst, model: str) -> dict[str, Any]:
    """Score one model with its labels permuted, the same permutations for all models."""
    tools = analyst.tools
    metrics = [name for name in tools.plan.metrics if METRICS[name].cost != "iterative"]
    arrays = analyst.arrays(model, metrics)
    found: dict[str, list[Any]] = {metric: [] for metric in metrics}
    for draw in range(N_PERMUTATIONS):
        raise_if_cancelled(tools.cancel)
        rows = permuted_rows(tools.samples, seed=tools.plan.seed + draw)
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
