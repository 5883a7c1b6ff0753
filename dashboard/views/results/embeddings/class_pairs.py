"""Which pairs of classes each model tells apart: the why behind its rank."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial

import plotly.graph_objects as go
import streamlit as st

from dashboard.components.chart import show_chart
from dashboard.components.gallery import show_samples
from dashboard.wording import plain, plural
from ptmrank_core.records import RunResult, Samples
from ptmrank_core.reports.figures.class_pairs import HOW_TO_READ, class_pairs_figure
from ptmrank_core.reports.tables.class_pairs import class_pairs_table
from ptmrank_core.results.class_pairs import (
    ClassPairs,
    class_pairs_of,
    closest_pairs,
    mistaken_rows,
    say_closest,
    say_difference,
)

__all__ = ["show_class_pairs"]

N_SHOWN = 8  # samples of a pair


@st.cache_resource(max_entries=30, show_spinner=False)
def _figure(drawn: str, _pairs: ClassPairs) -> go.Figure:  # noqa: ARG001 - names what the figure depends on
    return class_pairs_figure(_pairs)


def show_class_pairs(result: RunResult, samples: Samples, models: Sequence[str]) -> None:
    """Draw the overlaps, or say why there are none."""
    if samples.target_kind != "classification":
        st.caption("Pairs of classes are not compared: these labels are not classes.")
        return
    pairs = class_pairs_of(result, models, samples.class_names)
    if pairs is None:
        is_to_come = not result.state.is_finished() and result.plan.analyses.projections
        st.caption(
            ":material/hourglass_top: Which classes the models tell apart is being computed."
            if is_to_come
            else "This run does not know which classes these models tell apart: it was made without "
            "projections, or they are not among its six best."
        )
        return
    show_chart(
        _figure(json.dumps([result.plan.run_id, list(pairs.distances)]), pairs),
        key="class-pairs",
        title="Which classes might each model confuse?",
        alt=f"Heatmap of the distance of each pair of classes under {', '.join(pairs.distances)}",
        table=partial(class_pairs_table, pairs),
    )
    st.caption(HOW_TO_READ)
    if pairs.n_classes > len(pairs.names):
        st.caption(f"The {len(pairs.names)} of {pairs.n_classes:,} classes that come closest to another one.")
    missing = [model for model in models if model not in pairs.distances]
    if missing:
        st.caption(f"Not compared under {plain(', '.join(missing))}: only the six best models are.")
    closest = "; ".join(say_closest(pairs, model) for model in pairs.distances)
    st.markdown(plain(f"Told apart least by {closest}. {say_difference(pairs)}"))
    _show_closest(result, samples, pairs)


def _show_closest(result: RunResult, samples: Samples, pairs: ClassPairs) -> None:
    """Name the three closest pairs, and show samples that the model's probe takes for the other class."""
    for place, pair in enumerate(closest_pairs(pairs), start=1):
        st.markdown(
            f"#### {place}. {plain(pair.first)} and {plain(pair.second)}\n\nunder {plain(pair.model)}: "
            f"distance {pair.distance:.3g}, its median pair {pair.median:.3g}"
        )
        rows = mistaken_rows(result, samples, pair)
        if not rows:
            st.caption("Its linear probe takes no sample of one of them for the other.")
            continue
        st.caption(f"{plural(len(rows), 'sample')} of one that its linear probe takes for the other.")
        show_samples(samples, rows[:N_SHOWN])
