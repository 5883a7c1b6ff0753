"""The record of SFDA."""

from __future__ import annotations

import numpy as np
import pytest

from tests.metrics.intermediates.discriminants import own, pull, second_logits, softmax
from tests.metrics.intermediates.inputs import INPUTS, inputs_of, record_of


@pytest.mark.parametrize("case", INPUTS)
def test_the_score_is_rebuilt_from_the_record(case: str) -> None:
    """From the first logits: how far each sample is pulled, the second discriminant, the mean probability."""
    record, score = record_of("sfda", case)
    first = softmax(record.first_logits)
    mixing = own(softmax(first), record.labels)  # a softmax of probabilities, as in the authors' code
    assert record.mixing == pytest.approx(mixing, rel=1e-9)
    pulled = pull(record.view.points, record.labels, record.mixing)
    assert record.view.pulled == pytest.approx(pulled, rel=1e-9, abs=1e-9)
    assert np.mean(own(softmax(record.logits), record.labels)) == pytest.approx(score, rel=1e-9, abs=1e-9)
    assert record.value == score
    assert record.shrinkage == pytest.approx(max(np.exp(-5 * record.lambda1), 1e-10), rel=1e-12)
    logits = second_logits(pulled, record.labels, record.shrinkage, record.n_features)
    assert np.mean(own(softmax(logits), record.labels)) == pytest.approx(score, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("case", ["more samples than features", "fewer samples than features"])
def test_the_plane_is_that_of_the_first_discriminant(case: str) -> None:
    """Distances of class means in it are Mahalanobis distances, all of them where three classes span it."""
    record, _ = record_of("sfda", case)
    chosen = record.labels < 3
    points, labels = record.view.points, record.labels
    inputs = inputs_of(case)
    assert points[:2] @ points[:2].T == pytest.approx(
        inputs.decomposition.centred[:2] @ inputs.decomposition.centred[:2].T, rel=1e-9
    )
    means = np.array([record.view.plane[labels == c].mean(axis=0) for c in range(3)])
    pulled = np.array([record.view.pulled_plane[labels == c].mean(axis=0) for c in range(3)])
    spread = np.linalg.norm(means - means.mean(axis=0), axis=1)
    assert (np.linalg.norm(pulled - pulled.mean(axis=0), axis=1) < spread).all()
    assert np.isfinite(record.view.pulled_plane[chosen]).all()


def test_two_classes_lie_on_a_line() -> None:
    """With two classes there is one direction: the second coordinate is 0, before and after the pull."""
    record, _ = record_of("sfda", "two classes")
    assert np.abs(record.view.plane[:, 0]).min() > 0
    assert not record.view.plane[:, 1].any()
    assert not record.view.pulled_plane[:, 1].any()
