"""Permutations of the labels, for controls in which labels carry no information."""

from __future__ import annotations

import numpy as np

from ptmrank_core.records import Samples
from ptmrank_core.sampling.strata import Indices
from ptmrank_core.sampling.units import units_of_samples

__all__ = ["permuted_rows"]


def permuted_rows(samples: Samples, n_permutations: int = 1, *, seed: int) -> list[Indices]:
    """Permute samples, so that each gets the labels of another one, with groups kept together.

    Parameters
    ----------
    samples
        n samples.
    n_permutations
        Number of permutations; more of them begin with the same ones.
    seed
        Seed of the permutations.

    Returns
    -------
    list of ndarray of int64
        Of shape (n,): the sample whose labels each sample gets. Where all samples of a group have the same
        label, whole groups exchange labels (and classes change their sizes where groups differ in size);
        elsewhere labels are exchanged within groups.
    """
    rng = np.random.default_rng(seed)
    if not samples.groups:
        return [rng.permutation(samples.n_samples) for _ in range(n_permutations)]
    unit_of = units_of_samples(samples).unit_of
    by_group = np.argsort(unit_of, kind="stable")
    members = np.split(by_group, np.cumsum(np.bincount(unit_of))[:-1])
    if all((samples.labels[rows] == samples.labels[rows[0]]).all() for rows in members):
        first = np.array([rows[0] for rows in members])
        return [first[rng.permutation(len(members))][unit_of] for _ in range(n_permutations)]
    return [_within(members, samples.n_samples, rng) for _ in range(n_permutations)]


def _within(members: list[Indices], n_samples: int, rng: np.random.Generator) -> Indices:
    """Exchange the samples of each group among themselves."""
    permuted = np.empty(n_samples, dtype=np.int64)
    for rows in members:
        permuted[rows] = rng.permutation(rows)
    return permuted
