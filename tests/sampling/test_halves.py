"""Which rows a half-sample holds."""

from __future__ import annotations

import numpy as np
import pytest

from ptmrank_core.errors import InputError
from ptmrank_core.sampling import draw_halves, units_of


def test_every_class_is_halved() -> None:
    """Each half holds half of every class, odd ones rounded to either side, and no row twice."""
    labels = np.repeat([0, 1, 2], [20, 11, 5])
    halves = draw_halves(units_of(labels, "classification"), n_halves=60, seed=1)
    counts = np.array([np.bincount(labels[rows], minlength=3) for rows in halves.rows])
    assert (counts[:, 0] == 10).all()
    assert set(counts[:, 1]) == {5, 6}
    assert set(counts[:, 2]) == {2, 3}
    assert set(counts.sum(axis=1)) == {18}
    assert all(len(set(rows.tolist())) == len(rows) and (np.diff(rows) > 0).all() for rows in halves.rows)
    assert halves.notes == ()


def test_every_sample_is_as_likely() -> None:
    """Over many halves each sample is in about half of them: none is favoured by its place."""
    halves = draw_halves(units_of(np.arange(60) % 3, "classification"), n_halves=2000, seed=0)
    share = np.bincount(np.concatenate(halves.rows), minlength=60) / 2000
    assert np.abs(share - 0.5).max() < 4.5 * np.sqrt(0.25 / 2000)


def test_the_seed_decides() -> None:
    """The same seed gives the same rows, another seed others."""
    labels = np.arange(40) % 2
    drawn = [
        np.concatenate(draw_halves(units_of(labels, "classification"), n_halves=5, seed=seed).rows)
        for seed in (3, 3, 4)
    ]
    assert (drawn[0] == drawn[1]).all()
    assert (drawn[0] != drawn[2]).any()


def test_a_small_class_is_kept_whole() -> None:
    """A class of three is in every half with all its samples, and a note counts them."""
    labels = np.repeat([0, 1], [20, 3])
    halves = draw_halves(units_of(labels, "classification"), n_halves=20, seed=0)
    assert all((labels[rows] == 1).sum() == 3 for rows in halves.rows)
    assert "3 of 23 samples" in halves.notes[0]


def test_nothing_to_halve_is_an_error() -> None:
    """Classes of two or three samples alone give no half-samples, and the message says what it takes."""
    with pytest.raises(InputError, match="No class is large enough") as error:
        draw_halves(units_of(np.array([0, 0, 1, 1, 1]), "classification"), n_halves=10, seed=0)
    assert "takes 4" in error.value.hint


def test_a_regression_is_halved_by_fifths() -> None:
    """Each fifth of the target, by size, gives half of its samples."""
    targets = np.random.default_rng(0).permutation(np.arange(50.0)) ** 3
    halves = draw_halves(units_of(targets, "regression"), n_halves=20, seed=0)
    fifth = np.argsort(np.argsort(targets)) // 10
    assert all((np.bincount(fifth[rows]) == 5).all() for rows in halves.rows)


def test_several_targets_count_alike() -> None:
    """Targets of very different units decide together: halves are even in the mean of both."""
    rng = np.random.default_rng(0)
    targets = np.stack([rng.normal(size=40), 1e6 * rng.normal(size=40)], axis=1)
    standard = ((targets - targets.mean(axis=0)) / targets.std(axis=0)).mean(axis=1)
    fifth = np.argsort(np.argsort(standard)) // 8
    halves = draw_halves(units_of(targets, "regression"), n_halves=10, seed=0)
    assert all((np.bincount(fifth[rows]) == 4).all() for rows in halves.rows)


def test_labels_of_many_are_halved_by_their_rarest() -> None:
    """The samples with a rare label are halved among themselves, so that no half is without it."""
    labels = np.zeros((40, 3))
    labels[:30, 0] = 1
    labels[20:38, 1] = 1
    labels[:6, 2] = 1
    halves = draw_halves(units_of(labels, "multilabel"), n_halves=20, seed=0)
    assert all(labels[rows, 2].sum() == 3 for rows in halves.rows)


def test_a_group_is_never_split() -> None:
    """All samples of a group are in a half or none is; half of each class's groups are."""
    labels = np.repeat([0, 0, 0, 0, 1, 1, 1, 1], 5)
    groups = [f"g{i // 5}" for i in range(40)]
    halves = draw_halves(units_of(labels, "classification", groups), n_halves=30, seed=0)
    for rows in halves.rows:
        counts = np.bincount(rows // 5, minlength=8)
        assert set(counts) == {0, 5}
        assert (counts[:4] == 5).sum() == (counts[4:] == 5).sum() == 2
    assert "8 groups" in halves.notes[0]


def test_a_class_of_one_group_is_kept_whole() -> None:
    """The only group that holds a class is in every half, which the note counts."""
    labels = np.repeat([0, 0, 0, 0, 1], 4)
    groups = [f"g{i // 4}" for i in range(20)]
    halves = draw_halves(units_of(labels, "classification", groups), n_halves=10, seed=0)
    assert all((labels[rows] == 1).sum() == 4 for rows in halves.rows)
    assert "4 of 20 samples" in halves.notes[0]


def test_groups_of_several_classes_never_lose_one() -> None:
    """Where classes are mixed within groups, every half still has two samples of each class."""
    rng = np.random.default_rng(0)
    labels = np.concatenate([rng.integers(3, size=60), [3, 3, 3, 3]])
    groups = [f"g{i % 12}" for i in range(64)]
    halves = draw_halves(units_of(labels, "classification", groups), n_halves=50, seed=0)
    assert all((np.bincount(labels[rows], minlength=4) >= 2).all() for rows in halves.rows)
