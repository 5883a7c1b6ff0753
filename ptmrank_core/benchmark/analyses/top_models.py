"""The best models of a run, which are looked at closely."""

from __future__ import annotations

from ptmrank_core.benchmark.analyses.context import AnalysisContext

__all__ = ["MAX_MODELS", "best_models"]

MAX_MODELS = 6
"""So many are put side by side."""


def best_models(context: AnalysisContext) -> list[str]:
    """List the best models that have features, in the order of what the run has given so far."""
    return [model for model in context.order() if model in context.specs][:MAX_MODELS]
