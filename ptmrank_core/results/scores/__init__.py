"""Scores as the ranking takes them, and those of hidden layers."""

from ptmrank_core.results.scores.layers import LayerSummary, layer_scores, say_layers, summarise_layers
from ptmrank_core.results.scores.of_run import (
    HALF_PRECISION,
    parts_by_metric,
    scores_by_metric,
    seed_notes,
    voting_scores,
)

__all__ = [
    "HALF_PRECISION",
    "LayerSummary",
    "layer_scores",
    "parts_by_metric",
    "say_layers",
    "scores_by_metric",
    "seed_notes",
    "summarise_layers",
    "voting_scores",
]
