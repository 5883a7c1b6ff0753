"""How far the metrics agree."""

from __future__ import annotations

from ptmrank_core.reports.figures.agreement import agreement_figure
from ptmrank_core.reports.html.blocks import Chart, Report, Section, TableBlock, Text
from ptmrank_core.reports.tables.run import agreement_of, agreement_table
from ptmrank_core.results.phrases import plural

__all__ = ["agreement_section"]

LABEL_PIXELS, NUMBER_PIXELS = 220, 34


def agreement_section(report: Report) -> Section | None:
    """Draw the rank correlation of every pair of metrics."""
    agreement = agreement_of(report.result, report.ranking)
    if agreement is None:
        return None
    table = agreement_table(report.result, report.ranking)
    n_models = plural(len(report.ranking.order), "model")
    return Section(
        "agreement",
        "Do the metrics agree?",
        (
            Text(
                "Kendall's rank correlation between the orders that two metrics give: 1 is the same order, 0 "
                f"no relation, −1 the reverse. Over {n_models} it is a coarse number. Metrics that agree are "
                "not therefore right: they may look at the same thing."
            ),
            Chart(
                agreement_figure(agreement),
                alt=f"Kendall's tau between {plural(len(agreement.metrics), 'metric')} over {n_models}",
                min_width=LABEL_PIXELS + NUMBER_PIXELS * len(agreement.metrics),
            ),
            TableBlock(table, folded=plural(len(table.rows), "pair") + " as a table"),
        ),
    )
