"""Which models of the Hub are on this machine already: a look into the Hub's cache, without the network."""

from __future__ import annotations

from pathlib import Path

from ptmrank_core.catalogue.hub.files import is_whole
from ptmrank_core.catalogue.weights import weight_files

__all__ = ["models_on_disk"]

PREFIX = "models--"


def models_on_disk(cache: Path | None = None) -> dict[str, int]:
    """List the models whose weights were downloaded whole.

    Only folders are listed and a config is looked for: the client's own scan would ask for the size of every
    file of every data set too.

    Parameters
    ----------
    cache
        The Hub's cache; where the client keeps it by default.

    Returns
    -------
    dict of str to int
        Model id -> bytes of its weights, of the newest commit that is whole.
    """
    if cache is None:
        from huggingface_hub import constants  # noqa: PLC0415 - only Hub models need it

        cache = Path(constants.HF_HUB_CACHE)
    try:
        folders = [path for path in cache.iterdir() if path.name.startswith(PREFIX)]
    except OSError:  # nothing was ever downloaded here
        return {}
    found = {}
    for folder in folders:
        size = _weights_bytes(folder)
        if size is not None:
            found[folder.name.removeprefix(PREFIX).replace("--", "/")] = size
    return found


def _weights_bytes(folder: Path) -> int | None:
    """Bytes of a model's weights, ``None`` where no commit is whole."""
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
