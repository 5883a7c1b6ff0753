"""The best models' embeddings of the samples, projected to two dimensions."""

from __future__ import annotations

from ptmrank_core.projection import Projection
from ptmrank_core.records import Samples
from ptmrank_core.reports.figures.scatter import projection_figure
from ptmrank_core.reports.html.blocks import Chart, Grid, Report, Section, Text
from ptmrank_core.results.phrases import bidi_isolate, percent

__all__ = ["embeddings_section"]

N_MODELS = 4
MAX_POINTS = 1_500  # in each figure, to keep the file small
MAX_NAMED = 12  # classes in a legend
HEIGHT, LEGEND_ROW = 340, 22


def embeddings_section(report: Report) -> Section | None:
    """Draw the embeddings of the best models whose features are cached."""
    if report.picture is None:
        return None
    samples, project = report.picture.samples, report.picture.project
    models = [model for model in report.ranking.order if model in report.result.outcomes][:N_MODELS]
    projections = [(model, project(model)) for model in models]
    charts = tuple(_chart(model, points, samples) for model, points in projections if points is not None)
    if not charts:
        return None
    text = (
        "The first two principal components of each model's embeddings, one dot for each sample, coloured by "
        "its label. Two dimensions show only part of the picture: the scores use all of it."
    )
    if samples.n_samples > MAX_POINTS:
        text += f" {MAX_POINTS:,} of {samples.n_samples:,} samples are drawn."
    return Section("embeddings", "What the best models see", (Text(text), Grid(charts)))


def _chart(model: str, projection: Projection, samples: Samples) -> Chart:
    figure = projection_figure(projection, samples, samples.names.__getitem__, max_points=MAX_POINTS)
    is_named = samples.target_kind != "regression" and len(figure.data) <= MAX_NAMED
    rows = -(-len(figure.data) // 4) if is_named else 0
    shares = [percent(ratio) for ratio in projection.explained_variance_ratio]
    figure.update_traces(marker={"size": 5})
    figure.update_xaxes(title=None, showticklabels=False)
    figure.update_yaxes(title=None, showticklabels=False)
    figure.update_layout(
        height=HEIGHT + LEGEND_ROW * rows,
        showlegend=is_named,
        margin={"l": 6, "r": 6, "t": 6, "b": 6 + LEGEND_ROW * rows},
        legend={"orientation": "h", "y": -0.02, "yanchor": "top", "x": 0, "itemsizing": "constant"},
    )
    return Chart(
        figure,
        alt=f"Projected embeddings of {model}, coloured by label",
        caption=f"{bidi_isolate(model)}: {shares[0]} and {shares[1]} of the variance",
    )
