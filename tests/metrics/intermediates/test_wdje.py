"""The record of WDJE."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.metrics.intermediates.inputs import INPUTS, TARGETS, inputs_of, record_of

WITH_SOURCE = [
    case
    for case in (*INPUTS, *TARGETS)
    if {"source_embeddings", "source_error", "target_error"} <= inputs_of(case).available
    and (case in INPUTS or "lipschitz" in inputs_of(case).available)
]


def cost_of(plan: Any) -> float:
    """Sum over the parts of a plan of the mass times the squared distance that it is moved."""
    return sum(
        mass * float(np.sum((plan.left[source] - plan.right[target]) ** 2))
        for source, target, mass in zip(plan.sources, plan.targets, plan.masses, strict=True)
    )


def scaled(features: Any) -> Any:
    """Rows of length 1."""
    return features / np.sqrt(np.sum(features**2, axis=1, keepdims=True))


@pytest.mark.parametrize("case", WITH_SOURCE)
def test_the_score_is_rebuilt_from_the_record(case: str) -> None:
    """Costs of both plans, labels without a partner, the Lipschitz constant: the bound, then the score."""
    record, score = record_of("wdje", case)
    inputs = inputs_of(case)
    target = scaled(inputs.embeddings)
    if inputs.labels is None:
        assert (record.lipschitz, record.greatest) == (inputs.lipschitz, 1.0)
    else:
        share = (inputs.n_classes - 1) / inputs.n_classes
        lipschitz = float(np.linalg.svd(target, compute_uv=False)[0]) * share / len(target)
        assert record.lipschitz == pytest.approx(lipschitz, rel=1e-9)
        assert record.greatest == math.log(100)
    lengths = [math.sqrt(sum(x**2 for x in row)) for row in record.unmatched]
    bound = (
        inputs.source_error
        + record.lipschitz * 0.5 * cost_of(record.features)
        + cost_of(record.labels)
        + (sum(lengths) / len(lengths) if lengths else 0.0)
        + record.lipschitz * record.greatest * math.exp(-0.5)
    )
    assert record.target_error - bound == pytest.approx(score, rel=1e-9, abs=1e-9)
    assert record.value == score


@pytest.mark.parametrize("case", WITH_SOURCE)
def test_a_plan_moves_all_of_both_clouds(case: str) -> None:
    """Every source sample gives what it weighs, every sample gets what it weighs."""
    record, _ = record_of("wdje", case)
    inputs = inputs_of(case)
    source = inputs.source_embeddings
    assert source is not None
    for plan, left, right in ((record.features, scaled(source), scaled(inputs.embeddings)),):
        for points, places, cloud in ((plan.left, plan.sources, left), (plan.right, plan.targets, right)):
            given = np.bincount(places, weights=plan.masses, minlength=len(points))
            for point, mass in zip(points, given, strict=True):
                weight = np.mean(np.all(np.abs(cloud - point) < 1e-12, axis=1))
                assert mass == pytest.approx(weight if len(points) < len(cloud) else 1 / len(cloud), abs=1e-9)
    assert record.labels.masses.sum() == pytest.approx(1)
