"""Several devices: models at the same time, the same scores, and a device that fails is left out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ptmrank_core.benchmark import RunStore, model_process, new_run_id, run_here
from ptmrank_core.benchmark.execution.on_devices import Device, _Baton, _CallsOnDevices
from ptmrank_core.benchmark.scheduling.time_estimate import longest_first
from ptmrank_core.benchmark.store.store import Speed
from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError, InputField, ModelError, ModelProcessError, PTMRankError
from ptmrank_core.events import BatchDone, Event, ModelStarted
from ptmrank_core.features.process import ModelProcess
from ptmrank_core.records import ExtractionOptions, ModelSpec, RunPlan, RunState, Score
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_plan
from tests.checkpoints import save_checkpoint


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five checkpoints, one of which cannot be read."""
    folder = tmp_path_factory.mktemp("models")
    for place, kind in enumerate(("convnext", "resnet", "vit", "convnext")):
        save_checkpoint(folder / f"model-{place}", kind, seed=place)
    save_checkpoint(folder / "broken", "vit", seed=9)
    (folder / "broken" / "model.safetensors").write_bytes(b"no weights")
    return folder


def on(settings: Settings, plan: RunPlan, device: str) -> RunPlan:
    """The same plan on another device, stored at another home."""
    store = RunStore(settings)
    samples = store.result(plan.run_id).samples
    other = replace(plan, run_id=new_run_id(), options=replace(plan.options, device=device))
    store.create(other, samples)
    return other


def scores(settings: Settings, plan: RunPlan) -> dict[tuple[str, str], Any]:
    """What every cell of a run says but how long it took."""
    cells = RunStore(settings).cells(plan.run_id)
    return {
        (cell.model, cell.metric): replace(cell, seconds=0.0) if isinstance(cell, Score) else type(cell)
        for cell in cells
    }


def test_two_devices_give_the_scores_of_one(
    settings: Settings, picture_zip: Path, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two models are at work at a time, each in a process of its own; one that fails does so alone."""
    pids: dict[str, int | None] = {}
    call = ModelProcess.call

    def note(self: ModelProcess, name: str, /, *args: Any, **kwargs: Any) -> Any:
        try:
            return call(self, name, *args, **kwargs)
        finally:
            if name == "extract":  # children take pieces of the analyses
                pids.setdefault(args[1].id, self.pid)

    one = stored_plan(settings, picture_zip, models)
    run_here(one.run_id, settings, sources=SOURCES)
    other = Settings(home=tmp_path / "other")
    two = on(other, stored_plan(other, picture_zip, models), "cpu,cpu")
    events: list[Event] = []
    monkeypatch.setattr(ModelProcess, "call", note)
    with model_process(other, two.run_id) as process:
        state = run_here(two.run_id, other, sources=SOURCES, sink=events.append, models=process)
    assert state is RunState.FINISHED
    assert scores(other, two) == scores(settings, one)
    assert len(scores(other, two)) == 15
    assert len(set(pids.values())) == 2
    begun = [event for event in events if isinstance(event, ModelStarted)]
    assert [(event.index, event.total, event.n_at_once) for event in begun] == [
        (place, 5, 2) for place in range(1, 6)
    ]
    assert most_at_work(events) == 2
    reports = [outcome.report for outcome in RunStore(other).outcomes(two.run_id).values()]
    assert {report.device for report in reports} == {"cpu"}


def most_at_work(events: list[Event]) -> int:
    """How many models had begun and not ended at a time, by their batches."""
    at_work: set[str] = set()
    most = 0
    for event in events:
        if isinstance(event, ModelStarted):
            at_work.add(event.model)
        elif isinstance(event, BatchDone) and event.done == event.total:
            at_work.discard(event.model)
        most = max(most, len(at_work - {"broken"}))
    return most


def test_a_run_on_two_devices_that_is_cancelled_goes_on_later(
    settings: Settings, picture_zip: Path, models: Path
) -> None:
    """Whatever was at work stops, and the rest is done when it is resumed, by one process or by two."""
    plan = on(settings, stored_plan(settings, picture_zip, models), "cpu,cpu")
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
    assert len(scores(settings, plan)) == 15


class Place:
    """Where models are run, as a test has it: it raises, or says on which device it was called."""

    def __init__(self, error: Exception | None = None, *, speaks: bool = False) -> None:
        self.error, self.speaks, self.n_calls = error, speaks, 0

    def call(self, _name: str, /, *_args: Any, **kwargs: Any) -> Any:
        """Raise or answer."""
        self.n_calls += 1
        if self.speaks:
            kwargs["sink"](BatchDone("m", 0, 4))
        if self.error is not None:
            raise self.error
        return kwargs["options"].device


def ask(calls: _CallsOnDevices, baton: _Baton) -> Any:
    """Call something, as the thread that holds the baton does."""
    with baton:
        return calls.call("extract", ModelSpec("m", "local", "image"), options=ExtractionOptions())


MISSING = InputError("Device 'cuda:1' is not available here.", fields=[InputField.DEVICE])
BUSY = ModelError("'m' cannot be loaded: CUDA error: all CUDA-capable devices are busy or unavailable.")
DEAD = ModelProcessError("The process of 'm' died while it was being loaded: it aborted (SIGABRT).")


@pytest.mark.parametrize("error", [MISSING, BUSY, DEAD], ids=["missing", "busy", "dead at once"])
def test_a_device_that_fails_hands_its_model_on(error: PTMRankError) -> None:
    """It is asked once; from then on the others do all of the work."""
    baton, lost = _Baton(), Place(error)
    calls = _CallsOnDevices([Device("cuda:1", lost), Device("cuda:0", Place())], baton)
    assert [ask(calls, baton) for _ in range(3)] == ["cuda:0"] * 3
    assert lost.n_calls == 1


def test_the_last_device_is_never_left_out() -> None:
    """Where all fail the models fail with what the last one said; it is asked again for the next model."""
    baton, last = _Baton(), Place(BUSY)
    calls = _CallsOnDevices([Device("cuda:1", Place(MISSING)), Device("cuda:0", last)], baton)
    for n_calls in (1, 2):
        with pytest.raises(ModelError, match="busy or unavailable"):
            ask(calls, baton)
        assert last.n_calls == n_calls


@pytest.mark.parametrize("error", [ModelError("'m' cannot be run: 3 is no shape."), DEAD])
def test_a_model_that_fails_is_no_fault_of_its_device(error: PTMRankError) -> None:
    """It is not tried elsewhere, and the device goes on with the next model."""
    baton, first, second = _Baton(), Place(error, speaks=True), Place()
    calls = _CallsOnDevices([Device("cuda:0", first), Device("cuda:1", second)], baton)
    with pytest.raises(type(error)):
        ask(calls, baton)
    assert (ask(calls, baton), second.n_calls) == ("cuda:1", 1)
    with pytest.raises(type(error)):
        ask(calls, baton)


def test_the_longest_begin_first(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Measured times count before sizes; a model of which nothing is known comes before all others."""
    store = RunStore(settings)
    monkeypatch.setattr(
        store, "speeds", lambda: {"slow": Speed("image", 10**6, 2.0), "quick": Speed("image", 10**8, 0.001)}
    )
    sizes = {"quick": 10**8, "small": 10**5, "unknown": None, "large": 10**7, "slow": 10**6}
    specs = [ModelSpec(name, "local", "image", n_parameters=size) for name, size in sizes.items()]
    ordered = [spec.id for spec in longest_first(store, specs, 100)]
    assert ordered == ["unknown", "large", "slow", "small", "quick"]
