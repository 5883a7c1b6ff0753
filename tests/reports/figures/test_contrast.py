"""What is written in any figure can be read on what it stands on: contrast 4.5 on every page and on paper."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from ptmrank_core.reports.figures.style.escaping import plain_figure
from ptmrank_core.reports.figures.style.pages import on_page
from ptmrank_core.reports.figures.style.paper import paper_figure
from ptmrank_core.reports.figures.style.theme import GREY
from tests.reports.figures.all_figures import all_figures
from tests.reports.figures.test_rank_colours import grounds, theme

Rgb = tuple[float, float, float]
Written = tuple[str, float]
LEAST = 4.5


def rgb(color: str, below: Rgb) -> Rgb:
    """Channels of a colour from 0 to 255, mixed with what is below it where it is translucent."""
    names = {"black": (0.0, 0.0, 0.0), "white": (255.0, 255.0, 255.0)}
    if color in names:
        return names[color]
    if color.startswith("#"):
        return tuple(float(int(color[i : i + 2], 16)) for i in (1, 3, 5))  # type: ignore[return-value]
    parts = [float(part) for part in color[color.index("(") + 1 : -1].split(",")]
    return mixed(tuple(parts[:3]), below, parts[3] if len(parts) > 3 else 1.0)  # type: ignore[arg-type]


def mixed(above: Rgb, below: Rgb, share: float) -> Rgb:
    """Mix two colours."""
    return tuple(share * a + (1 - share) * b for a, b in zip(above, below, strict=True))  # type: ignore[return-value]


def contrast(one: Rgb, other: Rgb) -> float:
    """Contrast of two colours as WCAG 2 has it."""
    lights = []
    for color in (one, other):
        share = np.array(color) / 255
        linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
        lights.append(float(linear @ np.array([0.2126, 0.7152, 0.0722])) + 0.05)
    return max(lights) / min(lights)


def on_scale(scale: list[list[Any]], share: float, below: Rgb) -> Rgb:
    """Mix the colour at a place of a colour scale, as plotly.js does."""
    stops = [rgb(color, below) for _, color in scale]
    places = [place for place, _ in scale]
    return tuple(float(np.interp(share, places, [stop[i] for stop in stops])) for i in range(3))  # type: ignore[return-value]


def numbers(value: Any) -> Any:
    """Read what JSON has of an array."""
    if not isinstance(value, dict):
        return value
    found = np.frombuffer(base64.b64decode(value["bdata"]), dtype=value["dtype"])
    return found.reshape([int(n) for n in value["shape"].split(",")]) if "shape" in value else found


def cells_of(figure: dict[str, Any], axis: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Heatmaps over an axis, with what has their scale."""
    for trace in figure["data"]:
        if trace["type"] == "heatmap" and trace.get("xaxis", "x") == axis:
            yield trace, figure["layout"][trace["coloraxis"]] if "coloraxis" in trace else trace


def ground_at(figure: dict[str, Any], axis: str, x: Any, y: Any, page: Rgb) -> Rgb:
    """The colour below a text: that of the last heatmap with a value there, else that of the page."""
    found = page
    for trace, scale in cells_of(figure, axis):
        z = np.array(numbers(trace["z"]), dtype=float)
        xs, ys = numbers(trace.get("x")), numbers(trace.get("y"))
        column = place_of(xs, x, z.shape[1])
        row = place_of(ys, y, z.shape[0])
        if column is None or row is None or not np.isfinite(z[row, column]):
            continue
        low, high = scale.get("zmin", scale.get("cmin", 0)), scale.get("zmax", scale.get("cmax", 1))
        found = on_scale(scale["colorscale"], (z[row, column] - low) / (high - low), page)
    return found


def place_of(values: Any, at: Any, n: int) -> int | None:
    """Which of n cells a place is in: cells are named, have middles or have edges."""
    if values is None:
        place = round(at) if not isinstance(at, str) else None
        return place if place is not None and 0 <= place < n else None
    listed = list(values)
    if isinstance(at, str):
        return listed.index(at) if at in listed else None
    if len(listed) == n + 1:
        inside = [i for i in range(n) if listed[i] <= at <= listed[i + 1]]
        return inside[0] if inside else None
    near = [i for i in range(n) if abs(listed[i] - at) < 0.5]
    return near[0] if near else None


def texts_of_traces(figure: dict[str, Any], page: Rgb) -> Iterator[Written]:
    """Each text of a trace, and its contrast to its mark, its cell or the page."""
    ink = figure["layout"]["font"]["color"]
    for trace in figure["data"]:
        if "text" not in trace.get("mode", "") and trace["type"] not in {"bar", "heatmap"}:
            continue
        assert "texttemplate" not in trace, "Plotly chooses the colour of such a text"
        if trace["type"] == "heatmap" or "text" not in trace:
            continue
        texts = trace["text"] if isinstance(trace["text"], list) else [trace["text"]]
        sides = trace.get("textposition", "middle center")
        font = trace.get("textfont", {}).get("color", ink)
        for i, text in enumerate(texts):
            if not text:
                continue
            own = font[i] if isinstance(font, list) else font
            side = sides[i] if isinstance(sides, list) else sides
            x, y = (numbers(trace[name])[i] for name in ("x", "y"))
            below = ground_at(figure, trace.get("xaxis", "x"), x, y, page)
            if "markers" in trace.get("mode", "") and side == "middle center":
                color = trace["marker"]["color"]
                below = rgb(color[i] if isinstance(color, list) else color, below)
            yield (
                f"{text} in {trace.get('name')}",
                contrast(mixed(rgb(own, below), below, trace.get("opacity", 1)), below),
            )


