"""What a model sees: its embeddings of the samples in the plane."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import jobs
from dashboard.components import projected
from dashboard.components.chart import show_chart
from dashboard.components.snippets import hover_caption
from dashboard.wording import plain, plural, show_error
from ptmrank_core.errors import PTMRankError
from ptmrank_core.records import Ranking, RunResult, Samples
from ptmrank_core.reports.scatter import MAX_POINTS, projection_figure

__all__ = ["embeddings"]


def embeddings(result: RunResult, ranking: Ranking) -> None:
    """Draw the section."""
    models = [model for model in ranking.order if model in result.outcomes]
    model = st.selectbox("Model", models, key="projected-model", bind="query-params")
    try:
        projection = projected.projection(result, model)
        samples = jobs.samples_of(result)
    except PTMRankError as error:
        show_error(error)
        return
    if projection is None:
        st.info("The features of this model are no longer in the cache; run it again to see them.")
        return
    st.caption(
        "The first two principal components of its embeddings, one dot for each sample. A plane shows only "
        f"part of the picture: the scores use all of it.{_colours(samples)}"
    )
    show_chart(
        projection_figure(projection, samples, partial(hover_caption, samples)),
        key="projection",
        title=f"How {plain(model)} sees the samples",
        alt=f"Embeddings of {model} in the plane, coloured by label",
    )


def _colours(samples: Samples) -> str:
    """Say what a colour means where that is not plain, and how many samples are drawn."""
    said = ""
    if samples.target_kind == "multilabel":
        said += " A sample is drawn as the first label that it has."
    elif samples.labels.ndim > 1:
        said += f" The colour is the first of {plural(len(samples.class_names), 'target')}."
    if samples.n_samples > MAX_POINTS:
        said += f" {MAX_POINTS:,} of {plural(samples.n_samples, 'sample')} are drawn."
    return said
