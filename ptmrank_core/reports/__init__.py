"""Results -> tables, figures and files. Nothing here computes a score."""

from ptmrank_core.reports.json.run import metrics_payload, rank_payload, score_payload
from ptmrank_core.reports.json.samples import reading_payload
from ptmrank_core.reports.terminal.metrics import metrics_markdown, metrics_text
from ptmrank_core.reports.terminal.replay import replay_text
from ptmrank_core.reports.terminal.run import first_ranking_text, rank_text, score_text
from ptmrank_core.reports.terminal.samples import reading_text

__all__ = [
    "first_ranking_text",
    "metrics_markdown",
    "metrics_payload",
    "metrics_text",
    "rank_payload",
    "rank_text",
    "reading_payload",
    "reading_text",
    "replay_text",
    "score_payload",
    "score_text",
]
