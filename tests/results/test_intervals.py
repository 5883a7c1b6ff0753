"""What reports say of how sure a ranking is: from findings to numbers, words and a figure."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ptmrank_core import reports, results
from ptmrank_core.ranking import mean_of_ranks
from ptmrank_core.records import (
    Analyses,
    Cell,
    ExtractionReport,
    Finding,
    HalfSampleScores,
    ModelOutcome,
    ModelSpec,
    Ranking,
    RankIntervals,
    RunResult,
    RunState,
    SamplesSummary,
    Score,
    Skipped,
)
from ptmrank_core.reports.figures.intervals import IntervalLayout, interval_figure
from ptmrank_core.results.intervals import (
    assign_lanes,
    missing_intervals,
    tie_letters,
    why_no_intervals,
)
from ptmrank_core.results.intervals.scores_on_parts import ScaledParts
from tests.plans import plan_of

SCORES = {
    "logme": {"a": 2.0, "b": 1.98, "c": 0.0},
    "hscore": {"a": 1.0, "b": 1.2, "c": 0.1},
    "pactran": {"a": -0.1, "b": -0.2, "c": -0.3},
    "hscore:plain": {"a": 1.0, "b": 1.1, "c": 1.2},
}


def finding(metric: str, problem: str = "", **changes: Any) -> Finding:
    """Twenty parts about the full scores: a and b within the noise, c far from it."""
    rng = np.random.default_rng(len(metric))
    scores = {m: tuple((v + 0.1 * rng.normal(size=20)).tolist()) for m, v in SCORES[metric].items()}
    halves = HalfSampleScores(scores, (30,) * 20, {}, ("Two samples are taken as given.",))
    return Finding("halves", metric, None if problem else replace(halves, **changes), 1.0, problem)


@pytest.fixture
def result() -> RunResult:
    """Three models under two cheap metrics, one that iterates, a variant; parts of the two."""
    models = tuple(ModelSpec(name, "local", "image") for name in "abc")
    plan = plan_of(models, tuple(SCORES), run_id="r", task="t", samples_source="s")
    cells: list[Cell] = [Score(m, name, v, 0.1) for name, own in SCORES.items() for m, v in own.items()]
    return RunResult(
        plan=plan,
        state=RunState.FINISHED,
        samples=SamplesSummary(60, {"x": 30, "y": 30}, (), ()),
        cells=tuple(cells),
        outcomes={},
        environment={},
        seconds=1.0,
        findings=(finding("logme"), finding("hscore")),
    )


def test_findings_become_intervals(result: RunResult) -> None:
    """Each metric with parts has intervals, and so has the consensus of those that vote."""
    ranking = results.rank_result(result)
    assert set(ranking.metric_intervals) == {"logme", "hscore"}
    assert ranking.metric_intervals["logme"].intervals == {"a": (1, 2), "b": (1, 2), "c": (3, 3)}
    assert ranking.intervals is not None
    assert ranking.intervals.intervals["c"] == (3, 3)
    assert ranking.intervals.notes == ("Two samples are taken as given.",)


def test_no_findings_no_intervals(result: RunResult) -> None:
    """Before the stage there is a ranking, and nothing is said of how sure it is."""
    ranking = results.rank_result(replace(result, findings=()))
    assert ranking.order == results.rank_result(result).order
    assert ranking.intervals is None
    assert ranking.metric_intervals == {}
    payload = reports.rank_payload(result, ranking)["ranking"]
    assert (payload["intervals"], payload["p_best"], payload["ties"]) == ({}, {}, [])
    assert payload["n_halves"] is None


def test_the_json_says_how_sure(result: RunResult) -> None:
    """Intervals, chances, ties and what is missing stand in the ranking, in plain JSON."""
    payload = json.loads(
        json.dumps(reports.rank_payload(result, results.rank_result(result)), allow_nan=False)
    )
    own = payload["ranking"]
    assert own["intervals"]["c"] == [3, 3]
    assert sum(own["p_best"].values()) == pytest.approx(1)
    assert own["ties"] == [["a", "b"]] or own["ties"] == [["b", "a"]]
    assert (own["level"], own["n_halves"]) == (0.9, 20)
    assert own["metric_intervals"]["hscore"]["intervals"]["c"] == [3, 3]
    assert set(own["missing_intervals"]) == {"pactran", "hscore:plain"}
    assert own["p_better"]["a"]["c"] == 1.0


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, {"pactran": "takes long", "hscore:plain": "does not vote"}),
        (
            {"findings": (), "state": RunState.RUNNING},
            {"logme": "being computed", "hscore": "being computed", "pactran": "being computed"},
        ),
        ({"findings": (), "state": RunState.CANCELLED}, {"logme": "stopped before"}),
        (
            {"findings": (finding("logme", "No class is large enough."),)},
            {"logme": "No class is large enough"},
        ),
        (
            {"findings": (finding("logme", scores={"a": [None] * 20, "b": [1.0] * 20, "c": [1.0] * 20}),)},
            {},
        ),
        ({"findings": (finding("logme", scores={m: [1.0] * 9 for m in "abc"}),)}, {"logme": "Too few"}),
    ],
)
def test_why_intervals_are_missing(
    result: RunResult, change: dict[str, Any], expected: dict[str, str]
) -> None:
    """Every metric with scores and without intervals has its reason."""
    changed = replace(result, **change)
    ranking = results.rank_result(changed)
    missing = missing_intervals(changed, ranking)
    assert missing.keys() | ranking.metric_intervals.keys() == SCORES.keys()
    for metric, words in expected.items():
        assert words in missing[metric]


def test_switched_off_is_said(result: RunResult) -> None:
    """Without parts by choice the JSON says so, and the text table has no line about it."""
    plan = replace(result.plan, analyses=Analyses(half_samples=0))
    off = replace(result, plan=plan, findings=())
    assert set(missing_intervals(off, results.rank_result(off)).values()) == {
        "Scores on parts of the samples were switched off."
    }
    assert "interval" not in reports.rank_text(off)


def test_a_metric_for_one_model_is_explained(result: RunResult) -> None:
    """A metric that could score a single model has no order, and so no intervals."""
    cells = [cell for cell in result.cells if cell.metric == "logme"]
    few = [cells[0], *(Skipped(cell.model, "logme", "why") for cell in cells[1:])]
    others = [cell for cell in result.cells if cell.metric != "logme"]
    changed = replace(result, cells=(*few, *others), findings=())
    ranking = results.rank_result(changed)
    assert missing_intervals(changed, ranking)["logme"] == "Only one model has a score."


def test_the_text_table_has_the_columns(result: RunResult) -> None:
    """Places, chance and letters stand beside the rank; below, what they mean and what is missing."""
    lines = reports.rank_text(result).splitlines()
    head = next(place for place, line in enumerate(lines) if line.startswith("model "))
    assert lines[head].split()[:5] == ["model", "rank", "places", "p(best)", "tied"]
    rows = {line.split()[0]: line.split() for line in lines[head + 1 : head + 4]}
    assert rows["c"][2:5] == ["3", "0.00", "-"]
    assert rows["a"][2] == rows["b"][2] == "1-2"
    assert rows["a"][4] == rows["b"][4] == "a"
    assert any("90% interval" in line and "20 parts of the samples" in line for line in lines)
    assert any(line.startswith("no intervals under pactran") for line in lines)


FOUND = RankIntervals(
    level=0.9,
    n_halves=100,
    intervals={"a": (1, 2), "b": (1, 3), "c": (2, 3), "d": (4, 4)},
    p_best={"a": 0.7, "b": 0.3, "c": 0.0, "d": 0.0},
    p_better={},
    ties=(("a", "b"), ("b", "c")),
    shifts={},
)


def test_letters_of_groups() -> None:
    """A model of two groups has both letters, one of none has none."""
    assert tie_letters(FOUND) == {"a": "a", "b": "ab", "c": "b", "d": ""}


def test_the_layout_is_the_intervals() -> None:
    """Rows are the order's; a model without an interval has none; bands that share a row lie side by side."""
    layout = IntervalLayout.of(("a", "x", "b", "c", "d"), FOUND)
    assert layout.models == ("a", "b", "c", "d")
    assert layout.places == (1, 3, 4, 5)
    assert (layout.lows, layout.highs) == ((1, 1, 2, 4), (2, 3, 3, 4))
    assert layout.bands == ((0, 1, 0), (1, 2, 1))
    assert assign_lanes([(0, 2), (1, 3), (3, 4), (4, 5)]) == [0, 1, 0, 1]


