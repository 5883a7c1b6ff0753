"""The figures of the lessons: every number is drawn, and stands in the table too."""

from __future__ import annotations

import pytest

from ptmrank_core.lessons.course import Dots, Exhibit, Grid, Lines
from ptmrank_core.ranking import rank_correlations
from ptmrank_core.reports.figures.lessons.exhibits import exhibit_alt, exhibit_figure, exhibit_table
from tests.reports.figures.all_figures import EXHIBITS

AGREEMENT = rank_correlations(
    {"logme": {"a": 1.0, "b": 2.0, "c": 3.0}, "gbc": {"a": 3.0, "b": 2.0, "c": 1.0}},
    higher_is_better={"logme": True, "gbc": True},
)


def test_scores_are_written_and_marked() -> None:
    """A marked score has a dot and a ground; one that is missing says so; round-off is 0."""
    grid = EXHIBITS["lesson, scores"]
    assert isinstance(grid, Grid)
    figure = exhibit_figure(grid)
    assert list(figure.data[0].text)[:3] == ["● -1.23e+03", "no value", "● 0"]
    assert len(figure.layout.shapes) == 2 * len(grid.rows)
    row = exhibit_table(grid).records()[0]
    assert [row[f"value_{place}"] for place in (1, 2, 3)] == [-1234.5, None, 1e-30]
    assert row["marked"] == "clear, clean labels, closer, wrong labels"


def test_shares_stand_on_one_scale_beside_what_they_are_compared_with() -> None:
    """One mark for each row and series, and a line at the share to compare with."""
    dots = EXHIBITS["lesson, shares"]
    assert isinstance(dots, Dots)
    figure = exhibit_figure(dots)
    *series, line = figure.data
    assert [list(trace.x) for trace in series] == [list(own) for own in dots.series.values()]
    assert set(line.x) == {dots.line}
    assert exhibit_table(dots).values("value_2") == [1.0] * len(dots.rows)


def test_curves_are_drawn_as_they_are() -> None:
    """Each curve over the places; what the others are compared with is dashed."""
    lines = EXHIBITS["lesson, curves"]
    assert isinstance(lines, Lines)
    figure = exhibit_figure(lines)
    assert [list(trace.y) for trace in figure.data] == [list(line.values) for line in lines.lines]
    assert [trace.line.dash for trace in figure.data] == [None, "dash"]
    assert exhibit_table(lines).values("row") == list(lines.places)


@pytest.mark.parametrize("exhibit", [*EXHIBITS.values(), AGREEMENT], ids=[*EXHIBITS, "lesson, agreement"])
def test_an_exhibit_has_figure_table_and_words(exhibit: Exhibit) -> None:
    """Whoever cannot see the figure has its numbers and a sentence."""
    assert exhibit_figure(exhibit).data
    assert exhibit_table(exhibit).rows
    assert len(exhibit_alt(exhibit)) > 20
