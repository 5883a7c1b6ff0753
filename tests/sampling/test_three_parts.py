"""Three parts: sizes, strata, whole groups, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from ptmrank_core.errors import SamplesError
from ptmrank_core.sampling import ThreeParts, draw_three_parts
from tests.sampling.making import samples_of


def rows_of(parts: ThreeParts) -> list[np.ndarray]:
    """The three parts."""
    return [parts.training, parts.choosing, parts.judging]


def test_parts_are_three_fifths_and_two_fifths_of_every_class() -> None:
    """Every sample is in one part, and each class is parted 60/20/20 to within a sample."""
    labels = np.repeat([0, 1, 2], [50, 33, 10])
    parts = rows_of(draw_three_parts(samples_of(labels), seed=3))
    assert sorted(np.concatenate(parts).tolist()) == list(range(93))
    for code, n_samples in enumerate((50, 33, 10)):
        sizes = [int((labels[rows] == code).sum()) for rows in parts]
        assert np.abs(np.array(sizes) - n_samples * np.array([0.6, 0.2, 0.2])).max() < 1.5
    assert sum(map(len, parts[1:])) == pytest.approx(0.4 * 93, abs=1)


def test_numbers_are_spread_over_the_parts() -> None:
    """Each part has a fifth of its samples in each fifth of the numbers."""
    labels = np.random.default_rng(0).standard_normal(100) ** 3
    fifth_of = np.argsort(np.argsort(labels)) // 20
    for rows in rows_of(draw_three_parts(samples_of(labels, "regression"), seed=0)):
        assert np.ptp(np.bincount(fifth_of[rows], minlength=5)) <= 1


def test_groups_are_whole_and_every_part_holds_every_class() -> None:
    """With four groups of each class, no group is in two parts and no part lacks a class."""
    labels = np.repeat(np.arange(6), 40)
    groups = [f"g{row // 10}" for row in range(240)]
    for seed in range(10):
        parts = rows_of(draw_three_parts(samples_of(labels, groups=groups), seed=seed))
        names = [set(np.array(groups)[rows].tolist()) for rows in parts]
        assert sum(map(len, names)) == 24
        assert all(len(np.unique(labels[rows])) == 6 for rows in parts)


def test_a_rare_label_is_in_every_part() -> None:
    """Of a label that five of a hundred samples have, each part gets some, whatever the other labels."""
    rng = np.random.default_rng(0)
    labels = (rng.random((100, 4)) < 0.5).astype(float)
    labels[:, 3] = 0
    labels[rng.permutation(100)[:5], 3] = 1
    for seed in range(10):
        parts = rows_of(draw_three_parts(samples_of(labels, "multilabel"), seed=seed))
        assert all(labels[rows].any(axis=0).all() for rows in parts)


def test_the_seed_decides() -> None:
    """The same seed gives the same parts, another seed others."""
    samples = samples_of(np.repeat([0, 1], 40))
    first, again, other = (draw_three_parts(samples, seed=seed).judging.tolist() for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_nine_samples_of_a_class_are_refused() -> None:
    """The message names the class, its number, what is expected and what to do."""
    with pytest.raises(SamplesError) as caught:
        draw_three_parts(samples_of(np.repeat([0, 1], [30, 9])), seed=0)
    assert str(caught.value) == (
        "Too few samples of 'class 1' (9); expected at least 10 of each class, so that they can be parted "
        "into some to train on, to choose by and to judge by. Add samples, or leave small classes out."
    )


@pytest.mark.parametrize("kind", ["regression", "multilabel"])
def test_forty_nine_samples_without_classes_are_refused(kind: str) -> None:
    """Numbers and several labels take fifty samples."""
    rng = np.random.default_rng(0)
    labels = rng.random(50) if kind == "regression" else (rng.random((50, 3)) < 0.5).astype(float)
    draw_three_parts(samples_of(labels, kind), seed=0)
    with pytest.raises(SamplesError, match=r"There are 49 samples; expected at least 50"):
        draw_three_parts(samples_of(labels[:49], kind), seed=0)


def test_too_few_groups_are_refused() -> None:
    """Four groups cannot be parted, nor a class that two of many groups hold."""
    labels = np.tile([0, 1], 40)
    with pytest.raises(SamplesError, match="There are 4 groups; expected at least 5"):
        draw_three_parts(samples_of(labels, groups=[f"g{row // 20}" for row in range(80)]), seed=0)
    labels = np.repeat([0, 1], [20, 60])
    with pytest.raises(SamplesError, match="'class 0' are of 2 groups; expected at least 3"):
        draw_three_parts(samples_of(labels, groups=[f"g{row // 10}" for row in range(80)]), seed=0)
