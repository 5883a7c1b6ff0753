"""Runs and samples for the pages: plan, start, watch, cancel, resume. No work in a Streamlit thread."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ptmrank_core import catalogue
from ptmrank_core.benchmark import (
    RunProgress,
    RunStore,
    kept_embeddings,
    make_plan,
    new_run_id,
    now,
    quick_metrics,
    read_progress,
    start_worker,
)
from ptmrank_core.config import Settings, load_settings
from ptmrank_core.data import load_samples, store_upload
from ptmrank_core.errors import SamplesChangedError
from ptmrank_core.features import FeatureCache
from ptmrank_core.projection import Projection, pca
from ptmrank_core.records import (
    AS_RECOGNISED,
    ExtractionOptions,
    ModelSpec,
    Reading,
    RunPlan,
    RunResult,
    RunState,
    Samples,
)
from ptmrank_core.worker import SOURCES

__all__ = [
    "DEMO_SOURCE",
    "cancel",
    "keep_upload",
    "progress",
    "projection",
    "recent",
    "result",
    "resume",
    "samples",
    "samples_of",
    "start",
    "start_demo",
]

DEMO_SOURCE = "demo:digits"
DEMO_TASK = "image-classification"


@st.cache_resource
def _settings() -> Settings:
    return load_settings()


@st.cache_resource
def _store() -> RunStore:
    return RunStore(_settings())


@st.cache_resource(max_entries=1, on_release=FeatureCache.close)
def _features() -> FeatureCache:
    return FeatureCache(_settings())


@st.cache_resource(max_entries=4, show_spinner="Reading the samples …")
def samples(source: str, reading: Reading = AS_RECOGNISED) -> Samples:
    """Load samples once for all sessions: uploads are named by their content and never change."""
    return load_samples(source, reading)


def samples_of(found: RunResult) -> Samples:
    """Load the samples of a run, as they were when it was planned.

    Raises
    ------
    SamplesChangedError
        If they are others by now.
    """
    loaded = samples(found.plan.samples_source, found.plan.reading)
    if loaded.fingerprint != found.plan.samples_fingerprint:
        raise SamplesChangedError("The samples of this run have changed since: they cannot be shown.")
    return loaded


def keep_upload(files: Sequence[tuple[str, bytes]]) -> str:
    """Keep what the browser sent; return the source to load it from."""
    return str(store_upload(files, _settings().uploads_dir))


def start(source: str, *, task: str, models: Sequence[ModelSpec], metrics: Sequence[str]) -> str:
    """Plan a run and start its worker; return its id."""
    chosen = samples(source)
    plan = make_plan(
        run_id=new_run_id(),
        created_at=now(),
        task=task,
        samples=chosen,
        models=models,
        metrics=metrics,
        options=ExtractionOptions(),
        seed=0,
    )
    _store().create(plan, chosen.summary())
    start_worker(plan.run_id, _settings())
    return plan.run_id


def start_demo() -> str:
    """Start the demo: the whole zoo on handwritten digits."""
    task = catalogue.task_category(DEMO_TASK)
    models = catalogue.resolve_models("demo", task)
    return start(DEMO_SOURCE, task=task.name, models=models, metrics=quick_metrics())


def resume(run_id: str) -> None:
    """Start a worker for what a run has not done yet."""
    start_worker(run_id, _settings())


def cancel(run_id: str) -> None:
    """Ask a run's worker to stop at the next batch."""
    _store().request_cancel(run_id)


def progress(run_id: str) -> RunProgress:
    """Read how far a run is."""
    return read_progress(_store(), _settings(), run_id)


def result(run_id: str) -> RunResult:
    """Read what a run has given so far."""
    return _store().result(run_id)


def recent(limit: int = 5) -> list[tuple[RunPlan, RunState]]:
    """Read the newest runs."""
    return _store().recent(limit)


@st.cache_data(max_entries=50, show_spinner=False)
def _projection(key: str, fingerprint: str, _found: RunResult, model: str) -> Projection | None:  # noqa: ARG001
    """Project a model's cached features; the first two arguments are what the answer depends on."""
    embeddings = kept_embeddings(
        _found.plan,
        _found.outcomes[model].spec,
        samples_of(_found),
        sources=SOURCES,
        cache=_features(),
    )
    return None if embeddings is None else pca(embeddings)


def projection(found: RunResult, model: str) -> Projection | None:
    """Project a model's embeddings to the plane; ``None`` where its features are no longer kept."""
    revision = found.outcomes[model].spec.revision or ""
    return _projection(f"{model}@{revision}", found.plan.samples_fingerprint, found, model)
