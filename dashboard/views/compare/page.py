"""Compare: two runs side by side, both named in the address."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs, state
from dashboard.components.chart import show_chart
from dashboard.components.run_list import offer_damaged
from dashboard.components.tables import show_table
from dashboard.wording import plain, plural, say_run_in_words, show_error
from ptmrank_core.benchmark import RunEntry
from ptmrank_core.errors import RunError, RunNotFoundError
from ptmrank_core.records import RunResult
from ptmrank_core.reports.figures.comparison import slope_figure
from ptmrank_core.reports.tables.comparison import differences_table, metrics_table, moves_table
from ptmrank_core.results.comparison import Comparison, compare_runs, comparison_sentence

__all__ = ["page"]


def page() -> None:
    """Draw the page."""
    st.title("Compare two runs")
    entries = [entry for entry in jobs.history() if entry.outline.n_decided and entry.outline.is_readable]
    if len(entries) < 2 and None in state.compared_runs():
        st.info("Two runs with scores are needed: there are fewer here.")
        if st.button("Go to the start", type="primary", key="start"):
            state.navigate("start")
        return
    pair = _choose(entries)
    if pair is None:
        return
    first, second = map(_read, pair)
    if first is not None and second is not None:
        _draw(compare_runs(first, second))


def _read(run: str) -> RunResult | None:
    """Read one of the runs; where it cannot be read, say why and return ``None``."""
    try:
        return jobs.result(run)
    except RunNotFoundError as error:
        show_error(error)
    except RunError as error:
        offer_damaged(run, error)
    return None


def _choose(entries: list[RunEntry]) -> tuple[str, str] | None:
    """Draw the two runs to be chosen; the address names them."""
    names = {entry.run_id: say_run_in_words(entry.outline) for entry in entries}
    first, second = state.compared_runs()
    ids = list(names) + [run for run in (first, second) if run and run not in names]
    chosen: list[str | None] = []
    for column, (label, run, key) in zip(
        st.columns(2), (("First run", first, "first"), ("Second run", second, "second")), strict=True
    ):
        chosen.append(
            column.selectbox(
                label,
                ids,
                index=ids.index(run) if run else None,
                format_func=lambda run: names.get(run, run),
                key=f"compare-{key}",
                placeholder="Choose a run",
            )
        )
    one, other = chosen
    state.set_compared_runs(one, other)
    if one is None or other is None:
        st.info("Choose the other run.")
        return None
    if one == other:
        st.info("This is the same run twice: choose another one.")
        return None
    return one, other


def _draw(comparison: Comparison) -> None:
    """Draw the answer, the places, the metrics and what else was different."""
    st.markdown(f"#### {plain(comparison_sentence(comparison))}")
    placed = [move for move in comparison.moves if move.change is not None]
    if placed:
        show_chart(
            slope_figure(comparison),
            key="slopes",
            title="Which models changed places?",
            alt=f"A line for each of {plural(len(placed), 'model')} from its place in the first run to that "
            f"in the second; {sum(bool(move.change) for move in placed)} of them changed it",
            table=lambda: moves_table(comparison),
        )
    for names, which in ((comparison.only_first, "first"), (comparison.only_second, "second")):
        if names:
            st.caption(f"Only in the {which} run: {plain(', '.join(names))}.")
    unplaced = [move.model for move in comparison.moves if move.change is None]
    if unplaced:
        st.caption(f"Without a rank in one of them: {plain(', '.join(unplaced))}.")
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("##### How alike is each metric's order?")
        show_table(metrics_table(comparison), alt="Kendall's tau between the two runs under each metric")
        st.caption("1 is the same order of the models, 0 no relation, −1 the reverse.")
    with right:
        st.markdown("##### What else was different?")
        if comparison.differences:
            show_table(differences_table(comparison), alt="What the two runs differ in")
        else:
            st.caption("Nothing: samples, options and versions are the same.")
