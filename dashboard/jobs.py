"""Runs and samples for the pages: plan, start, watch, cancel, resume. No work in a Streamlit thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from ptmrank_core import catalogue
from ptmrank_core.benchmark import (
    Outline,
    RunEntry,
    RunProgress,
    RunStore,
    cancel_run,
    clear_failed,
    delete_run,
    list_runs,
    make_plan,
    new_run_id,
    now,
    quick_metrics,
    read_progress,
    run_sizes,
    start_worker,
)
from ptmrank_core.config import Settings, load_settings
from ptmrank_core.data import (
    DEMO_SAMPLES,
    DemoSamples,
    SourceOverview,
    load_feature_samples,
    load_samples,
    read_truth,
    store_features,
    store_upload,
)
from ptmrank_core.data import look_at as look_at_source
from ptmrank_core.errors import SamplesChangedError
from ptmrank_core.features import FeatureCache
from ptmrank_core.records import (
    AS_RECOGNISED,
    ExtractionOptions,
    Finding,
    ModelSpec,
    Reading,
    RunResult,
    Samples,
)

__all__ = [
    "Demo",
    "cancel",
    "delete",
    "demos",
    "features",
    "history",
    "is_demo",
    "keep_features",
    "keep_truth",
    "keep_upload",
    "local_models",
    "look_at",
    "outline",
    "progress",
    "ready_made",
    "result",
    "resume",
    "retry",
    "samples",
    "samples_of",
    "sizes",
    "start",
    "start_demo",
    "start_fine_tuning",
]


@dataclass(frozen=True, slots=True)
class Demo:
    """Demo samples with the models of the zoo that read them.

    Parameters
    ----------
    source
        What the core loads them from.
    facts
        What people are told of them.
    task, models
        The category that its run has, and the candidates.
    """

    source: str
    facts: DemoSamples
    task: str
    models: tuple[ModelSpec, ...]


@st.cache_resource
def _settings() -> Settings:
    return load_settings()


@st.cache_resource
def _store() -> RunStore:
    return RunStore(_settings())


@st.cache_resource(max_entries=1, on_release=FeatureCache.close)
def features() -> FeatureCache:
    """Open the feature cache, once for all sessions."""
    return FeatureCache(_settings())


@st.cache_resource(max_entries=4, show_spinner="Reading the samples …")
def samples(source: str, reading: Reading = AS_RECOGNISED) -> Samples:
    """Load samples once for all sessions: uploads are named by their content and never change."""
    return load_samples(source, reading)


@st.cache_data(max_entries=20, show_spinner="Looking at the upload …")
def look_at(source: str, reading: Reading = AS_RECOGNISED) -> SourceOverview:
    """Look at an upload without reading its samples, once for all sessions."""
    return look_at_source(source, reading)


def is_demo(source: str) -> bool:
    """Whether these are demo samples, which are what they are."""
    return source in DEMO_SAMPLES


def demos() -> list[Demo]:
    """List the demo samples that at least one model of the zoo reads."""
    found = []
    for source, facts in DEMO_SAMPLES.items():
        zoo = catalogue.demo_models()
        tasks = [task for task in catalogue.loadable_tasks(zoo) if task.modality == facts.modality]
        if tasks:
            models = tuple(catalogue.resolve_models("demo", tasks[0]))
            found.append(Demo(source, facts, tasks[0].name, models))
    return found


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


def keep_features(files: Sequence[tuple[str, bytes]]) -> str:
    """Keep files of features that the browser sent; return the folder that they lie in."""
    return str(store_features(files, _settings().uploads_dir))


def keep_truth(found: RunResult, name: str, data: bytes) -> bool:
    """Keep fine-tuning results with a run; return whether they were not there already.

    Raises
    ------
    InputError
        If the file is no table of them.
    """
    truth = read_truth(name, data, [spec.id for spec in found.plan.models])
    finding = Finding("truth", "imported", truth.payload(), 0.0)
    if finding in found.findings:
        return False
    _store().add_finding(found.plan.run_id, finding)
    return True


@st.cache_resource(max_entries=4, show_spinner="Reading the features …")
def ready_made(folder: str, reading: Reading) -> tuple[tuple[ModelSpec, ...], Samples]:
    """Find the models whose features lie in a kept folder, and the samples that they share."""
    models = catalogue.feature_models(Path(folder))
    return tuple(models), load_feature_samples(Path(folder), models, reading)


@st.cache_data(ttl=600, max_entries=20, show_spinner="Reading the folder of models …")
def local_models(task: str) -> list[ModelSpec]:
    """List the models of this machine's folder of models that read what a task category is about."""
    wanted = catalogue.task_category(task).modality
    found = catalogue.local_root_models(_settings().models_dir, wanted=wanted, tasks=(task,))
    return [spec for spec in found if spec.modality == wanted]


