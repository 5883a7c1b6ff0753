"""The choice of an engine, and what a run does with a cluster: without Ray, in the fast tier."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ptmrank_core.benchmark import RunStore, run_here
from ptmrank_core.benchmark.engines.choice import engine_of
from ptmrank_core.benchmark.engines.ray.connection import connect
from ptmrank_core.benchmark.engines.ray.task import Extracted
from ptmrank_core.benchmark.execution.engine import HERE
from ptmrank_core.config import Settings, load_settings
from ptmrank_core.errors import InputError, RunError
from ptmrank_core.features import FeatureCache
from ptmrank_core.features.process.frames import FrameKind, from_bytes, pack, to_bytes, unpack
from ptmrank_core.records import Failure, RunPlan, RunState, Stage
from ptmrank_core.worker import SOURCES
from tests.benchmark.engines.fake_ray import FakeRay, joined
from tests.benchmark.runs import stored_features_plan, stored_plan
from tests.cli.test_cli import run_here as run_command
from tests.ready_made import save_features


@pytest.mark.parametrize("name", ["local", "ray", "ray://head.example.org:6379", "ray://[::1]:6379"])
def test_an_engine_is_named_in_the_environment(name: str) -> None:
    """The three forms are taken."""
    assert load_settings({"PTMRANK_HOME": "/x", "PTMRANK_ENGINE": name}).engine == name


@pytest.mark.parametrize("name", ["dask", "ray:", "ray://", "ray://host", "ray://a b:1", "Ray", "ray://h:x"])
def test_what_is_no_engine_is_refused(name: str) -> None:
    """With what was expected."""
    with pytest.raises(InputError, match="expected local, ray or ray://HOST:PORT"):
        load_settings({"PTMRANK_HOME": "/x", "PTMRANK_ENGINE": name})


def test_without_an_engine_this_machine_is_it(settings: Settings) -> None:
    """No package of a cluster is looked for."""
    with engine_of(settings) as engine:
        assert engine is HERE


def test_ray_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """On the command line before anything is read, in a run as its error; both say what to install."""
    monkeypatch.setattr("ptmrank_core.cli.running.engine.has_ray", lambda: False)
    monkeypatch.setattr("ptmrank_core.benchmark.engines.ray.connection.has_ray", lambda: False)
    done = run_command("rank", "--engine", "ray", "--models", "demo")
    assert done.returncode == 2
    assert "needs the package ray, which is not installed. Install the extra" in done.stderr
    assert not home.exists()
    with pytest.raises(InputError, match="needs the package ray, which is not installed"):
        connect("ray", "cpu")


def test_an_address_that_nobody_answers_at_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, and not after the minutes that Ray would try."""
    monkeypatch.setattr("ptmrank_core.benchmark.engines.ray.connection.has_ray", lambda: True)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(RunError, match=rf"No Ray cluster answers at 127\.0\.0\.1:{port}: Connection refused"):
        connect(f"ray://127.0.0.1:{port}", "cpu")


def test_ready_made_features_need_no_cluster(settings: Settings, tmp_path: Path) -> None:
    """A run without a checkpoint does not join one."""
    for name in ("a", "b"):
        save_features(tmp_path / "features" / f"{name}.npz")
    settings = replace(settings, engine="ray://127.0.0.1:1")
    plan = stored_features_plan(settings, tmp_path / "features")
    assert run_here(plan.run_id, settings, sources=SOURCES) is RunState.FINISHED


