"""The record of H-Score."""

from __future__ import annotations

import numpy as np
import pytest

from tests.metrics.intermediates.inputs import INPUTS, inputs_of, record_of


@pytest.mark.parametrize("case", INPUTS)
def test_the_score_is_rebuilt_from_the_record(case: str) -> None:
    """(1 - a) sum_j b_j / ((1 - a) l_j + a m) over the principal directions is the score."""
    record, score = record_of("hscore", case)
    a, m = record.shrinkage, record.mean_variance
    pairs = zip(record.between, record.total, strict=True)
    value = sum((1 - a) * between / ((1 - a) * total + a * m) for between, total in pairs)
    assert value == pytest.approx(score, rel=1e-9, abs=1e-9)
    assert sum(record.parts) == pytest.approx(score, rel=1e-9, abs=1e-9)
    assert record.value == score


@pytest.mark.parametrize("case", INPUTS)
def test_both_covariances_are_those_of_the_features(case: str) -> None:
    """The traces of both spectra, and both ellipses, are those of the covariances written out."""
    inputs, (record, _) = inputs_of(case), record_of("hscore", case)
    features, labels = np.asarray(inputs.embeddings), np.asarray(inputs.labels)
    centred = features - features.mean(axis=0)
    means = np.array([centred[labels == label].mean(axis=0) for label in labels])
    assert record.total.sum() == pytest.approx((centred**2).sum() / len(labels), rel=1e-9)
    assert record.between.sum() == pytest.approx((means**2).sum() / (len(labels) - 1), rel=1e-9)
    assert ((record.shares >= -1e-12) & (record.shares <= 1 + 1e-9)).all()
    covariances = [axes.T @ axes for axes in record.ellipses]
    on_plane = np.array([record.points[labels == label].mean(axis=0) for label in labels])
    for found, rows, over in ((covariances[0], record.points, 0), (covariances[2], on_plane, 1)):
        assert np.allclose(found, rows.T @ rows / (len(labels) - over), atol=1e-9 * record.total[0])
