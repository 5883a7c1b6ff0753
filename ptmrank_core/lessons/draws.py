"""Random numbers of which more can be asked for without changing those that are there."""

from __future__ import annotations

from enum import IntEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["COLUMNS", "Stream", "draw_normals", "generator"]

Array: TypeAlias = NDArray[np.float64]
ROWS, COLUMNS = 256, 32  # drawn at once


class Stream(IntEnum):
    """What is drawn; numbers of one stream depend on no other."""

    PLANE = 0
    HIDDEN = 1
    NOISE = 2
    LABELS = 3
    NEW_LABELS = 4
    HEAD = 5
    REFERENCE = 6
    SOURCE = 7
    NETWORK = 8


def generator(seed: int, *stream: int) -> np.random.Generator:
    """Make the generator of a stream."""
    return np.random.default_rng([seed, *stream])


def draw_normals(
    seed: int, stream: tuple[int, ...], n_rows: int, n_columns: int, *, block: int = COLUMNS
) -> Array:
    """Return the upper left corner of an endless table of standard normal numbers.

    Parameters
    ----------
    seed, stream
        Which table.
    n_rows, n_columns
        How much of it: more rows or columns leave the others as they were.
    block
        Columns that are drawn at once; another number gives another table.

    Returns
    -------
    ndarray of float64
        Shape (n_rows, n_columns).
    """
    table = np.empty((n_rows, n_columns))
    for top in range(0, n_rows, ROWS):
        for left in range(0, n_columns, block):
            tile = generator(seed, *stream, top, left).standard_normal((ROWS, block))
            part = table[top : top + ROWS, left : left + block]
            part[:] = tile[: part.shape[0], : part.shape[1]]
    return table
