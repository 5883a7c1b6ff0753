"""Hidden layers: each scored, none ranked, and resumed where they were left."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ptmrank_core import results
from ptmrank_core.benchmark import RunStore, read_progress, run_here
from ptmrank_core.catalogue import local_models
from ptmrank_core.config import Settings
from ptmrank_core.data import load_samples
from ptmrank_core.events import BatchDone, CellDone, Event, ModelStarted
from ptmrank_core.features import FeatureCache, extract
from ptmrank_core.metrics import compute, prepare_inputs
from ptmrank_core.records import ExtractionOptions, RunPlan, RunState, Score
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_plan

OPTIONS = ExtractionOptions(device="cpu", dtype="float32", batch_size=4, layers=True)
METRICS = ("leep", "logme", "etran", "ped")


def planned(settings: Settings, picture_zip: Path, zoo: Path) -> RunPlan:
    """Plan a run with layers."""
    plan = stored_plan(settings, picture_zip, zoo, METRICS)
    plan = replace(plan, run_id=f"{plan.run_id}-layers", options=OPTIONS)
    RunStore(settings).create(plan, load_samples(picture_zip).summary())
    return plan


def test_each_layer_is_scored_under_what_reads_features_alone(
    settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """LogME of every layer is that of its own vectors; LEEP and PED, which need more, have no layers."""
    plan = planned(settings, picture_zip, zoo)
    run_here(plan.run_id, settings, sources=SOURCES)
    store = RunStore(settings)
    samples = load_samples(picture_zip)
    for spec in local_models(zoo):
        with FeatureCache(settings) as cache:
            features = extract(samples, spec, options=OPTIONS, cache=cache)
        assert features.report.cache_misses == 0
        assert store.outcomes(plan.run_id)[spec.id].n_layers == len(features.layer_embeddings) >= 2
        own = [cell for cell in store.layer_cells(plan.run_id) if cell.model == spec.id]
        n_layers = len(features.layer_embeddings)
        expected = [(metric, layer) for layer in range(n_layers) for metric in ("logme", "etran")]
        assert [(cell.metric, cell.layer) for cell in own] == expected
        for cell in (cell for cell in own if cell.metric == "logme"):
            layer = features.layer_embeddings[cell.layer or 0]
            inputs = prepare_inputs(layer, labels=samples.labels)
            assert isinstance(cell, Score)
            assert cell.value == pytest.approx(compute("logme", inputs).value, rel=1e-9)


def test_layers_rank_nothing(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """Ranking, table and progress are those of a run without layers."""
    plan = planned(settings, picture_zip, zoo)
    run_here(plan.run_id, settings, sources=SOURCES)
    without = replace(plan, run_id="without", options=replace(OPTIONS, layers=False))
    store = RunStore(settings)
    store.create(without, load_samples(picture_zip).summary())
    run_here("without", settings, sources=SOURCES)
    one, other = store.result(plan.run_id), store.result("without")
    assert results.scores_by_metric(one.cells) == results.scores_by_metric(other.cells)
    assert results.rank_result(one) == results.rank_result(other)
    assert other.layer_cells == ()
    progress = read_progress(store, settings, plan.run_id)
    assert {(model.n_cells, model.n_metrics, model.status) for model in progress.models} == {(4, 4, "done")}


def test_a_run_stopped_among_the_layers_does_the_rest_of_them(
    settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """The model is taken up again without running it, finished cells stay, none is done twice."""
    plan = planned(settings, picture_zip, zoo)
    events: list[Event] = []

    def cancelled() -> bool:
        return sum(isinstance(event, CellDone) and event.cell.layer is not None for event in events) >= 3

    state = run_here(plan.run_id, settings, sources=SOURCES, sink=events.append, cancel=cancelled)
    assert state is RunState.CANCELLED
    store = RunStore(settings)
    own, layers = store.cells(plan.run_id), store.layer_cells(plan.run_id)
    assert (len(own), len(layers)) == (4, 3)
    again: list[Event] = []
    assert run_here(plan.run_id, settings, sources=SOURCES, sink=again.append) is RunState.FINISHED
    assert next(event.model for event in again if isinstance(event, ModelStarted)) == "convnext-a"
    first = next(event for event in again if isinstance(event, BatchDone))
    assert (first.model, first.done) == ("convnext-a", first.total)
    assert store.cells(plan.run_id)[:4] == own
    assert store.layer_cells(plan.run_id)[:3] == layers
    outcome = store.outcomes(plan.run_id)["convnext-a"]
    done = [cell for cell in store.layer_cells(plan.run_id) if cell.model == "convnext-a"]
    assert len(done) == 2 * outcome.n_layers
    once_more: list[Event] = []
    run_here(plan.run_id, settings, sources=SOURCES, sink=once_more.append)
    assert not any(isinstance(event, ModelStarted) for event in once_more)
