"""Results of the linear probe and k-NN on the same features."""

from __future__ import annotations

from ptmrank_core.reports.html.blocks import Report, Section, TableBlock, Text
from ptmrank_core.reports.tables.run import probe_table

__all__ = ["evidence_section"]


def evidence_section(report: Report) -> Section | None:
    """Give the linear probe and k-NN of each model, where they were fitted."""
    table = probe_table(report.result)
    if not table.rows:
        return None
    text = (
        "A linear probe and a vote of nearest neighbours, trained and tested inside these samples on the "
        "features that were scored. They do not vote in the ranking: where their order and the ranking "
        "agree, each supports the other."
    )
    return Section("evidence", "Evidence", (Text(text), TableBlock(table)))
