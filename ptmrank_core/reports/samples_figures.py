"""How many samples each class has, and the numbers of a regression."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go

from ptmrank_core.records import Samples, SamplesSummary
from ptmrank_core.reports.figures import BRIGHT
from ptmrank_core.reports.table import SIGNIFICANT, Column, Table

__all__ = [
    "CountBars",
    "class_counts_figure",
    "class_counts_table",
    "targets_table",
]

MOST_BARS = 40
BAR_PIXELS, MARGIN_PIXELS = 22, 70


@dataclass(frozen=True, slots=True)
class CountBars:
    """The classes that are drawn, the largest first.

    Parameters
    ----------
    names, counts
        Of the classes that have a bar.
    n_hidden
        Classes between the largest and the smallest that have none.
    """

    names: tuple[str, ...]
    counts: tuple[int, ...]
    n_hidden: int

    @classmethod
    def of(cls, summary: SamplesSummary) -> CountBars:
        """Choose the bars: all, or where there are many the 20 largest and the 20 smallest classes."""
        pairs = sorted(summary.class_counts.items(), key=lambda pair: -pair[1])
        half = MOST_BARS // 2
        shown = pairs if len(pairs) <= MOST_BARS else [*pairs[:half], *pairs[-half:]]
        return cls(
            tuple(name for name, _ in shown), tuple(count for _, count in shown), len(pairs) - len(shown)
        )


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


def class_counts_table(summary: SamplesSummary) -> Table:
    """How many samples each class or label has."""
    columns = (Column("class", "class"), Column("n_samples", "samples", "integer"))
    records = [{"class": name, "n_samples": count} for name, count in summary.class_counts.items()]
    return Table.of("classes", "Samples of each class", columns, records)


def targets_table(samples: Samples) -> Table:
    """List the numbers of a regression, sample by sample."""
    columns = samples.labels.reshape(samples.n_samples, -1)
    heads = [
        Column(f"target_{i + 1}", name, "number", SIGNIFICANT) for i, name in enumerate(samples.class_names)
    ]
    keys = [column.key for column in heads]
    records = [
        {"sample": name, **dict(zip(keys, row, strict=True))}
        for name, row in zip(samples.names, columns.tolist(), strict=True)
    ]
    return Table.of("targets", "The numbers", (Column("sample", "sample"), *heads), records)
