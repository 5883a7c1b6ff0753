"""The picture of a ranking says what the cells of the run say."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pytest

from ptmrank_core.metrics import METRICS
from ptmrank_core.records import (
    Failure,
    Finding,
    Ranking,
    RunResult,
    Score,
    Sensitivity,
    Skipped,
    Stage,
    Truth,
    Vote,
    Without,
)
from ptmrank_core.reports.figures.ranking_overview import least_width, overview_figure, say_overview
from ptmrank_core.reports.figures.ranking_overview.columns import cell_edges, cell_middles
from ptmrank_core.reports.figures.ranking_overview_data import CellKind, OverviewLayout
from ptmrank_core.reports.figures.style.escaping import plain_figure
from ptmrank_core.reports.figures.style.rank_colours import RANKS, contrast, ink_on
from ptmrank_core.results import rank_result
from ptmrank_core.results.phrases import strip_bidi
from ptmrank_core.results.prediction import prediction_of
from ptmrank_core.results.verdict.decisive_warnings import decisive_warnings, say_warnings
from tests.reports.results import HOSTILE, certain, hostile_result, probe_of

NAMES = ("a", "b", "c", "d")


@pytest.fixture
def result() -> RunResult:
    """Three models with scores, of which one is warned of and one lacks a head; a fourth that failed."""
    run = hostile_result(NAMES)
    cells = (
        Score("a", "logme", 0.3, 0.1),
        Score("b", "logme", 0.2, 0.1, {}, ("It did not settle.",)),
        Score("c", "logme", 0.1, 0.1),
        Score("a", "hscore", 1.0, 0.1),
        Score("b", "hscore", 3.0, 0.1),
        Score("c", "hscore", 3.0, 0.1),
        Score("a", "leep", -1.0, 0.1),
        Skipped("b", "leep", "It has no source head."),
        *(Failure("d", name, Stage.LOAD, "OSError", "It is gone.", "Look.") for name in ("logme", "hscore")),
    )
    return replace(run, cells=cells)


def traces(result: RunResult, ranking: Ranking) -> dict[str, dict[str, object]]:
    """The named traces of the figure as a browser gets them."""
    drawn = plain_figure(overview_figure(OverviewLayout.of(result, ranking)))
    return {trace["name"]: trace for trace in drawn["data"] if "name" in trace}


def test_each_cell_is_a_rank_or_a_reason(result: RunResult) -> None:
    """Ranks as the ranking has them, ties with their mean; every other cell says why it is empty."""
    ranking = rank_result(result)
    layout = OverviewLayout.of(result, ranking)
    assert [row.model for row in layout.rows] == [*ranking.order, "d"]
    by_model = {
        row.model: dict(zip([m.metric for m in layout.metrics], row.cells, strict=True))
        for row in layout.rows
    }
    assert by_model["b"]["logme"].rank == 2
    assert by_model["b"]["logme"].warnings == ("It did not settle.",)
    assert (by_model["b"]["hscore"].rank, by_model["c"]["hscore"].rank) == (1.5, 1.5)
    assert by_model["b"]["leep"].kind is CellKind.SKIPPED
    assert by_model["c"]["leep"].kind is CellKind.MISSING
    assert by_model["d"]["logme"].kind is CellKind.FAILED
    assert "It is gone." in by_model["d"]["logme"].reason
    assert layout.rows[-1].place is None


def test_the_heaviest_vote_stands_first(result: RunResult) -> None:
    """Metrics by their share of the vote; one that does not vote counts nothing and stands last."""
    ranking = rank_result(result)
    layout = OverviewLayout.of(result, ranking)
    weights = [own.weight for own in layout.metrics]
    assert weights == sorted(weights, reverse=True)
    assert {own.metric for own in layout.metrics if own.weight > 0} == set(ranking.metrics_used)
    assert all(len(row.cells) == len(layout.metrics) for row in layout.rows)


def test_the_figure_writes_every_rank_into_its_cell(result: RunResult) -> None:
    """Numbers for ranks, signs for the rest."""
    layout = OverviewLayout.of(result, rank_result(result))
    figure = overview_figure(layout)
    written = {
        (x, y): text
        for trace in figure.data
        if trace.type == "scatter" and trace.mode == "text" and trace.xaxis == "x3"
        for x, y, text in zip(trace.x, trace.y, trace.text, strict=True)
    }
    middles = cell_middles(layout)
    for y, row in enumerate(layout.rows):
        for x, cell in zip(middles, row.cells, strict=True):
            sign = {CellKind.SKIPPED: "–", CellKind.FAILED: "×", CellKind.MISSING: "…"}.get(cell.kind)
            assert written[x, y] == (sign or f"{cell.rank:g}")
    assert list(figure.layout.xaxis3.ticktext) == [METRICS[own.metric].title for own in layout.metrics]


def test_only_a_warning_that_decides_is_framed(result: RunResult) -> None:
    """Without the vote of the metric the model would have another place; other warnings do nothing."""
    ranking = rank_result(result)
    without = Without(order=("b", "a", "c"), tau=0.3, moved="b", n_places=1)
    voted = replace(
        ranking,
        order=("a", "b", "c"),
        metrics_used=("logme", "hscore"),
        sensitivity=Sensitivity(ranking.order, True, {"logme": without}),
    )
    (found,) = decisive_warnings(result, voted)
    assert (found.model, found.metric, found.place, found.without) == ("b", "logme", 2, 1)
    said = "LogME warns of its own score for b; without its vote b would be in place 1 instead of 2."
    assert strip_bidi(say_warnings([found])) == said
    layout = OverviewLayout.of(result, voted)
    (frame,) = [t for t in overview_figure(layout).data if t.name == "the metric warns of this score"]
    x = [own.metric for own in layout.metrics].index("logme")
    y = [row.model for row in layout.rows].index("b")
    left, right = cell_edges(layout)[x : x + 2]
    assert [end for end in frame.x if end is not None] == [left, right, right, left, left]
    assert {end for end in frame.y if end is not None} == {y - 0.5, y + 0.5}
    assert "red frame" in say_overview(layout)
    same = replace(without, order=("a", "b", "c"))
    settled = replace(voted, sensitivity=Sensitivity(ranking.order, True, {"logme": same}))
    assert decisive_warnings(result, settled) == ()
    assert "red frame" not in say_overview(OverviewLayout.of(result, settled))


def test_the_width_of_a_column_is_its_vote() -> None:
    """Columns of two metrics are as wide as their weights; none is narrower than its number needs."""
    run = hostile_result(NAMES)
    ranking = rank_result(run)
    votes = {"logme": Vote(0.6, ""), "hscore": Vote(0.4, ""), "leep": Vote(0.0, "")}
    weighed = replace(ranking, votes=votes, metrics_used=("logme", "hscore"))
    first, second, third = (b - a for a, b in pairwise(cell_edges(OverviewLayout.of(run, weighed))))
    assert first / second == pytest.approx(0.6 / 0.4)
    assert third == 1 <= second


def test_a_highlighted_model_has_a_stripe_and_every_row_can_be_clicked(result: RunResult) -> None:
    """The stripe lies in the row of the model, and each row has marks that name its model."""
    layout = OverviewLayout.of(result, rank_result(result))
    figure = overview_figure(layout, highlight=["c"])
    (stripe,) = figure.layout.shapes
    y = [row.model for row in layout.rows].index("c")
    assert (stripe.y0, stripe.y1) == (y - 0.5, y + 0.5)
    (marks,) = [t for t in figure.data if t.type == "scatter" and t.mode == "markers" and t.xaxis is None]
    assert {own[0] for own in marks.customdata} == {row.model for row in layout.rows}
    assert figure.layout.showlegend is False


def test_intervals_and_ties_are_drawn_beside_the_places() -> None:
    """A line for every interval, a stroke for every group; none of both where nothing is known."""
    result = hostile_result(NAMES)
    ranking = certain(result)
    found = ranking.intervals
    assert found is not None
    drawn = traces(result, ranking)
    (line,) = [trace for name, trace in drawn.items() if name.endswith("interval")]
    ends = [end for model in ranking.order if model in found.intervals for end in found.intervals[model]]
    assert [end for end in line["x"] if end is not None] == ends  # type: ignore[attr-defined]
    assert "not distinguishable" in drawn
    without = traces(result, replace(ranking, intervals=None))
    assert set(drawn) - set(without) == {"its 90% interval", "not distinguishable"}


def test_one_model_and_many_are_drawn() -> None:
    """From one model under one metric to sixty: rows of one height, and room for every cell."""
    for n_models in (1, 2, 60):
        run = hostile_result([f"model {i}" for i in range(n_models + 1)])
        layout = OverviewLayout.of(run, rank_result(run))
        figure = overview_figure(layout)
        assert layout.n_ranked == n_models
        assert figure.layout.height > 30 * len(layout.rows)
        assert least_width(layout) > 30 * len(layout.metrics)
    assert json.loads(figure.to_json())["layout"]["yaxis"]["range"][1] < 0


def test_hostile_names_stay_text() -> None:
    """What a model is called is shown and never read as markup."""
    run = hostile_result()
    drawn = json.dumps(plain_figure(overview_figure(OverviewLayout.of(run, rank_result(run)))))
    assert "<img" not in drawn
    assert "<script" not in drawn
    assert HOSTILE[0].replace("<", "&lt;").replace(">", "&gt;")[:10] in drawn


def test_the_words_below_name_what_is_in_the_picture(result: RunResult) -> None:
    """Signs, frames and lines are explained where they are, and not where they are not."""
    said = say_overview(OverviewLayout.of(result, rank_result(result)))
    assert "– does not apply" in said
    assert "× failed" in said
    assert "grey stroke" not in said
    clean = replace(result, cells=tuple(c for c in result.cells if isinstance(c, Score) and not c.warnings))
    clean = replace(clean, plan=replace(clean.plan, metrics=("hscore",), models=clean.plan.models[:1]))
    clean = replace(clean, cells=(Score("a", "hscore", 1.0, 0.1),))
    assert "Grey" not in say_overview(OverviewLayout.of(clean, rank_result(clean)))


def test_numbers_can_be_read_on_every_shade() -> None:
    """The letters of a cell have the contrast that text needs, and better ranks are darker."""
    shades = RANKS.light
    assert min(contrast(ink_on(own), own) for own in shades) >= 4.5
    lightness = [contrast(own, "black") for own in shades]
    assert lightness == sorted(lightness)
    assert contrast("black", "white") == pytest.approx(21)


def test_references_stand_apart_with_the_place_they_would_take(result: RunResult) -> None:
    """A control has a row below the ranked ones: no place, no colour, and how many candidates beat it."""
    specs = [
        replace(spec, control="untrained weights") if spec.id == "a" else spec for spec in result.plan.models
    ]
    run = replace(result, plan=replace(result.plan, models=tuple(specs)))
    layout = OverviewLayout.of(run, rank_result(run))
    assert "a" not in [row.model for row in layout.rows]
    (row,) = layout.references
    beside = dict(
        zip([own.metric for own in layout.metrics], [cell.beside for cell in row.cells], strict=True)
    )
    assert (row.model, row.family, row.place) == ("a", "untrained weights", None)
    assert (beside["logme"], beside["hscore"]) == (1, 3)
    assert "not ranked; would take place 3 with a score of 1." in [cell.say() for cell in row.cells]
    figure = overview_figure(layout)
    grey = [trace for trace in figure.data if trace.type == "heatmap"][-1]
    assert {colour for _, colour in grey.colorscale} == {"rgba(128,128,128,0.18)"}
    assert min(grey.y) > len(layout.rows) - 0.5
    assert list(figure.data[0].text) == [row.model for row in layout.rows]
    assert "References are never ranked" in say_overview(layout)
    assert "References" not in say_overview(OverviewLayout.of(result, rank_result(result)))


def test_what_models_reach_is_a_column(result: RunResult) -> None:
    """Expected, trained and probed results stand beside the costs; the demo's record does not."""
    truths = {"imported": Truth("accuracy", {"b": 0.75}), "recorded": Truth("accuracy", {"b": 0.5})}
    findings = [Finding(Truth.KIND, name, truth, 0.0) for name, truth in truths.items()]
    findings.append(Finding("probe", "b", probe_of(0.625), 0.1))
    run = replace(result, findings=tuple(findings))
    figure = overview_figure(OverviewLayout.of(run, rank_result(run)))
    titles = ["expected", "your results", "probe", "parameters", "s per 1,000", "licence"]
    assert list(figure.layout.xaxis4.ticktext) == titles
    written = {text for trace in figure.data if trace.xaxis == "x4" for text in trace.text}
    expected = prediction_of(run, rank_result(run)).by_model["b"]
    assert {"0.750", "0.625", f"{expected.value:.3f}"} <= written
    assert "0.500" not in written
