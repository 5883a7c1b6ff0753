"""A model at which the process of a run dies again and again fails; a kill by hand fails none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ptmrank_core.benchmark import RunStore, run_here
from ptmrank_core.benchmark.execution.attempts import MOST_DEATHS, Attempts
from ptmrank_core.config import Settings
from ptmrank_core.events import StageStarted
from ptmrank_core.records import Failure, RunPlan, RunState, Score, Stage
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan
from tests.ready_made import save_features

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")
METRICS = ("logme", "hscore", "gbc", "nearest_mean", "transrate")
WORKER = """
import os, signal, sys
from ptmrank_core.benchmark import run_here
from ptmrank_core.config import load_settings
from ptmrank_core.worker import SOURCES

def sink(event):
    about = getattr(event, "model", "") or getattr(getattr(event, "cell", None), "model", "")
    if (getattr(event, "stage", type(event).__name__), about) == (sys.argv[2], sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)

run_here(sys.argv[1], load_settings(), sources=SOURCES, sink=sink)
"""


@pytest.fixture
def plan(settings: Settings, tmp_path: Path) -> RunPlan:
    """A run of three files of features."""
    for number in range(3):
        save_features(tmp_path / "features" / f"model-{number}.npz", strength=number)
    return stored_features_plan(settings, tmp_path / "features", METRICS)


def die(plan: RunPlan, kind: str, model: str) -> None:
    """Have a process of the run die when an event of a kind, or a stage, is about a model."""
    worker = subprocess.run([sys.executable, "-c", WORKER, plan.run_id, kind, model], check=False)
    assert worker.returncode == -9


def test_a_model_at_which_the_process_dies_again_and_again_fails_alone(
    settings: Settings, plan: RunPlan
) -> None:
    """The others are scored; the reason says how often and in which stage; only a retry meets it again."""
    store, deadly = RunStore(settings), plan.models[1].id
    for _ in range(MOST_DEATHS):
        die(plan, "load", deadly)
    assert run_here(plan.run_id, settings, sources=SOURCES) is RunState.FINISHED
    cells = store.cells(plan.run_id)
    failed = [cell for cell in cells if isinstance(cell, Failure)]
    assert {(cell.model, cell.stage, cell.error) for cell in failed} == {
        (deadly, Stage.LOAD, "ModelProcessError")
    }
    assert failed[0].message == (
        f"The process of the run died {MOST_DEATHS} times in a row at {deadly!r}, the last time while it was "
        "being loaded, and nothing was done of it in between."
    )
    assert "retry the failed models" in failed[0].hint
    assert len(failed) == len(METRICS)
    assert sum(isinstance(cell, Score) for cell in cells) == 2 * len(METRICS)
    run_here(plan.run_id, settings, sources=SOURCES)
    assert len(store.failures(plan.run_id)) == len(METRICS)
    store.clear_failures(plan.run_id)
    run_here(plan.run_id, settings, sources=SOURCES)
    assert not store.failures(plan.run_id)


def test_a_process_that_is_killed_by_hand_fails_no_model(settings: Settings, plan: RunPlan) -> None:
    """Fewer deaths than it takes, at one model after the other, and none is remembered in the end."""
    store = RunStore(settings)
    for spec in plan.models[:2]:
        for _ in range(MOST_DEATHS - 1):
            die(plan, "load", spec.id)
    assert run_here(plan.run_id, settings, sources=SOURCES) is RunState.FINISHED
    assert not store.failures(plan.run_id)
    assert {store.attempt(plan.run_id, spec.id).n_deaths for spec in plan.models} == {0}


def test_deaths_with_progress_in_between_fail_no_model(settings: Settings, plan: RunPlan) -> None:
    """Each time one more metric was computed."""
    store, model = RunStore(settings), plan.models[1].id
    for _ in range(len(METRICS) - 1):
        die(plan, "CellDone", model)
    assert store.attempt(plan.run_id, model).n_deaths == 1
    assert run_here(plan.run_id, settings, sources=SOURCES) is RunState.FINISHED
    assert not store.failures(plan.run_id)


def test_a_run_that_is_cancelled_forgets_the_deaths(settings: Settings, plan: RunPlan) -> None:
    """Its process has left the model in order."""
    store, model = RunStore(settings), plan.models[0].id
    die(plan, "load", model)
    assert store.attempt(plan.run_id, model).n_deaths == 1
    asked: list[bool] = []

    def cancel() -> bool:
        asked.append(True)
        return len(store.cells(plan.run_id)) > 0

    assert run_here(plan.run_id, settings, sources=SOURCES, cancel=cancel) is RunState.CANCELLED
    assert asked
    assert store.attempt(plan.run_id, model).n_deaths == 0


def test_a_model_that_waits_until_others_are_scored_has_no_part_in_their_deaths(
    settings: Settings, plan: RunPlan
) -> None:
    """Its earlier deaths stay, and its next stage counts as an attempt again."""
    store, model = RunStore(settings), plan.models[1].id
    killed = []  # workers that never leave their block
    for n_before in (0, 1):
        attempts = Attempts(store, plan.run_id, model)
        killed.append(attempts.at_work())
        killed[-1].__enter__()
        attempts.hear(StageStarted(model, Stage.LOAD))
        assert store.attempt(plan.run_id, model).n_deaths == n_before + 1
        attempts.pause()
        assert store.attempt(plan.run_id, model).n_deaths == n_before
        attempts.hear(StageStarted(model, Stage.SCORE))
        assert store.attempt(plan.run_id, model).n_deaths == n_before + 1
    killed[-1].__exit__(None, None, None)
    assert store.attempt(plan.run_id, model).n_deaths == 0
