"""Rows of different lengths -> one array for each input. Needs neither torch nor transformers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["stack_padded"]


def stack_padded(
    rows: Sequence[Mapping[str, NDArray[Any]]],
    pad_values: Mapping[str, float],
    side: Literal["left", "right"],
) -> tuple[dict[str, NDArray[Any]], list[int]]:
    """Stack rows, padding the first axis of each input to the longest.

    Parameters
    ----------
    rows
        Inputs of the model by name, without a batch axis.
    pad_values
        Padding value by input; 0 for inputs that are not named.
    side
        Where padding goes.

    Returns
    -------
    inputs : dict
        Arrays of shape (rows, longest, ...).
    offsets : list of int
        Where each row begins: 0 unless it was padded on the left.
    """
    inputs = {}
    offsets = [0] * len(rows)
    for name in rows[0]:
        arrays = [row[name] for row in rows]
        lengths = [len(array) for array in arrays]
        longest = max(lengths)
        if min(lengths) == longest:
            inputs[name] = np.stack(arrays)
            continue
        starts = [longest - length if side == "left" else 0 for length in lengths]
        shape = (len(rows), longest, *arrays[0].shape[1:])
        stacked = np.full(shape, pad_values.get(name, 0), dtype=arrays[0].dtype)
        for index, (array, start) in enumerate(zip(arrays, starts, strict=True)):
            stacked[index, start : start + len(array)] = array
        inputs[name] = stacked
        offsets = starts
    return inputs, offsets