def texts_of_layout(figure: dict[str, Any], page: Rgb) -> Iterator[Written]:
    """Fonts of titles, ticks, bars of colours, the legend and notes, and their contrast to the page."""
    layout = figure["layout"]
    ink = layout["font"]["color"]
    holders = {name: value for name, value in layout.items() if "axis" in name and "color" not in name}
    bars = [layout.get("coloraxis", {}), *figure["data"], *(t.get("marker", {}) for t in figure["data"])]
    holders |= {f"bar {i}": own["colorbar"] for i, own in enumerate(bars) if "colorbar" in own}
    for name, value in holders.items():
        for font in (value.get("tickfont", {}), value.get("title", {}).get("font", {})):
            yield name, contrast(rgb(font.get("color", ink), page), page)
    yield "legend", contrast(rgb(layout.get("legend", {}).get("font", {}).get("color", ink), page), page)
    for note in layout.get("annotations", []):
        color = rgb(note.get("font", {}).get("color", ink), page)
        yield note["text"], contrast(mixed(color, page, note.get("opacity", 1)), page)


def stripes(figure: dict[str, Any], page: Rgb) -> list[Rgb]:
    """The page, and how it looks below a row that stands out."""
    fills = {shape.get("fillcolor") for shape in figure["layout"].get("shapes", [])} - {None}
    return [page, *(rgb(fill, page) for fill in fills)]


def faint(figure: dict[str, Any], page: str) -> dict[str, float]:
    """The texts of a figure, as a browser gets it, that cannot be read on a page."""
    found = {}
    for ground in stripes(figure, rgb(page, (0.0, 0.0, 0.0))):
        for text, ratio in (*texts_of_traces(figure, ground), *texts_of_layout(figure, ground)):
            if ratio < LEAST:
                found[text] = round(ratio, 2)
    return found


def drawn(figure: go.Figure, scheme: str) -> dict[str, Any]:
    """A figure on a page of the dashboard."""
    ink = theme()[scheme]["textColor"]
    return on_page(plain_figure(figure), ink=ink, is_dark=scheme == "dark")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_written_can_be_read_on_the_page(scheme: str) -> None:
    """Titles, ticks, notes, legends, names beside marks, numbers in marks and cells, on both pages."""
    page = theme()[scheme]["backgroundColor"]
    bad = {name: own for name, f in all_figures(13).items() if (own := faint(drawn(f, scheme), page))}
    assert bad == {}


@pytest.mark.parametrize("columns", [1, 2])
def test_everything_written_can_be_read_on_paper(columns: Any) -> None:
    """Figures for print are black on white, whatever page they were looked at on."""
    for name, figure in all_figures(13).items():
        printed = json.loads(paper_figure(figure, columns=columns).to_json())
        assert printed["layout"]["paper_bgcolor"] == "rgb(255,255,255)"
        assert faint(printed, "rgb(255,255,255)") == {}, name


def test_everything_written_can_be_read_in_the_report() -> None:
    """The HTML report draws in its own colours of the page, light and dark."""
    for name, page in grounds().items():
        if name.startswith("report"):
            is_dark = contrast(rgb(page, (0, 0, 0)), (255, 255, 255)) > LEAST
            ink = theme()["dark" if is_dark else "light"]["textColor"]
            for title, figure in all_figures(13).items():
                shown = on_page(plain_figure(figure), ink=ink, is_dark=is_dark)
                assert faint(shown, page) == {}, title


def test_a_text_that_cannot_be_read_is_found() -> None:
    """Grey on a page, and black in a dark cell, are told by name."""
    page = theme()["light"]["backgroundColor"]
    figure = go.Figure(go.Heatmap(z=[[0, 1]], zmin=0, zmax=1, colorscale=[[0, "#000000"], [1, "#FFFFFF"]]))
    figure.add_scatter(x=[0, 1], y=[0, 0], text=["a", "b"], mode="text", textfont={"color": "black"})
    figure.update_xaxes(title={"text": "x", "font": {"color": GREY}})
    assert set(faint(drawn(figure, "light"), page)) == {"a in None", "xaxis"}


def test_the_best_stands_out_on_both_pages() -> None:
    """The first rank has the most contrast to the page, and the last the least, on light and on dark."""
    for scheme in ("light", "dark"):
        page = rgb(theme()[scheme]["backgroundColor"], (0, 0, 0))
        field = next(t for t in drawn(all_figures(13)["overview"], scheme)["data"] if t["type"] == "heatmap")
        ratios = [contrast(rgb(color, page), page) for _, color in field["colorscale"]]
        assert ratios == sorted(ratios, reverse=True)
        assert ratios[0] > 7
