"""Samples -> folds: every class in every fold as far as it goes, no group in two."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import InputError

__all__ = ["assign_folds", "quantile_strata"]


def assign_folds(
    strata: NDArray[np.int64], n_folds: int, *, groups: Sequence[str] = (), seed: int
) -> NDArray[np.int64]:
    """Assign each sample to a fold, so that folds are alike in size and in their classes.

    Parameters
    ----------
    strata
        Array of shape (n_samples,), codes from 0 up: the class of each sample.
    n_folds
        Number of folds, at least 2; fewer are made where there are fewer samples or groups.
    groups
        What each sample belongs to; samples of one group go to one fold. Empty for no groups.
    seed
        Seed of the order in which samples or groups are dealt out.

    Returns
    -------
    NDArray
        int64 array of shape (n_samples,): folds, counted from 0.

    Raises
    ------
    InputError
        Fewer than two samples, or a single group.
    """
    names, members = np.unique(
        np.asarray(groups) if len(groups) else np.arange(len(strata)), return_inverse=True
    )
    n_folds = min(n_folds, len(names))
    if n_folds < 2:
        what = f"one group, {str(names[0])!r}" if len(groups) else f"{len(strata)} sample"
        raise InputError(
            f"Expected at least two groups or samples to hold some of them out, got {what}.",
            hint="Add samples, or name no group column.",
        )
    rng = np.random.default_rng(seed)
    if not len(groups):
        return _deal(strata, n_folds, rng)
    counts = np.zeros((len(names), int(strata.max()) + 1))
    np.add.at(counts, (members, strata), 1)
    return _place(counts, n_folds, rng)[members]


def quantile_strata(targets: NDArray[np.float64], n_strata: int = 5) -> NDArray[np.int64]:
    """Strata of real targets: which fifth of the samples each lies in.

    Parameters
    ----------
    targets
        Array of shape (n_samples,).
    n_strata
        Number of strata.

    Returns
    -------
    NDArray
        int64 array of shape (n_samples,).
    """
    places = np.argsort(np.argsort(targets, kind="stable"), kind="stable")
    return np.asarray(places * n_strata // max(len(targets), 1), dtype=np.int64)


def _deal(strata: NDArray[np.int64], n_folds: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Deal the samples of each class out in turn, the next class where the last one ended."""
    folds = np.empty(len(strata), dtype=np.int64)
    order = rng.permutation(len(strata))
    order = order[np.argsort(strata[order], kind="stable")]
    folds[order] = np.arange(len(strata)) % n_folds
    return folds


def _place(counts: NDArray[np.float64], n_folds: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Place groups, the large ones first, each where classes are then spread most evenly.

    Parameters
    ----------
    counts
        Array of shape (n_groups, n_classes): samples of each class in each group.
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
