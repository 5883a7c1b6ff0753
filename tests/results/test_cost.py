"""Costs as the run has measured them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ptmrank_core import reports, results
from ptmrank_core.records import (
    ExtractionReport,
    ModelOutcome,
    ModelSpec,
    Ranking,
    RankIntervals,
    RunResult,
    RunState,
    SamplesSummary,
    Score,
)
from ptmrank_core.reports.figures.cost import cost_figure
from ptmrank_core.results.cost import ModelCost, costs_of, fronts_of
from tests.plans import plan_of

SECONDS = {"load": 9.0, "preprocess": 0.5, "forward": 1.5}


def spec(name: str, n_parameters: int | None) -> ModelSpec:
    """A model of some size."""
    return ModelSpec(name, "local", "image", revision="r", n_parameters=n_parameters, size_bytes=None)


@pytest.fixture
def result() -> RunResult:
    """Three ranked models a, b, c in this order: b is larger than a, c smaller; d has no score."""
    specs = (spec("a", 100), spec("b", 200), spec("c", 50), spec("d", 10))
    plan = plan_of(specs, ("logme",))
    outcomes = {
        model.id: ModelOutcome(model, report, 8, score_seconds=7.0)
        for model, report in zip(
            specs,
            (
                ExtractionReport("float32", "cpu", SECONDS, 0, 40, 50, peak_memory_bytes=5_000_000),
                ExtractionReport("float32", None, dict.fromkeys(SECONDS, 0.0), 40, 0, 0),
                ExtractionReport("float32", "cpu", SECONDS, 0, 40),
            ),
            strict=False,
        )
    }
    return RunResult(
        plan=plan,
        state=RunState.FINISHED,
        samples=SamplesSummary(40, {"x": 20, "y": 20}, (), ()),
        cells=tuple(Score(name, "logme", -float(i), 0.1) for i, name in enumerate("abc")),
        outcomes=outcomes,
        environment={},
        seconds=5.0,
    )


def test_seconds_are_of_what_really_ran(result: RunResult) -> None:
    """Preparing and running over the samples that ran, loading and scoring left out; unknown is None."""
    costs = costs_of(result)
    assert costs["a"].seconds_per_1000 == pytest.approx(1_000 * 2.0 / 50)
    assert costs["a"].n_measured == 50
    assert costs["b"].seconds_per_1000 is None
    assert costs["c"].seconds_per_1000 is None
    assert costs["c"].peak_memory_bytes is None
    assert costs["d"].n_parameters == 10


def test_the_front_is_under_each_cost_that_is_known(result: RunResult) -> None:
    """By parameters c and a are on it; d has no place; seconds are known of one model only."""
    payload = reports.rank_payload(result, results.rank_result(result))["cost"]
    assert payload["fronts"] == {"n_parameters": ["c", "a"]}
    assert payload["models"]["a"]["peak_memory_bytes"] == 5_000_000
    assert payload["models"]["d"]["seconds_per_1000"] is None


def test_the_figure_shows_each_ranked_model_once(result: RunResult) -> None:
    """Models on the front and others are two traces; together they are the ranked models of known cost."""
    ranking = results.rank_result(result)
    costs = costs_of(result)
    front = fronts_of(costs, ranking)["n_parameters"]
    others, best = cost_figure("n_parameters", costs, ranking, front).data
    assert list(others.customdata) == ["b"]
    assert list(best.customdata) == ["c", "a"]
    assert list(best.x) == [50.0, 100.0]
    assert list(best.y) == [3.0, 1.0]


def test_a_cost_that_is_unknown_for_one_model_leaves_it_out(result: RunResult) -> None:
    """A model whose size nobody knows is on no front and no figure of sizes."""
    unknown = replace(result.outcomes["c"], spec=spec("c", None))
    some = replace(result, outcomes={**result.outcomes, "c": unknown})
    ranking = results.rank_result(some)
    costs = costs_of(some)
    assert fronts_of(costs, ranking)["n_parameters"] == ("a",)


def ranked(n_models: int, ties: tuple[tuple[str, ...], ...] = ()) -> Ranking:
    """An order of models a, b, c ... with groups that are not told apart."""
    order = tuple("abcdefghijklm"[:n_models])
    intervals = RankIntervals(
        0.9, 10, dict.fromkeys(order, (1, n_models)), {}, {}, ties, dict.fromkeys(order, 0.0)
    )
    means = {name: float(place) for place, name in enumerate(order)}
    return Ranking(order, means, {}, {}, (), (), intervals=intervals)


def sized(*n_parameters: int) -> dict[str, ModelCost]:
    """Costs of models a, b, c ..."""
    return {
        name: ModelCost(size, None, None, 0, None)
        for name, size in zip("abcdefghijklm", n_parameters, strict=False)
    }


def front(costs: dict[str, ModelCost], ranking: Ranking) -> tuple[str, ...]:
    """The frontier by parameters."""
    return fronts_of(costs, ranking)["n_parameters"]


def test_a_cheap_model_of_the_worse_half_is_on_no_frontier() -> None:
    """Of thirteen models the eleventh costs least: nobody would take it for that."""
    costs = sized(100, 50, 120, 130, 140, 150, 40, 160, 170, 180, 1, 190, 200)
    assert front(costs, ranked(13)) == ("g", "b", "a")


def test_costs_that_hardly_differ_are_alike() -> None:
    """A model that is 5 % cheaper and worse is beaten; one that is 20 % cheaper is not."""
    assert front(sized(100, 95, 300), ranked(3)) == ("a",)
    assert front(sized(100, 80, 300), ranked(3)) == ("b", "a")


def test_of_models_that_are_not_told_apart_the_cheaper_is_on_the_frontier() -> None:
    """A first place that means nothing is not worth more."""
    assert front(sized(100, 50, 300), ranked(3, (("a", "b"),))) == ("b",)
    assert front(sized(100, 95, 300), ranked(3, (("a", "b"),))) == ("b", "a")
    assert front(sized(95, 100, 300), ranked(3, (("a", "b"),))) == ("a",)


def test_a_highlighted_model_is_large_rimmed_and_named() -> None:
    """Whether it is on the frontier or beaten; each mark has its model for a click."""
    costs, ranking = sized(100, 50, 300), ranked(3)
    beaten, best = cost_figure("n_parameters", costs, ranking, ("b", "a"), highlight=["c", "a"]).data
    assert (list(beaten.customdata), list(beaten.marker.size), list(beaten.text)) == (["c"], [15], ["c"])
    assert list(best.marker.size) == [10, 15]
    assert list(best.marker.line.width) == [0, 3]
