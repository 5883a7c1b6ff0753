"""What LEEP sees: which of the classes each source class is seen with, and what this gives every sample."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ptmrank_core.metrics.intermediates.leep import LeepRecord
from ptmrank_core.reports.figures.metric_pictures.parts.joint import (
    Joint,
    add_cells,
    add_column_bars,
    add_samples,
    joint_table,
    largest_products,
    table_layout,
)
from ptmrank_core.reports.figures.metric_pictures.parts.latex import few_terms, lines, number, signed
from ptmrank_core.reports.figures.metric_pictures.parts.view import View, Words, chosen_rows
from ptmrank_core.reports.tables.table import Table
from ptmrank_core.results.phrases import plural

__all__ = ["live_formula", "picture", "table", "words"]

NOUN = "source class"


def picture(record: LeepRecord, view: View) -> go.Figure:
    """Draw the table of classes against source classes, its masses, and what each sample's class is given."""
    joint = Joint.of(record.joint, record.conditional)
    layout = table_layout(joint)
    figure = make_subplots(**layout.grid)
    names = [str(column + 1) for column in joint.columns]
    add_cells(figure, joint, view, {"row": 1, "col": 1})
    masses = joint.mass[list(joint.columns)]
    add_column_bars(figure, masses, names, {"row": 2, "col": 1}, title=NOUN, axis="mass")
    drawn = chosen_rows(len(record.labels))
    add_samples(
        figure,
        record.expected[drawn],
        record.labels[drawn],
        joint,
        {"row": 1, "col": 2},
        axis="probability given",
    )
    layout.finish(figure)
    return figure


def table(record: LeepRecord, view: View) -> Table:
    """List the whole table."""
    joint = Joint.of(record.joint, record.conditional)
    names = [str(column + 1) for column in range(len(joint.mass))]
    about = ("source_classes", "Classes against source classes", NOUN)
    return joint_table(about, joint, view, names)


def live_formula(record: LeepRecord, _: View) -> str:
    """Put the numbers of these samples, and of the first of them, into the formula."""
    n_samples, n_source = record.source_probs.shape
    terms = largest_products(record, 0.0)
    logs = few_terms(signed(record.log_expected))
    expected, log = number(float(record.expected[0])), number(float(record.log_expected[0]))
    return lines(
        rf"&\ln\sum_{{z=1}}^{{{n_source}}}\hat P(y_1\mid z)\,\theta_{{1z}}",
        rf"&\quad=\ln\big({few_terms(terms, '+', 1)}\big)",
        rf"&\quad=\ln {expected}={log}",
        rf"&\tfrac1{{{n_samples}}}\sum_{{i=1}}^{{{n_samples}}}\ln\sum_z\hat P(y_i\mid z)\,\theta_{{iz}}",
        rf"&\quad=\tfrac1{{{n_samples}}}\big({logs}\big)",
        rf"&\quad={number(record.value, 4)}",
    )


def words(record: LeepRecord, _: View) -> Words:
    """Say what the picture shows."""
    n_classes, n_source = record.joint.shape
    joint = Joint.of(record.joint, record.conditional)
    middle = float(np.median(record.expected))
    left_out = joint.say_left_out(NOUN)
    return Words(
        "Which of your classes does each source class stand for?",
        f"A table of {plural(n_classes, 'class')} against {plural(n_source, NOUN)} of "
        f"the model's own head: the share of each source class that every class has. Through it the median "
        f"sample's own class is given a probability of {middle:.2f}; the mean logarithm is "
        f"{record.value:.4g}.",
        "A column with one strong cell tells the class; a column of equal cells tells nothing. The points on "
        "the right are what this gives each sample's own class: LEEP is the mean of their logarithms.",
        left_out,
    )