def start(
    chosen: Samples,
    *,
    reading: Reading,
    task: str,
    models: Sequence[ModelSpec],
    metrics: Sequence[str],
    options: ExtractionOptions,
    label_encoder: ModelSpec | None,
) -> str:
    """Plan a run and start its worker; return its id."""
    plan = make_plan(
        run_id=new_run_id(),
        created_at=now(),
        task=task,
        samples=chosen,
        models=models,
        metrics=metrics,
        options=options,
        seed=0,
        reading=reading,
        label_encoder=label_encoder,
    )
    _store().create(plan, chosen.summary())
    start_worker(plan.run_id, _settings())
    return plan.run_id


def start_demo(demo: Demo) -> str:
    """Start a demo: its models on its samples, with the quick metrics."""
    return start(
        samples(demo.source),
        reading=AS_RECOGNISED,
        task=demo.task,
        models=demo.models,
        metrics=quick_metrics(),
        options=ExtractionOptions(),
        label_encoder=catalogue.default_label_encoder(),
    )


def start_fine_tuning(found: RunResult, n_models: int, seconds: float) -> str:
    """Start a run like another one, from its cached features, that trains the best models; return its id."""
    analyses = replace(found.plan.analyses, fine_tune=n_models, fine_tune_seconds=seconds)
    plan = replace(found.plan, run_id=new_run_id(), created_at=now(), analyses=analyses)
    _store().create(plan, found.samples)
    for finding in found.findings:
        if (finding.kind, finding.subject) == ("truth", "imported"):
            _store().add_finding(plan.run_id, finding)
    start_worker(plan.run_id, _settings())
    return plan.run_id


def resume(run_id: str) -> None:
    """Start a worker for what a run has not done yet."""
    start_worker(run_id, _settings())


def cancel(run_id: str) -> None:
    """Ask a run's worker to stop at the next batch, or to wait no longer."""
    cancel_run(run_id, _settings())


def retry(run_id: str) -> None:
    """Start a worker for what failed in a run, and for nothing else that is done."""
    clear_failed(_store(), _settings(), run_id)
    start_worker(run_id, _settings())


def delete(run_id: str) -> None:
    """Delete a run with what no other run needs."""
    delete_run(_store(), _settings(), run_id)
    for kept in (samples, look_at, ready_made):  # its upload may be gone
        kept.clear()


def history(limit: int = -1) -> list[RunEntry]:
    """Read how the runs stand, newest first; a negative limit is none."""
    return list_runs(_store(), _settings(), limit)


def sizes() -> dict[str, int]:
    """Measure what deleting each run would free, in bytes."""
    return run_sizes(_store(), _settings())


def progress(run_id: str) -> RunProgress:
    """Read how far a run is."""
    return read_progress(_store(), _settings(), run_id)


def outline(run_id: str) -> Outline:
    """Read what a run is, without what it has given."""
    return _store().outline(run_id)


def result(run_id: str) -> RunResult:
    """Read what a run has given so far."""
    return _store().result(run_id)
