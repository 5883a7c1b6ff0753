"""The best models of a run, which are looked at closely."""

from __future__ import annotations

from ptmrank_core.benchmark.analyses.context import Analyst

__all__ = ["MOST_MODELS", "best_models"]

MOST_MODELS = 6
"""So many are put side by side."""


def best_models(analyst: Analyst) -> list[str]:
    """List the best models that have features, in the order of what the run has given so far."""
    tools = analyst.tools
    order = tools.sources.order(tools.store.result(tools.plan.run_id))
    return [model for model in order if model in analyst.specs][:MOST_MODELS]
