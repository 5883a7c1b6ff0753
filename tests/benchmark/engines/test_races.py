"""Races on a cluster, which is one in this process: the doses are those of this machine to the bit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ptmrank_core.benchmark import RunStore, run_here, save_best
from ptmrank_core.benchmark.engines.ray.dose_task import DoseOrder
from ptmrank_core.benchmark.engines.ray.states import write_files
from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError, UnsupportedModelError
from ptmrank_core.events import Event, RaceStep
from ptmrank_core.features import FeatureCache
from ptmrank_core.features.process import ModelCallsHere
from ptmrank_core.features.process.carried import carry
from ptmrank_core.features.process.frames import FrameKind, from_bytes, pack, to_bytes, unpack
from ptmrank_core.records import RunPlan, RunState
from ptmrank_core.worker import SOURCES
from tests.benchmark.engines.fake_ray import FakeRay, joined
from tests.benchmark.engines.races import RacedWorld, decision, doses_of, reached
from tests.checkpoints import save_checkpoint
from tests.pictures import picture_files, write_zip


@dataclass(frozen=True)
class Former:
    """A race on this machine."""

    world: RacedWorld
    settings: Settings
    plan: RunPlan


@pytest.fixture(scope="module")
def former(tmp_path_factory: pytest.TempPathFactory, unhurried: None) -> Former:  # noqa: ARG001 - before it
    """A race of two tiny models in this process, that is to be repeated."""
    folder = tmp_path_factory.mktemp("raced")
    for seed, name in enumerate(("first", "second")):
        save_checkpoint(folder / "models" / name, "resnet", head=False, seed=seed)
    world = RacedWorld(write_zip(folder / "pictures.zip", picture_files(20)), folder / "models")
    settings = Settings(home=folder / "alone")
    plan = world.plan(settings)
    assert run_here(plan.run_id, settings, sources=SOURCES) is RunState.FINISHED
    return Former(world, settings, plan)


@pytest.fixture
def race_on(
    former: Former, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[RunPlan, list[Event]]]:
    """Repeat the race on a cluster with two places; return its plan, and what was told."""
    settings = replace(settings, engine="ray")

    def race(ray: FakeRay, cancel: Callable[[], bool] = lambda: False) -> tuple[RunPlan, list[Event]]:
        monkeypatch.setattr("ptmrank_core.benchmark.engines.ray.engine.connect", joined(ray))
        plan, events = former.world.repeated(settings, former.plan, former.settings), list[Event]()
        run_here(plan.run_id, settings, sources=SOURCES, sink=events.append, cancel=cancel)
        return plan, events

    return race


def is_dose(function: Callable[..., Any]) -> bool:
    """Whether a task trains a dose."""
    return function.__name__ == "train_dose_here"


def saved(settings: Settings, plan: RunPlan, folder: Path) -> dict[str, bytes]:
    """What the folder of the winner holds, but for the card, which names the run."""
    with FeatureCache(settings) as cache:
        save_best(plan.run_id, settings, folder, sources=SOURCES, models=ModelCallsHere(cache))
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix != ".md"}


def test_each_dose_reaches_what_it_reaches_here(
    former: Former, settings: Settings, race_on: Callable[..., Any], tmp_path: Path
) -> None:
    """Losses, curves, the final training and the saved winner are the same; progress is told."""
    ray = FakeRay()
    plan, events = race_on(ray)
    doses = reached(settings, plan)
    assert len(doses) > 2
    assert doses == reached(former.settings, former.plan)
    assert decision(settings, plan) == decision(former.settings, former.plan)
    assert saved(settings, plan, tmp_path / "b") == saved(former.settings, former.plan, tmp_path / "a")
    environment = RunStore(settings).result(plan.run_id).environment
    assert environment["race_engine"].startswith(f"ray: {len(doses)} doses, ")
    assert any(isinstance(event, RaceStep) and 0 < event.share < 1 for event in events)


def test_a_dose_that_ends_on_no_node_fails_its_model_alone(
    former: Former, settings: Settings, race_on: Callable[..., Any]
) -> None:
    """The model is out with the reason; the other one of its round is trained to the end."""

    def meddle(function: Callable[..., Any], order: bytes, *more: Any) -> Any:
        if is_dose(function):
            asked: DoseOrder = unpack(from_bytes(order))
            if asked.task.spec.id == "first":
                raise FakeRay.exceptions.WorkerCrashedError
        return function(order, *more)

    plan, _ = race_on(FakeRay(meddle))
    (failed,) = (dose for dose in doses_of(settings, plan) if dose.problem)
    assert failed.model == "first"
    assert "did not end on any node of the cluster (WorkerCrashedError)" in failed.problem
    assert decision(settings, plan)[0] == "second"
    assert former.plan.run_id != plan.run_id


def test_an_error_on_a_node_is_that_of_this_machine(settings: Settings, race_on: Callable[..., Any]) -> None:
    """What training raises there is the problem of the dose, with its advice."""

    def meddle(function: Callable[..., Any], order: bytes, *more: Any) -> Any:
        if is_dose(function) and unpack(from_bytes(order)).task.spec.id == "second":
            error = UnsupportedModelError("Its loss is not finite.", hint="Try a lower rate.")
            return to_bytes(pack(FrameKind.ERROR, carry(error)))
        return function(order, *more)

    plan, _ = race_on(FakeRay(meddle))
    problems = {dose.model: dose.problem for dose in doses_of(settings, plan) if dose.problem}
    assert problems == {"second": "Its loss is not finite. Try a lower rate."}


def test_a_cancelled_race_ends_its_doses_and_goes_on_when_resumed(
    former: Former, settings: Settings, race_on: Callable[..., Any]
) -> None:
    """Nothing of the round is stored, its tasks are cancelled; resumed, it ends as the former one."""
    is_cancelled = threading.Event()

    def meddle(function: Callable[..., Any], *arguments: Any) -> Any:
        if is_dose(function):
            is_cancelled.set()
        return function(*arguments)

    ray = FakeRay(meddle)
    plan, _ = race_on(ray, is_cancelled.is_set)
    assert RunStore(settings).state(plan.run_id) is RunState.CANCELLED
    assert doses_of(settings, plan) == []
    assert len(ray.cancelled) == 2
    resumed = replace(settings, engine="ray")
    assert run_here(plan.run_id, resumed, sources=SOURCES) is RunState.FINISHED
    assert reached(settings, plan) == reached(former.settings, former.plan)


@pytest.mark.parametrize("name", ["..", "../state.json", "a/b", ""])
def test_a_state_stays_in_its_folder(tmp_path: Path, name: str) -> None:
    """Names that lead elsewhere are refused before anything is written."""
    with pytest.raises(InputError, match="expected a plain name"):
        write_files(tmp_path / "state", {name: np.zeros(1, dtype=np.uint8)})
    assert list(tmp_path.iterdir()) == []
