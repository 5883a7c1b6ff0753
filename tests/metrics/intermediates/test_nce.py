"""The record of NCE."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from tests.metrics.intermediates.inputs import INPUTS, record_of


@pytest.mark.parametrize("case", INPUTS)
def test_the_score_is_rebuilt_from_the_record(case: str) -> None:
    """Minus the entropy of the label given the decision is the score, from the table and from the samples."""
    record, score = record_of("nce", case)
    from_table = sum(
        cell * math.log(cell / sum(record.joint[:, z]))
        for row in record.joint
        for z, cell in enumerate(row)
        if cell > 0
    )
    assert from_table == pytest.approx(score, rel=1e-9, abs=1e-9)
    pairs = list(zip(record.labels.tolist(), record.decisions.tolist(), strict=True))
    together, decided = Counter(pairs), Counter(z for _, z in pairs)
    from_samples = sum(math.log(together[pair] / decided[pair[1]]) for pair in pairs) / len(pairs)
    assert from_samples == pytest.approx(score, rel=1e-9, abs=1e-9)
    assert -sum(record.unknown) == pytest.approx(score, rel=1e-9, abs=1e-9)
    assert record.value == score
