"""The record of ETran."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ptmrank_core.metrics import compute
from tests.metrics.intermediates.discriminants import own, softmax
from tests.metrics.intermediates.inputs import INPUTS, TARGETS, inputs_of, record_of


@pytest.mark.parametrize("case", INPUTS)
def test_the_score_is_rebuilt_from_the_record(case: str) -> None:
    """The mean probability of the own class by the nearest class mean, and the energy of the lowest."""
    record, score = record_of("etran", case)
    inputs = inputs_of(case)
    given = own(softmax(record.logits), record.labels)
    assert record.probabilities == pytest.approx(given, rel=1e-9)
    assert np.mean(given) == pytest.approx(score, rel=1e-9, abs=1e-9)
    assert record.value == score
    energies = [
        math.log(math.fsum(math.exp(x - row.max()) for x in row)) + row.max() for row in inputs.embeddings
    ]
    assert record.energies == pytest.approx(energies, rel=1e-9)
    n_lowest = max(1, 5 * len(energies) // 1000)
    lowest = math.fsum(sorted(energies)[:n_lowest]) / n_lowest
    assert record.energy == pytest.approx(lowest, rel=1e-9)
    assert record.energy == compute("etran", inputs).components["s_en"]
    assert len(record.lowest) == n_lowest


@pytest.mark.parametrize("case", TARGETS)
def test_the_score_of_targets_is_rebuilt_from_the_record(case: str) -> None:
    """Minus the mean of the squared errors over samples and targets."""
    record, score = record_of("etran", case)
    n_targets = len(record.squared_errors)
    assert -record.squared_errors.sum() / (record.n_samples * n_targets) == pytest.approx(score, rel=1e-9)
    assert record.value == score
    assert len(record.probabilities) == len(record.logits) == 0
