"""What holds for every draw of rows in the product, whatever the labels and groups are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from itertools import pairwise
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptmrank_core.benchmark.analyses import projections
from ptmrank_core.benchmark.analyses.fine_tuning import training_rows
from ptmrank_core.benchmark.analyses.learning_curve import parts_of
from ptmrank_core.benchmark.search.successive_halving import order_samples, schedule
from ptmrank_core.data import subsample
from ptmrank_core.errors import PTMRankError
from ptmrank_core.records import Samples, TargetKind
from ptmrank_core.sampling import (
    Indices,
    Units,
    assign_folds,
    draw_parts,
    draw_share,
    draw_three_parts,
    nested_order,
    units_of,
    units_of_samples,
)
from tests.sampling.making import samples_of

Parts = list[Indices]
EXAMPLES = settings(max_examples=30, deadline=None, derandomize=True, database=None)
KINDS: tuple[TargetKind, ...] = ("classification", "regression", "multilabel")


def _subsamples(samples: Samples, _: int) -> Parts:
    place = {digest: row for row, digest in enumerate(samples.digests)}
    taken = [subsample(samples, size).digests for size in (4, samples.n_samples // 2)]
    return [np.array([place[digest] for digest in digests]) for digests in taken]


def _rounds(samples: Samples, seed: int) -> Parts:
    order, fewest = order_samples(samples, seed)
    rounds = schedule(40, samples.n_samples, fewest, 30).with_whole_groups(order)
    return [order.first(size) for size in rounds.sizes]


def _folds(samples: Samples, seed: int) -> Parts:
    folds = assign_folds(units_of_samples(samples), 5, seed=seed)
    return [np.flatnonzero(folds == fold) for fold in range(int(folds.max()) + 1)]


def _points(samples: Samples, seed: int) -> Parts:
    fewest = nested_order(units_of_samples(samples), minimum=1, seed=seed).n_least
    with patch.multiple(projections, MAX_POINTS=max(fewest, samples.n_samples // 2), MIN_GROUPS=1):
        return [projections.drawn_rows(samples, seed)]


def _three_parts(samples: Samples, seed: int) -> Parts:
    parts = draw_three_parts(samples, seed=seed)
    return [parts.training, parts.choosing, parts.judging]


DRAWS: Mapping[str, Callable[[Samples, int], Parts]] = {
    "parts": lambda samples, seed: list(draw_parts(units_of_samples(samples), n_parts=3, seed=seed).rows),
    "learning curve": lambda samples, seed: [rows for parts in parts_of(samples, seed) for rows in parts],
    "part of the samples": _subsamples,
    "rounds of a search": _rounds,
    "folds of the probe": _folds,
    "points of a projection": _points,
    "training": lambda samples, seed: [training_rows(samples, seed)],
    "parts of a race": _three_parts,
}


@st.composite
def any_samples(
    draw: st.DrawFn, kinds: Iterable[TargetKind] = KINDS, *, grouped: bool | None = None
) -> Samples:
    """Samples of any kind of target, even or not, in groups that keep to a class or not."""
    kind = draw(st.sampled_from(sorted(kinds)))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    n_samples, n_classes = draw(st.integers(24, 150)), draw(st.integers(2, 5))
    classes = rng.choice(
        n_classes, n_samples, p=rng.dirichlet(np.full(n_classes, draw(st.sampled_from([1, 9]))))
    )
    classes[: 2 * n_classes] = np.tile(np.arange(n_classes), 2)
    labels = classes
    if kind == "regression":
        labels = (classes + rng.standard_normal(n_samples)).round(draw(st.integers(0, 6)))
    elif kind == "multilabel":
        labels = (np.eye(n_classes)[classes] + (rng.random((n_samples, n_classes)) < 0.2) > 0).astype(float)
        labels[n_samples - 3 :] = 0
    if not (draw(st.booleans()) if grouped is None else grouped):
        return samples_of(labels, kind)
    n_groups = draw(st.integers(4, 30))
    group_of = rng.integers(n_groups, size=n_samples)
    if draw(st.booleans()):
        group_of = group_of + n_groups * classes
    return samples_of(labels, kind, [f"g{group}" for group in group_of])


def parts_or_none(draw: Callable[[Samples, int], Parts], samples: Samples, seed: int) -> Parts:
    """Parts of a draw; none where it says that these samples do not allow one."""
    try:
        return draw(samples, seed)
    except PTMRankError:
        return []


@pytest.mark.parametrize("name", DRAWS)
@EXAMPLES
@given(samples=any_samples(grouped=True), seed=st.integers(0, 99))
def test_no_draw_splits_a_group(name: str, samples: Samples, seed: int) -> None:
    """A group is in a part with all its samples or with none."""
    unit_of = units_of_samples(samples).unit_of
    for rows in parts_or_none(DRAWS[name], samples, seed):
        assert np.isin(unit_of, unit_of[rows]).sum() == len(rows)


@pytest.mark.parametrize("name", DRAWS)
@EXAMPLES
@given(samples=any_samples(), seed=st.integers(0, 99))
def test_a_draw_is_of_different_rows_and_repeats(name: str, samples: Samples, seed: int) -> None:
    """Rows ascend, none twice, some at least; the same samples and seed give the same rows."""
    parts = parts_or_none(DRAWS[name], samples, seed)
    again = parts_or_none(DRAWS[name], samples, seed)
    assert [rows.tolist() for rows in parts] == [rows.tolist() for rows in again]
    for rows in parts:
        assert len(rows)
        assert (np.diff(rows) > 0).all()
        assert rows[0] >= 0
        assert rows[-1] < samples.n_samples


@pytest.mark.parametrize("name", sorted(set(DRAWS) - {"folds of the probe", "parts", "parts of a race"}))
@EXAMPLES
@given(samples=any_samples(), seed=st.integers(0, 99))
def test_a_part_holds_every_class(name: str, samples: Samples, seed: int) -> None:
    """Every class, every label and every fifth of the numbers is in each part."""
    classes = units_of_samples(samples).classes
    for rows in parts_or_none(DRAWS[name], samples, seed):
        assert all(np.isin(own, rows).any() for own in classes)


@EXAMPLES
@given(samples=any_samples(), seed=st.integers(0, 99))
def test_a_part_holds_every_stratum(samples: Samples, seed: int) -> None:
    """Two samples of every stratum are in each part, or the only one."""
    strata = units_of_samples(samples).strata
    for rows in parts_or_none(DRAWS["parts"], samples, seed):
        counts = np.bincount(strata[rows], minlength=strata.max() + 1)
        assert (counts >= np.minimum(np.bincount(strata), 2)).all()


@EXAMPLES
@given(samples=any_samples(grouped=False), seed=st.integers(0, 99))
def test_what_is_held_out_is_known_from_training(samples: Samples, seed: int) -> None:
    """Every stratum of two samples or more is among the training samples of every fold."""
    strata = units_of_samples(samples).strata
    for test in _folds(samples, seed):
        train = np.delete(strata, test)
        assert set(np.flatnonzero(np.bincount(strata) > 1)) <= set(train.tolist())


@pytest.mark.parametrize("name", ["part of the samples", "rounds of a search"])
@EXAMPLES
@given(samples=any_samples(), seed=st.integers(0, 99))
def test_smaller_parts_lie_within_larger_ones(name: str, samples: Samples, seed: int) -> None:
    """Growing a part only adds to it."""
    parts = parts_or_none(DRAWS[name], samples, seed)
    for small, large in pairwise(parts):
        assert set(small.tolist()) <= set(large.tolist())


def share_of(units: Units, rows: Indices) -> tuple[Indices, Indices, Indices]:
    """Samples drawn of each stratum that units are drawn from, all of them, and its largest unit."""
    stratum_of_sample = units.stratum_of[units.unit_of]
    n_strata = int(units.stratum_of.max()) + 1
    largest = np.zeros(n_strata, dtype=np.int64)
    np.maximum.at(largest, units.stratum_of, units.sizes)
    drawn = np.bincount(stratum_of_sample[rows], minlength=n_strata)
    return drawn, np.bincount(stratum_of_sample, minlength=n_strata), largest


@EXAMPLES
@given(samples=any_samples(), seed=st.integers(0, 99), share=st.floats(0.05, 1.0))
def test_a_part_has_its_share_of_every_stratum(samples: Samples, seed: int, share: float) -> None:
    """Within one unit of the share, apart from what the smallest part holds of every class."""
    units = units_of_samples(samples)
    order = nested_order(units, minimum=2, seed=seed)
    drawn, n_all, largest = share_of(units, order.of_share(share))
    least = share_of(units, order.first(order.n_least))[0]
    assert (drawn >= share * n_all - largest).all()
    assert (drawn <= np.maximum(share * n_all + largest, least + largest)).all()
    assert (drawn[least == 0] <= (share * n_all + largest)[least == 0]).all()


def test_what_the_smallest_part_holds_counts_in_every_larger_one() -> None:
    """A share of the samples is that share of every stratum, where groups come first for a rare label too."""
    rng = np.random.default_rng(3)
    for seed in range(50):
        labels = np.eye(2)[(rng.random(70) < 0.9).astype(int)]
        groups = tuple(f"g{number}" for number in rng.integers(15, size=70))
        units = units_of(labels, "multilabel", groups)
        order = nested_order(units, minimum=4, seed=seed)
        drawn, n_all, largest = share_of(units, order.of_share(0.3))
        least = share_of(units, order.first(order.n_least))[0]
        assert (drawn <= np.maximum(0.3 * n_all, least) + largest / 2).all()


@EXAMPLES
@given(samples=any_samples(), seed=st.integers(0, 99), cut=st.floats(0.05, 1.0))
def test_no_more_than_were_asked_for(samples: Samples, seed: int, cut: float) -> None:
    """A part has no more samples than asked for, or the fewest; without groups exactly so many."""
    n_asked = max(1, int(cut * samples.n_samples))
    order = nested_order(units_of_samples(samples), minimum=1, seed=seed)
    n_drawn = len(order.at_most(n_asked))
    assert n_drawn <= max(n_asked, order.n_least)
    assert samples.groups or n_drawn == max(n_asked, order.n_least)


@EXAMPLES
@given(
    sizes=st.lists(st.integers(1, 30), min_size=1, max_size=8),
    share=st.sampled_from([Fraction(1, 2), Fraction(3, 4), Fraction(2, 3), Fraction(1, 10)]),
    seed=st.integers(0, 99),
)
def test_a_share_of_strata_is_exact_to_one(sizes: list[int], share: Fraction, seed: int) -> None:
    """Each stratum, and all of them together, are within one unit of the share."""
    stratum_of = np.repeat(np.arange(len(sizes)), sizes)
    chosen = draw_share(stratum_of, share, np.random.default_rng(seed))
    counts = np.bincount(stratum_of[chosen], minlength=len(sizes))
    assert len(set(chosen.tolist())) == len(chosen)
    assert (np.abs(counts - float(share) * np.array(sizes)) < 1).all()
    assert abs(counts.sum() - float(share) * sum(sizes)) < 1


@EXAMPLES
@given(samples=any_samples(), seed=st.integers(0, 99))
def test_a_part_is_three_quarters_of_every_stratum(samples: Samples, seed: int) -> None:
    """Of the units of each stratum three quarters are drawn, or all where it cannot be divided."""
    units = units_of_samples(samples)
    n_units = np.bincount(units.stratum_of)
    for rows in parts_or_none(DRAWS["parts"], samples, seed):
        drawn = np.bincount(units.stratum_of[np.unique(units.unit_of[rows])], minlength=len(n_units))
        assert (drawn >= 3 * n_units // 4).all()
        if not samples.groups:
            assert ((drawn <= (3 * n_units + 3) // 4) | (n_units < 4)).all()
