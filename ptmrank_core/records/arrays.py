"""Arrays in records are read-only."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["FloatArray", "freeze"]

FloatArray: TypeAlias = NDArray[np.float32]


def freeze(record: object, name: str, array: NDArray[Any]) -> None:
    """Replace an array field of a frozen record by a read-only copy-free view of it."""
    view = array.view()
    view.setflags(write=False)
    object.__setattr__(record, name, view)
