"""Tables, JSON and figures say what the cells say, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ptmrank_core import reports, results
from ptmrank_core.records import (
    ExtractionReport,
    Failure,
    ModelOutcome,
    ModelSpec,
    RunResult,
    RunState,
    SamplesSummary,
    Score,
    Skipped,
    Stage,
)
from ptmrank_core.reports.figures.style.theme import PLOTLY_CONFIG
from tests.plans import plan_of

EARLIER = "Under LogME an earlier layer scores higher than the last for a (layer 1 of 0 to 2)"


def spec(name: str) -> ModelSpec:
    """A model of which little is known."""
    return ModelSpec(name, "local", "image", revision="r")


@pytest.fixture
def result() -> RunResult:
    """Three models under two metrics: one skipped, one failed throughout."""
    plan = plan_of((spec("a"), spec("b"), spec("c")), ("logme", "leep"), samples_source="demo:digits")
    report = ExtractionReport("float32", "cpu", {"load": 1.0, "preprocess": 0.5, "forward": 2.0}, 1, 3)
    return RunResult(
        plan=plan,
        state=RunState.FINISHED,
        samples=SamplesSummary(4, {"x": 2, "y": 2}, (), ()),
        cells=(
            Score("a", "logme", -0.5, 0.1),
            Score("a", "leep", -0.9, 0.1, {}, ("shaky",)),
            Score("b", "logme", 0.5, 0.1),
            Skipped("b", "leep", "no head"),
            Failure("c", "logme", Stage.LOAD, "OSError", "gone", "put it back"),
            Failure("c", "leep", Stage.LOAD, "OSError", "gone", "put it back"),
        ),
        outcomes={"a": ModelOutcome(spec("a"), report, 8, score_seconds=0.25)},
        environment={"device": "auto", "seed": "0"},
        seconds=5.0,
    )


@pytest.fixture
def layered(result: RunResult) -> RunResult:
    """The same run with three layers of one model scored, and something to say about it."""
    outcome = result.outcomes["a"]
    report = replace(outcome.report, notes=("Its family is not known.",))
    outcome = replace(outcome, report=report, n_layers=3)
    return replace(
        result,
        outcomes={"a": outcome},
        layer_cells=(
            Score("a", "logme", -0.75, 0.1, layer=0),
            Score("a", "logme", -0.25, 0.1, layer=1),
            Failure("a", "logme", Stage.SCORE, "MetricError", "no value", "", layer=2),
        ),
    )


def test_layers_have_a_value_each(layered: RunResult) -> None:
    """The JSON has one value for each layer, null where there is none; only the model itself is ranked."""
    payload = reports.rank_payload(layered, results.rank_result(layered))
    assert payload["layers"] == {"a": {"logme": [-0.75, -0.25, None]}}
    summary = payload["layer_summary"]["logme"]
    assert summary["models"] == {"a": {"best": 1, "score": -0.25, "n_layers": 3, "mean": None}}
    assert summary["sentences"][0].startswith(
        "Under LogME an earlier layer scores higher than the last for a"
    )
    assert payload["models"]["a"]["scores"]["logme"]["value"] == -0.5
    assert payload["notes"] == {"a": ["Its family is not known."]}


def test_the_best_layer_is_named(layered: RunResult, result: RunResult) -> None:
    """The text says which layer of a model is best under the first metric that has layers, and all notes."""
    lines = reports.rank_text(layered).splitlines()
    head = next(i for i, line in enumerate(lines) if line.startswith("best hidden layer"))
    assert lines[head].split()[-2:] == ["logme", "mean"]
    assert lines[head + 1].split() == ["a", "1", "0..2", "-0.25", "-"]
    assert any(
        line.startswith("Under LogME an earlier layer scores higher than the last for a") for line in lines
    )
    assert "note: a: Its family is not known." in lines
    assert "best hidden layer" not in reports.rank_text(result)


def test_layers_are_the_candidates_where_a_metric_compares_candidates(layered: RunResult) -> None:
    """ETran's components are joined over all layers of all models; a regression has nothing to join."""
    plan = replace(layered.plan, metrics=("etran",))
    parts = ({"s_cls": 0.5, "s_en": 1.0}, {"s_cls": 0.75, "s_en": 1.0}, {"s_cls": 1.0, "s_en": 1.0})
    cells = tuple(Score("a", "etran", p["s_cls"], 0.1, p, layer=layer) for layer, p in enumerate(parts))
    scores = results.layer_scores(replace(layered, plan=plan, layer_cells=cells))
    assert scores["a"]["etran"] == pytest.approx([0.0, 0.425, 0.85])
    regression = (Score("a", "etran", -2.0, 0.1, {"s_reg": -2.0}),)
    assert results.scores_by_metric(regression) == {"etran": {"a": -2.0}}


