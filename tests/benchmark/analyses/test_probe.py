"""The probe as an analysis of a run: what is kept, when it is left out, and what it does to the ranking."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ptmrank_core import reports, results
from ptmrank_core.benchmark import RunStore, new_run_id, run_here
from ptmrank_core.benchmark.analyses import probe_scored
from ptmrank_core.benchmark.execution.model_run import ModelWork
from ptmrank_core.config import Settings
from ptmrank_core.events import AnalysisStep, Event
from ptmrank_core.probing import fit_probe
from ptmrank_core.records import ProbeResult, RunPlan, RunState
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import NO_HALVES, forget_results, stored_features_plan
from tests.ready_made import LABELS, draw_features, save_features

METRICS = ("logme", "hscore", "gbc")


@pytest.fixture
def plan(settings: Settings, tmp_path: Path) -> RunPlan:
    """Two files of features that are told apart, one of them in a large unit."""
    save_features(tmp_path / "f" / "one.npz", embeddings=draw_features(2.0))
    save_features(tmp_path / "f" / "two.npz", embeddings=100 * draw_features(0.5))
    return stored_features_plan(settings, tmp_path / "f", METRICS)


def test_a_run_keeps_a_probe_of_each_model(settings: Settings, plan: RunPlan) -> None:
    """The finding holds what ``fit_probe`` gives for the features, and steps are told."""
    events: list[Event] = []
    run_here(plan.run_id, settings, sources=SOURCES, sink=events.append)
    result = RunStore(settings).result(plan.run_id)
    probes = result.contents(ProbeResult)
    assert set(probes) == {"one", "two"}
    expected = fit_probe(draw_features(2.0), labels=LABELS, seed=plan.seed)
    kept = probes["one"]
    assert not result.problems(ProbeResult)
    assert kept.value == expected.value
    assert kept.predictions == tuple(expected.predictions.tolist())
    assert kept.losses == tuple(expected.losses.tolist())
    assert kept.knn == expected.knn
    assert (kept.measure, kept.n_classes) == ("accuracy", 3)
    steps = [event for event in events if isinstance(event, AnalysisStep) and event.kind == "probe"]
    assert [(step.done, step.total) for step in steps] == [(0, 2), (1, 2), (2, 2)]


def test_a_model_that_is_probed_before_the_others_are_scored_has_the_same_probe(
    settings: Settings, plan: RunPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is told of it before the first ranking, and nothing is done twice."""
    run_here(plan.run_id, settings, sources=SOURCES)
    expected = RunStore(settings).result(plan.run_id).contents(ProbeResult)
    forget_results(settings)
    again = stored_features_plan(settings, Path(plan.models[0].path or "").parent, METRICS)
    finish, events = ModelWork.finish, list[Event]()

    def finish_and_probe(work: ModelWork) -> None:
        finish(work)
        probe_scored(work.run_context, work.spec.id)
        if work.spec.id == "one":
            assert set(RunStore(settings).result(again.run_id).contents(ProbeResult)) == {"one"}
        assert not any(isinstance(event, AnalysisStep) for event in events)

    monkeypatch.setattr(ModelWork, "finish", finish_and_probe)
    run_here(again.run_id, settings, sources=SOURCES, sink=events.append)
    assert RunStore(settings).result(again.run_id).contents(ProbeResult) == expected
    assert set(expected) == {"one", "two"}
    steps = [event for event in events if isinstance(event, AnalysisStep) and event.kind == "probe"]
    assert [(step.done, step.total) for step in steps] == [(2, 2)]


def test_a_probe_that_is_kept_is_not_fitted_again(
    settings: Settings, plan: RunPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Working a finished run again fits nothing."""
    run_here(plan.run_id, settings, sources=SOURCES)
    before = RunStore(settings).findings(plan.run_id)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("fitted again")

    monkeypatch.setattr("ptmrank_core.pieces.probe.fit_probe", refuse)
    run_here(plan.run_id, settings, sources=SOURCES)
    assert RunStore(settings).findings(plan.run_id) == before


def test_a_plan_without_a_probe_has_none_and_says_so(settings: Settings, plan: RunPlan) -> None:
    """No finding, a ranking all the same, and a note that weights rest on other data."""
    without = replace(plan, run_id=new_run_id(), analyses=replace(NO_HALVES, probe=False))
    store = RunStore(settings)
    store.create(without, store.result(plan.run_id).samples)
    run_here(without.run_id, settings, sources=SOURCES)
    result = store.result(without.run_id)
    assert not [found for found in result.findings if found.kind == "probe"]
    ranking = results.rank_result(result)
    assert set(ranking.order) == {"one", "two"}
    assert any("No linear probe" in note for note in ranking.vote_notes)
    assert sum(vote.weight for vote in ranking.votes.values()) == pytest.approx(1)


def test_a_cancelled_probe_leaves_the_cells(settings: Settings, plan: RunPlan) -> None:
    """Cancelled at the first step the run has every score and no probe; worked again it has both."""
    stop: list[bool] = []

    def watch(event: Event) -> None:
        if isinstance(event, AnalysisStep) and event.kind == "probe":
            stop.append(True)

    run_here(plan.run_id, settings, sources=SOURCES, sink=watch, cancel=lambda: bool(stop))
    store = RunStore(settings)
    result = store.result(plan.run_id)
    assert result.state is RunState.CANCELLED
    assert len(result.cells) == 6
    assert not result.contents(ProbeResult)
    run_here(plan.run_id, settings, sources=SOURCES)
    assert len([found for found in store.findings(plan.run_id) if found.kind == "probe"]) == 2


def test_votes_and_probes_reach_the_json_and_the_text(settings: Settings, plan: RunPlan) -> None:
    """The JSON and the text of a run say who voted and why, and what the probe reached."""
    run_here(plan.run_id, settings, sources=SOURCES)
    result = RunStore(settings).result(plan.run_id)
    ranking = results.rank_result(result)
    payload = reports.rank_payload(result, ranking)
    votes = payload["ranking"]["votes"]
    assert set(votes) == set(METRICS)
    assert votes["logme"] == {
        "weight": ranking.votes["logme"].weight,
        "reason": ranking.votes["logme"].reason,
    }
    consensus = payload["ranking"]["consensus"]
    assert consensus["method"] == "weighted mean rank"
    several = len(ranking.metrics_used) > 1  # without its only voter there is no order
    assert set(consensus["without"]) == (set(ranking.metrics_used) if several else set())
    assert consensus["kemeny"]["exact"]
    assert payload["probe"]["one"]["accuracy"] > 0.5
    assert "predictions" not in payload["probe"]["one"]
    assert payload["agreement"]["metrics"]
    assert np.array(payload["agreement"]["n_models"]).shape == (3, 3)
    text = reports.rank_text(result)
    assert "who voted" in text
    assert ranking.votes["logme"].reason in text
