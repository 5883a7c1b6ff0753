"""What the models see: their embeddings of the samples side by side, and the samples that one selects."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from dashboard import jobs
from dashboard.components.chart import show_chart
from dashboard.components.gallery import MAX_SHOWN, show_samples
from dashboard.components.snippets import hover_caption
from dashboard.views.results import projections as projected
from dashboard.views.results.embeddings.class_pairs import show_class_pairs
from dashboard.views.results.embeddings.filters import (
    choose_classes,
    choose_method,
    choose_models,
    find_samples,
)
from dashboard.views.results.embeddings.neighbours import show_neighbours
from dashboard.views.results.wide import panels_width, wide_box
from dashboard.wording import plain, plural, show_error
from ptmrank_core.errors import PTMRankError
from ptmrank_core.projection import MAX_JUDGED
from ptmrank_core.records import Ranking, RunResult, Samples
from ptmrank_core.reports.figures.embeddings import Panel, echo_figure, panels_figure, panels_table
from ptmrank_core.reports.figures.projections import METHODS, cached_panel, why_missing

__all__ = ["draw_embeddings"]

NEAR = "A map that keeps near neighbours near. How far apart clusters are, and how large, means nothing."
HELP = {
    "pca": "The plane in which the embeddings vary most, with each axis' share of their variance.",
    "lda": "The plane in which the classes stand farthest apart. It is chosen with the labels, so it looks "
    "better than new samples would.",
    "tsne": NEAR,
    "umap": NEAR,
}
TRUST = (
    "Trustworthiness is 1 where every near neighbour in the picture is one among all the features, and about "
    "0.5 where neighbours are random. Distances of two models cannot be compared."
)


def draw_embeddings(result: RunResult, ranking: Ranking) -> None:
    """Draw the section."""
    try:
        samples = jobs.samples_of(result)
    except PTMRankError as error:
        show_error(error)
        return
    models = choose_models([model for model in ranking.order if model in result.outcomes])
    left, right = st.columns(2)
    with left:
        method = choose_method(result)
    with right:
        classes = choose_classes(samples)
    panels = _panels(result, models, method)
    selected = _selected(result.plan.run_id, panels, samples, method, classes) if panels else []
    selected = list(dict.fromkeys([*find_samples(samples), *selected]))
    if selected:
        shown = _show_selected(panels, samples, selected)
        show_neighbours(result, samples, models, shown)
    show_class_pairs(result, samples, models)


def _panels(result: RunResult, models: Sequence[str], method: str) -> list[Panel]:
    """Collect the panels that can be drawn, and say of the others why they cannot."""
    panels, waiting = [], []
    for model in models:
        try:
            panel = (
                projected.pca_panel(result, model) if method == "pca" else cached_panel(result, method, model)
            )
        except PTMRankError as error:
            show_error(error)
            continue
        if panel is not None:
            panels.append(panel)
            continue
        reason = why_missing(result, method, model)
        if reason:
            st.caption(f"No {METHODS[method]} of {plain(model)}: {plain(reason)}.")
        else:
            waiting.append(model)
    if waiting:
        st.info(
            f"{METHODS[method]} of {plain(', '.join(waiting))} is being computed; PCA is there already.",
            icon=":material/hourglass_top:",
        )
    return panels


def _selected(
    run: str, panels: Sequence[Panel], samples: Samples, method: str, classes: Sequence[str]
) -> list[int]:
    """Draw the panels; return the samples that are selected in them, in their order."""
    drawn = json.dumps([run, method, classes, [(panel.model, panel.x_title) for panel in panels]])
    with wide_box("projection", panels_width(len(panels))):
        points = show_chart(
            _figure(drawn, panels, samples, classes),
            key="projection",
            title="How do the models see the samples?",
            alt=f"{METHODS[method]} of the embeddings under {_names(panels)}, coloured by label",
            table=partial(panels_table, panels, samples, classes=classes),
            select=("points", "box", "lasso"),
        )
    st.caption(f"{HELP[method]} {TRUST}{_colours(samples)}{_thinned(panels, samples)}")
    return sorted({int(point["customdata"]) for point in points})


@st.cache_resource(max_entries=30, show_spinner=False)
def _figure(
    drawn: str,  # noqa: ARG001 - names what the figure depends on
    _panels: Sequence[Panel],
    _samples: Samples,
    _classes: Sequence[str],
) -> go.Figure:
    return panels_figure(_panels, _samples, partial(hover_caption, _samples), classes=_classes)


def _show_selected(panels: Sequence[Panel], samples: Samples, selected: Sequence[int]) -> list[int]:
    """Draw the selected samples again where every model sees them, and themselves; return those shown."""
    st.markdown(f"##### {plural(len(selected), 'sample')} selected")
    if panels:
        with wide_box("echo", panels_width(len(panels))):
            show_chart(
                echo_figure(panels, samples, selected),
                key="echo",
                title="Where does each model see them?",
                alt=f"The selected samples under {_names(panels)}, all others grey",
                table=partial(panels_table, panels, samples),
            )
        drawn = set(panels[0].rows.tolist())
        n_hidden = sum(row not in drawn for row in selected)
        if n_hidden:
            st.caption(f"{plural(n_hidden, 'sample')} of them are not among those that are drawn.")
    places = np.linspace(0, len(selected) - 1, min(MAX_SHOWN, len(selected))).round().astype(int)
    shown = [selected[place] for place in places]
    if len(shown) < len(selected):
        st.caption(f"{len(shown)} of them, evenly taken from the first to the last.")
    show_samples(samples, shown)
    return shown


def _names(panels: Sequence[Panel]) -> str:
    return ", ".join(panel.model for panel in panels)


def _colours(samples: Samples) -> str:
    """Say what a colour means where that is not plain."""
    if samples.target_kind == "multilabel":
        return " A sample is drawn as the first label that it has."
    if samples.labels.ndim > 1:
        return f" The colour is the first of {plural(len(samples.class_names), 'target')}."
    return ""


def _thinned(panels: Sequence[Panel], samples: Samples) -> str:
    """Say how many samples are judged and drawn where that is not all."""
    n_drawn = max(len(panel.rows) for panel in panels)
    sentence = f" It is judged by {MAX_JUDGED:,} samples." if n_drawn > MAX_JUDGED else ""
    if n_drawn == samples.n_samples:
        return sentence
    whole = plural(samples.n_samples, "sample")
    return f"{sentence} {n_drawn:,} of {whole} are drawn, of every label the same share."
