"""Runs whose checkpoints are run and trained in the model process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ptmrank_core.benchmark import RunStore, log_file, model_process, new_run_id, run_here, start_worker
from ptmrank_core.config import Settings
from ptmrank_core.events import BatchDone, Event
from ptmrank_core.features.process import ModelProcess, client
from ptmrank_core.records import (
    Analyses,
    Failure,
    FineTuning,
    ModelSpec,
    ReferenceResult,
    RunPlan,
    RunState,
    Samples,
    Score,
    Skipped,
    Stage,
)
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_plan
from tests.benchmark.test_worker import wait_for_worker
from tests.checkpoints import save_checkpoint
from tests.features.process.served import DEADLY
from tests.waiting import wait_until

EVERYTHING = Analyses(half_samples=0, projections=False, fine_tune=1, fine_tune_seconds=5)
WORKER = """
import json, sys
from ptmrank_core.worker import main
status = main([sys.argv[1]])
print(json.dumps([status, *(name in sys.modules for name in ("torch", "transformers"))]))
"""


class NoModels:
    """Where no checkpoint may be run."""

    def call(self, name: str, /, *_args: object, **_kwargs: object) -> Any:
        """Fail the test."""
        raise AssertionError(name)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Folders of four checkpoints, two of which kill their process."""
    for seed, name in enumerate(("aborts", "dies-in-load", "good", "well")):
        save_checkpoint(tmp_path / "m" / name, seed=seed)
    return tmp_path / "m"


def another(settings: Settings, plan: RunPlan, analyses: Analyses | None = None) -> RunPlan:
    """Store the plan once more, under another id."""
    store = RunStore(settings)
    again = replace(plan, run_id=new_run_id(), analyses=analyses or plan.analyses)
    store.create(again, store.result(plan.run_id).samples)
    return again


def test_the_process_of_a_run_loads_no_torch(
    settings: Settings, picture_zip: Path, zoo: Path, tmp_path: Path
) -> None:
    """Extraction, an untrained twin and fine-tuning are done elsewhere, with the scores they have in here."""
    plan = another(settings, stored_plan(settings, picture_zip, zoo), EVERYTHING)
    worker = subprocess.run(
        [sys.executable, "-c", WORKER, plan.run_id], stdout=subprocess.PIPE, text=True, check=True
    )
    assert json.loads(worker.stdout) == [0, False, False]
    store = RunStore(settings)
    found = {(finding.kind, finding.problem) for finding in store.findings(plan.run_id)}
    assert {(FineTuning.KIND, ""), (ReferenceResult.KIND, "")} <= found
    references = [f.content for f in store.findings(plan.run_id) if isinstance(f.content, ReferenceResult)]
    assert [own.role for own in references if own.probe is not None] == ["baseline", "untrained"]
    other = Settings(home=tmp_path / "other")
    here = stored_plan(other, picture_zip, zoo)
    run_here(here.run_id, other, sources=SOURCES)
    alone = RunStore(other).result(here.run_id)
    for own, cell in zip(store.result(plan.run_id).cells, alone.cells, strict=True):
        assert type(own) is type(cell)
        if isinstance(own, Score) and isinstance(cell, Score):
            np.testing.assert_allclose(own.value, cell.value, rtol=1e-3)


