"""Planning runs on tiny checkpoints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ptmrank_core.benchmark import RunStore, make_plan, new_run_id, now
from ptmrank_core.catalogue import local_models
from ptmrank_core.config import Settings
from ptmrank_core.data import load_samples
from ptmrank_core.records import ExtractionOptions, ModelSpec, RunPlan

METRICS = ("logme", "hscore", "leep")


def stored_plan(
    settings: Settings,
    samples_source: Path,
    models: Path | Sequence[ModelSpec],
    metrics: Sequence[str] = METRICS,
) -> RunPlan:
    """Plan a run and keep it in the store, queued."""
    samples = load_samples(samples_source)
    plan = make_plan(
        run_id=new_run_id(),
        created_at=now(),
        task="image-classification",
        samples=samples,
        models=local_models(models) if isinstance(models, Path) else models,
        metrics=metrics,
        options=ExtractionOptions(device="cpu", dtype="float32", batch_size=4),
        seed=0,
    )
    RunStore(settings).create(plan, samples.summary())
    return plan
