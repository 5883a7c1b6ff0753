"""Folds: even in size and classes, groups whole."""

from __future__ import annotations

import numpy as np

from ptmrank_core.sampling import assign_folds, units_of


def test_a_group_is_never_split() -> None:
    """Samples of one speaker are all in one fold, and folds stay even in size and classes."""
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 20, 200).astype(str).tolist()
    labels = rng.integers(0, 3, 200)
    folds = assign_folds(units_of(labels, "classification", groups), 5, seed=0)
    assert all(len(set(folds[np.array(groups) == name].tolist())) == 1 for name in set(groups))
    assert np.bincount(folds).min() >= 25
    assert all(set(folds[labels == label].tolist()) == set(range(5)) for label in range(3))


def test_folds_of_classes_are_even() -> None:
    """Without groups each class is spread over the folds to within one sample, and so are all."""
    labels = np.repeat([0, 1, 2], [11, 24, 7])
    folds = assign_folds(units_of(labels, "classification"), 5, seed=0)
    assert np.ptp(np.bincount(folds)) <= 1
    assert all(np.ptp(np.bincount(folds[labels == label], minlength=5)) <= 1 for label in range(3))


def test_a_rare_label_is_in_every_fold() -> None:
    """Five samples with a label that few have are one in each fold, whatever other labels they have."""
    rng = np.random.default_rng(0)
    labels = (rng.random((100, 4)) < 0.5).astype(float)
    labels[:, 3] = 0
    labels[rng.permutation(100)[:5], 3] = 1
    folds = assign_folds(units_of(labels, "multilabel"), 5, seed=0)
    assert sorted(folds[labels[:, 3] > 0].tolist()) == [0, 1, 2, 3, 4]
