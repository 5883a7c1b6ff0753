"""The models in the Hub's cache on this machine, without the network."""

from __future__ import annotations

from pathlib import Path

from ptmrank_core.catalogue.hub.files import is_whole
from ptmrank_core.catalogue.weights import weight_files

__all__ = ["is_offline", "models_on_disk"]

PREFIX = "models--"


def is_offline() -> bool:
    """Whether the Hub's client may not use the network (``HF_HUB_OFFLINE``); nobody is asked."""
    from huggingface_hub import constants  # noqa: PLC0415 - only Hub models need it

    return bool(constants.HF_HUB_OFFLINE)


def models_on_disk(cache: Path | None = None) -> dict[str, int]:
    """List the models whose weights are completely downloaded.

    Only folders are listed and checked for a config: the client's own scan would also read the size of every
    file of every data set.

    Parameters
    ----------
    cache
        The Hub's cache; the client's default location by default.

    Returns
    -------
    dict of str to int
        Bytes of the weights by model id, of the newest complete commit.
    """
    if cache is None:
        from huggingface_hub import constants  # noqa: PLC0415 - only Hub models need it

        cache = Path(constants.HF_HUB_CACHE)
    try:
        folders = [path for path in cache.iterdir() if path.name.startswith(PREFIX)]
    except OSError:  # nothing was ever downloaded here
        return {}
    sizes = {}
    for folder in folders:
        size = _weights_bytes(folder)
        if size is not None:
            sizes[folder.name.removeprefix(PREFIX).replace("--", "/")] = size
    return sizes


def _weights_bytes(folder: Path) -> int | None:
    """Return the bytes of a model's weights; ``None`` if no commit is complete."""
    try:
        commits = sorted(
            (folder / "snapshots").iterdir(), key=lambda path: path.stat().st_mtime, reverse=True
        )
        whole = next((commit for commit in commits if is_whole(commit)), None)
        return (
            None if whole is None else sum(path.stat().st_size for path in weight_files(whole, folder.name))
        )
    except OSError:
        return None
