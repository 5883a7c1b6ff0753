"""Engines behind one protocol: the same tests for this machine and for a Ray cluster of two nodes on it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import load_file, save_file

from ptmrank_core.benchmark import RunStore, make_plan, new_run_id, now, run_here
from ptmrank_core.catalogue import local_models
from ptmrank_core.config import Settings, has_ray
from ptmrank_core.data import load_samples
from ptmrank_core.events import BatchDone, CellDone, Event, RaceStep
from ptmrank_core.features import FeatureCache
from ptmrank_core.features.blocks import BLOCK_SAMPLES
from ptmrank_core.records import (
    Cell,
    ExtractionOptions,
    Failure,
    RunOptions,
    RunPlan,
    RunState,
    Score,
)
from ptmrank_core.worker import SOURCES
from tests.benchmark.engines.races import RacedWorld, decision, doses_of, reached
from tests.benchmark.runs import NO_HALVES
from tests.checkpoints import save_checkpoint
from tests.language_checkpoints import WORDS, save_language_model
from tests.pictures import picture_files, write_zip
from tests.waiting import wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.filterwarnings("ignore"),  # Ray has warnings of its own
    pytest.mark.skipif(
        not has_ray() and not os.environ.get("PTMRANK_REQUIRE_RAY"), reason="needs the extra cluster"
    ),
]
OBJECTS_BYTES = 100 * 2**20
N_TEXTS = 9000
METRICS = ("logme", "hscore", "leep", "gbc")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head node without processors, which this process joins; tests add nodes that work."""
    os.environ |= {"RAY_worker_niceness": "0", "RAY_USAGE_STATS_ENABLED": "0"}
    import ray  # noqa: PLC0415 - an extra
    from ray.cluster_utils import Cluster  # noqa: PLC0415

    head = {"num_cpus": 0, "object_store_memory": OBJECTS_BYTES, "include_dashboard": False}
    two_nodes = Cluster(initialize_head=True, head_node_args=head)
    try:
        add_node(two_nodes)
        yield two_nodes
    finally:
        if ray.is_initialized():
            ray.shutdown()
        two_nodes.shutdown()


def add_node(cluster: Any) -> Any:
    """Add a node that runs one task at a time."""
    return cluster.add_node(num_cpus=1, object_store_memory=OBJECTS_BYTES)


@dataclass(frozen=True)
class World:
    """Models and samples, and a home for each engine."""

    folder: Path
    models: Path
    samples: Path

    def settings(self, engine: str, name: str = "") -> Settings:
        """Settings of an engine, in a home of its own."""
        return Settings(home=self.folder / f"home-{engine.partition(':')[0]}{name}", engine=engine)

    def plan(self, settings: Settings, **options: Any) -> RunPlan:
        """Plan a run and keep it."""
        samples = load_samples(self.samples)
        plan = make_plan(
            run_id=new_run_id(),
            created_at=now(),
            task="image-classification",
            samples=samples,
            models=local_models(self.models),
            options=RunOptions(
                metrics=METRICS,
                options=replace(ExtractionOptions(device="cpu", dtype="float32", batch_size=8), **options),
                seed=0,
                analyses=NO_HALVES,
            ),
        )
        RunStore(settings).create(plan, samples.summary())
        return plan


def decided(settings: Settings, plan: RunPlan) -> dict[tuple[str, str, int | None], Any]:
    """What every cell says, without how long it took."""
    store = RunStore(settings)
    cells = (*store.cells(plan.run_id), *store.layer_cells(plan.run_id))
    return {(cell.model, cell.metric, cell.layer): without_seconds(cell) for cell in cells}


def without_seconds(cell: Cell) -> Cell:
    """A cell without how long it took."""
    return replace(cell, seconds=0.0, kept_seconds=0.0) if isinstance(cell, Score) else cell


