"""Runs of models that need no checkpoint: files of features, columns, functions of the user's."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ptmrank_core.benchmark import (
    RunStore,
    cached_embeddings,
    run_here,
    start_worker,
)
from ptmrank_core.catalogue import local_models
from ptmrank_core.config import Settings
from ptmrank_core.errors import ModelNotFoundError
from ptmrank_core.events import CellDone, Event, ModelStarted
from ptmrank_core.features import FeatureCache
from ptmrank_core.metrics import compute, default_metrics, prepare_inputs
from ptmrank_core.records import (
    Failure,
    ModelSpec,
    RunState,
    Score,
    Skipped,
    Stage,
)
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan, stored_plan
from tests.ready_made import LABELS, draw_features, save_features, save_table
from tests.waiting import wait_until


def test_every_array_of_a_file_reaches_the_metrics(settings: Settings, tmp_path: Path) -> None:
    """All metrics give what they give for the arrays themselves; none is skipped that has its inputs."""
    rng = np.random.default_rng(1)
    auxiliary: dict[str, Any] = {
        "source_logits": rng.normal(size=(60, 4)),
        "reference_embeddings": rng.normal(size=(30, 8)),
        "label_embeddings": rng.normal(size=(2, 3, 5)),
        "source_embeddings": rng.normal(size=(40, 8)),
        "source_labels": np.arange(40) % 3,
        "source_error": 0.1,
        "target_error": 0.6,
    }
    save_features(tmp_path / "f" / "whole.npz", **auxiliary)
    save_features(tmp_path / "f" / "bare.npz")
    plan = stored_features_plan(settings, tmp_path / "f", default_metrics())
    assert plan.reference_source is None
    run_here(plan.run_id, settings, sources=SOURCES)
    store = RunStore(settings)
    cells = {(cell.model, cell.metric): cell for cell in store.cells(plan.run_id)}
    inputs = prepare_inputs(draw_features(2.0), labels=LABELS, **auxiliary)
    for metric in plan.metrics:
        cell = cells["whole", metric]
        assert isinstance(cell, Score), cell
        assert cell.value == pytest.approx(compute(metric, inputs).value, rel=1e-12)
    skipped = {
        metric for (model, metric), cell in cells.items() if model == "bare" and isinstance(cell, Skipped)
    }
    assert skipped == {"leep", "nce", "ped", "wdje"}
    outcome = store.outcomes(plan.run_id)["whole"]
    assert (outcome.report.cache_hits, outcome.report.cache_misses, outcome.n_features) == (0, 0, 8)
    assert outcome.report.dtype == "float64"


def test_bad_files_fail_alone(settings: Settings, tmp_path: Path) -> None:
    """One that cannot be read fails at ``load``, one that holds NaN at ``score``; the rest goes on."""
    features = draw_features(1.0)
    features[3, 2] = np.nan
    save_features(tmp_path / "good.npz")
    save_features(tmp_path / "hole.npz", embeddings=features)
    (tmp_path / "text.npz").write_text("hello", encoding="utf-8")
    plan = stored_features_plan(settings, tmp_path, ["logme"])
    assert run_here(plan.run_id, settings, sources=SOURCES) is RunState.FINISHED
    good, hole, text = RunStore(settings).cells(plan.run_id)
    assert isinstance(good, Score)
    assert isinstance(hole, Failure)
    assert hole.stage is Stage.SCORE
    assert "row 3, column 2" in hole.message
    assert isinstance(text, Failure)
    assert text.stage is Stage.LOAD
    assert "text.npz cannot be read" in text.message


def test_a_file_that_changes_after_planning_is_told(settings: Settings, tmp_path: Path) -> None:
    """Its model fails by name; where it is the file that the samples are read from, the run does."""
    for name in ("a", "b"):
        save_features(tmp_path / f"{name}.npz")
    plan = stored_features_plan(settings, tmp_path, ["logme"])
    save_features(tmp_path / "b.npz", 4.0)
    assert run_here(plan.run_id, settings, sources=SOURCES) is RunState.FINISHED
    a, b = RunStore(settings).cells(plan.run_id)
    assert isinstance(a, Score)
    assert isinstance(b, Failure)
    assert "b.npz' has changed since the run was planned" in b.message
    again = stored_features_plan(settings, tmp_path, ["logme"])
    save_features(tmp_path / "a.npz", 4.0)
    assert run_here(again.run_id, settings, sources=SOURCES) is RunState.FAILED
    assert "have changed since the run was planned" in RunStore(settings).result(again.run_id).error


def test_a_worker_ranks_features_and_resumes_without_torch(settings: Settings, tmp_path: Path) -> None:
    """Another process does the rest of a cancelled run, and imports neither torch nor transformers."""
    save_features(tmp_path / "a.npz")
    save_table(tmp_path / "b.csv", 0.5)
    plan = stored_features_plan(settings, tmp_path)
    events: list[Event] = []
    state = run_here(
        plan.run_id,
        settings,
        sources=SOURCES,
        sink=events.append,
        cancel=lambda: sum(isinstance(event, CellDone) for event in events) >= 2,
    )
    assert state is RunState.CANCELLED
    store = RunStore(settings)
    before = store.cells(plan.run_id)
    assert {cell.model for cell in before} == {"a"}
    start_worker(plan.run_id, settings)
    wait_until(lambda: store.state(plan.run_id).is_finished())
    assert store.cells(plan.run_id)[:2] == before
    assert isinstance(store.cells(plan.run_id)[2], Score)
    second = stored_features_plan(settings, tmp_path)
    code = (
        "import sys; from ptmrank_core.worker import main; main([sys.argv[1]]);"
        "print('torch' in sys.modules, 'transformers' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, second.run_id], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]


def test_features_can_be_looked_at_as_long_as_they_are_the_same(settings: Settings, tmp_path: Path) -> None:
    """What is drawn is what was ranked."""
    save_features(tmp_path / "a.npz")
    plan = stored_features_plan(settings, tmp_path)
    samples = SOURCES.load_samples(plan.samples_source, plan.reading)
    with FeatureCache(settings) as cache:
        found = cached_embeddings(plan, plan.models[0], samples, sources=SOURCES, cache=cache)
        assert found is not None
        np.testing.assert_array_equal(found, draw_features(2.0))
        save_features(tmp_path / "a.npz", 3.0)
        with pytest.raises(ModelNotFoundError, match="has changed"):
            cached_embeddings(plan, plan.models[0], samples, sources=SOURCES, cache=cache)


def test_a_function_is_ranked_beside_a_checkpoint(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """In this process, through the sources; its own error costs it alone."""

    def broken(pictures: list[Any]) -> np.ndarray:
        raise KeyError(len(pictures))

    functions = {
        "colour": lambda pictures: np.stack([np.asarray(p, dtype=float).mean(axis=(0, 1)) for p in pictures]),
        "broken": broken,
    }
    models = [local_models(zoo)[0], *(ModelSpec(name, "function", "image") for name in functions)]
    plan = stored_plan(settings, picture_zip, models)
    run_here(plan.run_id, settings, sources=replace(SOURCES, functions=functions))
    cells = {(cell.model, cell.metric): cell for cell in RunStore(settings).cells(plan.run_id)}
    assert isinstance(cells["convnext-a", "logme"], Score)
    assert isinstance(cells["colour", "logme"], Score)
    assert isinstance(cells["colour", "leep"], Skipped)
    failure = cells["broken", "logme"]
    assert isinstance(failure, Failure)
    assert (failure.error, failure.stage) == ("KeyError", Stage.EXTRACT)


def test_a_worker_does_not_know_a_function(settings: Settings, picture_zip: Path) -> None:
    """It says so, and what to do."""
    plan = stored_plan(settings, picture_zip, [ModelSpec("mine", "function", "image")], ["logme"])
    events: list[Event] = []
    run_here(plan.run_id, settings, sources=SOURCES, sink=events.append)
    assert [event.model for event in events if isinstance(event, ModelStarted)] == ["mine"]
    (cell,) = RunStore(settings).cells(plan.run_id)
    assert isinstance(cell, Failure)
    assert "not known in this process" in cell.message
    assert "Sources.functions" in cell.hint
