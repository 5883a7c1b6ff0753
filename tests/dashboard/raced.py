"""Races of ``tests/results/race/races.py`` as runs of a store, for the pages to show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

from ptmrank_core.benchmark import RunStore, delete_run
from ptmrank_core.benchmark.race.packing import FOLDER, SCRIPT
from ptmrank_core.benchmark.race.states import TrainingStates, states_folder
from ptmrank_core.benchmark.scheduling.locks import hold_run
from ptmrank_core.catalogue import local_models
from ptmrank_core.config import Settings
from ptmrank_core.events import AnalysisStep, RaceStep
from ptmrank_core.records import LOCAL_OWNER, Analyses, Finding, Race, RaceDose, RunResult, RunState
from tests.dashboard.serving import free_port, serve
from tests.dashboard.tour import Stop, do_run
from tests.results.race.races import MODELS, RACES, dose
from tests.waiting import PATIENCE_SECONDS

__all__ = ["Served", "keep_races", "keep_state", "pack_made_up", "serve_races", "store_race", "store_result"]

SECONDS = 600.0
# Stop -> race that it shows, and the dose at work.
SHOWN = {
    "race-beginning": ("heads", RaceStep(MODELS[4], "head", 0.5, 586.0)),
    "race-middle": ("at work", RaceStep(MODELS[1], "full", 0.4, 468.0)),
    "race-end": ("decided", None),
}


class Served(NamedTuple):
    """A dashboard: its address, its run, and its races."""

    address: str
    run: str
    races: list[Stop]


@contextmanager
def serve_races(home: Path, source: Path, models: Path) -> Iterator[Served]:
    """Serve an empty home with one run that has everything that results show, and races."""
    settings, port = Settings(home=home), free_port()
    run = do_run(settings, source, local_models(models), Analyses(sample_sizes=True, controls=True))
    with ExitStack() as stack:
        races = keep_races(settings, stack)
        process = serve(home, port)
        yield Served(f"http://localhost:{port}", run, races)
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def store_race(settings: Settings, name: str, run: str, *, owner: str = LOCAL_OWNER) -> RunStore:
    """Keep the race of a name as the run of an id; one that is at work needs somebody to hold its lock."""
    raced = RACES[name]
    analyses = replace(raced.plan.analyses, decide_seconds=SECONDS)
    plan = replace(raced.plan, analyses=analyses)
    return store_result(settings, replace(raced, plan=plan), run, owner=owner)


def store_result(settings: Settings, result: RunResult, run: str, *, owner: str = LOCAL_OWNER) -> RunStore:
    """Keep a run that was made up in the store of a home."""
    store = RunStore(settings)
    store.create(replace(result.plan, run_id=run), result.samples, owner=owner)
    for outcome in result.outcomes.values():
        store.add_outcome(run, outcome)
    for cell in result.cells:
        store.add_cell(run, cell)
    for finding in result.findings:
        store.add_finding(run, finding)
    if result.state is RunState.RUNNING:
        store.start(run, "{}")
    else:
        store.finish(run, result.state, seconds=result.seconds)
    return store


def keep_races(settings: Settings, stack: ExitStack) -> list[Stop]:
    """Store races at their beginning, in their middle and at their end; those at work have a worker."""
    known = {outline.run_id for outline in RunStore(settings).outlines()}
    for name, (state, step) in SHOWN.items():
        if name in known:
            delete_run(RunStore(settings), settings, name)
        store = store_race(settings, state, name)
        if step is not None:
            stack.enter_context(hold_run(settings, name))
            store.add_event(name, AnalysisStep(Race.KIND, int(SECONDS - step.seconds_left), int(SECONDS)))
            store.add_event(name, step)
        else:
            keep_state(settings, name)
            pack_made_up(settings, name)
    shown = [Stop(name, f"/results?run={name}&section=Training") for name in SHOWN]
    return [*shown, Stop("race-on-run-page", "/run?run=race-middle")]


def keep_state(settings: Settings, run: str) -> None:
    """Add the final training of a run, and the folder of the state that it left; no weights are in it."""
    store, number = RunStore(settings), 15
    winner = store.result(run).contents(Race)[""].winner
    final = dose(number, winner, "final", 0.95, epochs=6.0, seconds=60.0)
    store.add_finding(run, Finding(RaceDose.KIND, f"{number:04}", final, final.seconds))
    TrainingStates(states_folder(settings, run)).path(number).mkdir(parents=True)


def pack_made_up(settings: Settings, run: str) -> Path:
    """Put a zip where packing the winner of a run would put it."""
    path = states_folder(settings, run) / FOLDER / ("a1" * 16) / "vit-letters.zip"
    path.parent.mkdir(parents=True)
    with ZipFile(path, "w") as packed:
        packed.writestr(f"{path.stem}/{SCRIPT}", "print('on')\n")
        packed.writestr(f"{path.stem}/model.safetensors", bytes(2000))
    return path
