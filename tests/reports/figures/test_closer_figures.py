"""One metric, all metrics beside one another, and two metrics against each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ptmrank_core.ranking import rank_correlations
from ptmrank_core.reports.figures.agreement import (
    PairLayout,
    agreement_figure,
    let_cells_be_chosen,
    pair_figure,
    pair_table,
)
from ptmrank_core.reports.figures.bump import N_FIRST, BumpLayout, bump_figure, bump_table
from ptmrank_core.reports.figures.metric import MetricLayout, metric_figure, metric_table
from ptmrank_core.results import rank_result, scores_by_metric
from tests.reports.results import certain, hostile_result

NAMES = [f"m{i:02}" for i in range(20)]


def test_a_metric_has_dots_for_scores_and_ranks() -> None:
    """Scores may be negative: dots, nothing starts at zero; warned scores have another mark."""
    result = hostile_result(NAMES)
    ranking = rank_result(result)
    layout = MetricLayout.of("logme", result, ranking)
    assert [row.model for row in layout.rows] == list(ranking.per_metric["logme"])
    figure = metric_figure(layout)
    assert {trace.type for trace in figure.data} == {"scatter"}
    warned = next(trace for trace in figure.data if "warns" in (trace.name or ""))
    assert warned.marker.symbol == "circle-open"
    scores = scores_by_metric(result.cells)["logme"]
    assert sorted(warned.x) == sorted(scores.values())  # every one of them is warned of
    assert "higher is better" in figure.layout.xaxis.title.text
    table = metric_table(layout)
    assert dict(zip(table.values("model"), table.values("score"), strict=True)) == scores
    assert "rank_from" not in {column.key for column in table.columns}


def test_a_metric_shows_its_own_intervals() -> None:
    """Where half-samples were scored, the table has both ends and the figure the line."""
    result = hostile_result(NAMES[:4])
    ranking = certain(result)
    found = ranking.intervals
    assert found is not None
    layout = MetricLayout.of("logme", result, replace(ranking, metric_intervals={"logme": found}))
    table = metric_table(layout)
    ends = zip(table.values("rank_from"), table.values("rank_to"), strict=True)
    assert list(ends) == [found.intervals.get(row.model, (None, None)) for row in layout.rows]
    assert any("interval" in (trace.name or "") for trace in metric_figure(layout).data)


def test_a_line_for_each_model_through_its_ranks() -> None:
    """Three have colours and their place in every mark, the others are grey; a missing rank is a gap."""
    result = hostile_result(NAMES)
    ranking = rank_result(result)
    layout = BumpLayout.of(result, ranking)
    assert layout.models == ranking.order
    first = layout.ranks[0]
    assert first[0] == 1
    assert list(first[1:]) == [ranking.ranks[name].get(ranking.order[0]) for name in layout.metrics]
    figure = bump_figure(layout)
    named = {trace.name: trace for trace in figure.data}
    coloured = [model for model in layout.models if "text" in named[model].mode]
    assert sorted(coloured, key=layout.models.index) == list(layout.models[:N_FIRST])
    assert set(named[layout.models[2]].text) == {"3"}
    looks = {(named[model].marker.symbol, named[model].marker.color) for model in coloured}
    assert len(looks) == N_FIRST
    lacks = next(m for m in layout.models if m not in ranking.ranks["leep"])
    assert None in named[lacks].y
    chosen = layout.models[7:10]
    lines = {trace.name: trace for trace in bump_figure(layout, highlight=chosen).data}
    assert {model for model in layout.models if "text" in lines[model].mode} == {*coloured, *chosen}
    assert all(lines[model].line.width > lines[layout.models[0]].line.width for model in chosen)
    assert list(lines)[-3:] == list(chosen)
    assert {trace.customdata[0][0] for trace in lines.values()} == set(layout.models)
    assert bump_table(layout).values("place") == list(range(1, len(layout.models) + 1))


def test_the_heatmap_shows_the_correlations_and_lets_cells_be_chosen() -> None:
    """Cell values are tau, an undefined one is empty; over each pair lies a mark that names it."""
    scores = {
        "logme": {"a": 1.0, "b": 2.0, "c": 3.0},
        "leep": {"a": 1.0, "b": 1.0, "c": 1.0},
        "hscore": {"a": 1.0, "b": 3.0, "c": 2.0},
    }
    found = rank_correlations(scores, higher_is_better=dict.fromkeys(scores, True))
    figure = agreement_figure(found)
    heatmap = figure.data[0]
    numbers = figure.data[1]
    written = {(x, y): text for x, y, text in zip(numbers.x, numbers.y, numbers.text, strict=True)}
    assert {written.get((title, title), "") for title in heatmap.x} == {"1.00", ""}
    assert (heatmap.zmin, heatmap.zmax) == (-1, 1)
    let_cells_be_chosen(figure, found)
    marks = figure.data[2]
    titles = dict(zip(found.clustered().metrics, heatmap.x, strict=True))
    for x, y, (first, second) in zip(marks.x, marks.y, marks.customdata, strict=True):
        assert (titles[first], titles[second]) == (y, x)
    assert len(marks.x) == 6
    assert marks.marker.opacity < 0.05


def test_two_metrics_are_held_against_each_other() -> None:
    """A labelled dot for each model with both scores, at its ranks or at its scores."""
    result = hostile_result(NAMES)
    ranking = rank_result(result)
    layout = PairLayout.of("logme", "leep", result, ranking)
    scores = scores_by_metric(result.cells)
    assert set(layout.models) == set(scores["logme"]) & set(scores["leep"])
    for by_rank, values in ((True, ranking.ranks), (False, scores)):
        dots = pair_figure(layout, by_rank=by_rank).data[-1]
        np.testing.assert_array_equal(dots.x, [values["logme"][model] for model in layout.models])
        np.testing.assert_array_equal(dots.y, [values["leep"][model] for model in layout.models])
        assert set(dots.text) <= {*layout.models, ""}
        assert sum(map(bool, dots.text)) >= 5
        chosen = pair_figure(layout, by_rank=by_rank, highlight=layout.models[-1:]).data[-1]
        assert (chosen.text[0], chosen.customdata[0]) == (layout.models[-1],) * 2
    table = pair_table(layout)
    assert table.values("score_2") == [scores["leep"][model] for model in layout.models]
