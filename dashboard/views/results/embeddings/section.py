"""What the models see: their embeddings of the samples side by side, and the samples that one selects."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import jobs, state
from dashboard.views.results import projections as projected
from dashboard.views.results.embeddings.class_pairs import show_class_pairs
from dashboard.views.results.embeddings.drawing import show_map
from dashboard.views.results.embeddings.filters import (
    choose_classes,
    choose_method,
    choose_models,
    choose_what_is_drawn,
    find_samples,
)
from dashboard.views.results.embeddings.neighbours import show_neighbours
from dashboard.views.results.embeddings.selected import offer_tags, show_selected
from dashboard.views.results.embeddings.selection import selected_rows
from dashboard.wording import plain, plural, show_error
from ptmrank_core.errors import PTMRankError
from ptmrank_core.metrics import METRICS, default_metrics
from ptmrank_core.projection import MAX_JUDGED
from ptmrank_core.records import Ranking, RunResult, Samples
from ptmrank_core.reports.figures.embeddings import Panel
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
LINES = " Solid lines hold the densest half of the samples, dashed lines nine tenths of them."
BY_HAND = (
    "Draw around samples with Lasso or Box to select them under every model, with Shift to add to them; with "
    "the keyboard name samples above, or take the table."
)


def draw_embeddings(result: RunResult, ranking: Ranking) -> None:
    """Draw the section."""
    try:
        samples = jobs.samples_of(result)
    except PTMRankError as error:
        show_error(error)
        return
    models = choose_models([model for model in ranking.order if model in result.outcomes])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        method = choose_method(result)
        wanted = choose_what_is_drawn(samples, models)
    left, right = st.columns(2)
    with left:
        classes = choose_classes(samples)
    with right:
        found = find_samples(samples)
    selected = list(dict.fromkeys([*found, *selected_rows(samples)]))
    panels = _panels(result, [wanted.only] if wanted.only else models, method)
    if panels:
        show_map(
            result.plan.run_id,
            panels,
            samples,
            method=method,
            classes=classes,
            wanted=wanted,
            selected=selected,
        )
        lines = "" if wanted.density == "none" else LINES
        about = f"{HELP[method]} {TRUST}{lines}{_colours(samples)}{_thinned(panels, samples)}"
        st.caption(f"{about} {BY_HAND}")
    _lead_to_metrics(result, models)
    offer_tags(result, samples)
    if selected:
        shown = show_selected(result, samples, panels, selected)
        show_neighbours(result, samples, models, shown)
    show_class_pairs(result, samples, models)


def _lead_to_metrics(result: RunResult, models: Sequence[str]) -> None:
    """Lead from each model that is drawn to what the metrics see of it."""
    first = METRICS[default_metrics()[0]].title
    with st.container(horizontal=True):
        for model in models:
            state.link(
                "learn",
                f"What the metrics see of {plain(model)}",
                icon=":material/school:",
                run=result.plan.run_id,
                model=model,
                metric=first,
            )


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