@pytest.fixture(params=["local", "ray"])
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    return f"ray://{request.getfixturevalue('cluster').address}" if request.param == "ray" else "local"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two good models and one whose weights are damaged."""
    folder = tmp_path_factory.mktemp("world")
    save_checkpoint(folder / "models" / "convnext", "convnext", seed=1)
    save_checkpoint(folder / "models" / "vit", "vit", head=False, seed=2)
    bad = save_checkpoint(folder / "models" / "broken")
    save_file({"other": load_file(bad / "model.safetensors").popitem()[1]}, bad / "model.safetensors")
    return World(folder, folder / "models", write_zip(folder / "pictures.zip", picture_files(8)))


@pytest.fixture(scope="module")
def expected(world: World) -> dict[tuple[str, str, int | None], Any]:
    """The cells of this machine, extracted in this process."""
    settings = world.settings("local", "-expected")
    plan = world.plan(settings, layers=True)
    assert run_here(plan.run_id, settings, sources=SOURCES) is RunState.FINISHED
    return decided(settings, plan)


class TestEveryEngine:
    """What every engine keeps."""

    def test_cells_are_the_same_and_what_is_cached_is_not_extracted_again(
        self, engine: str, world: World, expected: dict[Any, Any]
    ) -> None:
        """To the bit, layers too, with the same failure of the broken model, which alone is tried again."""
        settings = world.settings(engine, "-cells")
        for is_first in (True, False):
            plan = world.plan(settings, layers=True)
            events: list[Event] = []
            state = run_here(plan.run_id, settings, sources=SOURCES, sink=events.append)
            assert state is RunState.FINISHED
            cells = decided(settings, plan)
            assert cells == expected
            assert {model for (model, *_), cell in cells.items() if isinstance(cell, Failure)} == {"broken"}
            n_run = max(event.n_run for event in events if isinstance(event, BatchDone))
            if engine == "local":
                assert (n_run > 0) is is_first
            else:
                assert counts(settings, plan)[0] == (3 if is_first else 1)

    def test_a_cancelled_run_goes_on_where_it_stopped(
        self, engine: str, world: World, expected: dict[Any, Any]
    ) -> None:
        """It ends as cancelled; resumed, it has the cells of an uninterrupted one, and decides none twice."""
        settings = world.settings(engine, "-cancel")
        plan = world.plan(settings, layers=True)
        events: list[Event] = []
        state = run_here(
            plan.run_id,
            settings,
            sources=SOURCES,
            sink=events.append,
            cancel=lambda: any(isinstance(event, CellDone) for event in events),
        )
        assert state is RunState.CANCELLED
        before = len(decided(settings, plan))
        assert before < len(expected)
        again: list[Event] = []
        assert run_here(plan.run_id, settings, sources=SOURCES, sink=again.append) is RunState.FINISHED
        assert decided(settings, plan) == expected
        assert sum(isinstance(event, CellDone) for event in again) == len(expected) - before


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two tiny language models and three blocks of short texts."""
    folder = tmp_path_factory.mktemp("texts")
    for seed, name in enumerate(("bert", "electra")):
        save_language_model(folder / "models" / name, name, seed=seed)
    n = len(WORDS)
    texts = [f"{WORDS[i % n]} {WORDS[i // n % n]} {WORDS[i // n**2 % n]} red" for i in range(N_TEXTS)]
    rows = [f"{text} {i};{'ab'[i % 2]}" for i, text in enumerate(texts)]
    table = folder / "texts.csv"
    table.write_text("\n".join(["text;label", *rows]), encoding="utf-8")
    return World(folder, folder / "models", table)


def counts(settings: Settings, plan: RunPlan) -> tuple[int, int]:
    """Number of tasks that the cluster ended for a run, and of samples in them."""
    said = RunStore(settings).result(plan.run_id).environment["engine"]
    tasks, samples, *_ = said.partition(": ")[2].split(", ")
    return int(tasks.split()[0]), int(samples.split()[0])


def test_a_node_that_dies_in_the_middle_costs_nothing(cluster: Any, texts: World) -> None:
    """Its tasks run on the other node, and every cell is that of this machine to the bit."""
    import ray  # noqa: PLC0415 - an extra

    local = texts.settings("local")
    plain = texts.plan(local)
    run_here(plain.run_id, local, sources=SOURCES)
    doomed = add_node(cluster)
    settings = texts.settings(f"ray://{cluster.address}")
    plan = texts.plan(settings)
    killed: list[int] = []

    def kill_once_both_are_at_work() -> None:
        wait_until(lambda: ray.is_initialized() and not ray.available_resources().get("CPU"))
        killed.append(n_cached(settings))
        cluster.remove_node(doomed, allow_graceful=False)

    killer = threading.Thread(target=kill_once_both_are_at_work)
    killer.start()
    assert run_here(plan.run_id, settings, sources=SOURCES) is RunState.FINISHED
    killer.join()
    assert killed
    assert killed[0] < N_TEXTS * 2
    expected = decided(local, plain)
    assert all(isinstance(cell, Score) for cell in expected.values() if cell.metric == "logme")
    assert decided(settings, plan) == expected
    assert counts(settings, plan)[1] == N_TEXTS * 2


