"""Scores -> an order of the models, and how far the metrics agree on it."""

from ptmrank_core.ranking.agreement import Agreement, rank_correlations, weighted_tau
from ptmrank_core.ranking.consensus import ModelScores, Scores, rank

__all__ = [
    "Agreement",
    "ModelScores",
    "Scores",
    "rank",
    "rank_correlations",
    "weighted_tau",
]
