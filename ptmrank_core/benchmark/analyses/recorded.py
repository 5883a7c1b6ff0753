"""What fine-tuning gave on demo samples, as it is on record: kept with the run beside its own findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ptmrank_core.benchmark.analyses.analyst import Analyst

__all__ = ["keep_recorded_truth"]


def keep_recorded_truth(analyst: Analyst) -> None:
    """Keep the record that belongs to these samples, or why it cannot be shown; other samples have none.

    The finding is ``("truth", "recorded")``; its payload is that of a
    :class:`~ptmrank_core.records.Truth` of the run's own models.
    """
    if analyst.is_kept("truth", "recorded"):
        return
    tools = analyst.tools

    def find() -> Mapping[str, Any]:
        truth = tools.sources.recorded_truth(tools.samples)
        if truth is None:
            return {}
        models = {spec.id for spec in tools.plan.models}
        values = {model: value for model, value in truth.values.items() if model in models}
        return {**truth.payload(), "values": values} if values else {}

    analyst.keep("truth", "recorded", find)
