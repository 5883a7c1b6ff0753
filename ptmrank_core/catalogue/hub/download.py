"""Hub models: pinned to a commit, then downloaded into the user's Hub cache.

Only what a model needs is downloaded: its config, its preprocessing or tokenizer, its safetensors weights.
The small files are downloaded and read first; the weights follow only if the model can be used.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from ptmrank_core.catalogue.adapters import (
    ADAPTER_CONFIG,
    ADAPTER_WEIGHTS,
    Adapter,
    adapter_revision,
    is_adapter,
    lists_adapter,
    read_adapter,
    refuse_without_weights,
)
from ptmrank_core.catalogue.checkpoint_files import (
    CONFIG,
    MODULES,
    brings_own_code,
    is_needed,
    module_folders,
)
from ptmrank_core.catalogue.checkpoints import checkpoint_facts, read_modality
from ptmrank_core.catalogue.formats import no_config, no_weights
from ptmrank_core.catalogue.hub.errors import explained, is_unreachable
from ptmrank_core.catalogue.hub.files import ModelDownload, cached_copy, repository_of
from ptmrank_core.catalogue.local import read_local
from ptmrank_core.catalogue.ready_made import check_feature_file
from ptmrank_core.catalogue.weights import INDEX, WEIGHTS, weight_names
from ptmrank_core.errors import ModelError, UnsupportedModelError, WeightsFormatError
from ptmrank_core.events import (
    CancelToken,
    Downloaded,
    Event,
    Sink,
    StageStarted,
    discard_event,
    never_cancels,
    raise_if_cancelled,
)
from ptmrank_core.records import AdaptedBase, Modality, ModelSpec, Stage

__all__ = ["fetch"]

LOOK_UP_SECONDS = 20.0  # the client would wait for ever


def fetch(spec: ModelSpec, *, sink: Sink = discard_event, cancel: CancelToken = never_cancels) -> ModelSpec:
    """Resolve a model and download its files.

    Parameters
    ----------
    spec
        Any model; one that is on this machine is returned unchanged.
    sink
        Receives events of stages and bytes.
    cancel
        Checked during the download.

    Returns
    -------
    ModelSpec
        With its ``revision``, its ``path`` and the facts of its files.

    Raises
    ------
    GatedModelError, ModelNotFoundError
        If there is no such model for this account.
    WeightsFormatError, UnsupportedModelError
        If it cannot be used here; raised before its weights are downloaded where its small files show it.
    DownloadError
        If the connection fails or the disk is full.
    CancelledError
        If cancellation was requested; files that were complete are kept.
    """
    if spec.source in {"columns", "function"}:
        return spec
    if spec.revision is not None and spec.path is not None and Path(spec.path).is_dir():
        return spec
    sink(StageStarted(spec.id, Stage.RESOLVE))
    raise_if_cancelled(cancel)
    if spec.source == "features":
        return check_feature_file(spec)
    if spec.source == "hub":
        return _fetch_from_hub(spec, sink, cancel)
    known = read_local(spec)
    if known.base is not None and known.base.path is None:  # its base is on the Hub
        adapter = read_adapter(Path(known.path or ""), spec.id)
        revision = adapter_revision(Path(known.path or ""), spec.id)
        return with_base(replace(known, revision=revision), adapter, sink=sink, cancel=cancel)
    _refuse_other_modality(spec, known.modality)
    return known


def _fetch_from_hub(spec: ModelSpec, sink: Sink, cancel: CancelToken) -> ModelSpec:
    with explained(spec):
        listing = _look_up(spec)
    sink(StageStarted(spec.id, Stage.DOWNLOAD))
    if lists_adapter(listing.sizes) or (listing.folder and is_adapter(listing.folder)):
        return _fetch_adapter(spec, listing, sink, cancel)
    folder = listing.folder or _download(spec, listing, sink, cancel)
    facts = checkpoint_facts(folder, wanted=spec.modality, tasks=spec.tasks, name=spec.id)
    _refuse_other_modality(spec, facts["modality"])
    facts["own_code"] = brings_own_code(folder, listing.sizes)
    facts["spare_adapter"] = facts["spare_adapter"] or ADAPTER_CONFIG in listing.sizes
    return replace(spec, revision=listing.commit, licence=listing.licence or spec.licence, **facts)


def _fetch_adapter(spec: ModelSpec, listing: _Listing, sink: Sink, cancel: CancelToken) -> ModelSpec:
    """Download an adapter, and the base model that its small files name."""
    folder = listing.folder
    if folder is None:
        small = [ADAPTER_CONFIG, *sorted(name for name in listing.sizes if is_needed(name))]
        names = [*small, *(name for name in (ADAPTER_WEIGHTS,) if name in listing.sizes)]
        sizes = {name: listing.sizes[name] for name in names}
        download = ModelDownload(spec, listing.commit, sizes, sink=discard_event, cancel=cancel)
        with explained(spec):
            folder = download.fetch(small)
        read_adapter(folder, spec.id, is_local=False)
        refuse_without_weights(spec.id, listing.sizes)
        with explained(spec):
            folder = download.fetch([ADAPTER_WEIGHTS])
    adapter = read_adapter(folder, spec.id, is_local=False)
    adapter_revision(folder, spec.id)
    known = replace(spec, path=str(folder), revision=listing.commit, licence=listing.licence or spec.licence)
    return with_base(known, adapter, sink=sink, cancel=cancel)


def with_base(spec: ModelSpec, adapter: Adapter, *, sink: Sink, cancel: CancelToken) -> ModelSpec:
    """Fetch the base model of an adapter from the Hub; return the adapter with its facts.

    Parameters
    ----------
    spec
        The adapter; its files are on disk.
    adapter
        What it is.
    sink, cancel
        As :func:`fetch` has them; events are told as those of the adapter.

    Raises
    ------
    ModelError
        As :func:`fetch` does, for the base.
    """
    known = spec.base.revision if spec.base is not None else ""  # of a run that is repeated
    asked = ModelSpec(adapter.base, "hub", spec.modality, known or adapter.revision, tasks=spec.tasks)
    try:
        base = _fetch_from_hub(asked, lambda event: sink(_renamed(event, spec.id)), cancel)
    except ModelError as error:
        raise type(error)(f"{spec.id!r} is {adapter.words}. {error.message}", hint=error.hint) from error
    if base.base is not None:
        raise UnsupportedModelError(
            f"{spec.id!r} is {adapter.words}, which is an adapter itself.",
            hint="Merge that one into its base first: model.merge_and_unload().save_pretrained(folder).",
        )
    name = AdaptedBase(adapter.base, base.revision or "", adapter.kind, base.path)
    return replace(
        base,
        id=spec.id,
        source=spec.source,
        path=spec.path,
        revision=spec.revision,
        licence=spec.licence or base.licence,
        spare_adapter=False,
        base=name,
    )


def _renamed(event: Event, model: str) -> Event:
    """Tell an event as one of another model."""
    return replace(event, model=model) if isinstance(event, StageStarted | Downloaded) else event


def _refuse_other_modality(spec: ModelSpec, modality: Modality) -> None:
    if modality != spec.modality:
        raise UnsupportedModelError(
            f"{spec.id!r} reads {modality}; the samples have the modality {spec.modality}.",
            hint="Choose a model of the task category.",
        )


@dataclass(frozen=True, slots=True)
class _Listing:
    """One commit of a model, as the Hub lists it or, without a network, as it was downloaded before."""

    commit: str
    licence: str | None
    sizes: dict[str, int | None]
    folder: Path | None = None


def _look_up(spec: ModelSpec) -> _Listing:
    """Find a model's commit, licence tag and files with their sizes."""
    from huggingface_hub import HfApi, errors  # noqa: PLC0415 - only Hub models need it

    try:
        info = HfApi().model_info(
            repository_of(spec), revision=spec.revision, files_metadata=True, timeout=LOOK_UP_SECONDS
        )
    except (errors.OfflineModeIsEnabled, errors.HTTPError) as error:  # type: ignore[attr-defined]
        if not is_unreachable(error):
            raise
        copy = cached_copy(spec)
        return _Listing(copy.commit, None, {}, copy.folder)
    sizes = {file.rfilename: file.size for file in info.siblings or []}
    licence = getattr(info.card_data, "license", None)
    return _Listing(str(info.sha), licence if isinstance(licence, str) else None, sizes)


