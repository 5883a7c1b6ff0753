"""A run -> its results: ranking, votes, intervals, evidence, costs. Nothing here draws or lays out text."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ptmrank_core.results.ranking import rank_result, ranking_rows
    from ptmrank_core.results.scores import layer_scores, scores_by_metric

__all__ = ["layer_scores", "rank_result", "ranking_rows", "scores_by_metric"]

_HOMES = {
    "layer_scores": "scores",
    "rank_result": "ranking",
    "ranking_rows": "ranking",
    "scores_by_metric": "scores",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is asked for: many commands need a sentence of this package alone."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
