"""How far the metrics agree."""

from __future__ import annotations

import plotly.graph_objects as go

from ptmrank_core.ranking import Agreement
from ptmrank_core.reports.agreement_figure import agreement_figure
from ptmrank_core.reports.html_report.blocks import Chart, Report, Section, TableBlock, Text
from ptmrank_core.reports.run_tables import agreement_of, agreement_table
from ptmrank_core.reports.wording import plural

__all__ = ["agreement_section"]

ROW_PIXELS, LABEL_PIXELS, NUMBER_PIXELS = 28, 220, 34


def agreement_section(report: Report) -> Section | None:
    """Draw the rank correlation of every pair of metrics."""
    found = agreement_of(report.result, report.ranking)
    if found is None:
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
                _heatmap(found),
                alt=f"Kendall's tau between {plural(len(found.metrics), 'metric')} over {n_models}",
                min_width=LABEL_PIXELS + NUMBER_PIXELS * len(found.metrics),
            ),
            TableBlock(table, folded=plural(len(table.rows), "pair") + " as a table"),
        ),
    )


def _heatmap(found: Agreement) -> go.Figure:
    """Draw the heatmap as wide as the page: rows of one height, not squares with margins."""
    figure = agreement_figure(found)
    figure.update_yaxes(scaleanchor=False)
    figure.update_xaxes(tickangle=-60, automargin=True)
    figure.update_layout(height=150 + ROW_PIXELS * len(found.metrics), margin={"t": 10})
    return figure
