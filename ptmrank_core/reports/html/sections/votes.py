"""Who voted, and why."""

from __future__ import annotations

from ptmrank_core.metrics import METRICS
from ptmrank_core.records.names import join_words
from ptmrank_core.reports.html.blocks import Report, Section, TableBlock, Text
from ptmrank_core.reports.tables.run import votes_table
from ptmrank_core.results.phrases import plural

__all__ = ["votes_section"]


def votes_section(report: Report) -> Section | None:
    """Say which metrics decided the order, with what weight; nothing where there is no order of several."""
    ranking = report.ranking
    if not ranking.metrics_used or len(ranking.order) < 2:
        return None
    notes = tuple(Text(note) for note in ranking.vote_notes)
    titles = [METRICS[name].title for name in ranking.metrics_used]
    votes = votes_table(report.result, ranking)
    if votes.rows:
        sentence = f"The order is decided by {plural(len(titles), 'metric')}: {join_words(titles)}."
        return Section("votes", "Who voted", (Text(sentence), *notes, TableBlock(votes, is_captioned=False)))
    sentence = f"Each of these metrics has the same vote in the order: {join_words(titles)}."
    return Section("votes", "Who voted", (Text(sentence), *notes))
