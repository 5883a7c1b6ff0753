"""Pairs of a sample and its target, in a list or from a data set of torch -> Samples."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ptmrank_core.data.objects.arrays import samples_of_numbers
from ptmrank_core.data.objects.gathering import LabelledValues, recognise_modality, samples_of_made
from ptmrank_core.data.objects.options import ObjectReading
from ptmrank_core.data.objects.targets import PAIRS_EXPECTED, write_targets
from ptmrank_core.data.objects.values import ValueReader, as_array, short
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import Samples

__all__ = ["class_names_of", "samples_of_pairs"]


def samples_of_pairs(
    pairs: Iterable[Any],
    wanted: ObjectReading,
    limits: Limits,
    *,
    name: str = "the list",
    class_names: Sequence[str] = (),
) -> Samples:
    """Make samples of pairs.

    Parameters
    ----------
    pairs
        Each sample and its target; a recording also as three values: waveform, sampling rate, target.
    wanted
        What the user said about them.
    limits
        Bounds on what is read.
    name
        What messages call them.
    class_names
        Names of the classes that integers number; empty where they are not known.

    Raises
    ------
    SamplesError
        If an entry is no pair, a target is not of the right kind, it is not clear what the samples are, or
        too few are left.
    """
    entries: Iterable[tuple[Any, Any]] = (
        _unpack(pair, number, name) for number, pair in enumerate(pairs, start=1)
    )
    if isinstance(pairs, list | tuple):
        entries = first = list(entries)
    else:
        entries = iter(entries)
        first = list(itertools.islice(entries, 1))  # it is costly to go through a data set twice
        entries = itertools.chain(first, entries)
    if first:
        wanted = recognise_modality((value for value, _ in first), wanted, limits, name)
    elif wanted.modality is None:
        wanted = wanted.of("text")  # there is nothing to recognise
    is_tabular = wanted.modality == "tabular"
    reader = ValueReader(wanted, limits, name)
    values, targets = [], []
    for number, (value, target) in enumerate(entries, start=1):
        values.append(value if is_tabular else reader.read(value, number))
        targets.append(target)
    labels = {"target": write_targets(targets, wanted, class_names)}
    if is_tabular:
        return samples_of_numbers(_stack(values, name), labels, wanted, limits)
    gathered = LabelledValues(name, (), labels, hint=PAIRS_EXPECTED)
    return samples_of_made(gathered, values, wanted)


def _unpack(pair: Any, number: int, name: str) -> tuple[Any, Any]:
    """Split an entry into the sample and its target."""
    if isinstance(pair, tuple | list) and len(pair) == 3 and isinstance(pair[1], int):
        waveform, rate, target = pair
        if as_array(waveform) is not None:
            return (waveform, rate), target
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise SamplesError(
            f"Entry {number} of {name} is {short(pair)}; expected a pair of a sample and its target.",
            hint=PAIRS_EXPECTED,
        )
    return pair[0], pair[1]


def _stack(values: Sequence[Any], name: str) -> Any:
    """Stack vectors into rows."""
    arrays = [as_array(value) for value in values]
    shapes = {None if array is None else array.shape for array in arrays}
    shape = shapes.pop() if len(shapes) == 1 else None
    if shape is None or len(shape) != 1:
        raise SamplesError(
            f"The entries of {name} are not all rows of as many numbers.",
            hint="Expected a vector of the same length for each sample.",
        )
    return np.stack([array for array in arrays if array is not None])


def class_names_of(dataset: Any) -> tuple[str, ...]:
    """Return the names of a data set's classes, where it or the one that it is a part of has any.

    Parameters
    ----------
    dataset
        A data set of torch or torchvision, or a part of one.
    """
    seen: list[Any] = []
    while dataset is not None and not any(dataset is one for one in seen):
        seen.append(dataset)
        classes = getattr(dataset, "classes", None)
        if isinstance(classes, Sequence | Mapping) and not isinstance(classes, str):
            return tuple(map(str, classes))
        dataset = getattr(dataset, "dataset", None)
    return ()
