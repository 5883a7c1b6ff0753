"""Figures of the evidence: how well each metric follows a truth, and one metric against it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import Evidence
from ptmrank_core.records import Truth
from ptmrank_core.reports.figures.style.labels import beside_marks, padded
from ptmrank_core.reports.figures.style.theme import BRIGHT, GREY, INK, set_least_width
from ptmrank_core.results.evidence import (
    CONSENSUS,
    CORRELATION_TITLES,
    PARAMETERS,
    contender_title,
    measure_title,
)

__all__ = ["CorrelationLayout", "correlation_figure", "truth_figure"]

ROW_PIXELS = 30
LEAST, INSIDE, LETTERS = 560, (430, 320), 11  # pixels: of the figure, within its axes, of a letter
MARKS = {CONSENSUS: ("diamond", BRIGHT[1]), PARAMETERS: ("x", BRIGHT[6])}


@dataclass(frozen=True, slots=True)
class CorrelationLayout:
    """The numbers of the correlation figure, best contender first.

    Parameters
    ----------
    contenders
        k names.
    values, low, high
        Arrays of shape (k,); the ends are NaN where there is no interval.
    n_models
        Array of shape (k,).
    """

    contenders: tuple[str, ...]
    values: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    n_models: NDArray[np.int64]

    @classmethod
    def of(cls, evidence: Mapping[str, Evidence], correlation: str) -> CorrelationLayout:
        """Sort the contenders for which the correlation is defined."""
        defined = {
            name: estimate
            for name, contender_evidence in evidence.items()
            if (estimate := contender_evidence.correlations[correlation]) is not None
        }
        names = sorted(defined, key=lambda name: -defined[name].value)
        ends = [(defined[name].low, defined[name].high) for name in names]
        bounds = np.array([[np.nan if end is None else end for end in pair] for pair in ends]).reshape(-1, 2)
        return cls(
            contenders=tuple(names),
            values=np.array([defined[name].value for name in names]),
            low=bounds[:, 0],
            high=bounds[:, 1],
            n_models=np.array([evidence[name].n_models for name in names], dtype=np.int64),
        )


def correlation_figure(evidence: Mapping[str, Evidence], correlation: str) -> go.Figure:
    """Draw one row for each contender: its correlation with a truth and its interval, the best on top.

    The consensus and the number of parameters have marks of their own.
    """
    layout = CorrelationLayout.of(evidence, correlation)
    rows = np.arange(len(layout.contenders))
    has_ends = ~np.isnan(layout.low)
    figure = go.Figure()
    # Rows without an interval have error bars of length 0.
    figure.add_scatter(
        x=layout.values,
        y=rows,
        mode="markers",
        marker={
            "size": 11,
            "symbol": [MARKS.get(name, ("circle",))[0] for name in layout.contenders],
            "color": [MARKS.get(name, ("", BRIGHT[0]))[1] for name in layout.contenders],
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "array": np.where(has_ends, layout.high - layout.values, 0.0),
            "arrayminus": np.where(has_ends, layout.values - layout.low, 0.0),
            "color": GREY,
            "thickness": 1.5,
            "width": 5,
        },
        customdata=[
            f"{low:.2f} to {high:.2f}" if known else "no interval: too few models"
            for low, high, known in zip(layout.low, layout.high, has_ends, strict=True)
        ],
        text=[f"{contender_title(name)}, {n} models" for name, n in _counted(layout)],
        hovertemplate="%{text}<br>%{x:.2f} (%{customdata})<extra></extra>",
        showlegend=False,
    )
    _lay_rows_out(figure, layout, CORRELATION_TITLES[correlation])
    return figure


def _lay_rows_out(figure: go.Figure, layout: CorrelationLayout, title: str) -> None:
    """Give a correlation's axis and one named row to each contender, the first on top."""
    n_rows = len(layout.contenders)
    figure.add_vline(x=0, line={"color": GREY, "dash": "dot", "width": 1})
    figure.update_xaxes(title=f"{title} with the truth", range=[-1.05, 1.05], zeroline=False)
    figure.update_yaxes(
        tickvals=list(range(n_rows)),
        ticktext=[contender_title(name) for name in layout.contenders],
        range=[n_rows - 0.4, -0.6],
        automargin=True,
        zeroline=False,
        title="metric",
    )
    figure.update_layout(height=110 + ROW_PIXELS * n_rows, margin={"l": 10, "r": 10, "t": 20, "b": 40})


def _counted(layout: CorrelationLayout) -> list[tuple[str, int]]:
    return list(zip(layout.contenders, layout.n_models.tolist(), strict=True))


def truth_figure(
    contender: str, values: Mapping[str, float], truth: Truth, order: Sequence[str]
) -> go.Figure:
    """Draw one contender against a truth, one dot for each model.

    Parameters
    ----------
    contender
        Name of a metric, of the consensus or of the number of parameters.
    values
        Model -> its value under it.
    truth
        What the models reached.
    order
        Models in the order of the table; those that lack one of the two are left out.
    """
    models = [model for model in order if model in values and model in truth.values]
    points = [(values[model], truth.values[model]) for model in models]
    is_log = _scale(contender) == "log"
    drawn = [(math.log10(x) if is_log else x, y) for x, y in points]
    ranges = padded([x for x, _ in drawn]), padded([y for _, y in drawn])
    labels = beside_marks(drawn, models, ranges=ranges, pixels=INSIDE, size=LETTERS)
    figure = go.Figure()
    figure.add_scatter(
        x=[x for x, _ in points],
        y=[y for _, y in points],
        text=list(labels.texts),
        customdata=models,
        mode="markers+text",
        textposition=list(labels.sides),
        textfont={"size": LETTERS, "color": INK},
        cliponaxis=False,
        marker={"color": BRIGHT[0], "size": 9},
        hovertemplate="%{customdata}<br>%{x:.4g}, %{y:.4g}<extra></extra>",
        showlegend=False,
    )
    figure.update_xaxes(title=_value_title(contender), zeroline=False, type=_scale(contender))
    figure.update_xaxes(range=ranges[0], nticks=5)
    figure.update_yaxes(title=measure_title(truth), zeroline=False, range=ranges[1])
    figure.update_layout(height=430, margin={"l": 10, "r": 10, "t": 20, "b": 40})
    set_least_width(figure, LEAST)
    return figure


def _value_title(contender: str) -> str:
    title = contender_title(contender)
    if contender == CONSENSUS:
        return f"{title} (mean rank, lower is better)"
    if contender == PARAMETERS:
        return title
    direction = "higher" if METRICS[contender].higher_is_better else "lower"
    return f"{title} ({direction} is better)"


def _scale(contender: str) -> str:
    """Sizes differ by factors, scores by differences."""
    return "log" if contender == PARAMETERS else "linear"
