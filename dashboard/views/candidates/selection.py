"""The selected models, and what it costs to download them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard import jobs
from dashboard.jobs import model_lists
from dashboard.state import Draft, per_draft_key
from dashboard.wording import plain, say_duration, say_models
from ptmrank_core import catalogue
from ptmrank_core.catalogue import Candidate, TaskCategory, loading_of
from ptmrank_core.records import ModelSpec

__all__ = [
    "DownloadCost",
    "choose_selected",
    "download_cost",
    "say_cost",
    "say_selected",
    "size_to_download",
]


@dataclass(frozen=True, slots=True)
class DownloadCost:
    """What it costs to download the selected models.

    Parameters
    ----------
    n_here
        Models that are on this machine already.
    n_missing
        Models to be fetched.
    about_bytes
        Bytes of those of known size.
    n_unsized
        Models to be fetched whose size is not known.
    """

    n_here: int
    n_missing: int
    about_bytes: int
    n_unsized: int


def download_cost(
    models: Sequence[ModelSpec], entries: Mapping[str, Candidate], on_disk: Mapping[str, int]
) -> DownloadCost:
    """Add up what has to be downloaded.

    Parameters
    ----------
    models
        All that is chosen.
    entries
        Entries of Hub models in the lists, by id.
    on_disk
        Bytes of the Hub models that are here already, by id.
    """
    missing = [spec.id for spec in models if spec.source == "hub" and spec.id not in on_disk]
    known = [entries.get(name) or catalogue.known_candidate(name) for name in missing]
    sizes = [None if model is None else model.about_bytes for model in known]
    return DownloadCost(
        n_here=len(models) - len(missing),
        n_missing=len(missing),
        about_bytes=sum(size for size in sizes if size is not None),
        n_unsized=sum(size is None for size in sizes),
    )


def choose_selected(draft: Draft, task: TaskCategory) -> None:
    """Draw the models that were chosen from lists, each with a cross to remove it."""
    selected_models = draft.selected_models.get(task.name, {})
    if not selected_models:
        return
    kept = st.multiselect(
        "Chosen out of the lists",
        list(selected_models),
        default=list(selected_models),
        key=per_draft_key(f"selected-models-{task.name}-{len(selected_models)}"),
        help="A cross takes a model out again.",
    )
    if len(kept) < len(selected_models):
        draft.selected_models[task.name] = {name: selected_models[name] for name in kept}
        st.rerun()


def size_to_download(models: Sequence[Candidate], on_disk: Mapping[str, int]) -> str:
    """Write how much of some models of the lists has to be downloaded; empty if nothing, or nothing known."""
    size = sum(model.about_bytes or 0 for model in models if model.id not in on_disk)
    return say_bytes(size) if size else ""


def say_cost(models: Sequence[ModelSpec], entries: Mapping[str, Candidate], n_samples: int) -> None:
    """Say the size of a download, and how long the models are expected to run."""
    cost = download_cost(models, entries, model_lists.on_disk())
    parts = [f"{cost.n_missing} to download, about {say_bytes(cost.about_bytes)}."] if cost.n_missing else []
    st.caption(" ".join([*parts, _say_time(models, n_samples, entries)]))


def say_selected(draft: Draft, task: TaskCategory, models: Sequence[ModelSpec], n_samples: int) -> None:
    """Say how many models are selected, the size of the download, the expected time, and known problems."""
    entries = draft.selected_models.get(task.name, {})
    cost = download_cost(models, entries, model_lists.on_disk())
    parts = [f"**{say_models(models)} chosen**"]
    if cost.n_missing:
        size = f"about {say_bytes(cost.about_bytes)}" if cost.about_bytes else "of unknown size"
        more = f", and {cost.n_unsized} of unknown size" if cost.about_bytes and cost.n_unsized else ""
        parts += [f"{cost.n_here} on this machine", f"{cost.n_missing} to download, {size}{more}"]
    st.markdown(": ".join([parts[0], "; ".join(parts[1:])]) if parts[1:] else f"{parts[0]}.")
    st.caption(_say_time(models, n_samples, entries))
    warnings = [line for spec in models if spec.source == "hub" for line in _warnings(spec, entries)]
    if warnings:
        st.warning("\n".join(f"- {line}" for line in warnings), icon=":material/warning:")


def _say_time(models: Sequence[ModelSpec], n_samples: int, entries: Mapping[str, Candidate]) -> str:
    """Say how long the models would run here, and how that was estimated; Markdown."""
    known = {spec.id: entries.get(spec.id) or catalogue.known_candidate(spec.id) for spec in models}
    sizes = {name: model.n_running_parameters or 0 for name, model in known.items() if model is not None}
    expected = jobs.expected_time(models, n_samples, sizes)
    rests = [f"{expected.n_measured} measured here before"] if expected.n_measured else []
    rests += [f"{expected.n_guessed} guessed from their size"] if expected.n_guessed else []
    rests += (
        [f"{expected.n_rough} roughly guessed from their size and the speed of the processor"]
        if expected.n_rough
        else []
    )
    if not rests:
        return "How long they run on this machine is not known before the first run."
    unknown = f"; {expected.n_unknown} of unknown speed come on top" if expected.n_unknown else ""
    return (
        f"Expected to run for about {say_duration(expected.seconds)} on this machine "
        f"({', '.join(rests)}{unknown}); less where features are cached already."
    )


def _warnings(spec: ModelSpec, entries: Mapping[str, Candidate]) -> list[str]:
    """Say what is known to keep a model from running."""
    model = entries.get(spec.id) or catalogue.known_candidate(spec.id)
    if model is None:
        return []
    name, loading = f"**{plain(spec.id)}**", loading_of(model)
    warnings = [f"{name}: {plain(loading.words)}"] if loading.verdict in {"no", "extra"} else []
    if model.is_gated:
        page = f"hf.co/{spec.id.partition('@')[0]}"
        warnings.append(f"{name} is gated: accept its conditions at {plain(page)} and log in first.")
    return warnings


def say_bytes(size: int) -> str:
    """Write a number of bytes for people: ``180 MB``, ``1.2 GB``."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{max(1, round(size / 1e6))} MB"
