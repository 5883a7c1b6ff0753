"""How many samples each class has, and the numbers of a regression."""

from __future__ import annotations

import plotly.graph_objects as go

from ptmrank_core.records import SamplesSummary
from ptmrank_core.reports.figures.style.theme import BRIGHT
from ptmrank_core.reports.tables.samples import CountBars

__all__ = ["class_counts_figure"]

BAR_PIXELS, MARGIN_PIXELS = 22, 70


def class_counts_figure(summary: SamplesSummary) -> go.Figure:
    """Draw a bar for each class, the largest on top, its number at the end."""
    bars = CountBars.of(summary)
    rows = list(range(len(bars.names)))
    figure = go.Figure()
    figure.add_bar(
        x=bars.counts,
        y=rows,
        orientation="h",
        marker={"color": BRIGHT[0]},
        text=[f"{count:,}" for count in bars.counts],
        textposition="outside",
        cliponaxis=False,
        customdata=list(bars.names),
        hovertemplate="%{customdata}<br>%{x} samples<extra></extra>",
    )
    most = max(bars.counts)
    figure.update_xaxes(title="samples", range=[0, 1.12 * most], zeroline=False)
    figure.update_yaxes(
        tickvals=rows, ticktext=list(bars.names), range=[len(rows) - 0.4, -0.6], automargin=True
    )
    figure.update_layout(
        height=BAR_PIXELS * len(rows) + MARGIN_PIXELS,
        showlegend=False,
        bargap=0.25,
        margin={"l": 10, "r": 10, "t": 10, "b": 40},
    )
    return figure
