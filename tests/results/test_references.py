"""Controls and other references: beside the ranking, never in it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ptmrank_core import reports, results
from ptmrank_core.benchmark.store.codec import plan_from_json, to_json
from ptmrank_core.records import (
    VALUE,
    ControlScores,
    ExtractionReport,
    Failure,
    Finding,
    FineTuning,
    HalfSampleScores,
    ModelOutcome,
    ModelSpec,
    PartScores,
    ProbeResult,
    ReferenceResult,
    RunResult,
    RunState,
    SamplesSummary,
    Score,
    Stage,
    Truth,
)
from ptmrank_core.reports.html import html_report
from ptmrank_core.reports.tables.ranking import ranking_table
from ptmrank_core.reports.tables.run import notes_table, probe_table, run_tables
from ptmrank_core.results.comparison import compare_runs
from ptmrank_core.results.cost import costs_of
from ptmrank_core.results.evidence import truths_of
from ptmrank_core.results.references import left_out_sentences, references_of, say_references
from tests.plans import plan_of

METRICS = ("logme", "etran", "hscore")
CANDIDATES, CONTROLS = ("a", "b", "c", "d"), {"raw": "untrained weights", "mixed": "shuffled labels"}
# What the JSON tells of every model that ran, whether it is ranked or not; and what compares with references.
OF_EVERY_MODEL = {
    "references",
    "controls",
    "verdict",
    "notes",
    "revisions",
    "extraction",
    "timings",
    "command",
}
REPORT = ExtractionReport("float32", "cpu", {"load": 0.5, "preprocess": 0.25, "forward": 1.0}, 0, 60, 60)


def spec(name: str) -> ModelSpec:
    """A candidate or a control, whichever the name says."""
    return ModelSpec(name, "demo", "image", n_parameters=100 + len(name), control=CONTROLS.get(name))


def level(name: str) -> float:
    """How good a model is; a control is the best under every metric, so that it would show."""
    return {"a": 3.0, "b": 2.0, "c": 1.5, "d": 0.0}.get(name, 9.0 + len(name))


def cells_of(name: str) -> list[Score]:
    """Scores of a model, one of them in components that are joined over all candidates."""
    return [
        Score(name, "logme", level(name), 0.1),
        Score(name, "etran", 2 * level(name), 0.1, {"s_cls": level(name), "s_en": level(name)}),
        Score(name, "hscore", level(name) + 0.1, 0.1),
    ]


def probe(name: str) -> ProbeResult:
    """A probe that is right as often as the model is good."""
    losses = tuple(float(i >= 4 * level(name)) for i in range(60))
    value = 1 - sum(losses) / 60
    return ProbeResult("accuracy", value, (value,), value, 1.0, (0,) * 60, losses, 2)


def findings_of(names: tuple[str, ...]) -> tuple[Finding, ...]:
    """Findings of every kind that ranks, weighs or compares models, of all of these models."""
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(20, 6)) * 0.3
    halves = {
        name: tuple((level(name) + noise[:, index]).tolist())
        for index, name in enumerate((*CANDIDATES, *CONTROLS))
        if name in names
    }
    parts = {
        name: PartScores((30.0,), {"logme": (({VALUE: level(name)},),), "hscore": (({VALUE: 1.0},),)})
        for name in names
    }
    return (
        *(Finding(ProbeResult.KIND, name, probe(name), 1.0) for name in names),
        *(Finding(PartScores.KIND, name, parts[name], 1.0) for name in names),
        Finding(HalfSampleScores.KIND, "logme", HalfSampleScores(halves, (30,) * 20, {}, ()), 1.0),
        Finding(HalfSampleScores.KIND, "hscore", HalfSampleScores(halves, (30,) * 20, {}, ()), 1.0),
        Finding(Truth.KIND, "recorded", Truth("accuracy", {name: level(name) / 20 for name in names}), 1.0),
    )


def run_of(*names: str) -> RunResult:
    """A finished run of these models."""
    plan = plan_of(tuple(map(spec, names)), METRICS, run_id="r", samples_source="demo:digits")
    return RunResult(
        plan=plan,
        state=RunState.FINISHED,
        samples=SamplesSummary(60, {"x": 30, "y": 30}, (), ()),
        cells=tuple(cell for name in names for cell in cells_of(name)),
        outcomes={name: ModelOutcome(spec(name), REPORT, 8, score_seconds=0.25) for name in names},
        environment={},
        seconds=10.0,
        findings=findings_of(names),
    )


WITH, WITHOUT = run_of("raw", *CANDIDATES, "mixed"), run_of(*CANDIDATES)


def payload(result: RunResult) -> dict[str, Any]:
    """The JSON of a run, as it is written."""
    content: dict[str, Any] = json.loads(
        json.dumps(reports.rank_payload(result, results.rank_result(result)))
    )
    return content


def test_a_control_changes_nothing_that_is_said_of_candidates() -> None:
    """Order, votes, intervals, evidence, curves and costs are those of the run without controls."""
    ours, theirs = payload(WITH), payload(WITHOUT)
    assert ours["ranking"]["intervals"]
    assert ours["evidence"].keys() >= {"recorded", "probe"}
    assert ours["sample_sizes"]["curves"]
    for key in theirs.keys() - OF_EVERY_MODEL:
        assert ours[key] == theirs[key], key
    assert set(ours["models"]) == set(CANDIDATES)
    assert results.ranking_rows(WITH, results.rank_result(WITH)) == results.ranking_rows(
        WITHOUT, results.rank_result(WITHOUT)
    )
    assert costs_of(WITH) == costs_of(WITHOUT)
    assert truths_of(WITH) == truths_of(WITHOUT)
    assert probe_table(WITH).rows == probe_table(WITHOUT).rows
    assert [move.model for move in compare_runs(WITH, WITHOUT).moves] == list("abcd")
    assert compare_runs(WITH, WITHOUT).only_first == ()


def test_a_control_is_a_reference_with_its_value_among_the_candidates() -> None:
    """What it reached, why it is no candidate; a joined metric is joined over the candidates and it alone."""
    raw, mixed = references_of(WITH)
    assert (raw.name, raw.kind, raw.why) == ("raw", "untrained", "untrained weights")
    assert (mixed.name, mixed.kind, mixed.why) == ("mixed", "shuffled", "shuffled labels")
    assert (raw.measure, raw.value, raw.losses) == ("accuracy", probe("raw").value, probe("raw").losses)
    assert raw.seconds == pytest.approx(2.0)
    alone = references_of(run_of("raw", *CANDIDATES))[0]
    assert raw.scores == alone.scores
    as_candidate = replace(WITHOUT, cells=(*WITHOUT.cells, *cells_of("raw")))
    assert raw.scores["etran"] == results.scores_by_metric(as_candidate.cells)["etran"]["raw"]
    entry = payload(WITH)["references"]["raw"]
    assert entry["title"] == "raw"
    assert entry["value"] == raw.value
    assert entry["scores"] == raw.scores
    assert say_references(WITH) == "4 candidates, 2 references"
    assert say_references(WITHOUT) == "4 candidates"


def test_tables_terminal_and_report_mark_references() -> None:
    """Rows without a place, marked; none among the candidates, and no mark where there are none."""
    ranking = results.rank_result(WITH)
    records = ranking_table(WITH, ranking).records()
    assert [(record["model"], record["role"], record["place"]) for record in records] == [
        *((name, None, place) for place, name in enumerate("abcd", start=1)),
        ("raw", "reference", None),
        ("mixed", "reference", None),
    ]
    assert [record["logme"] for record in records[-2:]] == [level("raw"), level("mixed")]
    text = reports.rank_text(WITH)
    below = text.split("reference, not ranked")[1]
    assert "raw" not in text.split("reference, not ranked")[0]
    assert "untrained weights" in below
    assert "accuracy 0.800" in below
    assert "References have no place" in html_report(WITH, ranking)
    assert "60 samples, 4 candidates, 2 references, run r, 10.0 s" in text
    plain = results.rank_result(WITHOUT)
    assert "60 samples, 4 candidates, run r, 10.0 s" in reports.rank_text(WITHOUT)
    assert "reference" not in reports.rank_text(WITHOUT)
    assert "References have no place" not in html_report(WITHOUT, plain)


def test_what_was_computed_beside_the_models_is_a_reference() -> None:
    """A finding of what it reaches and one of its scores are one reference; what was left out says why."""
    found = (
        Finding("reference", "plain", ReferenceResult("Pixels", "baseline", probe("c"), 256), 2.0),
        Finding("controls", "plain", ControlScores("Pixels", 256, {"logme": {VALUE: 0.5}}, {}), 1.0),
        Finding("reference", "untrained:a", ReferenceResult("Twin", "untrained", left_out="Too long."), 0.0),
        Finding("reference", "columns:trees", None, 0.0, "No trees."),
    )
    some = replace(WITHOUT, findings=(*WITHOUT.findings, *found))
    pixels, twin = references_of(some)
    assert (pixels.kind, pixels.value, pixels.scores, pixels.seconds) == (
        "baseline",
        probe("c").value,
        {"logme": 0.5},
        3.0,
    )
    assert (twin.value, twin.left_out) == (None, "Too long.")
    assert left_out_sentences(some) == ["Twin: Too long.", "columns:trees: No trees."]
    assert notes_table(some).records() == [{"model": "Twin", "note": "Left out: Too long."}]
    assert "left out: Twin: Too long.\nleft out: columns:trees: No trees." in reports.rank_text(some)


def test_a_control_that_failed_says_why() -> None:
    """A reference without any number is not dropped in silence."""
    failed = tuple(Failure("raw", name, Stage.LOAD, "OSError", "no weights", "Look.") for name in METRICS)
    cells = (*(cell for cell in WITH.cells if cell.model != "raw"), *failed)
    outcomes = {name: outcome for name, outcome in WITH.outcomes.items() if name != "raw"}
    some = replace(WITH, cells=cells, outcomes=outcomes, findings=WITHOUT.findings)
    assert left_out_sentences(some) == ["raw: no weights Look."]


def test_a_run_of_controls_alone_ranks_nothing() -> None:
    """Nothing is recommended, and every report can be made."""
    only = run_of(*CONTROLS)
    ranking = results.rank_result(only)
    assert (ranking.order, ranking.unranked) == ((), ())
    assert payload(only)["models"] == {}
    assert "reference, not ranked" in reports.rank_text(only)
    assert html_report(only, ranking)
    assert ranking_table(only, ranking).records()[0]["role"] == "reference"
    assert run_tables(only, ranking)


def test_a_training_of_a_control_is_kept() -> None:
    """A run of before may have fine-tuned a control: what was asked for stays in sight."""
    trained = replace(WITH, findings=(*WITH.findings, Finding(FineTuning.KIND, "raw", None, 1.0, "no time")))
    assert payload(trained)["fine_tuning"] == {"raw": {"problem": "no time"}}


def test_a_plan_of_before_knows_the_controls_of_the_demo() -> None:
    """Plans up to 0.1.0 did not say which models are controls; models of others are what they were."""
    models = [
        ModelSpec("demo:vit-digits", "demo", "image"),
        ModelSpec("demo:convnext-untrained", "demo", "image"),
        ModelSpec("demo:whisper-shuffled", "demo", "audio"),
        ModelSpec("me/my-untrained", "hub", "image"),
    ]
    former = json.loads(to_json(replace(WITHOUT.plan, models=tuple(models))))
    for entry in former["models"]:
        del entry["control"]
    plan = plan_from_json(json.dumps(former))
    assert [own.control for own in plan.models] == [None, "untrained weights", "shuffled labels", None]
