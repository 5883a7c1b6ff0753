"""What NCE sees: which source class the head decides for, and what that leaves unknown."""

from __future__ import annotations

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ptmrank_core.metrics.intermediates.nce import NceRecord
from ptmrank_core.reports.figures.metric_pictures.parts.joint import (
    Joint,
    add_cells,
    add_column_bars,
    joint_table,
    table_layout,
)
from ptmrank_core.reports.figures.metric_pictures.parts.latex import few_terms, lines, number, signed
from ptmrank_core.reports.figures.metric_pictures.parts.view import View, Words
from ptmrank_core.reports.figures.style.theme import BRIGHT, GREY
from ptmrank_core.reports.tables.table import Column, Table, fixed
from ptmrank_core.results.phrases import plural

__all__ = ["live_formula", "picture", "table", "words"]

NOUN = "source class"


def picture(record: NceRecord, view: View) -> go.Figure:
    """Draw the table of classes against decisions, what each leaves unknown, and the whole of it."""
    joint = Joint.of(record.joint, record.conditional)
    layout = table_layout(joint)
    figure = make_subplots(**layout.grid)
    names = [str(column + 1) for column in joint.columns]
    add_cells(figure, joint, view, {"row": 1, "col": 1})
    add_column_bars(
        figure,
        record.unknown[list(joint.columns)],
        names,
        {"row": 2, "col": 1},
        title=f"{NOUN} that the head decides for",
        axis="unknown",
    )
    figure.add_bar(
        x=["before", "after"],
        y=[record.label_entropy, abs(record.value)],
        marker={"color": [GREY, BRIGHT[0]]},
        showlegend=False,
        hovertemplate="%{y:.3f} nats<extra></extra>",
        row=1,
        col=2,
    )
    figure.update_yaxes(title="nats unknown", zeroline=False, nticks=5, rangemode="tozero", row=1, col=2)
    figure.update_xaxes(title="the decision is known", row=1, col=2)
    layout.finish(figure)
    return figure


def table(record: NceRecord, view: View) -> Table:
    """List every source class that some sample is decided for."""
    joint = Joint.of(record.joint, record.conditional)
    names = [str(column + 1) for column in range(len(joint.mass))]
    return joint_table(
        ("decisions", "Classes against decisions of the source head", NOUN),
        joint,
        view,
        names,
        (Column("unknown", "nats left unknown", "number", fixed(4)), record.unknown),
    )


def live_formula(record: NceRecord, _: View) -> str:
    """Put the numbers of these samples into the formula, source class by source class."""
    decided = [part for part, mass in zip(record.unknown, record.joint.sum(axis=0), strict=True) if mass > 0]
    parts = few_terms(signed([-part for part in decided]))
    return lines(
        r"&{-H(Y\mid Z)}=\sum_z\Big(\sum_y\hat P(y,z)\ln\tfrac{\hat P(y,z)}{\hat P(z)}\Big)",
        rf"&\quad={parts}",
        rf"&\quad={number(record.value, 4)}",
        rf"&\text{{without the head: }}{{-H(Y)}}={number(-record.label_entropy, 4)}",
    )


def words(record: NceRecord, _: View) -> Words:
    """Say what the picture shows."""
    joint = Joint.of(record.joint, record.conditional)
    n_classes, n_source = record.joint.shape
    return Words(
        "What is still unknown when you know the head's decision?",
        f"A table of {plural(n_classes, 'class')} against {plural(n_source, NOUN)}: "
        f"which share of the samples decided for a source class is of every class. Before the decision is "
        f"known {record.label_entropy:.3f} nats are unknown, after it {abs(record.value):.3f}.",
        "A column with a single strong cell leaves nothing unknown, and its bar below is 0; NCE is minus the "
        "sum of these bars, which is what stays of the grey bar on the right.",
        joint.say_left_out(NOUN),
    )
