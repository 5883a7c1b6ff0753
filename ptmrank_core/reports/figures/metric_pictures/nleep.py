"""What N-LEEP sees: clusters in the leading directions of the features, and the classes of each cluster."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ptmrank_core.metrics.intermediates.nleep import NleepRecord
from ptmrank_core.reports.figures.metric_pictures.parts.joint import (
    MASS_PIXELS,
    Joint,
    add_cells,
    add_column_bars,
    joint_table,
    largest_products,
)
from ptmrank_core.reports.figures.metric_pictures.parts.latex import few_terms, lines, number, signed
from ptmrank_core.reports.figures.metric_pictures.parts.plane import (
    add_outlines,
    add_points,
    name_axes,
    outline,
)
from ptmrank_core.reports.figures.metric_pictures.parts.view import View, Words, gap_before
from ptmrank_core.reports.figures.style.still import finish
from ptmrank_core.reports.figures.style.theme import INK
from ptmrank_core.reports.tables.table import Column, Table, fixed
from ptmrank_core.results.phrases import plural

__all__ = ["live_formula", "picture", "table", "words"]

MOST_ELLIPSES = 40
LEAST_TERM = 1e-4  # of a sum that is written out
MOST_ROWS = 12
PLANE_PIXELS, LEAST_PIXELS = 380, 680


def picture(record: NleepRecord, view: View) -> go.Figure:
    """Draw the samples with the clusters' ellipses, and the classes and the mass of each cluster."""
    joint = _joint(record)
    bars = MASS_PIXELS / PLANE_PIXELS
    figure = make_subplots(
        2,
        2,
        column_widths=[0.46, 0.54],
        row_heights=[1 - bars, bars],
        horizontal_spacing=gap_before(view.short_names(joint.rows), LEAST_PIXELS),
        vertical_spacing=0.05,
        specs=[[{"rowspan": 2}, {}], [None, {}]],
    )
    plane = {"row": 1, "col": 1}
    add_points(figure, _on_plane(record.coordinates), record.clusters.labels, view, plane)
    largest = np.argsort(-record.weights, kind="stable")[:MOST_ELLIPSES].tolist()
    centres = _on_plane(record.means)
    ellipses = [outline(centres[v].tolist(), record.ellipses[v]) for v in largest]
    add_outlines(figure, ellipses, plane, color=INK, width=1, name="cluster")
    name_axes(figure, plane, ("first principal component", "second principal component"), "x")
    names = [str(column + 1) for column in joint.columns]
    add_cells(figure, joint, view, {"row": 1, "col": 2}, most_numbered=6)
    masses = joint.mass[list(joint.columns)]
    add_column_bars(figure, masses, names, {"row": 2, "col": 2}, title="cluster", axis="mass")
    finish(figure, height=PLANE_PIXELS + 60, least_width=LEAST_PIXELS)
    return figure


def table(record: NleepRecord, view: View) -> Table:
    """List the clusters."""
    joint = _joint(record)
    names = [str(v + 1) for v in range(len(joint.mass))]
    weight = Column("weight", "weight in the mixture", "number", fixed(4))
    about = ("clusters", "Classes of the clusters", "cluster")
    return joint_table(about, joint, view, names, (weight, record.weights))


def live_formula(record: NleepRecord, _: View) -> str:
    """Put the numbers of these samples, and of the first of them, into the formula."""
    clusters = record.clusters
    n_samples, n_clusters = clusters.source_probs.shape
    terms = largest_products(clusters, LEAST_TERM)
    return lines(
        rf"&\ln\sum_{{v=1}}^{{{n_clusters}}}\hat P(y_1\mid v)\,p(v\mid x_1)",
        rf"&\quad\approx\ln\big({few_terms(terms, '+', 2)}\big)",
        rf"&\quad={number(float(clusters.log_expected[0]))}",
        rf"&\tfrac1{{{n_samples}}}\sum_{{i=1}}^{{{n_samples}}}\ln\sum_v\hat P(y_i\mid v)\,p(v\mid x_i)",
        rf"&\quad=\tfrac1{{{n_samples}}}\big({few_terms(signed(clusters.log_expected), most=2)}\big)",
        rf"&\quad={number(record.value, 4)}",
    )


def words(record: NleepRecord, _: View) -> Words:
    """Say what the picture shows."""
    joint = _joint(record)
    n_clusters, n_directions = len(record.weights), record.coordinates.shape[1]
    left_out = [joint.say_left_out("cluster")]
    if n_clusters > MOST_ELLIPSES:
        left_out.append(f"Of {n_clusters:,} ellipses the {MOST_ELLIPSES} of the heaviest clusters are drawn.")
    if n_directions > 2:
        left_out.append(
            f"The clusters were fitted to {n_directions} principal components; two are drawn, so ellipses "
            "that overlap here may be apart."
        )
    if n_clusters < record.n_wanted:
        left_out.append(
            f"There are {n_clusters} clusters instead of {record.n_wanted}: half as many as samples."
        )
    return Words(
        "Does each cluster of the features hold one class?",
        f"The samples on their first two principal components with {plural(n_clusters, 'cluster')} of a "
        f"Gaussian mixture, and the share that every class has of each cluster. The score is "
        f"{record.value:.4g}; 0 would be clusters of one class each.",
        "An ellipse around a single symbol is a pure cluster, a column with one strong cell on the right; "
        "N-LEEP is LEEP with these clusters in place of the source classes.",
        " ".join(sentence for sentence in left_out if sentence),
    )


def _joint(record: NleepRecord) -> Joint:
    return Joint.of(record.clusters.joint, record.clusters.conditional, most_rows=MOST_ROWS)


def _on_plane(points: np.ndarray) -> np.ndarray:
    """First two columns; 0 in one that is not there."""
    missing = max(0, 2 - points.shape[1])
    return np.pad(points[:, :2], ((0, 0), (0, missing)))
