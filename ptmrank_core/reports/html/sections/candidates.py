"""What the candidates are, and what they cost."""

from __future__ import annotations

from ptmrank_core.reports.html.blocks import Report, Section, TableBlock, Text
from ptmrank_core.reports.tables.ranking import COST, FACTS, ranking_table

__all__ = ["candidates_section"]


def candidates_section(report: Report) -> Section | None:
    """Give the facts of every model and what it took in this run."""
    table = ranking_table(report.result, report.ranking)
    note = (
        "Seconds are of this run on this machine. Where features came from the cache, the model did not run, "
        "and its speed is not known."
    )
    return Section(
        "candidates",
        "The models and their cost",
        (
            *map(TableBlock, table.part(COST)),
            Text(note, is_note=True),
            *map(TableBlock, table.part(FACTS)),
        ),
    )
