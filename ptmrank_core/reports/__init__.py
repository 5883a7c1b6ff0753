"""Results -> tables, figures and files. Nothing here computes a score."""

from ptmrank_core.reports.payload import metrics_payload, rank_payload, score_payload
from ptmrank_core.reports.replay_text import replay_text
from ptmrank_core.reports.tables import layer_scores, rank_result, ranking_rows, scores_by_metric
from ptmrank_core.reports.text import metrics_markdown, metrics_text, rank_text, score_text

__all__ = [
    "layer_scores",
    "metrics_markdown",
    "metrics_payload",
    "metrics_text",
    "rank_payload",
    "rank_result",
    "rank_text",
    "ranking_rows",
    "replay_text",
    "score_payload",
    "score_text",
    "scores_by_metric",
]
