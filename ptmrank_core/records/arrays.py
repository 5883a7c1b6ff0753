"""Arrays in records: making them read-only, selecting rows, encoding as text."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["SAMPLE_ARRAYS", "FloatArray", "PackedArray", "freeze", "pack_array", "take_rows"]

FloatArray: TypeAlias = NDArray[np.float32]

# Axis along which the samples lie in each input of a metric; all other inputs belong to auxiliary sets or
# to classes.
SAMPLE_ARRAYS: Mapping[str, int] = MappingProxyType(
    {
        "embeddings": 0,
        "labels": 0,
        "targets": 0,
        "source_logits": 0,
        "source_probs": 0,
        "sample_label_embeddings": 1,
    }
)


def freeze(record: object, name: str, array: NDArray[Any]) -> None:
    """Replace an array field of a frozen record by a read-only view of it, without a copy."""
    view = array.view()
    view.setflags(write=False)
    object.__setattr__(record, name, view)


def take_rows(arrays: Mapping[str, Any], rows: NDArray[np.int64]) -> dict[str, Any]:
    """Select samples in the arrays of one model; arrays without an axis of samples stay unchanged.

    Parameters
    ----------
    arrays
        Arrays by the names that metrics use; ``None`` for a missing one.
    rows
        Indices of the selected samples.
    """
    taken = dict(arrays)
    for name, axis in SAMPLE_ARRAYS.items():
        if taken.get(name) is not None:
            values = np.asarray(taken[name])
            taken[name] = values[rows] if axis == 0 else values[:, rows]
    return taken


@dataclass(frozen=True, slots=True)
class PackedArray:
    """An array as plain JSON types: its numbers in base64, a third of the size of decimal digits.

    Parameters
    ----------
    dtype
        ``"<f4"`` or ``"<i4"``; where the array is packed small, ``"<f2"`` or ``"<i2"``.
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


def pack_array(array: NDArray[Any], *, small: bool = False) -> PackedArray:
    """Pack an array: floats become float32 and integers int32, little-endian; half of that where small."""
    dtype = ("<f2" if small else "<f4") if array.dtype.kind == "f" else ("<i2" if small else "<i4")
    data = b64encode(np.ascontiguousarray(array, dtype=dtype).tobytes()).decode("ascii")
    return PackedArray(dtype, array.shape, data)
