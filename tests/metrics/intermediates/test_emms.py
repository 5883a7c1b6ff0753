"""The record of EMMS."""

from __future__ import annotations

import numpy as np
import pytest

from tests.metrics.intermediates.inputs import INPUTS, TARGETS, record_of


@pytest.mark.parametrize("case", [*INPUTS, *TARGETS])
def test_the_score_is_rebuilt_from_the_record(case: str) -> None:
    """Width times the mean squared distance of where the map takes samples from where their labels are."""
    record, score = record_of("emms", case)
    width = record.mixture.shape[1]
    mixture = sum(weight * table for weight, table in zip(record.weights, record.tables, strict=True))
    assert record.mixture == pytest.approx(mixture, rel=1e-9, abs=1e-12)
    errors = [
        sum((f - t) ** 2 for f, t in zip(fitted, mixture[label], strict=True))
        for fitted, label in zip(record.fitted, record.labels, strict=True)
    ]
    assert -np.mean(errors) * width == pytest.approx(score, rel=1e-9, abs=1e-9)
    assert record.errors == pytest.approx(errors, rel=1e-9, abs=1e-12)
    assert record.value == score


@pytest.mark.parametrize("case", INPUTS)
def test_the_weights_of_the_encoders_are_the_nearest_mixture(case: str) -> None:
    """Least squares of the fit by the encoders' embeddings, then the nearest weights on the simplex."""
    record, _ = record_of("emms", case)
    columns = np.stack([table[record.labels].ravel() for table in record.tables], axis=1)
    free = np.linalg.lstsq(columns, record.fitted.ravel())[0]
    # The nearest point of the simplex subtracts one number from all, and keeps what stays above 0.
    low, high = free.min() - 1, free.max()
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if np.maximum(free - middle, 0).sum() > 1 else (low, middle)
    assert record.weights == pytest.approx(np.maximum(free - low, 0), abs=1e-9)
    assert record.weights.sum() == pytest.approx(1)


def test_the_planes_are_one_projection() -> None:
    """A sample that the map takes exactly to its label lies on it: errors never grow in the plane."""
    record, _ = record_of("emms", "more samples than features")
    apart = record.fitted_plane - record.plane[record.labels]
    assert (np.sum(apart**2, axis=1) <= record.errors * (1 + 1e-9)).all()
    assert record.is_by_class