def test_a_killed_driver_leaves_no_task_behind(cluster: Any, texts: World, tmp_path: Path) -> None:
    """The cluster is idle soon after, and the resumed run extracts only what is missing."""
    import ray  # noqa: PLC0415 - an extra

    settings = replace(texts.settings(f"ray://{cluster.address}"), home=tmp_path / "home")
    plan = texts.plan(settings)
    environment = os.environ | {"PTMRANK_HOME": str(settings.home), "PTMRANK_ENGINE": settings.engine}
    driver = subprocess.Popen(
        [sys.executable, "-m", "ptmrank_core", "runs", "resume", plan.run_id],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: n_cached(settings) >= BLOCK_SAMPLES)
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    ray.init(address=cluster.address, log_to_driver=False)
    try:
        wait_until(lambda: ray.available_resources().get("CPU", 0) == ray.cluster_resources()["CPU"])
    finally:
        ray.shutdown()
    before = n_cached(settings)
    assert BLOCK_SAMPLES <= before < N_TEXTS * 2
    assert run_here(plan.run_id, settings, sources=SOURCES) is RunState.FINISHED
    assert counts(settings, plan)[1] == N_TEXTS * 2 - before


@pytest.fixture(scope="module")
def raced(tmp_path_factory: pytest.TempPathFactory) -> RacedWorld:
    """Two tiny models that are to be trained."""
    folder = tmp_path_factory.mktemp("raced")
    for seed, name in enumerate(("first", "second")):
        save_checkpoint(folder / "models" / name, "resnet", head=False, seed=seed)
    return RacedWorld(write_zip(folder / "pictures.zip", picture_files(20)), folder / "models")


@pytest.fixture(scope="module")
def former(raced: RacedWorld, unhurried: None) -> tuple[Settings, RunPlan]:
    """The race of this machine, which those on the cluster repeat."""
    del unhurried
    local = Settings(home=raced.samples.parent / "local", engine="local")
    plan = raced.plan(local)
    assert run_here(plan.run_id, local, sources=SOURCES) is RunState.FINISHED
    return local, plan


@pytest.mark.usefixtures("unhurried")
def test_a_race_survives_a_node_that_dies_in_the_middle_of_a_round(
    cluster: Any, raced: RacedWorld, former: tuple[Settings, RunPlan], tmp_path: Path
) -> None:
    """Both nodes train, one is killed: each dose, and the end, are those of this machine to the bit."""
    local, done = former
    settings = Settings(home=tmp_path / "ray", engine=f"ray://{cluster.address}")
    doomed = add_node(cluster)
    plan = raced.repeated(settings, done, local)
    killed: list[int] = []

    def hear(event: Event) -> None:
        if isinstance(event, RaceStep) and event.share > 0 and not killed:
            killed.append(len(doses_of(settings, plan)))
            cluster.remove_node(doomed, allow_graceful=False)

    assert run_here(plan.run_id, settings, sources=SOURCES, sink=hear) is RunState.FINISHED
    doses = reached(settings, plan)
    assert killed
    assert killed[0] < len(doses)
    assert doses == reached(local, done)
    assert decision(settings, plan) == decision(local, done)
    said = RunStore(settings).result(plan.run_id).environment["race_engine"]
    assert f": {len(doses)} doses, " in said


@pytest.mark.usefixtures("unhurried")
def test_a_cancelled_race_leaves_no_task_behind(
    cluster: Any, raced: RacedWorld, former: tuple[Settings, RunPlan], tmp_path: Path
) -> None:
    """The cluster is idle soon after, and the resumed race has the doses that it had to have."""
    import ray  # noqa: PLC0415 - an extra

    local, done = former
    settings = Settings(home=tmp_path / "ray", engine=f"ray://{cluster.address}")
    plan = raced.repeated(settings, done, local)
    is_cancelled = threading.Event()

    def hear(event: Event) -> None:
        if isinstance(event, RaceStep) and event.share > 0:
            is_cancelled.set()

    ray.init(address=cluster.address, log_to_driver=False)
    try:
        state = run_here(plan.run_id, settings, sources=SOURCES, sink=hear, cancel=is_cancelled.is_set)
        assert state is RunState.CANCELLED
        wait_until(lambda: ray.available_resources().get("CPU", 0) == ray.cluster_resources()["CPU"])
    finally:
        ray.shutdown()
    assert run_here(plan.run_id, settings, sources=SOURCES) is RunState.FINISHED
    assert reached(settings, plan) == reached(local, done)


def n_cached(settings: Settings) -> int:
    """Number of vectors in the cache of a home."""
    with FeatureCache(settings) as cache:
        return len(cache)
