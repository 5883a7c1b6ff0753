"""Samples, uploads and ready-made features for the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard.jobs.demo_only import is_demo_only, require_demo_source, require_open
from dashboard.jobs.home import settings
from dashboard.server.owner import current_owner
from ptmrank_core import catalogue
from ptmrank_core.data import (
    DEMO_SAMPLES,
    FEATURES_PREFIX,
    HUB_PREFIX,
    DemoSamples,
    SourceOverview,
    finish_samples,
    load_all_samples,
    load_feature_samples,
    pin_dataset,
    read_place,
    store_features,
    store_upload,
)
from ptmrank_core.data import preview as preview_source
from ptmrank_core.errors import SamplesChangedError, SamplesError
from ptmrank_core.owners import claim, things_of
from ptmrank_core.records import AS_RECOGNISED, ModelSpec, Reading, RunResult, Samples

__all__ = [
    "Demo",
    "all_samples",
    "demos",
    "forget_samples",
    "hub_dataset",
    "is_demo",
    "keep_features",
    "keep_upload",
    "local_models",
    "preview",
    "ready_made",
    "release_uploads",
    "require_kept",
    "samples",
    "samples_of",
]


@dataclass(frozen=True, slots=True)
class Demo:
    """Demo samples with the models of the zoo that read them.

    Parameters
    ----------
    source
        What the core loads them from.
    facts
        Their title and description.
    task, models
        The task category and the candidates of its run.
    """

    source: str
    facts: DemoSamples
    task: str
    models: tuple[ModelSpec, ...]


def samples(source: str, reading: Reading = AS_RECOGNISED) -> Samples:
    """Load samples once for all sessions: uploads are named by their content and never change.

    Raises
    ------
    SamplesError
        If they are an upload that is no longer here, or cannot be ranked on.
    """
    require_kept(source)
    return _samples(source, reading)


def all_samples(source: str, reading: Reading = AS_RECOGNISED) -> Samples:
    """Load every sample of a source, however many of them are to be used; errors as of ``samples``."""
    require_kept(source)
    return _all_samples(source, reading)


def preview(source: str, reading: Reading = AS_RECOGNISED) -> SourceOverview:
    """Describe an upload without reading its samples, once for all sessions; errors as of ``samples``."""
    require_kept(source)
    return _preview(source, reading)


def ready_made(folder: str, reading: Reading) -> tuple[tuple[ModelSpec, ...], Samples]:
    """Find the models whose features are in a folder, and their samples; errors as of ``samples``."""
    require_kept(folder)
    return _ready_made(folder, reading)


@st.cache_resource(max_entries=4, show_spinner="Reading the samples …")
def _samples(source: str, reading: Reading) -> Samples:
    whole = _all_samples(source, replace(reading, max_samples=None, corrections=()))
    return finish_samples(whole, reading)


@st.cache_resource(max_entries=2, show_spinner="Reading the samples …")
def _all_samples(source: str, reading: Reading) -> Samples:
    require_demo_source(source)
    return load_all_samples(source, reading)


@st.cache_data(max_entries=20, show_spinner="Looking at the upload …")
def _preview(source: str, reading: Reading) -> SourceOverview:
    require_demo_source(source)
    return preview_source(source, reading)


@st.cache_resource(max_entries=4, show_spinner="Reading the features …")
def _ready_made(folder: str, reading: Reading) -> tuple[tuple[ModelSpec, ...], Samples]:
    require_open("features")
    models = catalogue.feature_models(Path(folder))
    return tuple(models), load_feature_samples(Path(folder), models, reading)


def require_kept(source: str) -> None:
    """Refuse an upload that was deleted or swept away while a session was looking at it.

    Samples of the Hub that were swept away are taken again: what was read of them is forgotten.

    Raises
    ------
    SamplesError
        If it is gone.
    """
    path, own = Path(source.removeprefix(FEATURES_PREFIX)), settings()
    # What is named may be a folder in an archive: the upload is the folder below that of all uploads.
    upload = [place for place in (path, *path.parents) if place.parent == own.uploads_dir]
    if upload and not upload[0].is_dir():
        raise SamplesError(
            "This upload is no longer here: it was deleted, or swept away after "
            f"{own.quotas.keep_days:g} days in which no run used it.",
            hint="Upload it again on the Samples page.",
        )
    if source.startswith(HUB_PREFIX) and not things_of(own, read_place(source).revision or ""):
        forget_samples()


def forget_samples() -> None:
    """Forget every upload that was read: one of them may have been deleted."""
    for kept in (_samples, _all_samples, _preview, _ready_made):
        kept.clear()


def is_demo(source: str) -> bool:
    """Whether these are demo samples, whose reading cannot be changed."""
    return source in DEMO_SAMPLES


def demos() -> list[Demo]:
    """List the demo samples that at least one model of the zoo reads."""
    with_models = []
    for source, facts in DEMO_SAMPLES.items():
        zoo = catalogue.demo_models()
        tasks = [task for task in catalogue.loadable_tasks(zoo) if task.modality == facts.modality]
        if tasks:
            models = tuple(catalogue.resolve_models("demo", tasks[0]))
            with_models.append(Demo(source, facts, tasks[0].name, models))
    return with_models


def samples_of(result: RunResult) -> Samples:
    """Load the samples of a run, as they were when it was planned.

    Raises
    ------
    SamplesChangedError
        If they have changed since.
    """
    loaded = samples(result.plan.samples_source, result.plan.reading)
    if loaded.fingerprint != result.plan.samples_fingerprint:
        raise SamplesChangedError("The samples of this run have changed since: they cannot be shown.")
    return loaded


def keep_upload(files: Sequence[tuple[str, bytes]]) -> str:
    """Store uploaded files; return the source to load them from.

    Raises
    ------
    QuotaError
        If the visitor may not keep as much.
    """
    require_open("files")
    own = settings()
    return str(store_upload(files, own.uploads_dir, owner=current_owner(), settings=own))


def keep_features(files: Sequence[tuple[str, bytes]]) -> str:
    """Store uploaded files of features; return their folder; errors as of ``keep_upload``."""
    require_open("files")
    own = settings()
    return str(store_features(files, own.uploads_dir, owner=current_owner(), settings=own))


def release_uploads(files: Sequence[UploadedFile]) -> None:
    """Drop uploaded files from the memory of the server, which keeps them as long as the session lives."""
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for file in files:
            context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def hub_dataset(name: str) -> str:
    """Look up a dataset on the Hub; return the source to load it from, at its present commit.

    Raises
    ------
    QuotaError
        If the visitor may keep nothing more.
    """
    require_open("other samples")
    source = pin_dataset(name.strip())
    with claim(settings(), current_owner(), str(read_place(source).revision)):
        return source


@st.cache_data(ttl=600, max_entries=20, show_spinner="Reading the folder of models …")
def local_models(task: str) -> list[ModelSpec]:
    """List the models in the local folder of models that read the modality of a task category."""
    if is_demo_only():
        return []
    wanted = catalogue.task_category(task).modality
    models = catalogue.local_root_models(settings().models_dir, wanted=wanted, tasks=(task,))
    return [spec for spec in models if spec.modality == wanted]
