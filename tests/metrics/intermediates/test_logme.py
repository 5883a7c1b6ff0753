"""The record of LogME."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from ptmrank_core.metrics.intermediates.logme import evidence_surface
from tests.metrics.intermediates.inputs import INPUTS, TARGETS, inputs_of, record_of


def log_evidence(record: Any, precisions: tuple[float, float], norms: tuple[float, float]) -> float:
    """Log evidence for each sample, term by term."""
    (alpha, beta), (weights, residual) = precisions, norms
    bracket = record.n_samples * math.log(beta / (2 * math.pi))
    bracket -= sum(math.log(1 + beta / alpha * sigma) for sigma in record.sigma)
    bracket -= beta * residual + alpha * weights
    return bracket / (2 * record.n_samples)


@pytest.mark.parametrize("case", [*INPUTS, *TARGETS])
def test_the_score_is_rebuilt_from_the_record(case: str) -> None:
    """The mean over the targets of the log evidence at the precisions where it stopped is the score."""
    record, score = record_of("logme", case)
    fits = zip(record.alpha, record.beta, record.weights, record.residual, strict=True)
    each = [log_evidence(record, (a, b), (w, r)) for a, b, w, r in fits]
    assert each == pytest.approx(record.evidence, rel=1e-9, abs=1e-9)
    assert sum(each) / len(each) == pytest.approx(score, rel=1e-9, abs=1e-9)
    assert record.value == score


@pytest.mark.parametrize(
    "case", ["more samples than features", "fewer samples than features", "cls_overlap_iso"]
)
def test_the_surface_is_the_density_of_the_target(case: str) -> None:
    """Everywhere the evidence is ln N(t; 0, I/beta + F F'/alpha) / N, which the product never forms."""
    inputs, (record, _) = inputs_of(case), record_of("logme", case)
    features = np.asarray(inputs.embeddings)
    target = (np.asarray(inputs.labels) == 1).astype(float)
    surface = evidence_surface(record, 1)
    for column, row in ((0, 0), (20, 20), (40, 0), (5, 33)):
        alpha, beta = surface.alphas[column], surface.betas[row]
        covariance = np.eye(len(target)) / beta + features @ features.T / alpha
        _, log_det = np.linalg.slogdet(2 * math.pi * covariance)
        expected = -0.5 * (log_det + target @ np.linalg.solve(covariance, target)) / len(target)
        assert surface.evidence[row, column] == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("case", INPUTS)
def test_the_path_leads_to_where_it_stopped(case: str) -> None:
    """A path ends at the precisions of the score, within the surface, and the evidence does not fall."""
    record, _ = record_of("logme", case)
    for target, (path, evidence) in enumerate(zip(record.path, record.path_evidence, strict=True)):
        assert path[-1] == pytest.approx([record.alpha[target], record.beta[target]])
        assert evidence[-1] >= evidence[0] - 1e-9
        assert evidence[-1] >= record.evidence[target] - 1e-9
    surface = evidence_surface(record, 0)
    for values, axis in zip(record.path[0].T, (surface.alphas, surface.betas), strict=True):
        assert axis[0] < values.min()
        assert values.max() < axis[-1]
