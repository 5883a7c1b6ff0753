"""The best models of a run, which are analysed in detail."""

from __future__ import annotations

from ptmrank_core.benchmark.analyses.context import AnalysisContext

__all__ = ["MAX_MODELS", "best_models"]

MAX_MODELS = 6
"""Number of models that are compared side by side."""


def best_models(context: AnalysisContext) -> list[str]:
    """List the best models that have features, in the ranking by the results so far."""
    return [model for model in context.order() if model in context.specs][:MAX_MODELS]
