"""Nearest neighbours against scikit-learn, and where neighbours, votes or samples are equal or few."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier

from ptmrank_core.metrics import compute, nearest_neighbours, prepare_inputs
from ptmrank_core.metrics.numerics.leave_one_out import nearest


@pytest.mark.parametrize("shape", [(90, 12), (40, 100)])
@pytest.mark.parametrize("k", [1, 3])
def test_one_neighbour_or_two_classes_are_as_scikit_learn_has_them(
    toy: Callable[..., Any], shape: tuple[int, int], k: int
) -> None:
    """Where votes cannot be equal it is the leave-one-out accuracy of another implementation."""
    data = toy(*shape, n_classes=2 if k > 1 else 4)
    predicted = cross_val_predict(
        KNeighborsClassifier(k, algorithm="brute"), data.embeddings, data.labels, cv=LeaveOneOut()
    )
    found = nearest_neighbours(data.embeddings, data.labels, n_neighbours=k)
    assert found == pytest.approx(np.mean(predicted == data.labels), rel=1e-12)


def test_equal_votes_count_in_parts_whatever_the_classes_are_called() -> None:
    """One vote for each of two classes: half a hit for a sample of either, none for a sample of a third."""
    features = [[0.0], [-1.0], [1.0]]
    # The middle has a and b beside it; a and b have the middle nearest and each other next.
    assert nearest_neighbours(features, ["a", "a", "b"], n_neighbours=2) == pytest.approx((0.5 + 0.5 + 0) / 3)
    assert nearest_neighbours(features, ["z", "z", "b"], n_neighbours=2) == pytest.approx((0.5 + 0.5 + 0) / 3)
    assert nearest_neighbours(features, ["c", "a", "b"], n_neighbours=2) == 0


def test_equal_distances_all_vote() -> None:
    """With all samples at one place all others vote, in any order of the samples."""
    labels = [0] * 6 + [1] * 4
    assert nearest_neighbours(np.ones((10, 3)), labels, n_neighbours=1) == pytest.approx(0.6)
    assert nearest_neighbours(np.ones((10, 3)), labels[::-1], n_neighbours=1) == pytest.approx(0.6)


def test_few_samples_are_told() -> None:
    """Where there are no five others all others vote, and the score says how many."""
    output = compute("nearest_neighbours", prepare_inputs([[0.0], [0.1], [5.0]], labels=[0, 0, 1]))
    assert "2 neighbours instead of 5: there are no more samples." in output.warnings
    assert output.components == {"n_neighbours": 2.0, "chance": pytest.approx(2 / 3)}


def test_numbers_that_never_change_and_labels_without_samples_are_worth_nothing() -> None:
    """Targets without any spread have no variance to predict; a label that no sample has is left out."""
    features = np.arange(12.0)[:, None]
    assert nearest_neighbours(features, targets=np.full(12, 3.0)) == 0
    twice = np.column_stack([np.full(12, 3.0), np.arange(12.0)])
    alone = nearest_neighbours(features, targets=np.arange(12.0))
    assert nearest_neighbours(features, targets=twice) == pytest.approx(alone)
    assert nearest_neighbours(features, targets=np.zeros((12, 2))) == 0
    known = np.column_stack([np.zeros(12), np.arange(12) < 6])
    output = compute("nearest_neighbours", prepare_inputs(features + 90 * known[:, 1:], targets=known))
    assert output.value == 1
    assert "1 of 2 targets say nothing, being the same for all samples: they are left out." in output.warnings


def test_blocks_do_not_count(toy: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A few samples at a time give what all at once give."""
    for shape in ((90, 12), (40, 100)):
        data = toy(*shape)
        inputs = prepare_inputs(data.embeddings, labels=data.labels)
        whole = [compute(name, inputs).value for name in ("nearest_neighbours", "nearest_mean")]
        monkeypatch.setattr(nearest, "BLOCK_VALUES", 300)
        again = prepare_inputs(data.embeddings, labels=data.labels)
        assert [compute(name, again).value for name in ("nearest_neighbours", "nearest_mean")] == whole
        monkeypatch.undo()
