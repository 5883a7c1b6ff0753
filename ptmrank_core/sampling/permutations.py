"""Permutations of the labels: what scores look like where labels mean nothing."""

from __future__ import annotations

import numpy as np

from ptmrank_core.records import Samples
from ptmrank_core.sampling.strata import Indices
from ptmrank_core.sampling.units import units_of_samples

__all__ = ["permuted_rows"]


def permuted_rows(samples: Samples, n_permutations: int = 1, *, seed: int) -> list[Indices]:
    """Tell whose labels each sample gets where labels mean nothing.

    Parameters
    ----------
    samples
        n samples.
    n_permutations
        How many; more of them begin with the same ones.
    seed
        Seed of the permutations.

    Returns
    -------
    list of ndarray of int64
        Of shape (n,), indices of samples. Where all samples of a group share their label, whole groups
        exchange labels (classes then change their sizes where groups are of several sizes); where they do
        not, labels are exchanged within groups: either way what belongs together stays together.
    """
    rng = np.random.default_rng(seed)
    if not samples.groups:
        return [rng.permutation(samples.n_samples) for _ in range(n_permutations)]
    unit_of = units_of_samples(samples).unit_of
    by_group = np.argsort(unit_of, kind="stable")
    members = np.split(by_group, np.cumsum(np.bincount(unit_of))[:-1])
    if all((samples.labels[own] == samples.labels[own[0]]).all() for own in members):
        first = np.array([own[0] for own in members])
        return [first[rng.permutation(len(members))][unit_of] for _ in range(n_permutations)]
    return [_within(members, samples.n_samples, rng) for _ in range(n_permutations)]


def _within(members: list[Indices], n_samples: int, rng: np.random.Generator) -> Indices:
    """Exchange the samples of each group among themselves."""
    rows = np.empty(n_samples, dtype=np.int64)
    for own in members:
        rows[own] = rng.permutation(own)
    return rows
