"""Scores -> an order of the models, and how far the metrics agree on it."""

from ptmrank_core.ranking.agreement import Agreement, rank_correlations, weighted_tau
from ptmrank_core.ranking.consensus import ModelScores, Scores, consensus_values, equal_votes, rank
from ptmrank_core.ranking.probe import Probe, fit_probe
from ptmrank_core.ranking.sensitivity import examine
from ptmrank_core.ranking.standing import ProbeEvidence, collect_losses
from ptmrank_core.ranking.votes import Known, cast_votes

__all__ = [
    "Agreement",
    "Known",
    "ModelScores",
    "Probe",
    "ProbeEvidence",
    "Scores",
    "cast_votes",
    "collect_losses",
    "consensus_values",
    "equal_votes",
    "examine",
    "fit_probe",
    "rank",
    "rank_correlations",
    "weighted_tau",
]
