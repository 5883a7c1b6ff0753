"""Orders in which samples enter parts of a set."""

from __future__ import annotations

import numpy as np
import pytest

from ptmrank_core.sampling import Units, nested_order, nested_orders, strata_of, units_of


def test_parts_are_stratified_and_nested() -> None:
    """A tenth of ten classes of 60 is six of each, and lies within the fifth; seeds differ."""
    labels = np.random.default_rng(0).permutation(np.arange(600) % 10)
    order = nested_order(units_of(labels, "classification"), minimum=2, seed=3)
    tenth, fifth = order.of_share(0.1), order.of_share(0.2)
    assert np.bincount(labels[tenth]).tolist() == [6] * 10
    assert np.bincount(labels[fifth]).tolist() == [12] * 10
    assert order.of_share(1.0).tolist() == list(range(600))
    assert set(tenth.tolist()) < set(fifth.tolist())
    other = nested_order(units_of(labels, "classification"), minimum=2, seed=4)
    assert set(tenth.tolist()) != set(other.of_share(0.1).tolist())


def test_every_stratum_gives_its_share() -> None:
    """Of 10,000 samples each class gives a tenth, one more or less; the seed decides which."""
    labels = np.random.default_rng(0).permutation(np.repeat([4, 7, 9], [6000, 3000, 1000]))
    units = units_of(labels, "classification")
    rows = nested_order(units, minimum=1, seed=1).at_most(1000)
    assert len(np.unique(rows)) == len(rows) == 1000
    assert (np.diff(rows) > 0).all()
    counts = [int((labels[rows] == code).sum()) for code in (4, 7, 9)]
    assert np.abs(np.array(counts) - [600, 300, 100]).max() <= 1
    assert np.array_equal(rows, nested_order(units, minimum=1, seed=1).at_most(1000))
    assert not np.array_equal(rows, nested_order(units, minimum=1, seed=2).at_most(1000))


def test_a_part_has_the_size_of_its_share() -> None:
    """A tenth of 30 classes of 14 is one or two of each, 42 of 420 samples: not two of every class."""
    units = units_of(np.repeat(np.arange(30), 14), "classification")
    order = nested_order(units, minimum=1, seed=0)
    assert len(order.at_most(42)) == 42
    assert len(order.of_share(0.1)) == 30


def test_few_samples_are_all_drawn() -> None:
    """Nothing is left out where there is room."""
    order = nested_order(units_of(np.array([1, 0, 1]), "classification"), minimum=1, seed=0)
    assert order.at_most(3).tolist() == [0, 1, 2]


@pytest.mark.parametrize("seed", range(5))
def test_groups_are_never_split(seed: int) -> None:
    """Whether a group is of one class or of all, it is there whole or not at all, and each class is there."""
    labels = np.array([*([0] * 12), *([1] * 12), *([0, 1] * 12)])
    names = np.array([f"g{i // 3}" for i in range(24)] + [f"mixed{i // 6}" for i in range(24)])
    order = nested_order(units_of(labels, "classification", names.tolist()), minimum=2, seed=seed)
    for rows in (order.of_share(0.1), order.of_share(0.3), order.at_most(25)):
        assert set(np.flatnonzero(np.isin(names, names[rows]))) == set(rows.tolist())
        assert set(labels[rows].tolist()) == {0, 1}


def test_mixed_groups_hold_a_class_of_their_own() -> None:
    """A class that only one group of many classes holds is in the smallest part with that group."""
    labels = np.array([0, 1] * 30)
    labels[6] = 2
    groups = [f"speaker {i // 6}" for i in range(60)]
    for seed in range(5):
        rows = nested_order(units_of(labels, "classification", groups), minimum=2, seed=seed).at_most(1)
        assert {6, 7, 8, 9, 10, 11} <= set(rows.tolist())
        assert len(rows) <= 12


def test_strata_of_numbers_and_labels() -> None:
    """Fifths of the targets; the rarest label that a sample has; samples without one by themselves."""
    assert np.bincount(strata_of(np.arange(50.0), "regression")).tolist() == [10] * 5
    table = np.array([[1, 1], [1, 0], [1, 0], [0, 0]], dtype=float)
    assert strata_of(table, "multilabel").tolist() == [1, 0, 0, 2]


def test_groups_of_numbers_are_stratified_by_their_mean() -> None:
    """Patients with one large number each are drawn by their means, not as one stratum of mixed groups."""
    targets = np.tile(np.arange(20.0), 3)
    targets[40:] += 100
    units = units_of(targets, "regression", [f"patient {i % 20:02d}" for i in range(60)])
    assert units.stratum_of.tolist() == [i // 4 for i in range(20)]


def test_the_seeds_of_several_orders_do_not_overlap() -> None:
    """More orders begin with the same one, and none of them is one of the next seed."""
    units: Units = units_of(np.arange(40) % 2, "classification")
    first = [tuple(order.rows) for order in nested_orders(units, 4, minimum=1, seed=0)]
    assert first[0] == tuple(nested_order(units, minimum=1, seed=0).rows)
    following = {tuple(order.rows) for order in nested_orders(units, 4, minimum=1, seed=1)}
    assert len(set(first) | following) == 8
