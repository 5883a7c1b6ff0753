"""Recorded fine-tuning results for the demo samples, stored with the findings of the run."""

from __future__ import annotations

from dataclasses import replace

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.pieces.scoring import CapturedError, run_guarded
from ptmrank_core.records import RECORDED, Truth

__all__ = ["keep_recorded_truth"]


def keep_recorded_truth(context: AnalysisContext) -> None:
    """Store the recorded fine-tuning results for these samples, or why they cannot be read.

    Stores a :class:`~ptmrank_core.records.Truth` with the run's models only; samples other than the demo
    samples have no recorded results.
    """
    if context.is_kept(Truth, RECORDED):
        return
    run_context = context.run_context
    truth = run_guarded(
        lambda: run_context.sources.recorded_truth(run_context.samples), what=f"{Truth.KIND} {RECORDED}"
    )
    if isinstance(truth, CapturedError):
        context.keep_problem(Truth, RECORDED, truth)
    elif truth is not None:
        models = {spec.id for spec in run_context.plan.models}
        values = {model: value for model, value in truth.values.items() if model in models}
        if values:
            context.keep(Truth, RECORDED, lambda: replace(truth, values=values))
        else:
            context.keep_nothing(Truth, RECORDED)
