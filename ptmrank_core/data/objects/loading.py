"""Whatever a script has in memory -> Samples."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ptmrank_core.data.objects.arrays import is_bunch, samples_of_arrays, samples_of_bunch
from ptmrank_core.data.objects.frames import (
    is_frame,
    samples_of_frame,
    samples_of_mapping,
    samples_of_rows,
)
from ptmrank_core.data.objects.hub_datasets import is_hub_dataset, samples_of_hub_dataset
from ptmrank_core.data.objects.options import ObjectReading
from ptmrank_core.data.objects.pairs import class_names_of, samples_of_pairs
from ptmrank_core.data.sources.limits import DEFAULT_LIMITS, Limits
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import Samples

__all__ = ["load_objects"]

EXPECTED = (
    "Expected a datasets.Dataset or DatasetDict, a data frame, (X, y), a Bunch of scikit-learn, a list of "
    "pairs of a sample and its label, or a data set of torch that gives such pairs."
)
AS_IT_IS = ObjectReading()


def load_objects(data: Any, wanted: ObjectReading = AS_IT_IS, *, limits: Limits = DEFAULT_LIMITS) -> Samples:
    """Make samples of what a script has in memory.

    Parameters
    ----------
    data
        A ``Dataset`` or ``DatasetDict`` of ``datasets``; a data frame; columns by their names, or a list of
        dictionaries; ``(X, y)``; a Bunch of scikit-learn; pairs of a sample and its label, in a list or from
        a data set of torch.
    wanted
        What the user said about it.
    limits
        Bounds on what is read.

    Returns
    -------
    Samples
        In their order. The content is in memory and has a digest, so that features are cached and a run can
        be resumed by the same call.

    Raises
    ------
    UnknownNameError
        If a column or a split was named that is not there.
    SamplesError
        If it is none of these, it can be read in several ways, or too few samples are left.
    """
    if isinstance(data, str | os.PathLike) or data is None:
        raise SamplesError(f"{data!r} is no object with samples.", hint=EXPECTED)
    if is_hub_dataset(data):
        return samples_of_hub_dataset(data, wanted, limits)
    if is_frame(data):
        return samples_of_frame(data, wanted, limits)
    if is_bunch(data):
        return samples_of_bunch(data, wanted, limits)
    if isinstance(data, Mapping):
        return samples_of_mapping(data, wanted, limits)
    if isinstance(data, tuple) and len(data) == 2:
        if all(isinstance(part, tuple) and len(part) == 2 and hasattr(part[0], "shape") for part in data):
            raise SamplesError(
                "Two pairs (X, y) were given: training and test data, most likely.",
                hint="Give one of them: data[0].",
            )
        return samples_of_arrays(*data, wanted, limits)
    if isinstance(data, np.ndarray) or hasattr(data, "detach"):
        raise SamplesError(f"An array of shape {tuple(data.shape)} has no labels.", hint="Give both: (X, y).")
    return _of_entries(data, wanted, limits)


def _of_entries(data: Any, wanted: ObjectReading, limits: Limits) -> Samples:
    """Make samples of entries: pairs, or dictionaries."""
    is_indexed = hasattr(data, "__getitem__") and hasattr(data, "__len__")
    if not is_indexed and not isinstance(data, Iterable):
        raise SamplesError(f"A {type(data).__name__} cannot be read as samples.", hint=EXPECTED)
    # A data set of torch need not say where it ends: it is indexed.
    is_listed = isinstance(data, list | tuple) or not is_indexed
    entries = data if is_listed else (data[index] for index in range(len(data)))
    listed = list(entries)
    if listed and all(isinstance(entry, Mapping) for entry in listed):
        return samples_of_rows(listed, wanted, limits)
    name = "the list" if is_listed else "the data set"
    return samples_of_pairs(listed, wanted, limits, name=name, class_names=class_names_of(data))
