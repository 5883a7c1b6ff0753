"""Label alignment at its limits: labels as features, noise, nothing at all, classes of unequal size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ptmrank_core.metrics import compute, label_alignment, prepare_inputs
from tests.oracles.common import one_hot
from tests.oracles.label_alignment import alignment


@pytest.mark.parametrize("width", [4, 60])
def test_features_that_are_the_labels_align_fully(toy: Callable[..., Any], width: int) -> None:
    """One-hot classes in any unit, place and rotation have alignment 1."""
    data = toy(50, width)
    axes = np.linalg.qr(np.random.default_rng(1).normal(size=(width, width)))[0][:4]
    features = 7 * one_hot(data.labels) @ axes + 3
    assert label_alignment(features, data.labels) == pytest.approx(1, rel=1e-12)
    assert label_alignment(np.eye(50), data.labels) < 0.3


def test_features_that_are_all_dissimilar_have_the_alignment_that_is_told() -> None:
    """The component beside the score is what features without any similarity reach: sqrt((C - 1)/(n - 1))."""
    labels = np.arange(40) % 4
    output = compute("label_alignment", prepare_inputs(np.eye(40), labels=labels))
    assert output.value == pytest.approx(np.sqrt(3 / 39), rel=1e-12)
    assert output.components["all_dissimilar"] == pytest.approx(output.value, rel=1e-12)


def test_a_class_that_has_nearly_all_samples_keeps_its_digits() -> None:
    """The norm of the labels is exact where the squares of the class counts cancel."""
    rng = np.random.default_rng(2)
    features, labels = rng.normal(size=(800, 3)), np.zeros(800, dtype=int)
    labels[:2] = 1
    expected = alignment(features, one_hot(labels))
    assert label_alignment(features, labels) == pytest.approx(expected, rel=1e-9)


def test_units_of_targets_do_not_count(toy: Callable[..., Any]) -> None:
    """Real targets in other units align the same; constant ones take no part, and all constant are 0."""
    data = toy(40, 6)
    targets = data.embeddings[:, :2] + np.random.default_rng(3).normal(size=(40, 2))
    plain = label_alignment(data.embeddings, targets=targets)
    assert label_alignment(data.embeddings, targets=targets * [1e6, 1e-6] + 5) == pytest.approx(plain)
    idle = np.column_stack([targets, np.full(40, 2.5)])
    assert label_alignment(data.embeddings, targets=idle) == pytest.approx(plain)
    assert label_alignment(data.embeddings, targets=np.full(40, 2.5)) == 0
    assert label_alignment(np.ones((40, 3)), targets=targets) == 0


def test_more_targets_than_samples(toy: Callable[..., Any]) -> None:
    """The smaller of the two Gram matrices of the targets serves."""
    data = toy(20, 6)
    targets = 1.0 * np.random.default_rng(4).integers(0, 2, (20, 50))
    expected = alignment(data.embeddings, targets)
    assert label_alignment(data.embeddings, targets=targets) == pytest.approx(expected, rel=1e-9)
