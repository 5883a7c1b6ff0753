"""Compare: two to six runs side by side, all named in the address."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs, state
from dashboard.components.chart import show_chart
from dashboard.components.onward import lead_onward
from dashboard.components.run_list import offer_damaged
from dashboard.components.sharing import copy_link
from dashboard.components.tables import show_table
from dashboard.components.titles import title_tab
from dashboard.views.compare.several import draw_several, name_samples
from dashboard.wording import plain, plural, say_run, say_run_in_words, show_error
from ptmrank_core.benchmark import RunEntry
from ptmrank_core.errors import RunError, RunNotFoundError
from ptmrank_core.records import RunResult
from ptmrank_core.reports.figures.comparison import slope_figure
from ptmrank_core.reports.tables.comparison import differences_table, metrics_table, moves_table
from ptmrank_core.results.comparison import MOST_COMPARED, Comparison, compare_runs, comparison_sentence

__all__ = ["page"]

KEY = "compare-runs"


def page() -> None:
    """Draw the page."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.title("Compare runs", width="stretch")
        copy_link("It opens this comparison.")
    entries = [entry for entry in jobs.history() if entry.outline.n_decided and entry.outline.is_readable]
    if len(entries) < 2 and len(state.compared_runs()) < 2:
        st.info("Two runs with scores are needed: there are fewer here.")
        if st.button("Go to the start", type="primary", key="start"):
            state.navigate("start")
        return
    chosen = _choose(entries)
    found = [result for run in chosen if (result := _read(run)) is not None]
    if len(found) < len(chosen):
        lead_onward()
    title_tab("Compare", plural(len(found), "run") if found else "")
    if len(found) < 2:
        st.info("Choose the other run." if len(chosen) == 1 else "Choose two runs or more.")
    elif len(found) == 2:
        _draw(compare_runs(*found))
    else:
        draw_several(found)


def _read(run: str) -> RunResult | None:
    """Read one of the runs; where it cannot be read, say why and return ``None``."""
    try:
        return jobs.result(run)
    except RunNotFoundError as error:
        show_error(error)
        state.forget_run(run)
    except RunError as error:
        offer_damaged(run, error)
    return None


def _choose(entries: list[RunEntry]) -> list[str]:
    """Draw the runs to be chosen; the address names them. Return their ids, with a line for each."""
    outlines = {entry.run_id: entry.outline for entry in entries}
    named = state.compared_runs()
    if state.has_changed("compared", named):  # by a link, or by Back
        state.set_widget(KEY, named)
    state.start_widget(KEY, named)
    names = {run: say_run_in_words(outline) for run, outline in outlines.items()}
    chosen: list[str] = st.multiselect(
        f"Up to {MOST_COMPARED} runs",
        [*names, *(run for run in named if run not in names)],
        format_func=lambda run: names.get(run, run),
        max_selections=MOST_COMPARED,
        key=KEY,
        placeholder="Choose runs",
    )
    state.set_compared_runs(chosen)
    state.has_changed("compared", chosen)  # what this page has put into the address itself
    for number, run in enumerate(chosen, start=1):
        if run in outlines:
            label = f"Run {number}: {say_run(outlines[run])}"
            state.link("results", label, icon=":material/leaderboard:", run=run)
    return chosen


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
            show_table(name_samples(differences_table(comparison)), alt="What the two runs differ in")
        else:
            st.caption("Nothing: candidates, samples, options and versions are the same.")
