"""Planning runs on tiny checkpoints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ptmrank_core.benchmark import RunStore, make_plan, new_run_id, now
from ptmrank_core.benchmark.work.kept_results import KeptResults
from ptmrank_core.catalogue import FEATURES_TASK, feature_models, local_models
from ptmrank_core.config import Settings
from ptmrank_core.data import load_feature_samples, load_samples
from ptmrank_core.records import LOCAL_OWNER, Analyses, ExtractionOptions, ModelSpec, RunOptions, RunPlan

METRICS = ("logme", "hscore", "leep")
# They have tests of their own and take longer than all the rest.
NO_HALVES = Analyses(half_samples=0, projections=False, references=False)


def forget_results(settings: Settings) -> None:
    """Remove the results that are kept, so that the next run computes them again."""
    with KeptResults(settings) as kept:
        kept.clear()


def stored_plan(
    settings: Settings,
    samples_source: Path,
    models: Path | Sequence[ModelSpec],
    metrics: Sequence[str] = METRICS,
    *,
    dtype: str = "float32",
) -> RunPlan:
    """Plan a run and keep it in the store, queued."""
    samples = load_samples(samples_source)
    plan = make_plan(
        run_id=new_run_id(),
        created_at=now(),
        task="image-classification",
        samples=samples,
        models=local_models(models) if isinstance(models, Path) else models,
        options=RunOptions(
            metrics=tuple(metrics),
            options=ExtractionOptions(device="cpu", dtype=dtype, batch_size=4),
            seed=0,
            analyses=NO_HALVES,
        ),
    )
    RunStore(settings).create(plan, samples.summary())
    return plan


def stored_features_plan(
    settings: Settings,
    folder: Path,
    metrics: Sequence[str] = ("logme", "leep"),
    *,
    analyses: Analyses = NO_HALVES,
    seed: int = 0,
    owner: str = LOCAL_OWNER,
) -> RunPlan:
    """Plan a run of the features of a folder and keep it in the store."""
    models = feature_models(folder)
    samples = load_feature_samples(folder, models)
    plan = make_plan(
        run_id=new_run_id(),
        created_at=now(),
        task=FEATURES_TASK,
        samples=samples,
        models=models,
        options=RunOptions(metrics=tuple(metrics), options=ExtractionOptions(), seed=seed, analyses=analyses),
    )
    RunStore(settings).create(plan, samples.summary(), owner=owner)
    return plan
