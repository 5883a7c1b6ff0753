"""How the order settles with the number of samples, as a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from ptmrank_core.ranking import SizeCurve
from ptmrank_core.reports.figures.style.theme import class_marker
from ptmrank_core.results.evidence import CONSENSUS, contender_title

__all__ = ["HOW_TO_READ", "sizes_figure"]

HOW_TO_READ = (
    "Each model was scored on random parts of the samples, the same parts for all models, groups whole. "
    "Bars span the draws. The parts are nested in the whole: a high curve says that the order has "
    "settled, not that it is right."
)


def sizes_figure(curves: Mapping[str, SizeCurve], shown: Sequence[str], n_samples: int) -> go.Figure:
    """Draw tau against the number of samples, one line for each of some contenders; bars span the draws.

    Parameters
    ----------
    curves
        Of all contenders.
    shown
        Names of those that are drawn.
    n_samples
        Number of all samples, where every curve ends at 1.
    """
    figure = go.Figure()
    for index, name in enumerate(shown):
        curve = curves[name]
        rows = [
            (size, tau, low, high)
            for size, tau, low, high in zip(curve.sizes, curve.tau, curve.low, curve.high, strict=True)
            if tau is not None and low is not None and high is not None
        ]
        figure.add_scatter(
            x=[*(row[0] for row in rows), n_samples],
            y=[*(row[1] for row in rows), 1.0],
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [*(row[3] - row[1] for row in rows), 0.0],
                "arrayminus": [*(row[1] - row[2] for row in rows), 0.0],
                "thickness": 1,
                "width": 3,
            },
            mode="lines+markers",
            name=contender_title(name),
            marker=class_marker(index, size=8),
            line={"width": 3 if name == CONSENSUS else 1.5},
            hovertemplate="%{x:.0f} samples: τ = %{y:.2f}<extra>%{fullData.name}</extra>",
        )
    figure.update_xaxes(title="samples", rangemode="tozero")
    figure.update_yaxes(title="Kendall τ with the order on all", range=[-1.05, 1.05], zeroline=False)
    if figure.data and min(min(trace.y) for trace in figure.data) >= 0:
        figure.update_yaxes(range=[-0.02, 1.05])
    figure.update_layout(
        height=380,
        margin={"l": 10, "r": 10, "t": 40, "b": 40},
        modebar={"orientation": "v"},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
    )
    return figure
