"""Linear probe and k-NN on the cached features of every model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.events import AnalysisStep, CancelToken, raise_if_cancelled
from ptmrank_core.metrics import prepare_inputs
from ptmrank_core.probing.probe import Probe, fit_probe
from ptmrank_core.records import ClassProbabilities, ProbeResult, pack_array

__all__ = ["pack_probabilities", "probe_arrays", "probe_models"]

# Of each sample the likeliest classes are kept: at most so many, and fewer of many samples.
MAX_KEPT, MIN_KEPT, MAX_VALUES = 16, 2, 2**19


def probe_models(context: AnalysisContext) -> None:
    """Store a :class:`~ptmrank_core.records.ProbeResult` for each model that has features, if requested.

    Candidates come first, then the controls among the plan's models.

    Raises
    ------
    CancelledError
        If cancellation was requested; findings so far stay.
    """
    if not context.run_context.plan.analyses.probe:
        return
    models = (*context.specs, *context.controls)
    for done, model in enumerate(models):
        raise_if_cancelled(context.run_context.cancel)
        context.run_context.sink(AnalysisStep(ProbeResult.KIND, done, len(models)))
        if not context.is_kept(ProbeResult, model):
            context.keep(ProbeResult, model, lambda model=model: _probe(context, model))  # type: ignore[misc]
    context.run_context.sink(AnalysisStep(ProbeResult.KIND, len(models), len(models)))


def _probe(context: AnalysisContext, model: str) -> ProbeResult:
    """Fit a linear probe and k-NN to the features of one model."""
    return probe_arrays(context, context.arrays(model))


def probe_arrays(
    context: AnalysisContext,
    arrays: Mapping[str, Any],
    *,
    fit: Callable[..., Probe] = fit_probe,
    cancel: CancelToken | None = None,
) -> ProbeResult:
    """Fit a linear probe and k-NN to features, or a predictor: the same folds for the same samples.

    Parameters
    ----------
    context
        The samples and their groups.
    arrays
        Keyword arguments of ``prepare_inputs``.
    fit
        ``fit_probe``, or what takes and returns the same.
    cancel
        Asked between the steps; the run's own token by default.
    """
    token = cancel or context.run_context.cancel
    inputs = prepare_inputs(**arrays)
    targets = inputs.targets
    if targets is not None and targets.shape[1] == 1:
        targets = targets[:, 0]
    groups = context.run_context.samples.groups
    probe = fit(
        inputs.embeddings,
        labels=inputs.labels,
        targets=targets,
        groups=groups,
        seed=context.run_context.plan.seed,
        proceed=lambda: raise_if_cancelled(token),
    )
    return ProbeResult(
        measure=probe.measure,
        value=probe.value,
        folds=tuple(probe.folds),
        knn=None if np.isnan(probe.knn) else probe.knn,
        scale=float(np.sqrt(np.mean(inputs.embeddings**2))),
        predictions=tuple(probe.predictions.tolist()),
        losses=tuple(probe.losses.tolist()),
        n_classes=inputs.n_classes or None,
        notes=tuple(probe.notes),
        groups=tuple(np.unique(np.asarray(groups), return_inverse=True)[1].tolist()) if groups else (),
        probabilities=pack_probabilities(probe, inputs.labels),
    )


def pack_probabilities(probe: Probe, labels: NDArray[np.int64] | None) -> ClassProbabilities | None:
    """Pack the out-of-fold probabilities of a probe within bounds; ``None`` where it has none.

    Parameters
    ----------
    probe
        A probe of n samples.
    labels
        int64 array of shape (n,): codes of their classes.
    """
    values = probe.probabilities
    if values is None or labels is None or values.shape[1] > np.iinfo(np.int16).max:
        return None
    n_samples, n_classes = values.shape
    n_kept = min(n_classes, int(np.clip(MAX_VALUES // n_samples, MIN_KEPT, MAX_KEPT)))
    classes = np.argsort(-values, axis=1, kind="stable")[:, :n_kept]
    return ClassProbabilities(
        pack_array(classes, small=True),
        pack_array(np.take_along_axis(values, classes, axis=1), small=True),
        pack_array(values[np.arange(n_samples), labels], small=True),
    )
