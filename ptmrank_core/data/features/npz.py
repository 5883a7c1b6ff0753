"""Ready-made features: the named arrays of an ``.npz`` file, read without unpickling."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ptmrank_core.data.features.npy import NPY_MAGIC, read_array
from ptmrank_core.data.sources.archives import open_archive
from ptmrank_core.data.sources.limits import DEFAULT_LIMITS
from ptmrank_core.errors import InputError
from ptmrank_core.records import CACHE_ARRAYS

__all__ = ["ARRAY_NAMES", "load_arrays"]

ARRAY_NAMES = (
    "embeddings",
    "labels",
    "targets",
    "source_logits",
    "source_probs",
    "reference_embeddings",
    "label_embeddings",
    "sample_label_embeddings",
    "source_embeddings",
    "source_labels",
    "source_error",
    "target_error",
    "lipschitz",
)
# An array may be as large as an archive of pictures; labels in the order of their classes pack to nothing.
ARRAY_LIMITS = replace(
    DEFAULT_LIMITS,
    max_entry_bytes=DEFAULT_LIMITS.max_total_bytes,
    ratio_floor_bytes=DEFAULT_LIMITS.decoded_floor_bytes,
)
HINT = "Expected numpy.savez(path, embeddings=..., labels=...) without objects."
SHOWN_NAMES = 20


def load_arrays(path: Path, *, for_cache: bool = False) -> tuple[dict[str, NDArray[Any]], tuple[str, ...]]:
    """Read the arrays that metrics use.

    Parameters
    ----------
    path
        An ``.npz`` file with ``embeddings`` of shape (n, d), ``labels`` (n,) or ``targets`` (n,) or (n, k),
        and optionally the inputs of some metrics: ``source_logits`` or ``source_probs`` (n, z);
        ``reference_embeddings`` (m, d); ``label_embeddings`` (k, c, e) or ``sample_label_embeddings``
        (k, n, e); ``source_embeddings`` (m, d), ``source_labels`` (m,) or (m, c), and the numbers
        ``source_error``, ``target_error``, ``lipschitz``.
    for_cache
        Whether to read those that a feature cache uses too.

    Returns
    -------
    arrays, ignored
        The arrays by name, and the names of arrays that neither a metric nor a feature cache uses.

    Raises
    ------
    InputError
        If the file cannot be read, holds pickled objects, or has no ``embeddings``.
    """
    if not path.is_file():
        raise InputError(f"There is no file {path}.", hint="Expected an .npz file of features.")
    if _is_single_array(path):
        raise InputError(f"{path} is a single array.", hint="Save with numpy.savez(path, embeddings=...).")
    try:
        listing = open_archive(path, path.name, ARRAY_LIMITS)
        named = {entry.name.removesuffix(".npy"): entry for entry in listing.entries}
        arrays = {
            name: read_array(entry.blob.read(), name)
            for name, entry in named.items()
            if name in ARRAY_NAMES or (for_cache and name.startswith(CACHE_ARRAYS))
        }
    except InputError as error:
        raise InputError(f"{path} cannot be read as .npz: {error.message.rstrip('.')}.", hint=HINT) from error
    lost = [
        f"{one.name!r} ({one.reason})"
        for one in listing.left_out
        if one.name.removesuffix(".npy") in ARRAY_NAMES
    ]
    if lost:
        raise InputError(f"{path} cannot be read as .npz: {', '.join(lost)}.", hint=HINT)
    if "embeddings" not in arrays:
        raise InputError(
            f"{path} has no array 'embeddings' (found: {_list_names(named)}).",
            hint=f"Name the arrays {', '.join(ARRAY_NAMES)}.",
        )
    ignored = [name for name in named if name not in ARRAY_NAMES and not name.startswith(CACHE_ARRAYS)]
    return arrays, tuple(ignored)


def _is_single_array(path: Path) -> bool:
    """Whether a file is one of ``numpy.save``."""
    try:
        with path.open("rb") as content:
            return content.read(len(NPY_MAGIC)) == NPY_MAGIC
    except OSError as error:
        raise InputError(f"{path} cannot be read as .npz: {error.strerror}.", hint=HINT) from error


def _list_names(names: Collection[str]) -> str:
    """List the first names of arrays."""
    more = f" and {len(names) - SHOWN_NAMES:,} more" if len(names) > SHOWN_NAMES else ""
    return ", ".join(list(names)[:SHOWN_NAMES]) + more if names else "nothing"
