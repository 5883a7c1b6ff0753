"""Permutations of labels, within groups or of whole groups."""

from __future__ import annotations

import numpy as np

from ptmrank_core.sampling import permuted_rows
from tests.sampling.making import samples_of


def test_a_permutation_exchanges_labels() -> None:
    """Without groups every label is given away once, and most samples get another one."""
    samples = samples_of(np.arange(600) % 10)
    [rows] = permuted_rows(samples, seed=1)
    assert sorted(rows.tolist()) == list(range(600))
    assert np.mean(samples.labels[rows] == samples.labels) < 0.2


def test_groups_of_one_label_exchange_labels_as_a_whole() -> None:
    """A group keeps one label after the permutation."""
    samples = samples_of(np.array([0, 0, 1, 1, 2, 2, 3, 3]), groups=list("aabbccdd"))
    changed = samples.labels[permuted_rows(samples, seed=2)[0]]
    assert sorted(changed.tolist()) == [0, 0, 1, 1, 2, 2, 3, 3]
    assert (changed[::2] == changed[1::2]).all()
    assert changed.tolist() != samples.labels.tolist()


def test_groups_of_several_labels_exchange_within() -> None:
    """A speaker who said every word still says every word."""
    samples = samples_of(np.array([0, 1, 2, 0, 1, 2]), groups=list("aaabbb"))
    changed = samples.labels[permuted_rows(samples, seed=0)[0]]
    assert sorted(changed[:3].tolist()) == sorted(changed[3:].tolist()) == [0, 1, 2]


def test_two_seeds_share_no_permutation() -> None:
    """The permutations of one seed are not those of the next seed, one place further on."""
    samples = samples_of(np.arange(30) % 3)
    first, second = (permuted_rows(samples, 5, seed=seed) for seed in (0, 1))
    assert not {tuple(rows) for rows in first} & {tuple(rows) for rows in second}
