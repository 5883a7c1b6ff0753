"""Figures for a projector."""

from __future__ import annotations

import plotly.graph_objects as go

from ptmrank_core.reports.figures.style.projector import slide_figure


def test_letters_are_large_and_the_figure_is_left_as_it_is() -> None:
    """Axes, legend and words on points are at least half as large again as on a page."""
    figure = go.Figure(go.Scatter(x=[1], y=[1], text=["a"], mode="markers+text", textfont={"size": 10}))
    figure.update_xaxes(title="x")
    figure.update_layout(height=400)
    before = figure.to_json()
    large = slide_figure(figure, height=460)
    assert figure.to_json() == before
    assert large.layout.font.size >= 18
    assert large.layout.xaxis.tickfont.size >= 16
    assert large.data[0].textfont.size >= 16
    assert large.layout.height == 460
