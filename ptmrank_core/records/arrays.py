"""Arrays in records are read-only."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["FloatArray", "PackedArray", "freeze", "pack_array"]

FloatArray: TypeAlias = NDArray[np.float32]


def freeze(record: object, name: str, array: NDArray[Any]) -> None:
    """Replace an array field of a frozen record by a read-only copy-free view of it."""
    view = array.view()
    view.setflags(write=False)
    object.__setattr__(record, name, view)


@dataclass(frozen=True, slots=True)
class PackedArray:
    """An array as plain JSON types: its numbers in base64, a third of what digits would take.

    Parameters
    ----------
    dtype
        ``"<f4"`` or ``"<i4"``.
    shape
        Length of each axis.
    base64
        The numbers, in C order.
    """

    dtype: str
    shape: tuple[int, ...]
    base64: str

    def unpack(self) -> NDArray[Any]:
        """Read the array; it is read-only."""
        return np.frombuffer(b64decode(self.base64), dtype=self.dtype).reshape(self.shape)


def pack_array(array: NDArray[Any]) -> PackedArray:
    """Pack an array: floats become float32 and integers int32, little-endian."""
    dtype = "<f4" if array.dtype.kind == "f" else "<i4"
    data = b64encode(np.ascontiguousarray(array, dtype=dtype).tobytes()).decode("ascii")
    return PackedArray(dtype, array.shape, data)
