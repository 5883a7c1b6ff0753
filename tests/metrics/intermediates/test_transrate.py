"""The record of TransRate."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.metrics.intermediates.inputs import INPUTS, inputs_of, record_of


def rate(singular_values: np.ndarray, n_rows: int, distortion: float) -> float:
    """1/2 ln det(I + Z'Z / (n eps)), a direction at a time."""
    return sum(0.5 * math.log(1 + s**2 / (n_rows * distortion)) for s in singular_values)


@pytest.mark.parametrize("case", INPUTS)
def test_the_score_is_rebuilt_from_the_record(case: str) -> None:
    """The rate of all samples less the mean rate of the classes is the score."""
    record, score = record_of("transrate", case)
    whole = rate(record.singular_values, record.n_samples, record.distortion)
    classes = [
        rate(own, size, record.distortion)
        for own, size in zip(record.class_singular_values, record.class_sizes, strict=True)
    ]
    assert whole - sum(classes) / len(classes) == pytest.approx(score, rel=1e-9, abs=1e-9)
    assert whole == pytest.approx(record.rate, rel=1e-9)
    assert classes == pytest.approx(record.class_rates, rel=1e-9)
    assert record.terms.sum() - record.class_terms.sum() / len(classes) == pytest.approx(score, rel=1e-9)
    assert record.value == score


@pytest.mark.parametrize("case", ["more samples than features", "fewer samples than features", "two classes"])
def test_the_directions_are_those_of_the_features(case: str) -> None:
    """Squared singular values, of all samples and of the classes, add up to the scatter around the mean."""
    inputs, (record, _) = inputs_of(case), record_of("transrate", case)
    scatter = ((inputs.embeddings - inputs.embeddings.mean(axis=0)) ** 2).sum()
    assert (record.singular_values**2).sum() == pytest.approx(scatter)
    assert sum((own**2).sum() for own in record.class_singular_values) == pytest.approx(scatter)
