"""Results -> tables, figures and files. Nothing here computes a score."""

from ptmrank_core.reports.json.run import metrics_payload, rank_payload, score_payload
from ptmrank_core.reports.terminal.metrics import metrics_markdown, metrics_text
from ptmrank_core.reports.terminal.replay import replay_text
from ptmrank_core.reports.terminal.run import rank_text, score_text

__all__ = [
    "metrics_markdown",
    "metrics_payload",
    "metrics_text",
    "rank_payload",
    "rank_text",
    "replay_text",
    "score_payload",
    "score_text",
]
