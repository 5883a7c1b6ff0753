"""Negative controls of a run: rows of their own below the candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import PermutationTest
from ptmrank_core.reports.figures.style.theme import BRIGHT, GREY, set_least_width
from ptmrank_core.results.references.controls import Control

__all__ = ["HOW_TO_READ", "controls_figure"]

HOW_TO_READ = (
    "Controls are scored as candidates are, but rank and vote nowhere: features that no model made, "
    "untrained twins with random weights, and labels that were exchanged at random. A candidate that "
    "does not beat them owes its score to something else than what it has learned."
)

ROW_PIXELS, LEAST = 28, 500


def controls_figure(
    metric: str,
    scores: Mapping[str, float],
    order: Sequence[str],
    controls: Sequence[Control],
    tests: Mapping[str, PermutationTest],
) -> go.Figure:
    """Draw the candidates' scores under one metric, the range of permuted labels, and the controls below.

    Parameters
    ----------
    metric
        Its name.
    scores, order
        Of the candidates, best first.
    controls
        Rows of their own.
    tests
        Permutation tests of the candidates under this metric.
    """
    models = [model for model in order if model in scores]
    shown = [control for control in controls if metric in control.scores]
    figure = go.Figure()
    permuted = [model for model in models if model in tests]
    figure.add_scatter(
        x=[end for model in permuted for end in (tests[model].low, tests[model].high, None)],
        y=[row for model in permuted for row in (model, model, None)],
        mode="lines+markers",
        name="labels permuted (least to greatest)",
        line={"color": GREY, "width": 5},
        marker={"symbol": "line-ns-open", "size": 9, "color": GREY},
        hovertemplate="%{y}<br>labels permuted: %{x:.4g}<extra></extra>",
    )
    figure.add_scatter(
        x=[scores[model] for model in models],
        y=models,
        mode="markers",
        name="candidates",
        marker={"color": BRIGHT[0], "size": 10},
        hovertemplate="%{y}<br>%{x:.4g}<extra></extra>",
    )
    figure.add_scatter(
        x=[control.scores[metric] for control in shown],
        y=[control.title for control in shown],
        mode="markers",
        name="controls",
        marker={"color": BRIGHT[1], "symbol": "diamond", "size": 11},
        hovertemplate="%{y}<br>%{x:.4g}<extra></extra>",
    )
    _lay_rows_out(figure, metric, [*models, *(control.title for control in shown)])
    return figure


def _lay_rows_out(figure: go.Figure, metric: str, rows: Sequence[str]) -> None:
    """Give the metric's axis and one named row to each candidate and control, the first on top."""
    spec = METRICS[metric]
    direction = "higher is better" if spec.higher_is_better else "lower is better"
    figure.update_xaxes(title=f"{spec.title} ({direction})", zeroline=False)
    figure.update_yaxes(categoryorder="array", categoryarray=list(rows)[::-1], automargin=True)
    figure.update_layout(
        height=160 + ROW_PIXELS * len(rows),
        margin={"l": 10, "r": 10, "t": 40, "b": 40},
        modebar={"orientation": "v"},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
    )
    figure.update_yaxes(title="model or control")
    set_least_width(figure, LEAST)
