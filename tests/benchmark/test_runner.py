"""A run in this process: isolation, cancel, resume, and the walls around torch."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from ptmrank_core.benchmark import RunStore, cancel_run, make_plan, run_here
from ptmrank_core.benchmark.scheduling.locks import hold_run, is_held
from ptmrank_core.catalogue import local_models
from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError, RunBusyError
from ptmrank_core.events import (
    CancelToken,
    CellDone,
    Downloaded,
    Event,
    ModelStarted,
    RunFinished,
    Sink,
    raise_if_cancelled,
)
from ptmrank_core.records import (
    ExtractionOptions,
    Failure,
    ModelSpec,
    RunOptions,
    RunState,
    Samples,
    Score,
    Skipped,
    Stage,
)
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import METRICS, stored_plan
from tests.checkpoints import save_checkpoint
from tests.pictures import picture_files, write_zip


def test_every_cell_is_decided(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """Models with a head get three scores; the headless one is skipped under LEEP, with the reason."""
    plan = stored_plan(settings, picture_zip, zoo)
    assert run_here(plan.run_id, settings, sources=SOURCES) is RunState.FINISHED
    cells = {(cell.model, cell.metric): cell for cell in RunStore(settings).cells(plan.run_id)}
    assert len(cells) == 9
    assert isinstance(cells.pop(("vit-headless", "leep")), Skipped)
    assert all(isinstance(cell, Score) for cell in cells.values())


def test_a_bad_model_leaves_failures_and_the_rest_goes_on(
    settings: Settings, picture_zip: Path, tmp_path: Path
) -> None:
    """A model that cannot be loaded fails under every metric, with stage and hint; the next is scored."""
    bad, good = save_checkpoint(tmp_path / "m" / "a-bad"), save_checkpoint(tmp_path / "m" / "b-good")
    save_file({"other": np.zeros(3, np.float32)}, bad / "model.safetensors")
    plan = stored_plan(settings, picture_zip, good.parent)
    assert run_here(plan.run_id, settings, sources=SOURCES) is RunState.FINISHED
    cells = RunStore(settings).cells(plan.run_id)
    failures = [cell for cell in cells if isinstance(cell, Failure)]
    assert [(cell.model, cell.metric) for cell in failures] == [("a-bad", metric) for metric in METRICS]
    assert {cell.stage for cell in failures} == {Stage.LOAD}
    assert all("saved with them" in cell.hint for cell in failures)
    assert [cell.model for cell in cells if isinstance(cell, Score)] == ["b-good"] * 3


def test_a_model_that_cannot_be_had_fails_at_its_stage(settings: Settings, picture_zip: Path) -> None:
    """A Hub id without a network fails at ``resolve`` and says why."""
    spec = ModelSpec(id="org/nowhere", source="hub", modality="image")
    plan = stored_plan(settings, picture_zip, [spec])
    run_here(plan.run_id, settings, sources=SOURCES)
    (cell, *_) = RunStore(settings).cells(plan.run_id)
    assert isinstance(cell, Failure)
    assert cell.stage is Stage.RESOLVE
    assert "cannot be reached" in cell.message


def test_a_bug_is_a_failure_too(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """What nobody foresaw costs one model, not the run."""

    def fetch(spec: ModelSpec, **_: object) -> ModelSpec:
        if spec.id == "convnext-a":
            raise ZeroDivisionError
        return spec

    plan = stored_plan(settings, picture_zip, zoo)
    run_here(plan.run_id, settings, sources=replace(SOURCES, fetch=fetch))
    cells = RunStore(settings).cells(plan.run_id)
    failed = [cell for cell in cells if isinstance(cell, Failure)]
    assert {(cell.model, cell.error) for cell in failed} == {("convnext-a", "ZeroDivisionError")}
    assert len(cells) == 9


def test_cancel_and_resume_repeat_no_finished_model(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """A run cancelled after its first model goes on with the second."""
    plan = stored_plan(settings, picture_zip, zoo)
    events: list[Event] = []

    def cancelled() -> bool:
        return sum(isinstance(event, CellDone) for event in events) >= 3

    state = run_here(plan.run_id, settings, sources=SOURCES, sink=events.append, cancel=cancelled)
    assert state is RunState.CANCELLED
    assert isinstance(events[-1], RunFinished)
    store = RunStore(settings)
    first = store.cells(plan.run_id)
    assert {cell.model for cell in first} == {"convnext-a"}
    again: list[Event] = []
    assert run_here(plan.run_id, settings, sources=SOURCES, sink=again.append) is RunState.FINISHED
    assert [event.model for event in again if isinstance(event, ModelStarted)] == ["resnet-b", "vit-headless"]
    assert store.cells(plan.run_id)[:3] == first


def test_a_request_to_cancel_through_the_store_is_heard(
    settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """The page cancels by writing to the store; a later resume forgets it."""
    plan = stored_plan(settings, picture_zip, zoo)
    store = RunStore(settings)

    def ask(event: Event) -> None:
        if isinstance(event, CellDone):
            store.request_cancel(plan.run_id)
            time.sleep(0.25)

    assert run_here(plan.run_id, settings, sources=SOURCES, sink=ask) is RunState.CANCELLED
    assert len(store.cells(plan.run_id)) == 1
    assert run_here(plan.run_id, settings, sources=SOURCES) is RunState.FINISHED


def test_a_request_to_cancel_is_heard_while_files_come(
    settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """A download that would never end is left at its next piece; nothing is decided by it."""
    plan = stored_plan(settings, picture_zip, zoo)
    store = RunStore(settings)

    def fetch(spec: ModelSpec, *, sink: Sink, cancel: CancelToken) -> ModelSpec:
        for piece in itertools.count():
            sink(Downloaded(spec.id, piece, None))
            if piece == 3:
                cancel_run(plan.run_id, settings)
            raise_if_cancelled(cancel)
            time.sleep(0.02)
        raise AssertionError

    assert run_here(plan.run_id, settings, sources=replace(SOURCES, fetch=fetch)) is RunState.CANCELLED
    assert store.cells(plan.run_id) == ()
    assert run_here(plan.run_id, settings, sources=SOURCES) is RunState.FINISHED


def test_what_a_model_took_is_known_after_a_resume(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """A worker that finds all features in the cache keeps what the one before it measured."""
    plan = stored_plan(settings, picture_zip, zoo)
    events: list[Event] = []

    def cancelled() -> bool:
        return any(isinstance(event, CellDone) for event in events)

    run_here(plan.run_id, settings, sources=SOURCES, sink=events.append, cancel=cancelled)
    store = RunStore(settings)
    [before] = store.outcomes(plan.run_id).values()
    assert before.report.cache_misses == 18
    run_here(plan.run_id, settings, sources=SOURCES)
    after = store.outcomes(plan.run_id)[before.spec.id]
    assert after.seconds["score"] > before.seconds["score"]
    assert replace(after, score_seconds=before.score_seconds) == before
    assert after.seconds["forward"] == before.seconds["forward"] > 0


def test_a_run_never_has_two_workers(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """While the lock is held a second worker is turned away; afterwards it is free."""
    run_id = stored_plan(settings, picture_zip, zoo).run_id
    holder = (
        "import sys; from ptmrank_core.benchmark.scheduling.locks import hold_run;"
        "from ptmrank_core.config import load_settings\n"
        "with hold_run(load_settings(), sys.argv[1]): print('held', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", holder, run_id], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        assert is_held(settings, run_id)
        with pytest.raises(RunBusyError, match="Another worker is running"):
            run_here(run_id, settings, sources=SOURCES)
        other.kill()
    assert not is_held(settings, run_id)
    with hold_run(settings, run_id):
        pass


def test_changed_samples_fail_the_run_as_a_whole(settings: Settings, tmp_path: Path, zoo: Path) -> None:
    """A run whose samples are no longer those it was planned with is not done on others."""
    path = write_zip(tmp_path / "p.zip", picture_files())
    plan = stored_plan(settings, path, zoo)
    write_zip(path, picture_files(5))
    assert run_here(plan.run_id, settings, sources=SOURCES) is RunState.FAILED
    result = RunStore(settings).result(plan.run_id)
    assert "have changed since the run was planned" in result.error
    assert result.cells == ()


def test_a_cached_run_imports_neither_torch_nor_transformers(
    settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """When every feature is cached, a run is only arithmetic, and starts no process of its own."""
    first = stored_plan(settings, picture_zip, zoo)
    run_here(first.run_id, settings, sources=SOURCES)
    second = stored_plan(settings, picture_zip, zoo)
    code = (
        "import json, sys; from ptmrank_core.worker import main;"
        "from ptmrank_core.features.process import client; client.Child = None;"
        "status = main([sys.argv[1]]);"
        "print(json.dumps([status, 'torch' in sys.modules, 'transformers' in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, second.run_id], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [0, False, False]
    store = RunStore(settings)
    assert store.state(second.run_id) is RunState.FINISHED
    for old, new in zip(store.cells(first.run_id), store.cells(second.run_id), strict=True):
        if isinstance(old, Score) and isinstance(new, Score):
            assert new.value == old.value


def test_a_plan_is_checked(samples: Samples, zoo: Path) -> None:
    """A plan without models or metrics, or of another modality, is bad input."""
    models = local_models(zoo)
    parts = {
        "run_id": "r",
        "created_at": "t",
        "task": "image-classification",
        "samples": samples,
        "options": RunOptions(metrics=METRICS, options=ExtractionOptions(), seed=0),
    }
    with pytest.raises(InputError, match="at least one model and one metric"):
        make_plan(**parts | {"models": models, "options": replace(parts["options"], metrics=())})
    with pytest.raises(InputError, match="at least one model and one metric"):
        make_plan(models=(), **parts)
    with pytest.raises(InputError, match=r"these models read another modality: .'convnext-a'"):
        make_plan(models=[replace(models[0], modality="text")], **parts)