def test_the_figure_draws_the_layout() -> None:
    """A line for each interval, a dot for each place and a band for each group, named once in the legend."""
    figure = interval_figure(("a", "b", "c", "d"), FOUND)
    lines = [trace for trace in figure.data if trace.legendgroup == "interval"]
    assert [tuple(line.x) for line in lines] == [(1, 2), (1, 3), (2, 3), (4, 4)]
    dots = next(trace for trace in figure.data if trace.mode == "markers")
    assert tuple(dots.x) == (1, 2, 3, 4)
    bands = [trace for trace in figure.data if trace.legendgroup == "ties"]
    assert [tuple(band.y) for band in bands] == [(-0.3, 1.3), (0.7, 2.3)]
    assert bands[0].x[0] != bands[1].x[0]
    assert sum(bool(trace.showlegend) for trace in (*lines, *bands)) == 2
    assert figure.layout.xaxis.range[1] > max(band.x[0] for band in bands)


def test_a_ranking_without_ties_has_no_bands() -> None:
    """Where all models are distinguishable nothing is drawn beside them."""
    figure = interval_figure(("a", "b", "c", "d"), replace(FOUND, ties=()))
    assert not [trace for trace in figure.data if trace.legendgroup == "ties"]


def test_intervals_leave_the_order_alone(result: RunResult) -> None:
    """The ranking with intervals is the ranking without, but for them."""
    without = results.rank_result(replace(result, findings=()))
    sure = results.rank_result(result)
    assert isinstance(sure, Ranking)
    assert replace(sure, intervals=None, metric_intervals={}) == replace(without, metric_intervals={})


