"""The samples that the models were ranked on."""

from __future__ import annotations

from ptmrank_core.reports.html.blocks import Block, Facts, Listing, Report, Section, TableBlock
from ptmrank_core.reports.tables.run import left_out_table, samples_table

__all__ = ["samples_section"]


def samples_section(report: Report) -> Section | None:
    """Count the samples by class, and list what was changed or left out."""
    summary = report.result.samples
    pairs = [("samples", f"{summary.n_samples:,}"), ("modality", summary.modality)]
    pairs.append(("labels for", summary.target_kind))
    if summary.n_groups is not None:
        pairs.append(("groups", f"{summary.n_groups:,}"))
    pairs.append(("left out", f"{len(summary.left_out):,}"))
    blocks: list[Block] = [Facts(tuple(pairs))]
    if summary.notes:
        blocks.append(Listing(tuple(summary.notes)))
    classes, left_out = samples_table(report.result), left_out_table(report.result)
    if classes.rows:
        blocks.append(TableBlock(classes, folded=f"{classes.title} ({len(classes.rows)})"))
    if left_out.rows:
        blocks.append(TableBlock(left_out, folded=f"{left_out.title} ({len(left_out.rows)})"))
    return Section("samples", "The samples", tuple(blocks))