def test_a_cluster_that_cannot_be_had_is_why_a_run_failed(
    settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """The run says so, and nothing was extracted here instead."""
    settings = replace(settings, engine="ray")
    plan = stored_plan(settings, picture_zip, zoo)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ptmrank_core.benchmark.engines.ray.connection.has_ray", lambda: False)
        assert run_here(plan.run_id, settings, sources=SOURCES) is RunState.FAILED
    assert "needs the package ray" in RunStore(settings).result(plan.run_id).error
    assert RunStore(settings).cells(plan.run_id) == ()


@pytest.fixture
def run_on(
    settings: Settings, picture_zip: Path, zoo: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., RunPlan]:
    """Run the models of the zoo on a cluster in this process; return the plan as the run left it."""
    settings = replace(settings, engine="ray")

    def run(ray: FakeRay, dtype: str = "float32") -> RunPlan:
        monkeypatch.setattr("ptmrank_core.benchmark.engines.ray.engine.connect", joined(ray))
        plan = stored_plan(settings, picture_zip, zoo, dtype=dtype)
        run_here(plan.run_id, settings, sources=SOURCES)
        return RunStore(settings).plan(plan.run_id)

    return run


def values(settings: Settings, plan: RunPlan) -> list[tuple[str, str, Any]]:
    """Model, metric and value of every cell."""
    return [
        (cell.model, cell.metric, getattr(cell, "value", None))
        for cell in RunStore(settings).cells(plan.run_id)
    ]


def test_the_cells_are_those_of_this_machine(
    settings: Settings, picture_zip: Path, zoo: Path, tmp_path: Path, run_on: Callable[..., RunPlan]
) -> None:
    """One task for each model; asked again, none; every score is the same to the bit."""
    alone = Settings(home=tmp_path / "alone")
    plan = stored_plan(alone, picture_zip, zoo)
    run_here(plan.run_id, alone, sources=SOURCES)
    ray = FakeRay()
    assert values(settings, run_on(ray)) == values(alone, plan)
    assert ray.n_sent == 3
    assert values(settings, run_on(ray)) == values(alone, plan)
    assert ray.n_sent == 3
    assert len(ray.put_objects) == 1  # the samples, once for all models


def test_format_and_batch_size_stand_in_the_plan(run_on: Callable[..., RunPlan]) -> None:
    """What a node says that auto means is what the run, its analyses and its card have from then on."""

    def meddle(function: Callable[..., Any], *arguments: Any) -> Any:
        return "float32" if function.__name__ == "resolve_dtype" else function(*arguments)

    assert run_on(FakeRay(meddle), dtype="auto").options.dtype == "float32"


def test_a_task_that_ends_on_no_node_fails_its_model_alone(
    settings: Settings, run_on: Callable[..., RunPlan]
) -> None:
    """Ray has tried it several times by then; the others are scored."""

    def meddle(function: Callable[..., Any], order: bytes, *blocks: bytes) -> Any:
        if unpack(from_bytes(order)).spec.id == "resnet-b":
            raise FakeRay.exceptions.WorkerCrashedError
        return function(order, *blocks)

    plan = run_on(FakeRay(meddle))
    failed = [cell for cell in RunStore(settings).cells(plan.run_id) if isinstance(cell, Failure)]
    assert {(cell.model, cell.stage, cell.error) for cell in failed} == {
        ("resnet-b", Stage.EXTRACT, "ModelProcessError")
    }
    assert "did not end on any node of the cluster (WorkerCrashedError)" in failed[0].message


def test_vectors_of_another_key_are_refused(settings: Settings, run_on: Callable[..., RunPlan]) -> None:
    """A node that extracted something else: nothing of it comes into the cache."""

    def meddle(function: Callable[..., Any], *arguments: Any) -> Any:
        extracted: Extracted = unpack(from_bytes(function(*arguments)))
        return to_bytes(pack(FrameKind.RESULT, replace(extracted, key="0" * 64)))

    plan = run_on(FakeRay(meddle))
    cells = RunStore(settings).cells(plan.run_id)
    failed = [cell for cell in cells if isinstance(cell, Failure)]
    assert {cell.model for cell in failed} == {spec.id for spec in plan.models}
    assert all("under another key" in cell.message for cell in failed)
    with FeatureCache(settings) as cache:
        assert len(cache) == 0


def test_features_that_the_cache_cannot_hold_are_not_sent(
    settings: Settings, picture_zip: Path, zoo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both sizes are in the error of the run."""
    ray = FakeRay()
    monkeypatch.setattr("ptmrank_core.benchmark.engines.ray.engine.connect", joined(ray))
    settings = replace(settings, engine="ray", cache_limit_bytes=1000)
    plan = stored_plan(settings, picture_zip, zoo)
    assert run_here(plan.run_id, settings, sources=SOURCES) is RunState.FAILED
    assert "features of 3 models take about" in RunStore(settings).result(plan.run_id).error
    assert ray.n_sent == 0
