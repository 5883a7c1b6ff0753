"""A run -> its results: ranking, votes, intervals, evidence, costs. Nothing here draws or lays out text."""

from ptmrank_core.results.ranking import rank_result, ranking_rows
from ptmrank_core.results.scores import layer_scores, scores_by_metric

__all__ = ["layer_scores", "rank_result", "ranking_rows", "scores_by_metric"]
