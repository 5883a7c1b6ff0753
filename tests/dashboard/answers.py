"""A run for each kind of answer, on features that are made for it: six first screens of Results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from ptmrank_core.benchmark import RunStore, delete_run, run_here
from ptmrank_core.benchmark.scheduling.locks import hold_run
from ptmrank_core.config import Settings
from ptmrank_core.events import ModelStarted
from ptmrank_core.records import EVERY_ANALYSIS, RunResult, RunState, VerdictKind
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan
from tests.dashboard.raced import store_result
from tests.dashboard.tour import Stop
from tests.results.verdict.runs import trained

__all__ = ["ANSWERS", "keep_answers"]

N_SAMPLES, N_FEATURES, N_CLASSES = 300, 24, 5
METRICS = ("logme", "hscore", "gbc", "transrate", "sfda", "etran", "ped")
MODELS = ("dinov2-small", "convnext-tiny", "vit-base", "swin-tiny", "resnet-50", "mobilenet-v2", "beit-base")
N_DONE = 2
# Stop -> how far the classes are apart under each model, in standard deviations.
STRENGTHS: Mapping[str, Sequence[float]] = MappingProxyType(
    {
        "recommended": (2.6, 1.7, 1.6, 1.4, 1.2, 0.9, 0.6),
        "tied": (2.0, 2.0, 2.0, 1.1, 1.0, 0.7, 0.5),
        "ceiling": (6.0, 5.9, 6.1, 6.0, 5.8, 5.9, 3.0),
        "none": (0.0,) * 7,
        "early": (2.6, 1.7, 1.6, 1.4, 1.2, 0.9, 0.6),
        "trained": (2.2, 2.1, 2.0, 1.4, 1.2, 0.9, 0.6),
    }
)
ANSWERS: Mapping[str, VerdictKind] = MappingProxyType(
    {
        "recommended": VerdictKind.RECOMMENDED,
        "tied": VerdictKind.TIED,
        "ceiling": VerdictKind.NEAR_CEILING,
        "none": VerdictKind.NONE_SUITS,
        "early": VerdictKind.TOO_EARLY,
        "trained": VerdictKind.TRAINED,
    }
)
TRAINED = {"dinov2-small": 0.91, "convnext-tiny": 0.962, "vit-base": 0.904}


def keep_answers(settings: Settings, stack: ExitStack) -> list[Stop]:
    """Store a run for each kind of answer; that which is at work has a worker until the stack is closed."""
    known = {outline.run_id for outline in RunStore(settings).outlines()}
    for number, (name, strengths) in enumerate(STRENGTHS.items()):
        run = f"answer-{name}"
        if run in known:
            delete_run(RunStore(settings), settings, run)
        result = _result(settings, name, strengths, number)
        store_result(settings, _told(name, result), run)
        if name == "early":
            stack.enter_context(hold_run(settings, run))
            RunStore(settings).add_event(run, ModelStarted(MODELS[N_DONE], N_DONE + 1, len(MODELS)))
    return [Stop(f"answer-{name}", f"/results?run=answer-{name}") for name in STRENGTHS]


def _result(settings: Settings, name: str, strengths: Sequence[float], seed: int) -> RunResult:
    """Rank models on features made for it; the run itself is not kept."""
    folder = Path(settings.home) / "made" / name
    folder.mkdir(parents=True, exist_ok=True)
    random, labels = np.random.default_rng(seed), np.arange(N_SAMPLES) % N_CLASSES
    names = np.array(["daisy", "dandelion", "rose", "sunflower", "tulip"])
    for model, strength in zip(MODELS, strengths, strict=True):
        noise = random.normal(size=(N_SAMPLES, N_FEATURES))
        np.savez(
            folder / f"{model}.npz",
            embeddings=noise + strength * np.eye(N_FEATURES)[labels],
            labels=names[labels],
        )
    run = stored_features_plan(settings, folder, METRICS, analyses=EVERY_ANALYSIS, seed=seed).run_id
    run_here(run, settings, sources=SOURCES)
    store = RunStore(settings)
    result = store.result(run)
    delete_run(store, settings, run)
    return result


def _told(name: str, result: RunResult) -> RunResult:
    """Add what makes the answer that of its name."""
    if name == "trained":
        return trained(result, TRAINED)
    if name != "early":
        return result
    done = set(MODELS[:N_DONE])
    return replace(
        result,
        state=RunState.RUNNING,
        cells=tuple(cell for cell in result.cells if cell.model in done),
        outcomes={model: one for model, one in result.outcomes.items() if model in done},
        findings=(),
    )
