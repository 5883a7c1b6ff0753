"""What failed and why, and what to be aware of."""

from __future__ import annotations

from ptmrank_core.records import RunState
from ptmrank_core.reports.html.blocks import Block, Listing, Report, Section, TableBlock, Text
from ptmrank_core.reports.tables.run import missing_table, notes_table, warnings_table
from ptmrank_core.reports.tables.table import Table

__all__ = ["problems_section"]

MAX_SHOWN = 15  # rows; longer tables are folded


def problems_section(report: Report) -> Section | None:
    """List missing scores, failed analyses, and warnings and notes on metrics and models."""
    result, ranking = report.result, report.ranking
    blocks: list[Block] = []
    if result.state is not RunState.FINISHED:
        blocks.append(
            Text(f"The run is {result.state}: this is what was known so far. {result.error}".strip())
        )
    failed = tuple(
        f"{finding.kind} {finding.subject}".strip() + f": {finding.problem}"
        for finding in result.findings
        if finding.problem
    )
    if failed:
        blocks += [Text("These analyses could not be done:"), Listing(failed)]
    missing = missing_table(result, ranking)
    if not missing.rows and result.state is RunState.FINISHED:
        blocks.append(Text("No score is missing: every model has one under every metric."))
    for table in (missing, warnings_table(result, ranking), notes_table(result)):
        if table.rows:
            blocks.append(_block(table))
    return Section("problems", "What failed, and what to be aware of", tuple(blocks)) if blocks else None


def _block(table: Table) -> TableBlock:
    folded = f"{table.title} ({len(table.rows)})" if len(table.rows) > MAX_SHOWN else ""
    return TableBlock(table, folded=folded)
