"""Whether more labels would change the order, as far as that was looked at."""

from __future__ import annotations

import streamlit as st

from dashboard.components.chart import show_chart
from dashboard.views.results.fingerprint import fingerprint
from dashboard.wording import plain
from ptmrank_core.ranking import SizeCurve
from ptmrank_core.records import PartScores, Ranking, RunResult
from ptmrank_core.reports.figures.learning_curve import HOW_TO_READ, sizes_figure
from ptmrank_core.reports.tables.learning_curve import sizes_table
from ptmrank_core.results.evidence import CONSENSUS, contender_title
from ptmrank_core.results.learning_curve import curves_of, size_verdict

__all__ = ["show_sample_sizes"]

SHOWN_AT_FIRST = 4


@st.cache_data(max_entries=30, show_spinner="Ordering the models on parts of the samples …")
def _curves(key: str, _result: RunResult, _ranking: Ranking) -> dict[str, SizeCurve]:  # noqa: ARG001
    """Compute every curve, once for each state of a run."""
    return curves_of(_result, _ranking)


def show_sample_sizes(result: RunResult, ranking: Ranking) -> None:
    """Draw how the order settles with the number of samples; nothing where that was not looked at."""
    problems = result.problems(PartScores)
    if not problems and not result.contents(PartScores):
        return
    st.header("Do you have enough labels?")
    curves = _curves(fingerprint(result, ranking), result, ranking)
    for model, why in problems.items():
        st.caption(f"{plain(model)}: {plain(why)}")
    if not curves:
        st.caption("Nothing is known of smaller parts of these samples: too few samples, or too few models.")
        return
    n_samples = result.samples.n_samples
    if CONSENSUS in curves and (verdict := size_verdict(curves[CONSENSUS], n_samples)):
        st.markdown(f"**{verdict}**")
    st.caption(HOW_TO_READ)
    shown = st.multiselect(
        "Lines",
        list(curves),
        default=list(curves)[:SHOWN_AT_FIRST],
        format_func=contender_title,
        key="size-lines",
        bind="query-params",
    )
    if shown:
        show_chart(
            sizes_figure(curves, shown, n_samples),
            key="sizes",
            title="How soon does the order settle?",
            alt="Agreement with the final order against the number of samples",
            table=lambda: sizes_table(curves, shown),
        )
