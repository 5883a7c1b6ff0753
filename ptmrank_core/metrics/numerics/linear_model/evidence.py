"""The log evidence of a Bayesian linear model at any precisions of its weights and of its noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Solved", "evidence_at", "evidence_terms", "log_evidence", "solve"]

Array: TypeAlias = NDArray[np.float64]


def evidence_at(
    sigma: Array, energy: Array, rest: float, n_samples: int, precisions: tuple[Array, Array]
) -> Array:
    """Log evidence for each sample of one target at any precisions, with the weights most probable there.

    Parameters
    ----------
    sigma
        Non-zero eigenvalues of F'F, shape (rank,).
    energy
        Squared projections of the target on the left singular vectors, shape (rank,).
    rest
        Squared norm of what is outside their span.
    n_samples
        Number of samples.
    precisions
        alpha and beta, each of shape (k,).

    Returns
    -------
    ndarray of float64
        Nats, shape (k,).
    """
    alpha, beta = precisions
    solved = solve(sigma, energy[None, :], rest, alpha / beta)
    return log_evidence(n_samples, sigma, precisions, (solved.weights, solved.residual))


def evidence_terms(
    n_samples: int, sigma: Array, precisions: tuple[Array, Array], norms: tuple[Array, Array]
) -> Array:
    """Return the terms whose sum is twice the log evidence of all samples.

    Parameters
    ----------
    n_samples, sigma
        As in :func:`evidence_at`.
    precisions
        alpha and beta, each of shape (k,).
    norms
        ||m||^2 and ||F m - t||^2, each of shape (k,).

    Returns
    -------
    ndarray of float64
        Nats, shape (k, 4): N ln(b / 2 pi), -sum_i ln(1 + b sigma_i / a), -b ||F m - t||^2, -a m'm.
    """
    # arXiv:2110.10545, eq. for ln p(t|F, a, b):
    # D/2 ln a + N/2 ln b - 1/2 ln|a I + b F'F| - b/2 ||t - F m||^2 - a/2 m'm - N/2 ln 2 pi.
    # Taken out of the determinant, zero eigenvalues included, D/2 ln a cancels and what stays is
    # -1/2 sum_{i <= rank} ln(1 + b sigma_i / a).
    (alpha, beta), (weights, residual) = precisions, norms
    ratio = beta / alpha
    charge = np.log1p(sigma * ratio[:, None]).sum(axis=1)
    likely = n_samples * np.log(beta / (2 * np.pi))
    return np.column_stack([likely, -charge, -beta * residual, -alpha * weights])


def log_evidence(
    n_samples: int, sigma: Array, precisions: tuple[Array, Array], norms: tuple[Array, Array]
) -> Array:
    """Log evidence for each sample, in nats, shape (k,)."""
    first, second, third, fourth = evidence_terms(n_samples, sigma, precisions, norms).T
    return np.asarray(0.5 * (first + second + third + fourth) / n_samples)


@dataclass(frozen=True, eq=False, slots=True)
class Solved:
    """The most probable weights at k ratios tau = alpha/beta: ||m||^2 (k,), ||Fm - t||^2 (k,).

    ``shrunk`` is 1/(sigma + tau) and ``noise`` tau times that, each of shape (k, rank).
    """

    weights: Array
    residual: Array
    shrunk: Array
    noise: Array


def solve(sigma: Array, energy: Array, rest: Array | float, tau: Array) -> Solved:
    """Solve for the weights; energy of shape (k, rank) or (1, rank)."""
    shrunk = 1 / (sigma + tau[:, None])
    weights = (sigma * energy * shrunk**2).sum(axis=1)
    noise = tau[:, None] * shrunk
    residual = (energy * noise**2).sum(axis=1) + rest
    return Solved(weights, residual, shrunk, noise)
