"""Results of one run: the ranking, the agreement between metrics, the embeddings."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from dashboard import jobs
from dashboard.components import projected
from dashboard.components.budget import show_budget
from dashboard.components.controls import show_controls
from dashboard.components.cost import show_cost
from dashboard.components.evidence import show_evidence
from dashboard.components.export import show_export
from dashboard.components.fine_tuning import show_fine_tuning
from dashboard.components.intervals import show_intervals
from dashboard.components.layers import show_layers
from dashboard.components.preflight import preflight
from dashboard.components.run_page import open_run
from dashboard.components.sample_sizes import show_sample_sizes
from dashboard.components.snippets import hover_caption
from dashboard.components.still_computing import show_unfinished
from dashboard.components.tables import show_table
from dashboard.components.votes import show_votes
from dashboard.wording import plain, plural, say_targets, show_error
from ptmrank_core.errors import PTMRankError
from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import rank_correlations
from ptmrank_core.records import Ranking, RunResult, RunState, Samples
from ptmrank_core.reports import rank_result, scores_by_metric
from ptmrank_core.reports.figures import (
    PLOTLY_CONFIG,
    agreement_figure,
    ranking_figure,
    score_figure,
)
from ptmrank_core.reports.ranking_table import ORDER, ranking_table
from ptmrank_core.reports.run_tables import missing_table, notes_table, warnings_table
from ptmrank_core.reports.scatter import MAX_POINTS, projection_figure
from ptmrank_core.reports.wording import say_certainty

__all__ = ["page"]


def page() -> None:
    """Draw the page."""
    opened = open_run("Results", jobs.result)
    if opened is None:
        return
    run, result = opened
    ranking = rank_result(result)
    _summary(result, ranking, run)
    if not ranking.order:
        st.info("No model has a score.")
        _footnotes(result, ranking)
        return
    _ranking(result, ranking)
    show_votes(ranking)
    show_budget(result)
    show_intervals(result, ranking)
    show_controls(result, ranking)
    _agreement(result, ranking)
    show_evidence(result, ranking)
    show_fine_tuning(result, ranking)
    show_sample_sizes(result, ranking)
    show_cost(result, ranking)
    show_layers(result)
    _embeddings(result, ranking)
    with st.expander("The samples of this run"):
        _samples(result)
    with st.expander("What it ran with"):
        st.json(dict(result.environment))
    _notes(result)
    show_export(result, ranking)


def _summary(result: RunResult, ranking: Ranking, run: str) -> None:
    """Say in one sentence what came out."""
    if result.state is not RunState.FINISHED:
        show_unfinished(run)
    if ranking.order:
        n_samples = result.samples.n_samples
        second = f", then **{plain(ranking.order[1])}**" if len(ranking.order) > 1 else ""
        st.markdown(
            f"#### Try **{plain(ranking.order[0])}** first{second}.\n"
            f"{plural(len(ranking.order), 'model')} ranked on {plural(n_samples, 'sample')} "
            f"{say_targets(result.samples)}, by the weighted mean rank over "
            f"{plural(len(ranking.metrics_used), 'metric')}, in {result.seconds:.0f} s."
        )
    if ranking.intervals:
        st.markdown(plain(say_certainty(ranking.order[0], ranking.intervals)))


def _ranking(result: RunResult, ranking: Ranking) -> None:
    st.subheader("Ranking")
    views = ["Consensus", *(METRICS[name].title for name in ranking.per_metric)]
    by_title = {METRICS[name].title: name for name in ranking.per_metric}
    view = st.segmented_control("Show", views, default=views[0], key="ranking-view", required=True)
    if view in by_title:
        metric = by_title[view]
        figure = score_figure(metric, scores_by_metric(result.cells)[metric], ranking.per_metric[metric])
        best = ranking.per_metric[metric][0]
        st.caption(f"{METRICS[metric].idea} {METRICS[metric].fails_when}")
    else:
        figure = ranking_figure(ranking)
        best = ranking.order[0]
    st.plotly_chart(figure, key="ranking", config=PLOTLY_CONFIG, alt=f"Ranking by {view}; best is {best}")
    _table(result, ranking)


def _table(result: RunResult, ranking: Ranking) -> None:
    """Draw the ranking as a table, with why a score is missing."""
    table = ranking_table(result, ranking)
    order = {column.key for column in table.columns if column.group in {"", ORDER}}
    keys = {*order, *result.plan.metrics, "n_parameters", "n_features", "seconds"}
    show_table(table.select(keys).known(), alt="Every model with its place, scores and cost")
    _footnotes(result, ranking)


def _footnotes(result: RunResult, ranking: Ranking) -> None:
    """Say why scores are missing, and what the metrics warn of."""
    missing, warnings = missing_table(result, ranking), warnings_table(result, ranking)
    if missing.rows:
        with st.expander(f"{plural(len(missing.rows), 'score')} missing, and why"):
            show_table(missing, alt="Missing scores with reasons")
    if warnings.rows:
        with st.expander(f"{plural(len(warnings.rows), 'warning')} of the metrics"):
            show_table(warnings, alt="Warnings of the metrics")


def _notes(result: RunResult) -> None:
    """Say what is to be known of how the vectors of some models were taken."""
    notes = notes_table(result)
    if notes.rows:
        with st.expander(f"{plural(len(notes.rows), 'note')} on the models"):
            show_table(notes, alt="Notes on how vectors were taken")


def _agreement(result: RunResult, ranking: Ranking) -> None:
    st.subheader("Do the metrics agree?")
    if len(ranking.per_metric) < 2:
        st.caption("One metric only: there is nothing to compare it with.")
        return
    scores = scores_by_metric(result.cells)
    agreement = rank_correlations(
        {name: scores[name] for name in ranking.per_metric},
        higher_is_better={name: METRICS[name].higher_is_better for name in ranking.per_metric},
    )
    if np.isnan(agreement.tau).all():
        st.caption("Too few models have scores under two metrics: there are no orders to compare.")
        return
    heatmap, words = st.columns([3, 2], vertical_alignment="center")
    heatmap.plotly_chart(
        agreement_figure(agreement),
        key="agreement",
        config=PLOTLY_CONFIG,
        alt="Heatmap of Kendall's tau between metrics",
    )
    words.markdown(
        "**Kendall's rank correlation** between the orders of two metrics: 1 is the same order, 0 no "
        f"relation, −1 the reverse. With {plural(len(ranking.order), 'model')} it is a coarse number: point "
        "at a cell for its 90 % interval, the weighted τ and Spearman's correlation. Metrics that agree "
        "stand side by side. "
        "Metrics that agree are not therefore right: they may look at the same thing."
    )


def _embeddings(result: RunResult, ranking: Ranking) -> None:
    st.subheader("What does a model see?")
    models = [model for model in ranking.order if model in result.outcomes]
    model = st.selectbox("Model", models, key="projected-model")
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
        f"part of the picture: the scores above use all of it.{_colours(samples)}"
    )
    st.plotly_chart(
        projection_figure(projection, samples, partial(hover_caption, samples)),
        key="projection",
        config=PLOTLY_CONFIG,
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


def _samples(result: RunResult) -> None:
    """Draw what was read; the samples themselves may be gone."""
    try:
        samples = jobs.samples_of(result)
    except PTMRankError:
        samples = None
    preflight(result.samples, samples)
