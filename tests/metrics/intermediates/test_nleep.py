"""The record of N-LEEP."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.metrics.intermediates.inputs import INPUTS, inputs_of, record_of


@pytest.mark.parametrize("case", INPUTS)
def test_the_score_is_rebuilt_from_the_record(case: str) -> None:
    """The mean of ln sum_v P(y_i|v) p(v|x_i), with P counted from the posteriors themselves, is the score."""
    record, score = record_of("nleep", case)
    labels, posterior = record.clusters.labels, record.clusters.source_probs
    total = 0.0
    for label, own in zip(labels, posterior, strict=True):
        masses = posterior[labels == label].sum(axis=0), posterior.sum(axis=0)
        total += math.log(
            sum(mass / whole * p for mass, whole, p in zip(*masses, own, strict=True) if whole > 0)
        )
    assert total / len(labels) == pytest.approx(score, rel=1e-9, abs=1e-9)
    assert record.value == score


@pytest.mark.parametrize("case", ["more samples than features", "two classes", "one feature"])
def test_the_clusters_are_those_that_the_posteriors_come_from(case: str) -> None:
    """Mean and ellipse of a cluster are those of its samples by their posteriors, up to one round."""
    record, _ = record_of("nleep", case)
    posterior, points = record.clusters.source_probs, record.coordinates
    n_directions = min(2, points.shape[1])
    for v, (weight, mean, axes) in enumerate(zip(record.weights, record.means, record.ellipses, strict=True)):
        share = posterior[:, v]
        assert share.mean() == pytest.approx(weight, abs=0.03)
        if weight * len(points) < 3:
            continue
        found = share @ points / share.sum()
        scale = points.std(axis=0).max()
        assert np.allclose(found, mean, atol=0.1 * scale)
        offsets = (points - found)[:, :n_directions]
        covariance = (offsets.T * share) @ offsets / share.sum()
        ellipse = (axes.T @ axes)[:n_directions, :n_directions]
        assert np.allclose(covariance, ellipse, atol=0.2 * scale**2)


def test_there_are_as_many_clusters_as_the_samples_support() -> None:
    """The paper's five for each class, or half the samples where those are fewer."""
    for case in ("two classes", "a hundred classes"):
        record, inputs = record_of("nleep", case)[0], inputs_of(case)
        assert record.n_wanted == 5 * inputs.n_classes
        assert len(record.weights) == min(record.n_wanted, inputs.n_samples // 2)