def test_cached_features_start_no_process(
    settings: Settings, picture_zip: Path, zoo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run, or the rest of one, that finds everything in the cache is only arithmetic."""
    plan = stored_plan(settings, picture_zip, zoo)
    with model_process(settings, plan.run_id) as process:
        run_here(plan.run_id, settings, sources=SOURCES, models=process)
        assert process.pid is not None
    again = another(settings, plan)
    monkeypatch.setattr(client, "Child", None)
    with model_process(settings, again.run_id) as process:
        assert run_here(again.run_id, settings, sources=SOURCES, models=process) is RunState.FINISHED
    store = RunStore(settings)
    assert store.cells(again.run_id)
    assert not any(isinstance(cell, Failure) for cell in store.cells(again.run_id))
    assert {outcome.report.cache_hits for outcome in store.outcomes(again.run_id).values()} == {18}
    assert not log_file(settings, again.run_id).exists()


def test_a_model_that_kills_its_process_fails_alone(
    settings: Settings, picture_zip: Path, models: Path
) -> None:
    """Its cells are failures with the stage and the reason; the run goes on with another process."""
    plan = stored_plan(settings, picture_zip, models)
    with ModelProcess(settings, log=log_file(settings, plan.run_id), functions=DEADLY) as process:
        assert run_here(plan.run_id, settings, sources=SOURCES, models=process) is RunState.FINISHED
    cells = RunStore(settings).cells(plan.run_id)
    assert len(cells) == 4 * len(plan.metrics)
    failures = [cell for cell in cells if isinstance(cell, Failure)]
    assert {cell.error for cell in failures} == {"ModelProcessError"}
    assert {(cell.model, cell.stage, cell.message.partition(": ")[0]) for cell in failures} == {
        ("aborts", Stage.EXTRACT, "The process of 'aborts' died while its features were being extracted"),
        ("dies-in-load", Stage.LOAD, "The process of 'dies-in-load' died while it was being loaded"),
    }
    assert all("leave this model out" in cell.hint for cell in failures)
    assert {cell.model for cell in cells if isinstance(cell, Score)} == {"good", "well"}


@pytest.mark.slow
@pytest.mark.usefixtures("fresh_processes")
def test_the_report_is_of_the_process_that_ran_the_model(
    settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """Memory that this process holds is not counted as the model's."""
    held = np.ones(190_000_000)  # 1.5 GB
    plan = stored_plan(settings, picture_zip, zoo)
    with model_process(settings, plan.run_id) as process:
        run_here(plan.run_id, settings, sources=SOURCES, models=process)
    assert held[-1] == 1
    for outcome in RunStore(settings).outcomes(plan.run_id).values():
        report = outcome.report
        assert (report.device, report.cache_misses, report.n_run) == ("cpu", 18, 18)
        if Path("/proc/self/clear_refs").exists():
            assert report.peak_memory_bytes is not None
            assert 50e6 < report.peak_memory_bytes < held.nbytes


def test_functions_stay_in_the_process_that_has_them(
    settings: Settings, picture_zip: Path, samples: Samples
) -> None:
    """A function of a script cannot be sent anywhere, and needs no model process."""
    own = ModelSpec("own", "function", "image")
    plan = stored_plan(settings, picture_zip, [own], ["logme"])

    def embed(pictures: list[Any]) -> np.ndarray:
        return np.stack([np.asarray(picture, dtype=float).mean(axis=(0, 1)) for picture in pictures])

    sources = replace(SOURCES, functions={"own": embed}, fetch=lambda spec, **_: spec)
    run_here(plan.run_id, settings, sources=sources, models=NoModels())
    (cell,) = RunStore(settings).cells(plan.run_id)
    assert isinstance(cell, Score)
    assert samples.n_samples == 18


def test_a_cancelled_run_resumes(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """The request reaches the model that is being run; the rest is done later, in a process of its own."""
    plan = stored_plan(settings, picture_zip, zoo)
    batches: list[Event] = []

    def listen(event: Event) -> None:
        if isinstance(event, BatchDone) and event.n_run:
            batches.append(event)

    with model_process(settings, plan.run_id) as process:
        state = run_here(
            plan.run_id,
            settings,
            sources=SOURCES,
            sink=listen,
            cancel=lambda: bool(batches),
            models=process,
        )
    assert state is RunState.CANCELLED
    with model_process(settings, plan.run_id) as process:
        assert run_here(plan.run_id, settings, sources=SOURCES, models=process) is RunState.FINISHED
    cells = RunStore(settings).cells(plan.run_id)
    assert len(cells) == 9
    assert all(isinstance(cell, Score | Skipped) for cell in cells)


def test_what_the_process_prints_is_in_the_log_of_its_run(
    settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """A log that stays empty, or whose run was not stored after all, is not left behind."""
    plan = stored_plan(settings, picture_zip, zoo)
    log = log_file(settings, plan.run_id)
    with model_process(settings, plan.run_id):
        log.write_text("a foreign print\n")
    assert log.read_text() == "a foreign print\n"
    log.unlink()
    with model_process(settings, plan.run_id):
        log.touch()
    assert not log.exists()
    unknown = log_file(settings, "unknown")
    with model_process(settings, "unknown"):
        unknown.write_text("a foreign print\n")
    assert not unknown.exists()


def model_processes_of(parent: int) -> list[int]:
    """Process ids of the living model processes that a process has started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, ppid = stat.read_text().rpartition(")")[2].split()[:2]
            command = stat.with_name("cmdline").read_bytes()
        except OSError:
            continue
        if int(ppid) == parent and state != "Z" and b"ptmrank_core.features.process" in command:
            found.append(int(stat.parent.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes through /proc")
def test_a_killed_worker_leaves_no_process(settings: Settings, picture_zip: Path, tmp_path: Path) -> None:
    """After kill -9 of the worker its model process is gone too, and has left no file."""
    for i in range(8):
        save_checkpoint(tmp_path / "m" / f"model-{i}", seed=i)
    plan = stored_plan(settings, picture_zip, tmp_path / "m")
    store = RunStore(settings)
    start_worker(plan.run_id, settings)
    worker = wait_for_worker(plan.run_id)
    wait_until(lambda: len(model_processes_of(worker)) > 0)
    (child,) = model_processes_of(worker)
    wait_until(lambda: len(store.cells(plan.run_id)) > 0)
    os.kill(worker, 9)
    wait_until(lambda: not Path(f"/proc/{child}").exists())
    assert not list(settings.home.rglob(".partial-*"))
