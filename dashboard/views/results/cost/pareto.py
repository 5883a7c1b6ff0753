"""What the models cost, and which of them are worth it."""

from __future__ import annotations

import streamlit as st

from dashboard.components.chart import show_chart
from dashboard.components.hub_links import pages_of
from dashboard.components.tables import show_table
from dashboard.views.results.highlight import choose_highlight, on_click
from dashboard.wording import plain, plural
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.records.names import join_words
from ptmrank_core.reports.figures.cost import cost_figure
from ptmrank_core.reports.tables.cost import cost_table
from ptmrank_core.results.cost import COST_TITLES, ModelCost, costs_of, fronts_of

__all__ = ["show_cost"]

MAX_NAMED = 3


def show_cost(result: RunResult, ranking: Ranking) -> None:
    """Draw a cost against the order, and all costs as a table."""
    costs = costs_of(result)
    fronts = fronts_of(costs, ranking)
    st.header("What do they cost?")
    if fronts:
        _front(costs, ranking, fronts)
    with st.expander("Every cost", expanded=not fronts):
        show_table(cost_table(costs, ranking), alt="What each model costs", links=pages_of(result))
        st.caption(
            "Seconds are of preparing and running; preparing counts the time of all processors. Peak memory "
            "is the device's; on a CPU it is that of the whole process while the model ran."
        )
    measured = sum(cost.seconds_per_1000 is not None for cost in costs.values())
    if measured < len(costs):
        st.caption(
            f"Seconds and memory are measured where a model really ran in this run: {measured} of "
            f"{plural(len(costs), 'model')}. The features of the others were there before, or not at all."
        )


def _front(costs: dict[str, ModelCost], ranking: Ranking, fronts: dict[str, tuple[str, ...]]) -> None:
    chosen = st.segmented_control(
        "Cost",
        list(fronts),
        default=next(iter(fronts)),
        format_func=lambda name: COST_TITLES[name].partition(" (")[0],
        key="cost",
        required=True,
        bind="query-params",
    )
    highlight = choose_highlight(ranking.order)
    name = chosen if chosen in fronts else next(iter(fronts))
    show_chart(
        cost_figure(name, costs, ranking, fronts[name], highlight=highlight),
        key="costs",
        title=_say_front(fronts[name], len(ranking.order)),
        alt=f"Place against {COST_TITLES[name]}; on the frontier: {', '.join(fronts[name])}",
        table=lambda: cost_table(costs, ranking),
        select=on_click("costs"),
    )
    st.caption(
        "Places of the models against what they cost. On the line, the frontier: no other model is placed "
        "better at the same cost, or as well at less. Costs within 10 % of one another are alike, so are "
        "models that these samples do not tell apart, and the worse half of the order is left aside, however "
        f"cheap. Cheapest first: {plain(', '.join(fronts[name]))}."
    )


def _say_front(front: tuple[str, ...], n_models: int) -> str:
    """Say which models are on the frontier."""
    if len(front) == 1:
        return f"{plain(front[0])}: no other model is as good for less"
    if len(front) <= MAX_NAMED:
        return f"On the frontier: {plain(join_words(front))}"
    return f"On the frontier: {len(front)} of {plural(n_models, 'model')}"
