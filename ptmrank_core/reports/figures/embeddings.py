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
from ptmrank_core.reports.figures.maps.looks import classes_of, looks_of, marker_of
from ptmrank_core.reports.figures.style.escaping import shorten_middle
from ptmrank_core.reports.figures.style.theme import BRIGHT, least_width_of, set_least_width
from ptmrank_core.reports.tables.table import Column, Table, fixed
from ptmrank_core.results.phrases import percent, say_label

__all__ = ["Panel", "axis_titles", "panels_figure", "panels_table", "say_trust"]

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
    note
        How far the projection can be trusted.
    """

    model: str
    rows: NDArray[np.int64]
    points: NDArray[np.float32]
    x_title: str
    y_title: str = ""
    note: str = ""


def say_trust(trust: Trust | None) -> str:
    """Say how far a projection can be trusted."""
    return "too few samples to judge" if trust is None else f"trustworthiness {trust.value:.3f}"


def axis_titles(projection: Projection) -> tuple[str, str]:
    """Make the titles of the axis across and of the axis up.

    They have to be short: three panels stand side by side.
    """
    settings = projection.settings
    if projection.method == "pca":
        first, second = (percent(ratio) for ratio in projection.explained_variance_ratio)
        return f"component 1 ({first})", f"component 2 ({second})"
    if projection.method == "lda":
        return "discriminant 1", "discriminant 2"
    if projection.method == "tsne":
        return f"t-SNE 1 (perplexity {settings['perplexity']:.3g})", "t-SNE 2"
    return f"UMAP 1 ({settings['n_neighbors']:.0f} neighbours)", "UMAP 2"


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
    n_named, looks = 0, looks_of(samples, classes)
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
                marker=marker_of(looks[name], size=6),
                hovertemplate="%{text}<br><b>%{fullData.name}</b><extra></extra>",
            )
    figure.update_layout(showlegend=n_named <= MAX_NAMED)
    return figure


def _grid(panels: Sequence[Panel]) -> go.Figure:
    """Lay the panels out, the model's name above, the first axis and the trustworthiness below."""
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
        below = "; ".join(filter(None, (panel.x_title, panel.note)))
        figure.update_xaxes(title=below, **ticks, **place)
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
