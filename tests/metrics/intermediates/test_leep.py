"""The record of LEEP."""

from __future__ import annotations

import math

import pytest

from tests.metrics.intermediates.inputs import INPUTS, record_of


@pytest.mark.parametrize("case", INPUTS)
def test_the_score_is_rebuilt_from_the_record(case: str) -> None:
    """The mean of ln sum_z P(y_i|z) theta_iz, with P counted in the joint table, is the score."""
    record, score = record_of("leep", case)
    total = 0.0
    for label, theta in zip(record.labels, record.source_probs, strict=True):
        given = 0.0
        for z, probability in enumerate(theta):
            mass = sum(record.joint[:, z])
            given += record.joint[label, z] / mass * probability if mass > 0 else 0.0
        total += math.log(given)
    assert total / len(record.labels) == pytest.approx(score, rel=1e-9, abs=1e-9)
    assert record.value == score
