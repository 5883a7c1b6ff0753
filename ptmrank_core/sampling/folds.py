"""Folds of cross-validation: stratified, no group in two of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import InputError
from ptmrank_core.sampling.strata import Indices
from ptmrank_core.sampling.units import Units

__all__ = ["assign_folds"]


def assign_folds(units: Units, n_folds: int, *, seed: int) -> Indices:
    """Assign each sample to a fold, so that folds have about the same size and the same strata.

    Parameters
    ----------
    units
        Units of the samples; each goes to one fold.
    n_folds
        Number of folds, at least 2; fewer are made where there are fewer units.
    seed
        Seed of the order in which units are assigned.

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
        return _assign_samples(units.strata, n_folds, rng)
    return _assign_groups(units.counts, n_folds, rng)[units.unit_of]


def _assign_samples(strata: Indices, n_folds: int, rng: np.random.Generator) -> Indices:
    """Assign the samples of each stratum to the folds in turn, each stratum from where the last one ended."""
    folds = np.empty(len(strata), dtype=np.int64)
    order = rng.permutation(len(strata))
    order = order[np.argsort(strata[order], kind="stable")]
    folds[order] = np.arange(len(strata)) % n_folds
    return folds


def _assign_groups(counts: NDArray[np.int64], n_folds: int, rng: np.random.Generator) -> Indices:
    """Assign groups to folds, large ones first, each to where strata are then spread most evenly.

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
