"""What fine-tuning gave on demo samples, as it is on record: kept with the run beside its own findings."""

from __future__ import annotations

from ptmrank_core.benchmark.analyses.context import Analyst
from ptmrank_core.benchmark.execution.scoring import Problem, attempt

__all__ = ["keep_recorded_truth"]

RECORDED = ("truth", "recorded")


def keep_recorded_truth(analyst: Analyst) -> None:
    """Keep the record that belongs to these samples, or why it cannot be shown; other samples have none.

    The finding is ``("truth", "recorded")``; its payload is that of a
    :class:`~ptmrank_core.records.Truth` of the run's own models.
    """
    if analyst.is_kept(*RECORDED):
        return
    tools = analyst.tools
    truth = attempt(lambda: tools.sources.recorded_truth(tools.samples), what=" ".join(RECORDED))
    if isinstance(truth, Problem):
        analyst.keep_problem(*RECORDED, truth)
    elif truth is not None:
        models = {spec.id for spec in tools.plan.models}
        values = {model: value for model, value in truth.values.items() if model in models}
        payload = {**truth.payload(), "values": values} if values else {}
        analyst.keep(*RECORDED, lambda: payload)