def _weights(spec: ModelSpec, files: Iterable[str]) -> str:
    """Choose the file with the weights, or the index of several."""
    names = sorted(files)
    if CONFIG not in names:
        raise no_config(repr(spec.id), names)
    if WEIGHTS in names or INDEX in names:
        return WEIGHTS if WEIGHTS in names else INDEX
    raise no_weights(
        repr(spec.id),
        names,
        lacking="safetensors weights",
        also="Or choose another model, or another revision (NAME@REVISION).",
    )


def _files(spec: ModelSpec, listing: _Listing, cancel: CancelToken) -> tuple[list[str], list[str]]:
    """Choose the small files, and those with the weights.

    An index of weights and ``modules.json`` name further files; they are read first, since the sizes of all
    files belong to the total that is told from the beginning on.
    """
    names, weights = listing.sizes, _weights(spec, listing.sizes)
    naming = [name for name in (INDEX, MODULES) if name in names and (name == MODULES or weights == INDEX)]
    if not naming:
        return sorted(filter(is_needed, names)), [weights]
    download = ModelDownload(spec, listing.commit, names, sink=discard_event, cancel=cancel)
    with explained(spec):
        folder = download.fetch(naming)
    modules = module_folders(folder, spec.id)
    parts = [INDEX, *weight_names(folder)] if weights == INDEX else [weights]
    absent = [name for name in parts if name not in names]
    if absent:
        raise WeightsFormatError(
            f"{spec.id!r} lacks {len(absent)} of its {len(parts) - 1} weight files: {', '.join(absent)}.",
            hint="Choose another model, or another revision (NAME@REVISION).",
        )
    return sorted(name for name in names if is_needed(name, modules)), parts


def _download(spec: ModelSpec, listing: _Listing, sink: Sink, cancel: CancelToken) -> Path:
    """Download the files of a commit: first the small ones, which show whether the weights are needed."""
    small, weights = _files(spec, listing, cancel)
    sizes = {name: listing.sizes[name] for name in (*small, *weights)}
    download = ModelDownload(spec, listing.commit, sizes, sink=sink, cancel=cancel)
    with explained(spec):
        folder = download.fetch(small)
    _refuse_other_modality(spec, read_modality(folder, wanted=spec.modality, name=spec.id))
    with explained(spec):
        download.refuse_without_room(weights)
        return download.fetch(weights)