def test_draws_are_joined_as_the_order_is(result: RunResult) -> None:
    """With the ranking's own votes the joined ranks are its mean ranks, missing cells included."""
    cells = [
        Skipped("b", "pactran", "why") if (cell.model, cell.metric) == ("b", "pactran") else cell
        for cell in result.cells
    ]
    ranking = results.rank_result(replace(result, cells=tuple(cells)))
    used = ranking.metrics_used
    weights = [ranking.votes[name].weight if ranking.votes else 1.0 for name in used]
    ranks = np.array([[ranking.ranks[name].get(model, np.nan) for model in "abc"] for name in used])
    joined = mean_of_ranks(ranks, np.array(weights))
    assert joined == pytest.approx([ranking.mean_ranks[model] for model in "abc"])


def on_parts(
    scores: dict[str, float], size: int, spread: float = 0.1, centre: float | None = None
) -> HalfSampleScores:
    """Thirty parts of so many samples, about the full scores or about a centre that all models share."""
    rng = np.random.default_rng(0)
    values = {
        model: (value if centre is None else centre) + spread * rng.normal(size=30)
        for model, value in scores.items()
    }
    return HalfSampleScores({m: tuple(own.tolist()) for m, own in values.items()}, (size,) * 30, {}, ())


def with_scores(
    result: RunResult, scores: dict[str, dict[str, float]], parts: dict[str, HalfSampleScores], width: int = 8
) -> RunResult:
    """The run with other metrics: their scores, and those on parts, of models of one width."""
    return replace(
        result,
        plan=replace(result.plan, metrics=tuple(scores)),
        cells=tuple(Score(m, name, v, 0.1) for name, own in scores.items() for m, v in own.items()),
        outcomes={
            spec.id: ModelOutcome(spec, ExtractionReport("float32"), width) for spec in result.plan.models
        },
        findings=tuple(Finding("halves", name, content, 1.0) for name, content in parts.items()),
    )


