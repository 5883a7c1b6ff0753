"""Scores -> an order of the models, how certain it is, and how far the metrics agree on it."""

from ptmrank_core.ranking.agreement import Agreement, kendall, rank_correlations, weighted_tau
from ptmrank_core.ranking.consensus import (
    ModelScores,
    Scores,
    consensus_values,
    equal_votes,
    models_to_train,
    rank,
)
from ptmrank_core.ranking.consensus_intervals import consensus_intervals
from ptmrank_core.ranking.controls import PermutationTest, models_not_better, permutation_test
from ptmrank_core.ranking.evidence import CORRELATIONS, Estimate, Evidence, compare_with_truth
from ptmrank_core.ranking.intervals import ScoresOnParts, rank_intervals, rescale_deviations
from ptmrank_core.ranking.pareto import pareto_front
from ptmrank_core.ranking.prior_calibration import PriorTaus
from ptmrank_core.ranking.probe_evidence import ProbeEvidence, collect_losses
from ptmrank_core.ranking.sample_size import SizeCurve, consensus_draws, size_curve
from ptmrank_core.ranking.sensitivity import measure_sensitivity
from ptmrank_core.ranking.spread import MIN_PARTS, Conditions
from ptmrank_core.ranking.varied_votes import MAX_FIXED, Voting, mean_of_ranks
from ptmrank_core.ranking.votes import VoteContext, cast_votes

__all__ = [
    "CORRELATIONS",
    "MAX_FIXED",
    "MIN_PARTS",
    "Agreement",
    "Conditions",
    "Estimate",
    "Evidence",
    "ModelScores",
    "PermutationTest",
    "PriorTaus",
    "ProbeEvidence",
    "Scores",
    "ScoresOnParts",
    "SizeCurve",
    "VoteContext",
    "Voting",
    "cast_votes",
    "collect_losses",
    "compare_with_truth",
    "consensus_draws",
    "consensus_intervals",
    "consensus_values",
    "equal_votes",
    "kendall",
    "mean_of_ranks",
    "measure_sensitivity",
    "models_not_better",
    "models_to_train",
    "pareto_front",
    "permutation_test",
    "rank",
    "rank_correlations",
    "rank_intervals",
    "rescale_deviations",
    "size_curve",
    "weighted_tau",
]
