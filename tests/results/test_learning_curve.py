"""Curves over the number of samples, from findings to words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ptmrank_core import reports, results
from ptmrank_core.ranking import SizeCurve, consensus_draws
from ptmrank_core.records import (
    VALUE,
    Finding,
    ModelSpec,
    PartScores,
    RunResult,
    RunState,
    SamplesSummary,
    Score,
)
from ptmrank_core.reports.figures.learning_curve import sizes_figure
from ptmrank_core.results.evidence import CONSENSUS
from ptmrank_core.results.learning_curve import curves_of, size_verdict
from tests.plans import plan_of

FULL = {"a": 3.0, "b": 2.0, "c": 1.0}


@pytest.fixture
def result() -> RunResult:
    """Three models; at 10 of 40 samples LogME has one of two draws reversed, at 20 it has settled."""
    plan = plan_of(tuple(ModelSpec(n, "local", "image", revision="r") for n in FULL), ("logme",))
    parts = {
        name: PartScores((10.0, 20.0), {"logme": (({VALUE: value}, {VALUE: -value}), ({VALUE: value}, None))})
        for name, value in FULL.items()
    }
    return RunResult(
        plan=plan,
        state=RunState.FINISHED,
        samples=SamplesSummary(40, {"x": 20, "y": 20}, (), ()),
        cells=tuple(Score(name, "logme", value, 0.1) for name, value in FULL.items()),
        outcomes={},
        environment={},
        seconds=5.0,
        findings=tuple(Finding("sample-size", name, own, 0.1) for name, own in parts.items()),
    )


def test_curves_come_from_findings(result: RunResult) -> None:
    """Right and reversed give 0 on average; a draw without a score counts for nothing."""
    curves = curves_of(result, results.rank_result(result))
    assert list(curves) == [CONSENSUS, "logme"]
    assert curves["logme"].tau == (0.0, 1.0)
    assert (curves["logme"].low[0], curves["logme"].high[0]) == (-1.0, 1.0)
    assert curves[CONSENSUS].tau == (0.0, 1.0)


def test_the_verdict_follows_half_of_the_samples() -> None:
    """Settled, nearly, not: by the agreement at half of the samples, not at three quarters."""
    for tau, said in ((0.95, "enough labels"), (0.8, "nearly settled"), (0.5, "label more")):
        curve = SizeCurve((10, 20, 30), (0.1, tau, 1.0), (0.1, tau, 1.0), (0.1, tau, 1.0))
        assert said in size_verdict(curve, 40)
    assert size_verdict(SizeCurve((30,), (1.0,), (1.0,), (1.0,)), 40) == ""


def test_json_and_text_say_it(result: RunResult) -> None:
    """Both carry the curve and its verdict; a run without it says nothing."""
    payload = reports.rank_payload(result, results.rank_result(result))["sample_sizes"]
    assert payload["curves"]["logme"]["tau"] == [0.0, 1.0]
    assert "enough labels" in payload["verdict"]
    assert payload["verdict"] in reports.rank_text(result)
    nothing = replace(result, findings=())
    assert reports.rank_payload(nothing, results.rank_result(nothing))["sample_sizes"]["curves"] == {}
    assert "agreement with all" not in reports.rank_text(nothing)


def test_the_figure_ends_with_all_samples(result: RunResult) -> None:
    """One line for each chosen contender; its bars span the draws; its last point is 1 by definition."""
    curves = curves_of(result, results.rank_result(result))
    (line,) = sizes_figure(curves, ["logme"], 40).data
    assert list(line.x) == [10, 20, 40]
    assert list(line.y) == [0.0, 1.0, 1.0]
    assert list(line.error_y.array) == [1.0, 0.0, 0.0]


def test_the_consensus_of_a_draw_has_the_votes_of_the_whole() -> None:
    """Weighted mean ranks; a metric with few models is stretched; a weight of 0 says nothing."""
    draws = {
        "up": [[{"a": 3.0, "b": 2.0, "c": 1.0}]],
        "down": [[{"a": 2.0, "b": 1.0}]],
        "mute": [[{"a": 0.0, "b": 1.0, "c": 2.0}]],
    }
    weights = {"up": 3.0, "down": 1.0, "mute": 0.0}
    (((found),),) = consensus_draws(draws, weights, {"up": True, "down": False, "mute": True})
    # up: 1, 2, 3; down: b before a, stretched to 1 and 3.
    assert found == pytest.approx({"a": (3 * 1 + 3) / 4, "b": (3 * 2 + 1) / 4, "c": 3.0})
