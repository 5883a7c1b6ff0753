"""Hub models: pinned to a commit, then downloaded into the user's ordinary Hub cache.

Only what a model needs is fetched: its config, its preprocessing or tokenizer, its safetensors weights.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ptmrank_core.catalogue.checkpoints import CONFIG, INDEX, checkpoint_facts, is_needed
from ptmrank_core.catalogue.local import read_local
from ptmrank_core.catalogue.ready_made import check_feature_file
from ptmrank_core.errors import (
    GatedModelError,
    ModelError,
    ModelNotFoundError,
    UnsupportedModelError,
    WeightsFormatError,
)
from ptmrank_core.events import (
    CancelToken,
    Downloaded,
    Sink,
    StageStarted,
    ignore,
    never,
    raise_if_cancelled,
)
from ptmrank_core.records import ModelSpec, Stage

__all__ = ["fetch"]

WEIGHTS = "model.safetensors"
SHARD = re.compile(r"model-\d+-of-\d+\.safetensors")


def fetch(spec: ModelSpec, *, sink: Sink = ignore, cancel: CancelToken = never) -> ModelSpec:
    """Resolve a model and bring its files to this machine.

    Parameters
    ----------
    spec
        Any model; one that is on disk already comes back as it is.
    sink
        Hears of stages and bytes.
    cancel
        Asked while bytes arrive.

    Returns
    -------
    ModelSpec
        With ``revision``, ``path`` and the facts of its files.

    Raises
    ------
    GatedModelError, ModelNotFoundError, WeightsFormatError
        If the model cannot be had.
    CancelledError
        If the token was pulled.
    """
    if spec.source in {"columns", "function"}:
        return spec
    if spec.revision is not None and spec.path is not None and Path(spec.path).is_dir():
        return spec
    sink(StageStarted(spec.id, Stage.RESOLVE))
    if spec.source == "features":
        return check_feature_file(spec)
    if spec.source != "hub":
        return read_local(spec)
    with _explained(spec):
        listing = _look_up(spec)
    sink(StageStarted(spec.id, Stage.DOWNLOAD))
    with _explained(spec):
        folder = listing.folder or _download(spec, listing, sink=sink, cancel=cancel)
    facts = checkpoint_facts(folder, wanted=spec.modality, tasks=spec.tasks)
    if facts["modality"] != spec.modality:
        raise UnsupportedModelError(
            f"{spec.id!r} reads {facts['modality']}; the samples are {spec.modality}.",
            hint="Choose a model of the task category.",
        )
    return replace(spec, revision=listing.revision, licence=listing.licence, **facts)


@contextmanager
def _explained(spec: ModelSpec) -> Iterator[None]:
    """Turn the Hub's errors into ours, each with what to do."""
    from huggingface_hub import errors  # noqa: PLC0415 - only Hub models need it

    try:
        yield
    except errors.GatedRepoError as error:  # a kind of RepositoryNotFoundError: asked first
        raise GatedModelError(
            f"{spec.id!r} is gated.",
            hint="Accept its conditions on the Hub, then log in with `hf auth login`.",
        ) from error
    except errors.RevisionNotFoundError as error:
        raise ModelNotFoundError(f"{spec.id!r} has no revision {spec.revision!r}.") from error
    except errors.RepositoryNotFoundError as error:
        raise ModelNotFoundError(
            f"There is no model {spec.id!r} on the Hub, or it is private.",
            hint="Check the spelling; for a private model log in with `hf auth login`.",
        ) from error
    except (errors.HFValidationError, errors.HTTPError) as error:  # type: ignore[attr-defined]
        raise ModelNotFoundError(f"The Hub did not give {spec.id!r}: {error}") from error


@dataclass(frozen=True, slots=True)
class _Listing:
    """A commit of a model: what the Hub lists, or, without a network, what was downloaded before."""

    revision: str
    licence: str | None
    sizes: dict[str, int]
    folder: Path | None = None


def _look_up(spec: ModelSpec) -> _Listing:
    """Find a model's commit, licence tag and files with their bytes."""
    from huggingface_hub import HfApi, errors  # noqa: PLC0415

    unreachable = (errors.OfflineModeIsEnabled, errors.HTTPError)  # type: ignore[attr-defined]
    try:
        info = HfApi().model_info(spec.id, revision=spec.revision, files_metadata=True)
    except errors.HfHubHTTPError:
        raise
    except unreachable:
        return _kept_here(spec)
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or []}
    licence = getattr(info.card_data, "license", None)
    return _Listing(str(info.sha), licence if isinstance(licence, str) else None, sizes)


def _kept_here(spec: ModelSpec) -> _Listing:
    """Find the newest commit of a model in the local Hub cache."""
    from huggingface_hub import CacheNotFound, scan_cache_dir  # noqa: PLC0415

    try:
        repositories = scan_cache_dir().repos
    except CacheNotFound:
        repositories = frozenset()
    kept = [revision for repo in repositories if repo.repo_id == spec.id for revision in repo.revisions]
    wanted = [revision for revision in kept if spec.revision in {None, revision.commit_hash}]
    if not wanted:
        raise ModelNotFoundError(
            f"The Hub cannot be reached, and {spec.id!r} is not on this machine.",
            hint="Check the network, or name a local folder.",
        )
    newest = max(wanted, key=lambda revision: revision.last_modified)
    return _Listing(newest.commit_hash, None, {}, newest.snapshot_path)


def _needed(spec: ModelSpec, files: dict[str, int]) -> list[str]:
    """Choose the files to fetch, weights last."""
    small = sorted(name for name in files if is_needed(name))
    if CONFIG not in files:
        raise ModelError(
            f"{spec.id!r} has no {CONFIG}; it is not a model of the transformers library.",
            hint="Choose a model that AutoModel can load.",
        )
    if WEIGHTS in files:
        return [*small, WEIGHTS]
    if INDEX in files:
        return [*small, INDEX, *sorted(name for name in files if SHARD.fullmatch(name))]
    found = sorted(name for name in files if name.endswith((".bin", ".h5", ".msgpack", ".ckpt")))
    raise WeightsFormatError(
        f"{spec.id!r} has no safetensors weights (found: {', '.join(found) or 'none'}).",
        hint="Choose another revision or model; pickled weights are not loaded.",
    )


def _download(spec: ModelSpec, listing: _Listing, *, sink: Sink, cancel: CancelToken) -> Path:
    """Fetch the files of a commit into the Hub cache; those that are there are not fetched again."""
    from huggingface_hub import hf_hub_download  # noqa: PLC0415

    sizes = listing.sizes
    names = _needed(spec, sizes)
    total = sum(sizes[name] for name in names)
    done = 0

    def tell(n_bytes: int) -> None:
        raise_if_cancelled(cancel)
        sink(Downloaded(spec.id, done + n_bytes, total))

    folder = Path()
    for name in names:
        path = hf_hub_download(spec.id, name, revision=listing.revision, tqdm_class=_progress(tell))
        folder = Path(path).parents[name.count("/")]
        done += sizes[name]
        tell(0)
    return folder


def _progress(tell: Callable[[int], None]) -> Any:
    """Make a silent progress bar class that passes the bytes of one file on."""
    from tqdm.auto import tqdm  # noqa: PLC0415

    class Progress(tqdm):  # type: ignore[misc] # tqdm carries no types
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **(kwargs | {"disable": True}))
            self._seen = 0

        def update(self, n: float | None = 1) -> None:
            self._seen += int(n or 0)
            tell(self._seen)

    return Progress
