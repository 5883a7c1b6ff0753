"""Which models are worth their cost."""

from __future__ import annotations

from ptmrank_core.reports.figures.cost import cost_figure
from ptmrank_core.reports.html.blocks import Chart, Report, Section, Text
from ptmrank_core.results.cost import COST_TITLES, costs_of, fronts_of

__all__ = ["worth_section"]

FIGURE_WIDTH = 560
SHOWN = ("n_parameters", "seconds_per_1000")


def worth_section(report: Report) -> Section | None:
    """Draw place against cost, for the costs that are known of two models or more."""
    costs = costs_of(report.result)
    fronts = {name: front for name, front in fronts_of(costs, report.ranking).items() if name in SHOWN}
    if not fronts:
        return None
    charts = tuple(
        Chart(
            cost_figure(name, costs, report.ranking, front),
            alt=f"Place against {COST_TITLES[name]}; on the frontier: {', '.join(front)}",
            min_width=FIGURE_WIDTH,
        )
        for name, front in fronts.items()
    )
    caption = "On the line: no other model is placed better at the same cost, or as well at less."
    return Section("worth", "Which are worth their cost?", (Text(caption), *charts))
