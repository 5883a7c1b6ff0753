"""A run as large as the pages have to be quick with: 12 models, 13 metrics, 2,000 samples, nothing computed.

Its features are ready-made, so that the embeddings of every model can be looked at; its scores are drawn at
random around the strength of each model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ptmrank_core.benchmark import RunStore, make_plan, new_run_id, now
from ptmrank_core.catalogue import FEATURES_TASK, feature_models
from ptmrank_core.config import Settings
from ptmrank_core.data import load_feature_samples, read_truth
from ptmrank_core.metrics import default_metrics
from ptmrank_core.records import (
    LOCAL_OWNER,
    ExtractionOptions,
    ExtractionReport,
    Finding,
    HalfSampleScores,
    ModelOutcome,
    RunOptions,
    RunPlan,
    RunState,
    Score,
)

__all__ = [
    "MANY_MODELS",
    "N_METRICS",
    "N_MODELS",
    "N_SAMPLES",
    "USUAL",
    "RunSize",
    "plan_large_run",
    "store_large_run",
]

N_MODELS, N_METRICS, N_SAMPLES = 12, 13, 2000
N_CLASSES = 10


@dataclass(frozen=True, slots=True)
class RunSize:
    """How large a run is: models, samples, numbers of a vector, parts of the samples that are scored."""

    n_models: int = N_MODELS
    n_samples: int = N_SAMPLES
    n_features: int = 384
    n_halves: int = 100


USUAL = RunSize()
# As many models as a cluster ranks; of few samples, since nothing but their scores is looked at.
MANY_MODELS = RunSize(1000, 40, 10, 100)


def plan_large_run(folder: Path, size: RunSize = USUAL) -> RunPlan:
    """Write features and plan a run of them."""
    rng = np.random.default_rng(0)
    labels = np.arange(size.n_samples) % N_CLASSES
    folder.mkdir(parents=True, exist_ok=True)
    for model in range(size.n_models):
        noise = rng.normal(size=(size.n_samples, size.n_features)).astype(np.float32)
        embeddings = noise + (1 + model) / 4 * np.eye(size.n_features, dtype=np.float32)[labels]
        np.savez(folder / f"model-{model:02d}.npz", embeddings=embeddings, labels=labels)
    models = feature_models(folder)
    return make_plan(
        run_id=new_run_id(),
        created_at=now(),
        task=FEATURES_TASK,
        samples=load_feature_samples(folder, models),
        models=models,
        options=RunOptions(metrics=default_metrics()[:N_METRICS], options=ExtractionOptions(), seed=0),
    )


def store_large_run(
    settings: Settings, folder: Path, *, owner: str = LOCAL_OWNER, size: RunSize = USUAL
) -> str:
    """Keep such a run, finished: scores, half-samples of every metric, fine-tuning results; return its id."""
    plan, store = plan_large_run(folder, size), RunStore(settings)
    rng = np.random.default_rng(1)
    store.create(plan, load_feature_samples(folder, plan.models).summary(), owner=owner)
    store.start(plan.run_id, "{}")
    with store.held_open():
        for place, spec in enumerate(plan.models):
            read = replace(spec, n_parameters=10**6 * (place + 1), width=size.n_features)
            report = ExtractionReport(
                "float32", "cpu", {"load": 0.1, "preprocess": 0.0, "forward": 0.0}, 1, size.n_samples
            )
            outcome = ModelOutcome(read, report, size.n_features)
            store.add_outcome(plan.run_id, outcome)
            for metric in plan.metrics:
                drawn = dict.fromkeys(("s_cls", "s_en"), place + 3 * rng.normal())  # ETran joins these two
                parts = drawn if metric == "etran" else {}
                store.add_cell(plan.run_id, Score(spec.id, metric, drawn["s_cls"], 0.1, parts))
        for finding in _findings([spec.id for spec in plan.models], plan.metrics, rng, size):
            store.add_finding(plan.run_id, finding)
    store.finish(plan.run_id, RunState.FINISHED, seconds=60.0)
    return plan.run_id


def _findings(
    models: list[str], metrics: tuple[str, ...], rng: np.random.Generator, size: RunSize
) -> list[Finding]:
    """What the analyses would have found."""
    truth = "\n".join(
        ["model,accuracy", *(f"{model},{0.5 + i / (4 * len(models))}" for i, model in enumerate(models))]
    )
    found = [Finding("truth", "imported", read_truth("t.csv", truth.encode(), models), 0.0)]
    for metric in metrics:
        scores = {model: tuple(i + 3 * rng.normal(size=size.n_halves)) for i, model in enumerate(models)}
        halves = HalfSampleScores(scores, (size.n_samples // 2,) * size.n_halves, {}, ())
        found.append(Finding("halves", metric, halves, 1.0))
    return found
