"""Scores -> an order of the models, and how far the metrics agree on it."""

from ptmrank_core.ranking.agreement import Agreement, rank_correlations, weighted_tau
from ptmrank_core.ranking.consensus import ModelScores, Scores, rank
from ptmrank_core.ranking.evidence import CORRELATIONS, Estimate, Evidence, hold_against
from ptmrank_core.ranking.pareto import pareto_front

__all__ = [
    "CORRELATIONS",
    "Agreement",
    "Estimate",
    "Evidence",
    "ModelScores",
    "Scores",
    "hold_against",
    "pareto_front",
    "rank",
    "rank_correlations",
    "weighted_tau",
]
