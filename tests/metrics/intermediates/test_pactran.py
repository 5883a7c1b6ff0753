"""The record of PACTran."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.metrics.intermediates.inputs import INPUTS, record_of


@pytest.mark.parametrize("case", INPUTS)
def test_the_score_is_rebuilt_from_the_record(case: str) -> None:
    """J* + C s2 / (2 r) ln(H r / (d C)) at lambda = 1, s2 = 100, with H and the loss from probabilities."""
    record, score = record_of("pactran", case)
    n, d, c = len(record.labels), record.n_features, record.n_classes
    assert (record.lambdas[record.chosen], record.s2[record.chosen]) == (1.0, 100.0)
    r = 1.0 * n
    probabilities = record.residuals + np.eye(c)[record.labels]
    trace = (
        sum(
            (energy + 1) * sum(p * (1 - p) for p in row)
            for energy, row in zip(record.row_energy, probabilities, strict=True)
        )
        + d * c / r
    )
    assert record.traces[record.chosen] == pytest.approx(trace, rel=1e-6)
    assert record.sharpness.sum() + d * c / r == pytest.approx(record.traces[record.chosen], rel=1e-9)
    entropy = (
        -sum(math.log1p(row[label]) for row, label in zip(record.residuals, record.labels, strict=True)) / n
    )
    assert record.cross_entropy[record.chosen] == pytest.approx(entropy, rel=1e-9, abs=1e-12)
    loss = entropy + record.penalty[record.chosen] + math.log1p(1e-10)
    bound = loss + c * 100.0 / (2 * r) * math.log(record.traces[record.chosen] * r / (d * c) + 1e-10)
    assert -bound == pytest.approx(score, rel=1e-9, abs=1e-9)
    assert record.value == score


@pytest.mark.parametrize("case", INPUTS[:3])
def test_the_grid_is_that_of_the_authors(case: str) -> None:
    """Three lambdas with two s2 each; every bound follows from its loss and its trace."""
    record, _ = record_of("pactran", case)
    points = list(zip(record.lambdas.tolist(), record.s2.tolist(), strict=True))
    assert points == [(10, 1000), (10, 100), (1, 100), (1, 10), (0.1, 10), (0.1, 1)]
    n, d, c = len(record.labels), record.n_features, record.n_classes
    for place, (prior, s2) in enumerate(points):
        r = prior * n
        flatness = c * s2 / (2 * r) * math.log(record.traces[place] * r / (d * c) + 1e-10)
        assert record.flatness[place] == pytest.approx(flatness, rel=1e-9, abs=1e-9)
        whole = record.cross_entropy[place] + record.penalty[place] + math.log1p(1e-10)
        assert record.loss[place] == pytest.approx(whole, rel=1e-9)
        assert record.bounds[place] == pytest.approx(whole + flatness, rel=1e-9, abs=1e-9)
