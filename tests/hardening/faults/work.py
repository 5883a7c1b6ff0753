"""The work that faults disturb: runs that read features from files, and runs that extract and cache them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from ptmrank_core import worker
from ptmrank_core.benchmark import RunStore, clear_failed, list_runs, make_plan, new_run_id, now
from ptmrank_core.data import load_samples
from ptmrank_core.records import (
    EmbeddingFunction,
    ExtractionOptions,
    Failure,
    ModelSpec,
    RunOptions,
    RunState,
)
from tests.benchmark.runs import NO_HALVES
from tests.hardening.kills.work import Scenario, all_given, bring_features, command, settings_of

__all__ = ["ON_COMMAND_LINE", "OWN_MODELS", "SCENARIOS"]

METRICS = ("logme", "hscore")
CLASSES = ("red", "green", "blue")
N_TEXTS, WIDTH, BATCH = 48, 700, 8  # vectors so wide that the cache keeps a file of each batch's


def vectors_of(texts: list[str], strength: float) -> np.ndarray:
    """Embed texts: noise of each, and its class the better the larger the strength."""
    rows = []
    for text in texts:
        noise = np.random.default_rng(int(sha256(text.encode()).hexdigest()[:8], 16)).normal(size=WIDTH)
        rows.append(noise + strength * np.eye(WIDTH)[CLASSES.index(text.split()[0])])
    return np.stack(rows)


FUNCTIONS: Mapping[str, EmbeddingFunction] = {
    name: lambda texts, strength=strength: vectors_of(texts, strength)
    for name, strength in (("weak", 0.5), ("strong", 3.0))
}


def bring_texts(place: Path) -> None:
    """A run of two functions over texts, which waits in the store."""
    lines = [f"{CLASSES[n % 3]} text number {n},{CLASSES[n % 3]}" for n in range(N_TEXTS)]
    (place / "in" / "texts.csv").write_text("\n".join(["text,label", *lines]) + "\n")
    samples = load_samples(place / "in" / "texts.csv")
    plan = make_plan(
        run_id=new_run_id(),
        created_at=now(),
        task="text-classification",
        samples=samples,
        models=[ModelSpec(name, "function", "text", revision="v1") for name in FUNCTIONS],
        options=RunOptions(
            metrics=METRICS, options=ExtractionOptions(batch_size=BATCH), seed=0, analyses=NO_HALVES
        ),
    )
    RunStore(settings_of(place)).create(plan, samples.summary())
    (place / "in" / "run").write_text(plan.run_id)


def do_run(place: Path) -> int:
    """Do the run as a worker does that knows the functions."""
    os.environ["PTMRANK_HOME"] = str(place / "home")
    worker.SOURCES = replace(worker.SOURCES, functions=FUNCTIONS)
    return worker.main([(place / "in" / "run").read_text()])


def finish_run(place: Path) -> int:
    """Resume the run unless it has finished, and retry what failed in it."""
    settings = settings_of(place)
    store = RunStore(settings)
    run_id = (place / "in" / "run").read_text()
    status = 0 if store.state(run_id) is RunState.FINISHED else do_run(place)
    if status == 0 and has_failed(store, run_id):
        clear_failed(store, settings, run_id)
        status = do_run(place)
    return status


def has_failed(store: RunStore, run_id: str) -> bool:
    """Whether anything of a run failed, so that it can be tried again."""
    is_failed = any(isinstance(cell, Failure) for cell in store.cells(run_id))
    return is_failed or any(found.problem for found in store.findings(run_id))


def rank(place: Path) -> int:
    """Rank features on the command line."""
    return command(place, *WORDS, "--features", str(place / "in"), "--out", str(place / "out"))


WORDS = (
    *("rank", "--metrics", ",".join(METRICS), "--intervals", "0"),
    *("--no-probe", "--no-sample-sizes", "--no-projections"),
)


def finish_ranking(place: Path) -> int:
    """Resume and retry every run, and rank again, as a user does."""
    settings = settings_of(place)
    store = RunStore(settings)
    status = 0
    for entry in list_runs(store, settings):
        if entry.outline.state is not RunState.FINISHED:
            status = max(status, command(place, "runs", "resume", entry.run_id))
        if has_failed(store, entry.run_id):
            status = max(status, command(place, "runs", "retry", entry.run_id))
    return status or rank(place)


def outcome(place: Path) -> list[dict[str, Any]]:
    """What each run gave, every one once."""
    return all_given(place)


OWN_MODELS = Scenario("a worker that extracts", bring_texts, do_run, finish_run, outcome)
ON_COMMAND_LINE = Scenario("the command line", bring_features, rank, finish_ranking, outcome)
SCENARIOS = (OWN_MODELS, ON_COMMAND_LINE)
