"""What the lessons show: scores side by side, shares on one scale, curves; each with table and words."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from ptmrank_core.lessons.course import Dots, Exhibit, Grid, Lines
from ptmrank_core.ranking import Agreement
from ptmrank_core.reports.figures.agreement import agreement_figure
from ptmrank_core.reports.figures.evidence import correlation_figure
from ptmrank_core.reports.figures.style.still import finish
from ptmrank_core.reports.figures.style.theme import (
    GREY,
    HIGHLIGHT,
    INK,
    class_marker,
)
from ptmrank_core.reports.tables.evidence import evidence_table
from ptmrank_core.reports.tables.run import pairs_table
from ptmrank_core.reports.tables.table import SIGNIFICANT, Column, Table, fixed

__all__ = ["exhibit_alt", "exhibit_figure", "exhibit_table"]

ROW_PIXELS, COLUMN_PIXELS, NAMES_PIXELS, LETTER_PIXELS = 28, 90, 100, 7
MARK = "● "
CORRELATION = "weighted_tau"
ROUND_OFF = 1e-9


def exhibit_figure(exhibit: Exhibit) -> go.Figure:
    """Draw the numbers of a lesson."""
    if isinstance(exhibit, Grid):
        return _grid(exhibit)
    if isinstance(exhibit, Dots):
        return _dots(exhibit)
    if isinstance(exhibit, Lines):
        return _lines(exhibit)
    return (
        agreement_figure(exhibit)
        if isinstance(exhibit, Agreement)
        else correlation_figure(exhibit, CORRELATION)
    )


def exhibit_table(exhibit: Exhibit) -> Table:
    """Write the numbers of a lesson as a table."""
    if isinstance(exhibit, Grid):
        return _grid_table(exhibit)
    if isinstance(exhibit, Dots):
        columns = [Column("row", "of"), *_numbered(tuple(exhibit.series), fixed(2))]
        values = list(zip(*exhibit.series.values(), strict=True))
        return _table(exhibit.scale, columns, exhibit.rows, values)
    if isinstance(exhibit, Lines):
        titles = tuple(line.title for line in exhibit.lines)
        columns = [Column("row", exhibit.across, "number", SIGNIFICANT), *_numbered(titles, fixed(3))]
        values = list(zip(*(line.values for line in exhibit.lines), strict=True))
        return _table(exhibit.up, columns, exhibit.places, values)
    return pairs_table(exhibit) if isinstance(exhibit, Agreement) else evidence_table(exhibit)


def exhibit_alt(exhibit: Exhibit) -> str:
    """Say what the figure of a lesson shows, for readers who cannot see it."""
    if isinstance(exhibit, Grid):
        columns = ", ".join(exhibit.columns)
        return f"Scores of {len(exhibit.rows)} metrics: {columns}. A mark means: {exhibit.mark}"
    if isinstance(exhibit, Dots):
        return (
            f"{', '.join(exhibit.series)}: {exhibit.scale}, beside {exhibit.line_title} at {exhibit.line:.0%}"
        )
    if isinstance(exhibit, Lines):
        titles = ", ".join(line.title for line in exhibit.lines)
        return f"{titles}: {exhibit.up}, against {exhibit.across}"
    if isinstance(exhibit, Agreement):
        return "Heatmap of Kendall's tau between metrics"
    return "Agreement of each metric with recorded fine-tuning, weighted Kendall's tau with its interval"


def _grid(grid: Grid) -> go.Figure:
    """Write each score in its cell; marked ones stand on a ground of their own and have a dot."""
    figure = go.Figure()
    cells = [
        (column, row, value, grid.marked[row][column])
        for row, values in enumerate(grid.values)
        for column, value in enumerate(values)
    ]
    figure.add_scatter(
        x=[column for column, *_ in cells],
        y=[row for _, row, *_ in cells],
        text=[f"{MARK if is_marked else ''}{_said(value)}" for *_, value, is_marked in cells],
        mode="text",
        textfont={"size": 13, "color": INK},
        hoverinfo="skip",
        showlegend=False,
    )
    figure.update_layout(shapes=[_cell(column, row) for column, row, _, is_marked in cells if is_marked])
    figure.update_xaxes(
        side="top",
        tickvals=list(range(len(grid.columns))),
        ticktext=list(grid.columns),
        range=[-0.5, len(grid.columns) - 0.5],
        showgrid=False,
        zeroline=False,
        title=f"{MARK}{grid.mark}",
    )
    _name_rows(figure, grid.rows)
    each = max(COLUMN_PIXELS, LETTER_PIXELS * max(map(len, grid.columns)))
    least = NAMES_PIXELS + each * len(grid.columns)
    finish(figure, height=100 + ROW_PIXELS * len(grid.rows), least_width=least, top=70)
    return figure


def _said(value: float | None) -> str:
    """Write a score as it is read: what is 0 but for round-off is 0."""
    if value is None:
        return "no value"
    return "0" if abs(value) < ROUND_OFF else f"{value:.3g}"


def _cell(column: int, row: int) -> dict[str, object]:
    ends = {"x0": column - 0.46, "x1": column + 0.46, "y0": row - 0.44, "y1": row + 0.44}
    return {"type": "rect", "layer": "below", "line": {"width": 0}, "fillcolor": HIGHLIGHT, **ends}


def _dots(dots: Dots) -> go.Figure:
    """Draw the shares of each row as marks on one line."""
    figure = go.Figure()
    for index, (title, shares) in enumerate(dots.series.items()):
        figure.add_scatter(
            x=list(shares),
            y=list(range(len(dots.rows))),
            mode="markers",
            marker=class_marker(index, size=12),
            name=title,
            customdata=list(dots.rows),
            hovertemplate="%{customdata}<br>%{x:.0%}<extra>%{fullData.name}</extra>",
        )
    figure.add_scatter(
        x=[dots.line, dots.line],
        y=[-0.5, len(dots.rows) - 0.5],
        mode="lines",
        line={"color": GREY, "width": 2, "dash": "dot"},
        name=f"{dots.line_title}: {dots.line:.0%}",
        hoverinfo="skip",
    )
    figure.update_xaxes(title=dots.scale, range=[-0.04, 1.04], tickformat=".0%", zeroline=False)
    _name_rows(figure, dots.rows)
    axis = max(260, LETTER_PIXELS * len(dots.scale))
    least = max(map(len, dots.rows)) * LETTER_PIXELS + axis
    finish(figure, height=170 + ROW_PIXELS * len(dots.rows), least_width=least, top=60, bottom=40)
    return figure


def _lines(lines: Lines) -> go.Figure:
    """Draw the curves; one that the others are compared with is dashed and grey."""
    figure = go.Figure()
    for index, line in enumerate(lines.lines):
        look = class_marker(index, size=8)
        figure.add_scatter(
            x=list(lines.places),
            y=list(line.values),
            mode="lines" if line.is_dashed else "lines+markers",
            marker=look,
            line={"color": GREY if line.is_dashed else look["color"], "width": 2}
            | ({"dash": "dash"} if line.is_dashed else {}),
            name=line.title,
            hovertemplate="%{x:g}: %{y:.3g}<extra>%{fullData.name}</extra>",
        )
    figure.update_xaxes(title=lines.across, zeroline=False)
    figure.update_yaxes(title=lines.up, zeroline=False)
    finish(figure, height=400, top=60, bottom=40)
    return figure


def _name_rows(figure: go.Figure, rows: tuple[str, ...]) -> None:
    """Name the rows, the first on top."""
    figure.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=list(rows),
        range=[len(rows) - 0.5, -0.5],
        showgrid=False,
        zeroline=False,
        automargin=True,
    )


def _grid_table(grid: Grid) -> Table:
    columns = [Column("row", "metric"), *_numbered(grid.columns, SIGNIFICANT), Column("marked", grid.mark)]
    values = [
        (*own, ", ".join(title for title, mark in zip(grid.columns, marks, strict=True) if mark) or None)
        for own, marks in zip(grid.values, grid.marked, strict=True)
    ]
    return _table("Scores", columns, grid.rows, values)


def _numbered(titles: tuple[str, ...], form: str) -> list[Column]:
    return [Column(f"value_{place}", title, "number", form) for place, title in enumerate(titles, start=1)]


def _table(
    title: str, columns: list[Column], rows: tuple[object, ...], values: Sequence[tuple[object, ...]]
) -> Table:
    keys = [column.key for column in columns]
    records: list[dict[str, object]] = [
        dict(zip(keys, (row, *own), strict=True)) for row, own in zip(rows, values, strict=True)
    ]
    return Table.of("lesson", title[:1].upper() + title[1:], columns, records)
