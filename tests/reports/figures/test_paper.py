"""Figures for print and for pages: their size, their colours, and that names stay names."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import plotly.io as pio
import pytest

from ptmrank_core.reports.figures.ranking_overview import overview_figure
from ptmrank_core.reports.figures.ranking_overview_data import OverviewLayout
from ptmrank_core.reports.figures.style.escaping import plain_figure
from ptmrank_core.reports.figures.style.pages import on_page
from ptmrank_core.reports.figures.style.paper import COLUMN_MM, paper_figure
from ptmrank_core.reports.figures.style.rank_colours import IN_THE_DARK, RANKS, TAU
from ptmrank_core.reports.figures.style.theme import INK, least_width_of, set_least_width
from tests.reports.figures.all_figures import run_of


def figure(least_width: int = 800) -> go.Figure:
    """A figure with lengths of every kind."""
    made = go.Figure()
    made.add_scatter(
        x=[1, 2],
        y=[1, 2],
        name="#333333",
        text=["#333333", "<b>bold</b>"],
        mode="lines+markers+text",
        line={"width": 4, "color": INK},
        marker={"size": [10, 20]},
        error_y={"array": [1, 1], "thickness": 2, "width": 6},
        textfont={"size": 12, "color": INK},
    )
    made.add_bar(x=[1], y=[2], width=0.5)
    made.update_layout(height=400, margin={"l": 40, "t": 20}, font={"size": 12})
    set_least_width(made, least_width)
    return made


@pytest.mark.parametrize("columns", [1, 2])
def test_a_printed_figure_is_as_wide_as_its_columns(columns: Any) -> None:
    """In pixels of 1/96 inch; every length in pixels is reduced alike, and none in units of the data."""
    made = figure()
    printed = paper_figure(made, columns=columns)
    assert printed.layout.width == round(COLUMN_MM[columns] / 25.4 * 96)
    share = COLUMN_MM[columns] / 25.4 * 96 / 800
    line, bar = printed.data
    assert printed.layout.height == round(400 * share)
    assert printed.layout.margin.l == pytest.approx(40 * share)
    assert line.line.width == pytest.approx(4 * share)
    assert line.error_y.width == pytest.approx(6 * share)
    assert list(line.marker.size) == pytest.approx([10 * share, 20 * share])
    assert line.textfont.size == pytest.approx(12 * share)
    assert bar.width == 0.5
    assert list(line.error_y.array) == [1, 1]


def test_letters_on_paper_are_no_smaller_than_six_points_where_the_figure_fits() -> None:
    """A figure that a phone has room for is printed with letters of seven points in one column."""
    printed = paper_figure(figure(340), columns=1)
    assert printed.layout.font.size * 72 / 96 > 7
    assert paper_figure(figure(340), columns=2).layout.font.size == pytest.approx(12, abs=0.01)


def test_a_printed_figure_is_black_on_white_and_leaves_the_other_as_it_was() -> None:
    """Ink becomes black, while a name that reads like that colour stays; the figure itself is not changed."""
    made = figure()
    before = made.to_json()
    printed = paper_figure(made, columns=2)
    assert made.to_json() == before
    assert printed.layout.paper_bgcolor == printed.layout.plot_bgcolor == "rgb(255,255,255)"
    assert printed.layout.font.color == printed.data[0].textfont.color == "rgb(0,0,0)"
    assert printed.data[0].name == "#333333"
    assert list(printed.data[0].text) == ["#333333", "<b>bold</b>"]
    assert "&lt;b&gt;bold" in plain_figure(printed)["data"][0]["text"][1]


def test_in_one_column_the_ranking_is_names_and_places() -> None:
    """What does not fit there is left out, and the rest has the whole width, in letters of eight points."""
    whole = overview_figure(OverviewLayout.of(*run_of(5)))
    printed = paper_figure(whole, columns=1)
    assert {trace.xaxis or "x" for trace in printed.data} == {"x", "x2"}
    assert printed.layout.xaxis.domain[0] == 0
    assert printed.layout.xaxis2.domain[1] == pytest.approx(1)
    assert [note.text for note in printed.layout.annotations] == ["place, 90% interval", "not told apart"]
    assert printed.layout.font.size * 72 / 96 > 7  # points
    assert len(paper_figure(whole, columns=2).data) == len(whole.data)


def test_a_page_gives_its_ink_to_everything_but_names() -> None:
    """Fonts without a colour get that of the page; texts and names that read like colours stay."""
    shown = on_page(plain_figure(figure()), ink="#ABCDEF", is_dark=True)
    assert shown["layout"]["font"]["color"] == shown["layout"]["xaxis"]["tickfont"]["color"] == "#ABCDEF"
    assert shown["layout"]["legend"]["font"]["color"] == "#ABCDEF"
    assert shown["data"][0]["line"]["color"] == "#ABCDEF"
    assert (shown["data"][0]["name"], shown["data"][0]["text"][0]) == ("#333333", "#333333")


def test_each_ramp_is_looked_up_colour_by_colour() -> None:
    """What is light at one end of a ramp is dark there on a dark page, for every stop of every ramp."""
    for ramp in (RANKS, TAU):
        assert [IN_THE_DARK[color] for color in ramp.light] == list(ramp.dark)
        assert [color for _, color in ramp.scale()] == list(ramp.light)
    assert least_width_of(go.Figure()) == 340


def test_the_look_of_the_process_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit gives Plotly a template of its own, for the pages; what is printed has none."""
    monkeypatch.setattr(pio.templates, "default", "plotly_dark")
    printed = paper_figure(go.Figure(go.Bar(x=["a"], y=[1])), columns=2)
    assert "template" not in plain_figure(printed)["layout"]
