"""What the models cost, and which of them are worth it."""

from __future__ import annotations

import streamlit as st

from dashboard.components.tables import show_numbers
from dashboard.wording import compact, plain, plural
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports.cost import COST_TITLES, ModelCost, cost_figure, costs_of, fronts_of
from ptmrank_core.reports.figures import PLOTLY_CONFIG

__all__ = ["show_cost"]

MEGABYTE = 1e6


def show_cost(result: RunResult, ranking: Ranking) -> None:
    """Draw a cost against the order, and all costs as a table."""
    costs = costs_of(result)
    fronts = fronts_of(costs, ranking)
    st.header("What do they cost?")
    if fronts:
        _front(costs, ranking, fronts)
    _table(costs, ranking)
    measured = sum(own.seconds_per_1000 is not None for own in costs.values())
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
    )
    name = chosen if chosen in fronts else next(iter(fronts))
    st.caption(
        "Places of the models against what they cost. On the line: no other model is placed better at no "
        f"higher cost. Cheapest first: {plain(', '.join(fronts[name]))}."
    )
    st.plotly_chart(
        cost_figure(name, costs, ranking, fronts[name]),
        key="costs",
        config=PLOTLY_CONFIG,
        width="stretch",
        alt=f"Place against {COST_TITLES[name]}; worth their cost: {', '.join(fronts[name])}",
    )


def _table(costs: dict[str, ModelCost], ranking: Ranking) -> None:
    rows = [
        {
            "model": model,
            "parameters": compact(costs[model].n_parameters),
            "on disk (MB)": _megabytes(costs[model].size_bytes),
            "seconds per 1,000": costs[model].seconds_per_1000,
            "measured on": costs[model].n_measured or None,
            "peak memory (MB)": _megabytes(costs[model].peak_memory_bytes),
        }
        for model in (*ranking.order, *ranking.unranked)
    ]
    formats = {"on disk (MB)": "%.1f", "seconds per 1,000": "%.2f", "peak memory (MB)": "%.0f"}
    with st.expander("Every cost"):
        show_numbers(rows, formats, alt="What each model costs")
        st.caption(
            "Seconds are of preparing and running; preparing counts the time of all processors. Peak memory "
            "is the device's; on a CPU it is that of the whole process while the model ran."
        )


def _megabytes(n_bytes: int | None) -> float | None:
    return None if n_bytes is None else n_bytes / MEGABYTE