def test_every_cell_is_in_the_json(result: RunResult) -> None:
    """Scores, skips and failures of each model stand under their metric."""
    payload = reports.rank_payload(result, results.rank_result(result))
    assert payload["models"]["a"]["scores"]["leep"]["warnings"] == ["shaky"]
    assert payload["models"]["b"]["skipped"] == {"leep": "no head"}
    assert payload["models"]["c"]["failures"]["logme"] == {
        "stage": "load",
        "error": "OSError",
        "message": "gone",
        "hint": "put it back",
    }
    assert payload["ranking"]["order"] == ["b", "a"]
    assert payload["ranking"]["unranked"] == ["c"]
    assert payload["timings"]["a"]["cache_misses"] == 3
    assert payload["models"]["a"]["seconds"] == 3.75
    assert payload["environment"] == {"device": "cpu", "dtype": "float32", "seed": "0"}


def test_a_model_without_a_score_stays_in_the_table(result: RunResult) -> None:
    """The last row is the failed model, without a place and with its reason."""
    rows = results.ranking_rows(result, results.rank_result(result))
    assert [(row["model"], row["position"]) for row in rows] == [("b", 1), ("a", 2), ("c", None)]
    assert rows[0]["problems"] == {"leep": "does not apply: no head"}
    assert rows[2]["problems"]["logme"] == "failed at load: gone put it back"
    assert rows[2]["seconds"] is None
    assert "c under leep failed at load: gone put it back" in reports.rank_text(result)


def test_variants_vote_only_when_nothing_else_does(result: RunResult) -> None:
    """A variant beside default forms has an order of its own but no vote; alone it votes."""
    cells = (Score("a", "logme", 0.0, 0.0), Score("b", "logme", 1.0, 0.0))
    variants = (Score("a", "logme:thuml", 9.0, 0.0), Score("b", "logme:thuml", 1.0, 0.0))
    both = replace(
        result, cells=cells + variants, plan=replace(result.plan, metrics=("logme", "logme:thuml"))
    )
    ranking = results.rank_result(both)
    assert ranking.metrics_used == ("logme",)
    assert ranking.order == ("b", "a")
    assert ranking.per_metric["logme:thuml"] == ("a", "b")
    alone = replace(result, cells=variants, plan=replace(result.plan, metrics=("logme:thuml",)))
    assert results.rank_result(alone).order == ("a", "b")


def test_no_figure_offers_to_upload_anything() -> None:
    """The button that would send a chart away is off."""
    assert PLOTLY_CONFIG["showSendToCloud"] is False


def test_the_text_names_a_cheaper_model(result: RunResult) -> None:
    """Where the second of two has a fifth of the parameters, that is said above the table, without marks."""
    outcomes = {
        name: ModelOutcome(replace(spec(name), n_parameters=count), ExtractionReport("float32"), 8)
        for name, count in {"b": 500, "a": 100}.items()
    }
    text = reports.rank_text(replace(result, outcomes=outcomes))
    assert "a has a fifth of the first one's parameters and is 1 place behind." in text
    assert "\u2068" not in text
    assert "parameters" not in reports.rank_text(result)
