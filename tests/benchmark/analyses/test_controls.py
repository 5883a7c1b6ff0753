"""Negative controls of a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ptmrank_core import reports, results
from ptmrank_core.benchmark import RunStore, run_here
from ptmrank_core.config import Settings
from ptmrank_core.data import load_samples
from ptmrank_core.features.baselines import baseline_features
from ptmrank_core.metrics import METRICS, compute, prepare_inputs
from ptmrank_core.records import VALUE, Analyses, ControlScores, Finding, PermutedScores, RunResult
from ptmrank_core.reports.figures.controls import controls_figure
from ptmrank_core.results.references.controls import control_problems, controls_of, permutation_tests_of
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_plan

CONTROLS = Analyses(half_samples=0, probe=False, projections=False, controls=True)


@pytest.fixture
def result(settings: Settings, picture_zip: Path, zoo: Path) -> RunResult:
    """A run of three checkpoints with controls."""
    plan = stored_plan(settings, picture_zip, zoo, ["logme", "etran"])
    store = RunStore(settings)
    plan = replace(plan, run_id="controls", analyses=CONTROLS)
    store.create(plan, load_samples(picture_zip).summary())
    run_here(plan.run_id, settings, sources=SOURCES)
    return store.result(plan.run_id)


def test_controls_are_kept_and_rank_nowhere(result: RunResult, picture_zip: Path) -> None:
    """Pixels, a twin of the best of each family, permuted labels of each model; none is ranked."""
    found, permuted = result.contents(ControlScores), result.contents(PermutedScores)
    assert not control_problems(result)
    models = {spec.id for spec in result.plan.models}
    assert set(permuted) == models
    assert sum(subject.startswith("untrained:") for subject in found) == 3
    samples = load_samples(picture_zip)
    pixels = prepare_inputs(baseline_features(samples).embeddings, labels=samples.labels)
    assert found["plain"].scores["logme"] == pytest.approx({VALUE: compute("logme", pixels).value})
    assert len(permuted["resnet-b"].scores["logme"]) == 10
    ranking = results.rank_result(result)
    assert set(ranking.order) == models
    controls = controls_of(result, ranking)
    assert controls[0].title.startswith("Raw pixels")
    assert all(set(control.scores) == {"logme", "etran"} for control in controls)


def test_json_text_and_figure_say_the_same(result: RunResult) -> None:
    """Rows, standings and sentences are in all three."""
    ranking = results.rank_result(result)
    payload = reports.rank_payload(result, ranking)["controls"]
    assert len(payload["rows"]) == 4
    assert set(payload["permuted"]) == {"logme", "etran"}
    text = reports.rank_text(result)
    assert "reference, not ranked" in text
    assert all(sentence in text for sentence in payload["sentences"])
    controls, standings = controls_of(result, ranking), permutation_tests_of(result)["logme"]
    scores = results.scores_by_metric(result.cells)["logme"]
    ranges, candidates, rows = controls_figure("logme", scores, ranking.order, controls, standings).data
    assert list(candidates.y) == list(ranking.order)
    assert list(rows.x) == [control.scores["logme"] for control in controls]
    model = ranking.order[0]
    assert list(ranges.x)[:2] == [standings[model].low, standings[model].high]


def test_who_does_not_beat_a_control_is_named(result: RunResult) -> None:
    """With a control that is better than all, every candidate is named; with one that is worse, none."""
    metric = METRICS["logme"]
    assert metric.higher_is_better
    for value, named in ((1e6, True), (-1e6, False)):
        nothing = ControlScores("Nothing", 3, {"logme": {VALUE: value}}, {})
        some = replace(result, findings=(Finding("controls", "plain", nothing, 0.0),))
        (control,) = controls_of(some, results.rank_result(some))
        assert bool(control.unbeaten_by()) is named
        (sentence,) = reports.rank_payload(some, results.rank_result(some))["controls"]["sentences"]
        assert ("not beaten" in sentence) is named
