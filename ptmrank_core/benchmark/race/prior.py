"""What is known of the models before any training, without the samples that judge."""

from __future__ import annotations

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.events import raise_if_cancelled
from ptmrank_core.metrics import prepare_inputs
from ptmrank_core.pieces.scoring import CapturedError, run_guarded
from ptmrank_core.probing.probe import fit_probe
from ptmrank_core.records import CHECKPOINTS, Race, take_rows
from ptmrank_core.sampling import Indices

__all__ = ["probe_values", "why_untrainable"]


def probe_values(context: AnalysisContext, rows: Indices) -> dict[str, float]:
    """Fit a linear probe to the cached features of every candidate, on some of the samples alone.

    The stored probes will not do: their folds have learned from the samples that judge.

    Parameters
    ----------
    context
        A run whose cells are all decided.
    rows
        The samples to train and to test on, out of fold.

    Returns
    -------
    dict
        Model -> value; without the models that have none.
    """
    found = {}
    for model in context.specs:
        raise_if_cancelled(context.run_context.cancel)
        value = run_guarded(lambda model=model: _probe(context, model, rows), what=f"{Race.KIND} {model}")  # type: ignore[misc]
        if not isinstance(value, CapturedError):
            found[model] = value
    return found


def _probe(context: AnalysisContext, model: str, rows: Indices) -> float:
    """Fit the probe of one model."""
    inputs = prepare_inputs(**take_rows(context.arrays(model), rows))
    targets = inputs.targets
    if targets is not None and targets.shape[1] == 1:
        targets = targets[:, 0]
    probe = fit_probe(
        inputs.embeddings,
        labels=inputs.labels,
        targets=targets,
        groups=context.run_context.samples.take(rows).groups,
        seed=context.run_context.plan.seed,
        proceed=lambda: raise_if_cancelled(context.run_context.cancel),
    )
    return probe.value


def why_untrainable(context: AnalysisContext, model: str) -> str:
    """Say why a candidate cannot be trained, as far as that is known before; empty if it can be tried."""
    spec = context.specs[model]
    if spec.source == "features":
        return "Its features came ready-made, and features alone cannot be trained."
    if spec.source == "function":
        return "It is a Python function, whose weights are not known here."
    if spec.source not in CHECKPOINTS or spec.path is None:
        return "It has no weights that could be trained."
    return ""
