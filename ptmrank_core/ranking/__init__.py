"""Scores -> an order of the models, and how far the metrics agree on it."""

from ptmrank_core.ranking.agreement import Agreement, rank_correlations, weighted_tau
from ptmrank_core.ranking.consensus import ModelScores, Scores, rank
from ptmrank_core.ranking.consensus_intervals import Voting, consensus_intervals, mean_of_ranks
from ptmrank_core.ranking.intervals import HalfScores, let_grow, rank_intervals

__all__ = [
    "Agreement",
    "HalfScores",
    "ModelScores",
    "Scores",
    "Voting",
    "consensus_intervals",
    "let_grow",
    "mean_of_ranks",
    "rank",
    "rank_correlations",
    "rank_intervals",
    "weighted_tau",
]
