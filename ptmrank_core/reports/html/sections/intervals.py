"""How sure the order is, as a figure."""

from __future__ import annotations

from ptmrank_core.reports.figures.intervals import interval_figure
from ptmrank_core.reports.html.blocks import Chart, Report, Section, Text
from ptmrank_core.results.intervals.first_models import N_SHOWN, first_intervals
from ptmrank_core.results.phrases import percent, plural

__all__ = ["certainty_section"]

FIGURE_WIDTH = 560


def certainty_section(report: Report) -> Section | None:
    """Draw the rank intervals of the consensus and which models are tied, where they are known."""
    intervals = report.ranking.intervals
    if intervals is None:
        return None
    level, order = percent(intervals.level), report.ranking.order[:N_SHOWN]
    chart = Chart(
        interval_figure(order, first_intervals(intervals, order)),
        alt=f"Place of {plural(len(order), 'model')} with the {level} interval of each, and which are tied",
        caption="Models beside one grey band are not distinguishable on these samples.",
        min_width=FIGURE_WIDTH,
    )
    text = (
        f"In {level} of all cases a line holds the rank that the model would have on average over other "
        "samples of this kind and number. It speaks of chance in the choice of the samples alone, not of "
        "whether a metric is right."
    )
    return Section("certainty", "How sure is this order?", (Text(text), chart))
