"""Scores -> an order of the models, and how far the metrics agree on it."""

from ptmrank_core.ranking.agreement import Agreement, rank_correlations, weighted_tau
from ptmrank_core.ranking.consensus import ModelScores, Scores, rank
from ptmrank_core.ranking.evidence import CORRELATIONS, Estimate, Evidence, hold_against

__all__ = [
    "CORRELATIONS",
    "Agreement",
    "Estimate",
    "Evidence",
    "ModelScores",
    "Scores",
    "hold_against",
    "rank",
    "rank_correlations",
    "weighted_tau",
]
