"""What LogME fits: two precisions for each target, and the evidence at any others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.metrics.numerics.linear_model.evidence import evidence_at, evidence_terms
from ptmrank_core.metrics.numerics.marginal_likelihood import maximise_evidence

__all__ = ["EvidenceSurface", "LogmeRecord", "evidence_surface", "intermediates"]

Array: TypeAlias = NDArray[np.float64]

STEPS = 41
MARGIN, LEAST_SPAN = 0.75, 3.0  # decades around the path, and at least


@dataclass(frozen=True, eq=False, slots=True)
class LogmeRecord:
    """The Bayesian linear models behind LogME, arXiv:2110.10545: one for each target column.

    The score is the mean over the targets of 1/(2N) [N ln(beta/2 pi) - sum_i ln(1 + beta sigma_i / alpha) -
    beta ||F m - t||^2 - alpha m'm].

    Parameters
    ----------
    n_samples
        N.
    sigma
        Non-zero eigenvalues of F'F, shape (rank,), descending, in the features' unit squared.
    energy
        Squared projections of each target on the directions of sigma, shape (n_targets, rank).
    rest
        Squared norm of what no weights could explain, shape (n_targets,).
    alpha, beta
        Precisions of the weights and of the noise where the iteration stopped, shape (n_targets,).
    weights
        m'm, shape (n_targets,).
    residual
        ||F m - t||^2, shape (n_targets,).
    terms
        The four terms of the bracket as they stand there, signs included, in nats, shape (n_targets, 4).
    evidence
        Log evidence for each sample, in nats, shape (n_targets,): half the sum of the terms over N.
    path
        alpha and beta at the start and after each round of each target: ``n_targets`` arrays of shape
        (1 + rounds, 2).
    path_evidence
        Log evidence for each sample there, with the weights that are most probable there: arrays of shape
        (1 + rounds,).
    converged
        Whether alpha/beta moved by at most 0.1 % in the last round, shape (n_targets,).
    value
        The score, in nats.
    """

    n_samples: int
    sigma: Array
    energy: Array
    rest: Array
    alpha: Array
    beta: Array
    weights: Array
    residual: Array
    terms: Array
    evidence: Array
    path: tuple[Array, ...]
    path_evidence: tuple[Array, ...]
    converged: NDArray[np.bool_]
    value: float


@dataclass(frozen=True, eq=False, slots=True)
class EvidenceSurface:
    """Log evidence of one target over both precisions.

    Parameters
    ----------
    alphas, betas
        Shapes (k,), at equal distances of their logarithms.
    evidence
        Nats for each sample, shape (k, k): a row for each beta, a column for each alpha.
    """

    alphas: Array
    betas: Array
    evidence: Array


def intermediates(inputs: MetricInputs) -> LogmeRecord:
    """Fit every target column, and keep the path of each.

    Parameters
    ----------
    inputs
        With classes or other targets.
    """
    statistics = inputs.decomposition
    result = maximise_evidence(statistics)
    sigma = statistics.spectrum.singular_values**2
    energy = np.ascontiguousarray(statistics.target_projections.T) ** 2
    path = tuple(result.path[: 1 + n, :, target] for target, n in enumerate(result.n_rounds))
    fits = zip(path, energy, statistics.target_residuals, strict=True)
    return LogmeRecord(
        statistics.n_samples,
        sigma,
        energy,
        statistics.target_residuals,
        result.alpha,
        result.beta,
        result.weights,
        result.residual,
        evidence_terms(
            statistics.n_samples, sigma, (result.alpha, result.beta), (result.weights, result.residual)
        ),
        result.evidence,
        path,
        tuple(
            evidence_at(sigma, own, float(rest), statistics.n_samples, (way[:, 0], way[:, 1]))
            for way, own, rest in fits
        ),
        result.converged,
        float(result.evidence.mean()),
    )


def evidence_surface(record: LogmeRecord, target: int) -> EvidenceSurface:
    """Log evidence of one target around the path of its iteration.

    Parameters
    ----------
    record
        What :func:`intermediates` returned.
    target
        Index of the target column.
    """
    alphas, betas = (_around(values) for values in record.path[target].T)
    grid = np.meshgrid(alphas, betas)
    evidence = evidence_at(
        record.sigma,
        record.energy[target],
        float(record.rest[target]),
        record.n_samples,
        (grid[0].ravel(), grid[1].ravel()),
    )
    return EvidenceSurface(alphas, betas, evidence.reshape(len(betas), len(alphas)))


def _around(values: Array) -> Array:
    """Numbers at equal distances of their logarithms, from below to above some that are positive."""
    logs = np.log10(values)
    low, high = float(logs.min()) - MARGIN, float(logs.max()) + MARGIN
    wider = max(0.0, LEAST_SPAN - (high - low)) / 2
    return np.asarray(np.logspace(low - wider, high + wider, STEPS))
