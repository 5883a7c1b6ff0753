"""Every score."""

from __future__ import annotations

from ptmrank_core.metrics import METRICS
from ptmrank_core.records.names import join_words
from ptmrank_core.reports.html.blocks import Report, Section, TableBlock, Text
from ptmrank_core.reports.tables.ranking import RANKS, SCORES, ranking_table

__all__ = ["scores_section"]


def scores_section(report: Report) -> Section | None:
    """Give the score and the rank of every model under every metric."""
    if not report.ranking.per_metric:
        return None
    table = ranking_table(report.result, report.ranking)
    lower = [METRICS[name].title for name in report.ranking.per_metric if not METRICS[name].higher_is_better]
    note = "Each metric has its own scale; scores of two metrics cannot be compared."
    if lower:
        note += f" Lower is better under {join_words(lower)}, higher under the others."
    else:
        note += " Higher is better under all of them."
    return Section(
        "scores",
        "Scores",
        (
            Text(note),
            *map(TableBlock, table.part(SCORES)),
            *(TableBlock(part, folded=part.title) for part in table.part(RANKS)),
        ),
    )
