"""The samples that are worth a look, the first ten of them."""

from __future__ import annotations

from ptmrank_core.records import ProbeResult
from ptmrank_core.reports.html.blocks import Block, Listing, Report, Section, TableBlock, Text
from ptmrank_core.reports.tables.look import look_table
from ptmrank_core.results.look import look_at_samples

__all__ = ["look_section"]

N_ROWS = 10
COLUMNS = ("place", "file", "label", "suggestion", "reason")
NOTHING = "Nothing stands out: no label is doubted, and no sample is a near-duplicate or far off."
WHAT_IT_IS = (
    "What the probes of all models doubt together, each weighted by what it reaches above chance on "
    "samples that it never saw, and what stands out among the neighbours. A doubt is no proof: look, then "
    "decide."
)


def look_section(report: Report) -> Section | None:
    """List the first samples that are worth a look, where samples and probes are at hand."""
    if report.picture is None:
        return None
    samples = report.picture.samples
    found = look_at_samples(report.result, samples)
    if not found.suspects:
        nothing = Section("look", "Samples worth a look", (Text(NOTHING),))
        return nothing if report.result.contents(ProbeResult) else None
    blocks: list[Block] = [Text(WHAT_IT_IS)]
    if found.n_found > N_ROWS:
        blocks.append(Text(f"The first {N_ROWS} of {found.n_found:,}."))
    if found.notes:
        blocks.append(Listing(found.notes))
    table = look_table(found, samples, n_rows=N_ROWS).select(COLUMNS)
    return Section("look", "Samples worth a look", (*blocks, TableBlock(table, is_captioned=False)))
