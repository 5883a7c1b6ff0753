"""Downloading the files of one commit into the Hub's cache, and finding those already in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ptmrank_core.catalogue.adapters import ADAPTER_WEIGHTS, is_adapter
from ptmrank_core.catalogue.checkpoint_files import CONFIG
from ptmrank_core.catalogue.weights import has_weights
from ptmrank_core.errors import DownloadError, WeightsFormatError
from ptmrank_core.events import CancelToken, Downloaded, Sink, raise_if_cancelled
from ptmrank_core.records import ModelSpec

__all__ = ["ModelDownload", "cached_copy", "is_whole", "is_whole_adapter", "repository_of"]

ATTEMPTS = 3


def repository_of(spec: ModelSpec) -> str:
    """Return the id of a model's repository: ``org/name`` of ``org/name@revision``."""
    return spec.id.partition("@")[0]


@dataclass(frozen=True, slots=True)
class Copy:
    """One commit of a model in the local Hub cache."""

    commit: str
    folder: Path


def cached_copy(spec: ModelSpec) -> Copy:
    """Find the newest completely downloaded commit of a model.

    Raises
    ------
    DownloadError
        If there is none.
    """
    from huggingface_hub import CacheNotFound, scan_cache_dir  # noqa: PLC0415 - only Hub models need it

    try:
        repositories = scan_cache_dir().repos
    except (CacheNotFound, ValueError):  # no folder there; a file in its place
        repositories = frozenset()
    name = repository_of(spec)
    kept = [
        revision
        for repository in repositories
        if repository.repo_id == name and repository.repo_type == "model"
        for revision in repository.revisions
        if spec.revision in {None, revision.commit_hash, *revision.refs}
    ]
    whole = [own for own in kept if is_whole(own.snapshot_path) or is_whole_adapter(own.snapshot_path)]
    if not whole:
        state = "only partly on this machine" if kept else "not on this machine"
        raise DownloadError(
            f"The Hub cannot be reached, and {spec.id!r} is {state}.",
            hint="Check the network, or name a local folder.",
        )
    newest = max(whole, key=lambda revision: revision.last_modified)
    return Copy(newest.commit_hash, newest.snapshot_path)


def is_whole(folder: Path) -> bool:
    """Whether a download is complete: weights come last, and no file appears before it is complete."""
    try:
        return (folder / CONFIG).is_file() and has_weights(folder)
    except WeightsFormatError:
        return False


def is_whole_adapter(folder: Path) -> bool:
    """Whether the download of an adapter is complete: its weights come last."""
    return is_adapter(folder) and (folder / ADAPTER_WEIGHTS).is_file()


class ModelDownload:
    """Downloads the files of one commit, one after the other, and reports the bytes of all of them.

    Parameters
    ----------
    spec, commit
        The model, and the commit to download.
    sizes
        Bytes of every file that will be downloaded; ``None`` where the Hub does not say.
    sink
        Receives the bytes so far: never fewer than before, and all of them at the end.
    cancel
        Checked during the download.
    """

    def __init__(
        self,
        spec: ModelSpec,
        commit: str,
        sizes: dict[str, int | None],
        *,
        sink: Sink,
        cancel: CancelToken,
    ) -> None:
        self._spec = spec
        self._commit = commit
        self._sizes = sizes
        known = [size for size in sizes.values() if size is not None]
        self._total = sum(known) if len(known) == len(sizes) else None
        self._sink = sink
        self._cancel = cancel
        self._done = 0
        self._reported = 0

    def fetch(self, names: Iterable[str]) -> Path:
        """Download the files that are missing; return the folder of the commit."""
        folder = Path()
        for name in names:
            path = self._file(name)
            folder = path.parents[name.count("/")]
            self._done += path.stat().st_size
            self._tell(0)
        return folder

    def refuse_without_room(self, names: Sequence[str]) -> None:
        """Raise before the download if the files cannot fit on the disk.

        Raises
        ------
        DownloadError
            With the free and the needed space.
        """
        from huggingface_hub import constants, hf_hub_download  # noqa: PLC0415

        cache = Path(constants.HF_HUB_CACHE)
        free = shutil.disk_usage(next(path for path in (cache, *cache.parents) if path.exists())).free
        if sum(self._sizes[name] or 0 for name in names) <= free:
            return  # the usual case; finding out which of them are cached takes a request to the Hub for each
        repository = repository_of(self._spec)
        files = {
            name: hf_hub_download(repository, name, revision=self._commit, dry_run=True) for name in names
        }
        needed = sum(self._sizes[name] or 0 for name, file in files.items() if not file.is_cached)
        if needed > free:
            raise DownloadError(
                f"{self._spec.id!r} takes {needed / 1e9:,.1f} GB; {free / 1e9:,.1f} GB are free in {cache}.",
                hint="Free some space, or set HF_HOME to a folder on another disk.",
            )

    def _tell(self, n_bytes: int) -> None:
        """Report the bytes of the current file so far."""
        raise_if_cancelled(self._cancel)
        if (
            self._done + n_bytes > self._reported
        ):  # a restarted file counts again once it is past where it was
            self._reported = self._done + n_bytes
            self._sink(Downloaded(self._spec.id, self._reported, self._total))

    def _file(self, name: str) -> Path:
        """Download one file.

        The client resumes a connection that ends early, but gives up one that is reset; the file then starts
        anew. As long as bytes arrive, another attempt is worthwhile.
        """
        from huggingface_hub import errors, hf_hub_download  # noqa: PLC0415

        size = self._sizes[name]

        def tell(n_bytes: int) -> None:
            self._tell(n_bytes if size is None else min(n_bytes, size))

        for attempts_left in reversed(range(ATTEMPTS)):
            reported_before = self._reported
            try:
                path = hf_hub_download(
                    repository_of(self._spec), name, revision=self._commit, tqdm_class=_progress(tell)
                )
            except errors.HTTPError as error:  # type: ignore[attr-defined]
                is_answer = isinstance(error, errors.HfHubHTTPError)
                if is_answer or attempts_left == 0 or self._reported == reported_before:
                    raise
            else:
                return Path(path)
        raise AssertionError  # the last attempt returns or raises


def _progress(tell: Callable[[int], None]) -> Any:
    """Make a silent progress bar class that passes on the bytes of one file."""
    from tqdm import tqdm  # noqa: PLC0415

    class Progress(tqdm):  # type: ignore[misc] # tqdm carries no types
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **(kwargs | {"disable": True}))
            self._seen = int(kwargs.get("initial") or 0)

        def update(self, n: float | None = 1) -> None:
            self._seen += int(n or 0)
            tell(self._seen)

    return Progress
