"""Which rows a part of the samples holds."""

from __future__ import annotations

import numpy as np
import pytest

from ptmrank_core.errors import InputError
from ptmrank_core.sampling import draw_parts, units_of


def test_every_class_is_divided() -> None:
    """Each part holds three quarters of every class, rounded to either side, and no row twice."""
    labels = np.repeat([0, 1, 2], [20, 11, 5])
    parts = draw_parts(units_of(labels, "classification"), n_parts=60, seed=1)
    counts = np.array([np.bincount(labels[rows], minlength=3) for rows in parts.rows])
    assert (counts[:, 0] == 15).all()
    assert set(counts[:, 1]) == {8, 9}
    assert set(counts[:, 2]) == {3, 4}
    assert set(counts.sum(axis=1)) == {27}
    assert all(len(set(rows.tolist())) == len(rows) and (np.diff(rows) > 0).all() for rows in parts.rows)
    assert parts.notes == ()


def test_every_sample_is_as_likely() -> None:
    """Over many parts each sample is in about three quarters of them: none is favoured by its place."""
    parts = draw_parts(units_of(np.arange(60) % 3, "classification"), n_parts=2000, seed=0)
    share = np.bincount(np.concatenate(parts.rows), minlength=60) / 2000
    assert np.abs(share - 0.75).max() < 4.5 * np.sqrt(0.1875 / 2000)


def test_the_seed_decides() -> None:
    """The same seed gives the same rows, another seed others."""
    labels = np.arange(40) % 2
    drawn = [
        np.concatenate(draw_parts(units_of(labels, "classification"), n_parts=5, seed=seed).rows)
        for seed in (3, 3, 4)
    ]
    assert (drawn[0] == drawn[1]).all()
    assert (drawn[0] != drawn[2]).any()


def test_a_small_class_is_kept_whole() -> None:
    """A class of three is in every part with all its samples, and a note counts them."""
    labels = np.repeat([0, 1], [20, 3])
    parts = draw_parts(units_of(labels, "classification"), n_parts=20, seed=0)
    assert all((labels[rows] == 1).sum() == 3 for rows in parts.rows)
    assert "3 of 23 samples" in parts.notes[0]


@pytest.mark.parametrize(("sizes", "n_whole"), [([2, 3], 2), ([20, 3, 2], 2), ([30, 8, 3, 3, 3], 3)])
def test_most_classes_too_small_is_an_error(sizes: list[int], n_whole: int) -> None:
    """Where more than half of the classes would stand whole there are no parts; the message counts them."""
    labels = np.repeat(np.arange(len(sizes)), sizes)
    with pytest.raises(InputError, match=f"{n_whole} of {len(sizes)} classes cannot be divided") as error:
        draw_parts(units_of(labels, "classification"), n_parts=10, seed=0)
    assert "takes 4" in error.value.hint


def test_more_parts_begin_with_the_same() -> None:
    """Twenty parts are the first twenty of sixty: metrics with different numbers of parts share these."""
    units = units_of(np.arange(50) % 3, "classification")
    few, many = (draw_parts(units, n_parts=n, seed=5).rows for n in (20, 60))
    assert all((a == b).all() for a, b in zip(few, many, strict=False))


def test_a_regression_is_divided_by_fifths() -> None:
    """Each fifth of the target, by size, gives three quarters of its samples, up or down."""
    targets = np.random.default_rng(0).permutation(np.arange(50.0)) ** 3
    parts = draw_parts(units_of(targets, "regression"), n_parts=20, seed=0)
    fifth = np.argsort(np.argsort(targets)) // 10
    assert all(set(np.bincount(fifth[rows])) <= {7, 8} for rows in parts.rows)


def test_several_targets_count_alike() -> None:
    """Targets of very different units decide together: parts are even in the mean of both."""
    rng = np.random.default_rng(0)
    targets = np.stack([rng.normal(size=40), 1e6 * rng.normal(size=40)], axis=1)
    standard = ((targets - targets.mean(axis=0)) / targets.std(axis=0)).mean(axis=1)
    fifth = np.argsort(np.argsort(standard)) // 8
    parts = draw_parts(units_of(targets, "regression"), n_parts=10, seed=0)
    assert all((np.bincount(fifth[rows]) == 6).all() for rows in parts.rows)


def test_labels_of_many_are_divided_by_their_rarest() -> None:
    """The samples with a rare label are divided among themselves, so that no part is without it."""
    labels = np.zeros((40, 3))
    labels[:30, 0] = 1
    labels[20:38, 1] = 1
    labels[:6, 2] = 1
    parts = draw_parts(units_of(labels, "multilabel"), n_parts=20, seed=0)
    assert all(labels[rows, 2].sum() in {4, 5} for rows in parts.rows)


def test_a_group_is_never_split() -> None:
    """All samples of a group are in a part or none is; three quarters of each class's groups are."""
    labels = np.repeat([0, 0, 0, 0, 1, 1, 1, 1], 5)
    groups = [f"g{i // 5}" for i in range(40)]
    parts = draw_parts(units_of(labels, "classification", groups), n_parts=30, seed=0)
    for rows in parts.rows:
        counts = np.bincount(rows // 5, minlength=8)
        assert set(counts) == {0, 5}
        assert (counts[:4] == 5).sum() == (counts[4:] == 5).sum() == 3
    assert parts.notes == (
        "Parts consist of whole groups: there are 8 groups.",
        (
            "Fewer than 20 groups: samples of one group resemble each other, so the order is less certain "
            "than the number of samples suggests."
        ),
    )


def test_a_class_of_one_group_is_kept_whole() -> None:
    """The only group that holds a class is in every part, which the note counts."""
    labels = np.repeat([0, 0, 0, 0, 1], 4)
    groups = [f"g{i // 4}" for i in range(20)]
    parts = draw_parts(units_of(labels, "classification", groups), n_parts=10, seed=0)
    assert all((labels[rows] == 1).sum() == 4 for rows in parts.rows)
    assert "4 of 20 samples" in parts.notes[0]


def test_groups_of_several_classes_never_lose_one() -> None:
    """Where classes are mixed within groups, every part still has two samples of each class."""
    rng = np.random.default_rng(0)
    labels = np.concatenate([rng.integers(3, size=60), [3, 3, 3, 3]])
    groups = [f"g{i % 12}" for i in range(64)]
    parts = draw_parts(units_of(labels, "classification", groups), n_parts=50, seed=0)
    assert all((np.bincount(labels[rows], minlength=4) >= 2).all() for rows in parts.rows)
