"""Several models' projected embeddings of the same samples, side by side in one figure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from ptmrank_core.projection import Projection
from ptmrank_core.records import Samples, Trust
from ptmrank_core.reports.figures.scatter import classes_of
from ptmrank_core.reports.figures.style.escaping import shorten_middle
from ptmrank_core.reports.figures.style.theme import (
    BRIGHT,
    INK,
    class_marker,
    least_width_of,
    set_least_width,
)
from ptmrank_core.reports.tables.table import Column, Table, fixed
from ptmrank_core.results.phrases import percent, say_label

__all__ = ["Panel", "axis_titles", "echo_figure", "panels_figure", "panels_table"]

PER_ROW = 3
PANEL_PIXELS, PANEL_WIDTH = 410, 300
BAR_PIXELS, TARGET_CHARS = 130, 16  # of a bar of colours
# Panels with more points are drawn with WebGL.
MAX_VECTOR_POINTS = 1_500
MAX_NAMED = 24  # classes in a legend
TITLE_CHARS = 30
GREY = BRIGHT[-1]


@dataclass(frozen=True, eq=False)
class Panel:
    """The projected embeddings of one model.

    Parameters
    ----------
    model
        Its id.
    rows
        int64 array of shape (k,): which samples are drawn.
    points
        float32 array of shape (k, 2).
    x_title, y_title
        Titles of its axes.
    """

    model: str
    rows: NDArray[np.int64]
    points: NDArray[np.float32]
    x_title: str
    y_title: str = ""


def axis_titles(projection: Projection, trust: Trust | None) -> tuple[str, str]:
    """Make the axis titles: below, how far a projection can be trusted; beside it, what its axes are.

    The title below has to be short: on a telephone three panels share 390 pixels.
    """
    judged = "too few samples to judge" if trust is None else f"trustworthiness {trust.value:.3f}"
    settings = projection.settings
    if projection.method == "pca":
        first, second = (percent(ratio) for ratio in projection.explained_variance_ratio)
        return judged, f"across: first component ({first}), up: second ({second})"
    if projection.method == "lda":
        return judged, "across: first discriminant, up: second"
    if projection.method == "tsne":
        return judged, f"t-SNE, perplexity {settings['perplexity']:.3g}"
    return judged, f"UMAP, {settings['n_neighbors']:.0f} neighbours"


def panels_figure(
    panels: Sequence[Panel],
    samples: Samples,
    caption: Callable[[int], str],
    *,
    classes: Collection[str] = (),
) -> go.Figure:
    """Draw every panel with the same colours and symbols, and one legend for all.

    Parameters
    ----------
    panels
        At least one.
    samples
        What the rows are.
    caption
        Index of a sample -> its text on hover.
    classes
        Names of the classes that are drawn; empty for all.
    """
    figure = _grid(panels)
    if samples.target_kind == "regression":
        for index, panel in enumerate(panels):
            _add_scale(figure, panel, samples, caption, index)
        title = samples.class_names[0] if samples.class_names else "target"
        bar = {"title": shorten_middle(title, TARGET_CHARS)}
        figure.update_layout(coloraxis={"colorscale": "Viridis", "colorbar": bar})
        set_least_width(figure, least_width_of(figure) + BAR_PIXELS)
        return figure
    n_named = 0
    for number, (name, members) in enumerate(classes_of(samples)):
        if (classes and name not in classes) or not any(members[panel.rows].any() for panel in panels):
            continue
        n_named += 1
        for index, panel in enumerate(panels):
            _add_points(
                figure,
                panel,
                members[panel.rows],
                caption,
                place=index,
                name=name,
                legendgroup=f"class {number}",
                showlegend=index == 0,
                marker=class_marker(number, size=6),
                hovertemplate="%{text}<br><b>%{fullData.name}</b><extra></extra>",
            )
    figure.update_layout(showlegend=n_named <= MAX_NAMED)
    return figure


def echo_figure(panels: Sequence[Panel], samples: Samples, selected: Sequence[int]) -> go.Figure:
    """Draw every panel in grey, some samples in the colours of their classes.

    Parameters
    ----------
    panels, samples
        As in :func:`panels_figure`.
    selected
        Indices of the samples that stand out.
    """
    figure = _grid(panels)
    chosen = np.zeros(samples.n_samples, dtype=bool)
    chosen[list(selected)] = True
    grey = {"color": GREY, "size": 4, "opacity": 0.3}
    if samples.target_kind == "regression":
        looks = [("selected", chosen, {"color": BRIGHT[1], "symbol": "diamond"})]
    else:
        looks = [
            (name, members & chosen, class_marker(number, size=11))
            for number, (name, members) in enumerate(classes_of(samples))
            if (members & chosen).any()
        ]
    for index, panel in enumerate(panels):
        common: dict[str, Any] = {"place": index, "showlegend": False, "hoverinfo": "skip"}
        _add_points(figure, panel, ~chosen[panel.rows], str, name="others", marker=grey, **common)
        for name, members, look in looks:
            marker = {**look, "size": 11, "opacity": 1, "line": {"width": 1.5, "color": INK}}
            shown = {**common, "showlegend": index == 0, "legendgroup": name}
            _add_points(figure, panel, members[panel.rows], str, name=name, marker=marker, **shown)
    return figure


def _grid(panels: Sequence[Panel]) -> go.Figure:
    """Lay the panels out, the model's name above and the trustworthiness below."""
    n_columns = min(PER_ROW, len(panels))
    n_rows = -(-len(panels) // n_columns)
    figure = make_subplots(
        n_rows,
        n_columns,
        subplot_titles=[shorten_middle(panel.model, TITLE_CHARS) for panel in panels],
        horizontal_spacing=0.04,
        vertical_spacing=0.3 / n_rows,
    )
    ticks = {"zeroline": False, "showticklabels": False, "title_standoff": 4}
    for index, panel in enumerate(panels):
        place = _place(index, n_columns)
        figure.update_xaxes(title=panel.x_title, **ticks, **place)
        figure.update_yaxes(title=panel.y_title, **ticks, **place)
    figure.update_xaxes(title_font_size=12)
    figure.update_yaxes(title_font_size=10)
    figure.update_annotations(font_size=13)
    figure.update_layout(
        height=110 + PANEL_PIXELS * n_rows,
        margin={"l": 10, "r": 10, "t": 70, "b": 40},  # the buttons stand above the names
        legend={"orientation": "h", "y": -0.12 / n_rows, "yanchor": "top", "itemsizing": "constant"},
        dragmode="lasso",
    )
    set_least_width(figure, PANEL_WIDTH * n_columns)
    return figure


def _place(index: int, n_columns: int) -> dict[str, int]:
    return {"row": index // n_columns + 1, "col": index % n_columns + 1}


def _add_scale(
    figure: go.Figure, panel: Panel, samples: Samples, caption: Callable[[int], str], index: int
) -> None:
    """Add all points of a panel, coloured by their number."""
    numbers = samples.labels.reshape(samples.n_samples, -1)[panel.rows, 0].astype(np.float32)
    _add_points(
        figure,
        panel,
        np.ones(len(panel.rows), dtype=bool),
        caption,
        place=index,
        name="samples",
        showlegend=False,
        marker={"color": numbers, "coloraxis": "coloraxis", "size": 6, "opacity": 0.85},
        hovertemplate="%{text}<br><b>%{marker.color:.4g}</b><extra></extra>",
    )


def _add_points(
    figure: go.Figure,
    panel: Panel,
    members: NDArray[np.bool_],
    caption: Callable[[int], str],
    *,
    place: int,
    **look: Any,
) -> None:
    """Add some points of a panel; ``members`` of shape (k,) says which."""
    kind = go.Scattergl if len(panel.rows) > MAX_VECTOR_POINTS else go.Scatter
    rows = panel.rows[members]
    n_columns = len(figure._grid_ref[0])  # noqa: SLF001 - where make_subplots keeps it
    figure.add_trace(
        kind(
            x=panel.points[members, 0],
            y=panel.points[members, 1],
            mode="markers",
            customdata=rows.astype(np.int32),
            text=[caption(row) for row in rows.tolist()],
            **look,
        ),
        **_place(place, n_columns),
    )


def panels_table(panels: Sequence[Panel], samples: Samples, *, classes: Collection[str] = ()) -> Table:
    """List the coordinates of every sample under every model.

    Parameters
    ----------
    panels, samples, classes
        As in :func:`panels_figure`.
    """
    columns = [Column("sample", "sample"), Column("label", "label")]
    places: dict[int, dict[str, Any]] = {}
    for index, panel in enumerate(panels):
        columns += [
            Column(f"{axis}{index}", f"{panel.model}, {axis}", "number", fixed(3)) for axis in ("x", "y")
        ]
        for row, (x, y) in zip(panel.rows.tolist(), panel.points.tolist(), strict=True):
            places.setdefault(row, {}).update({f"x{index}": x, f"y{index}": y})
    shown = np.zeros(samples.n_samples, dtype=bool)
    for name, members in classes_of(samples) if classes else ():
        shown |= members & (name in classes)
    records = [
        {"sample": samples.names[row], "label": say_label(samples, row), **place}
        for row, place in sorted(places.items())
        if not classes or shown[row]
    ]
    return Table.of("embeddings", "Projected samples", columns, records)
