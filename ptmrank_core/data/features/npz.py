"""Ready-made features: the named arrays of an ``.npz`` file, read without unpickling."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import InputError

__all__ = ["ARRAY_NAMES", "load_arrays"]

NPY_MAGIC = b"\x93NUMPY"
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


def load_arrays(path: Path) -> tuple[dict[str, NDArray[Any]], tuple[str, ...]]:
    """Read the arrays that metrics use.

    Parameters
    ----------
    path
        An ``.npz`` file with ``embeddings`` of shape (n, d), ``labels`` (n,) or ``targets`` (n,) or (n, k),
        and optionally the inputs of some metrics: ``source_logits`` or ``source_probs`` (n, z);
        ``reference_embeddings`` (m, d); ``label_embeddings`` (k, c, e) or ``sample_label_embeddings``
        (k, n, e); ``source_embeddings`` (m, d), ``source_labels`` (m,) or (m, c), and the numbers
        ``source_error``, ``target_error``, ``lipschitz``.

    Returns
    -------
    arrays, ignored
        The arrays by name, and the names of arrays that no metric uses.

    Raises
    ------
    InputError
        If the file cannot be read, holds pickled objects, or has no ``embeddings``.
    """
    if not path.is_file():
        raise InputError(f"There is no file {path}.", hint="Expected an .npz file of features.")
    try:
        file = _open(path)
        if not isinstance(file, np.lib.npyio.NpzFile):
            raise InputError(
                f"{path} is a single array.", hint="Save with numpy.savez(path, embeddings=...)."
            )
        with file:
            names = list(file.files)
            arrays = {name: file[name] for name in names if name in ARRAY_NAMES}
    except (OSError, ValueError, zipfile.BadZipFile, EOFError) as error:
        raise InputError(
            f"{path} cannot be read as .npz: {error}.",
            hint="Expected numpy.savez(path, embeddings=..., labels=...) without objects.",
        ) from error
    if "embeddings" not in arrays:
        raise InputError(
            f"{path} has no array 'embeddings' (found: {', '.join(names) or 'nothing'}).",
            hint=f"Name the arrays {', '.join(ARRAY_NAMES)}.",
        )
    return arrays, tuple(name for name in names if name not in ARRAY_NAMES)


def _open(path: Path) -> Any:
    """Open a file of ``numpy.savez`` or ``numpy.save``; numpy takes every other file for a pickle."""
    with path.open("rb") as content:
        is_single_array = content.read(len(NPY_MAGIC)) == NPY_MAGIC
    if not (is_single_array or zipfile.is_zipfile(path)):
        raise zipfile.BadZipFile("it is neither an archive nor an array of NumPy")
    return np.load(path, allow_pickle=False)