@pytest.mark.parametrize(("size", "factor"), [(30, 1.0), (45, 3**0.5), (48, 2.0)])
def test_deviations_are_scaled_by_the_size_of_the_parts(result: RunResult, size: int, factor: float) -> None:
    """Stored halves keep their deviations, parts of three quarters get theirs times sqrt(3)."""
    scores = {"a": 2.0, "b": 1.0, "c": 0.0}
    found = with_scores(result, {"logme": scores}, {"logme": on_parts(scores, size)})
    scaled = ScaledParts.of("logme", found.contents(HalfSampleScores)["logme"], found)
    original = np.array(on_parts(scores, size).scores["a"], dtype=np.float64)
    deviations = np.array(scaled.scores["a"], dtype=np.float64) - original.mean()
    assert deviations == pytest.approx(factor * (original - original.mean()))


@pytest.mark.parametrize(
    ("width", "size", "is_known"), [(8, 45, True), (50, 45, False), (60, 45, True), (40, 30, False)]
)
def test_a_metric_that_saturates_on_parts_has_no_intervals(
    result: RunResult, width: int, size: int, is_known: bool
) -> None:
    """Features that fit every part and not all samples: no interval, of stored halves neither."""
    scores = {"a": -1.0, "b": -2.0, "c": -3.0}
    found = with_scores(result, {"emms": scores}, {"emms": on_parts(scores, size)}, width)
    ranking = results.rank_result(found)
    assert (ranking.intervals is not None) is is_known
    if not is_known:
        assert why_no_intervals(found, ranking) == (
            f"a: its features are too wide ({width}) for the {size} samples of a part, which they fit "
            "whatever the labels are, unlike all 60."
        )
        assert missing_intervals(found, ranking) == {"emms": why_no_intervals(found, ranking)}
    else:
        assert why_no_intervals(found, ranking) == ""


def test_parts_near_the_limit_of_a_metric_tell_nothing(result: RunResult) -> None:
    """SFDA of 0.999 on every part does not show how 0.9 on all samples varies."""
    scores = {"a": 0.92, "b": 0.9, "c": 0.88}
    found = with_scores(result, {"sfda": scores}, {"sfda": on_parts(scores, 45, 1e-4, 0.999)})
    ranking = results.rank_result(found)
    assert ranking.intervals is None
    assert why_no_intervals(found, ranking) == (
        "a: its scores on parts are near the limit of the metric, unlike that of all samples."
    )


def test_a_vote_without_parts_leaves_the_consensus_unknown(result: RunResult) -> None:
    """Where over a fifth of the vote is by metrics without parts there is no P(best), with the reason."""
    scores = {"logme": {"a": 2.0, "b": 1.0, "c": 0.0}, "nleep": {"a": -1.0, "b": -2.0, "c": -3.0}}
    found = with_scores(result, scores, {"logme": on_parts(scores["logme"], 45)})
    ranking = results.rank_result(found)
    share = ranking.votes["nleep"].weight
    assert share > 0.2
    assert ranking.intervals is None
    assert set(ranking.metric_intervals) == {"logme"}
    assert why_no_intervals(found, ranking) == (
        f"{share:.0%} of the vote is by metrics whose scores may vary by an unknown amount (N-LEEP: It takes "
        "long to compute: it is scored on parts of the samples only if it weighs much and that is quickly "
        "done, or on request)."
    )


def test_few_groups_widen_the_intervals(result: RunResult) -> None:
    """Five groups of two classes leave three degrees of freedom: what 60 samples tell apart they do not."""
    scores = {"a": 0.6, "b": 0.0, "c": -5.0}
    found = with_scores(result, {"logme": scores}, {"logme": on_parts(scores, 45, 0.07)})
    grouped = replace(found, samples=replace(found.samples, n_groups=5))
    for one, interval in ((found, (1, 1)), (grouped, (1, 2))):
        ranking = results.rank_result(one)
        assert ranking.intervals is not None
        assert ranking.intervals.intervals["a"] == interval
