"""Samples -> folds: every class in every fold as far as it goes, no group in two."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import InputError
from ptmrank_core.sampling.strata import Indices
from ptmrank_core.sampling.units import Units

__all__ = ["assign_folds"]


def assign_folds(units: Units, n_folds: int, *, seed: int) -> Indices:
    """Assign each sample to a fold, so that folds are alike in size and in their strata.

    Parameters
    ----------
    units
        What goes to one fold as a whole.
    n_folds
        Number of folds, at least 2; fewer are made where there are fewer units.
    seed
        Seed of the order in which units are dealt out.

    Returns
    -------
    ndarray of int64
        Shape (n_samples,): folds, counted from 0.

    Raises
    ------
    InputError
        Fewer than two samples, or a single group.
    """
    n_folds = min(n_folds, units.n_units)
    if n_folds < 2:
        names = units.group_names
        what = f"one group, {names[0]!r}" if names else f"{units.n_samples} sample"
        raise InputError(
            f"Expected at least two groups or samples to hold some of them out, got {what}.",
            hint="Add samples, or name no group column.",
        )
    rng = np.random.default_rng(seed)
    if not units.group_names:
        return _deal(units.strata, n_folds, rng)
    return _place(units.counts, n_folds, rng)[units.unit_of]


def _deal(strata: Indices, n_folds: int, rng: np.random.Generator) -> Indices:
    """Deal the samples of each stratum out in turn, the next stratum where the last one ended."""
    folds = np.empty(len(strata), dtype=np.int64)
    order = rng.permutation(len(strata))
    order = order[np.argsort(strata[order], kind="stable")]
    folds[order] = np.arange(len(strata)) % n_folds
    return folds


def _place(counts: NDArray[np.int64], n_folds: int, rng: np.random.Generator) -> Indices:
    """Place groups, the large ones first, each where strata are then spread most evenly.

    Parameters
    ----------
    counts
        Array of shape (n_groups, n_strata): samples of each stratum in each group.
    """
    share = counts / np.maximum(counts.sum(axis=0), 1)
    shuffled = rng.permutation(len(counts))
    filled = np.zeros((n_folds, counts.shape[1]))
    folds = np.empty(len(counts), dtype=np.int64)
    for place, group in enumerate(shuffled[np.argsort(-counts[shuffled].sum(axis=1), kind="stable")]):
        # Every fold gets one group before any gets a second: none stays empty.
        open_folds = np.flatnonzero(filled.sum(axis=1) == 0) if place < n_folds else np.arange(n_folds)
        # Of the sum of squares over folds, what the group would add to each of them.
        added = ((2 * filled[open_folds] + share[group]) * share[group]).sum(axis=1)
        fold = open_folds[int(np.argmin(added))]
        filled[fold] += share[group]
        folds[group] = fold
    return folds
