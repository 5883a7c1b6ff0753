"""A part of the samples in the place of all: stratified, groups whole, always the same."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace

import numpy as np

from ptmrank_core.data.labels.targets import MIN_NUMBERS
from ptmrank_core.errors import InputError
from ptmrank_core.records import Samples
from ptmrank_core.sampling import Indices, nested_order, units_of_samples

__all__ = ["subsample"]

SEED = 0
MIN_SAMPLES = 4  # two classes of two samples
OF_EACH_CLASS = 2


def subsample(samples: Samples, max_samples: int | None) -> Samples:
    """Take a part of the samples: the same share of every class (or fifth of the numbers), groups whole.

    The draw has a fixed seed, so the same source and the same number give the same part, here and on the
    command line, and a smaller part lies within a larger one.

    Parameters
    ----------
    samples
        n samples.
    max_samples
        The most that are taken; ``None`` for all. Of every class two are taken all the same, or whole groups
        that hold two, so the part may be larger; a note says how large it is.

    Returns
    -------
    Samples
        In their order; the same where there are no more.

    Raises
    ------
    InputError
        If fewer than four are asked for.
    """
    if max_samples is None:
        return samples
    if max_samples < MIN_SAMPLES:
        raise InputError(
            f"At most {max_samples} samples were asked for; expected {MIN_SAMPLES} or more.",
            hint="Two classes of two samples are the least that can be ranked on.",
        )
    if max_samples >= samples.n_samples:
        return samples
    rows = _draw(samples, max_samples)
    groups = ", groups whole" if samples.groups else ""
    note = (
        f"{len(rows):,} of {samples.n_samples:,} samples are used: the same share of each class{groups}, "
        "drawn once and the same every time."
    )
    if samples.target_kind == "regression":
        note = note.replace("each class", "small and large numbers")
    return replace(samples.take(rows), notes=(*samples.notes, note))


def _draw(samples: Samples, max_samples: int) -> Indices:
    """Find the largest part within the number, or the smallest that has enough of every class."""
    order = nested_order(units_of_samples(samples), minimum=OF_EACH_CLASS, seed=SEED)
    rows = order.at_most(max_samples)
    if _is_enough(samples, rows):
        return rows
    n_enough = bisect_left(order.ends, x=True, key=lambda n: _is_enough(samples, order.first(n)))
    return order.first(order.ends[min(n_enough, len(order.ends) - 1)])


def _is_enough(samples: Samples, rows: Indices) -> bool:
    """Whether a part can be ranked on as all samples can."""
    labels = samples.labels[rows]
    if samples.target_kind == "classification":
        counts = np.bincount(labels, minlength=len(samples.class_names))
        return bool((counts >= OF_EACH_CLASS).all())
    columns = labels.reshape(len(rows), -1)
    if samples.target_kind == "regression":
        return all(len(np.unique(column)) >= MIN_NUMBERS for column in columns.T)
    having = columns.sum(axis=0)
    return bool((np.minimum(having, len(rows) - having) >= OF_EACH_CLASS).all())
