"""The record of GBC."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.metrics.intermediates.inputs import INPUTS, inputs_of, record_of


@pytest.mark.parametrize("case", INPUTS)
def test_the_score_is_rebuilt_from_the_record(case: str) -> None:
    """Minus the sum of exp(-D_B) over ordered pairs of round Gaussians is the score."""
    record, score = record_of("gbc", case)
    total = 0.0
    for c, (mean, v) in enumerate(zip(record.means, record.spreads, strict=True)):
        for other, (other_mean, w) in enumerate(zip(record.means, record.spreads, strict=True)):
            if c != other:
                s = (v + w) / 2
                apart = sum((x - y) ** 2 for x, y in zip(mean, other_mean, strict=True)) / (8 * s)
                distance = apart + 0.5 * math.log(s / math.sqrt(v * w))
                found = record.mean_terms[c, other], record.distances[c, other]
                assert math.isclose(found[0], apart, rel_tol=1e-9, abs_tol=1e-9)
                assert math.isclose(found[1], distance, rel_tol=1e-9, abs_tol=1e-9)
                total += math.exp(-distance)
    assert -total == pytest.approx(score, rel=1e-9, abs=1e-9)
    assert -record.overlaps.sum() == pytest.approx(score, rel=1e-9, abs=1e-9)
    assert record.value == score


@pytest.mark.parametrize("case", INPUTS)
def test_the_circles_stand_on_their_samples(case: str) -> None:
    """The centre of each class is the mean of its points, its radius the deviation over all components."""
    inputs, (record, _) = inputs_of(case), record_of("gbc", case)
    for c, (centre, radius) in enumerate(zip(record.centres, record.radii, strict=True)):
        assert np.allclose(record.points[record.labels == c].mean(axis=0), centre, atol=1e-9)
        assert radius**2 == pytest.approx(record.spreads[c])
    assert len(record.points) == inputs.n_samples
