"""The fixed point behind LogME: alpha and beta of a Bayesian linear model for every target column at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import MetricError
from ptmrank_core.metrics.numerics.decomposition import Decomposition
from ptmrank_core.metrics.numerics.linear_model.centred import (
    CentredModel,
    centred_model,
    log_determinant,
    solve_centred,
)

__all__ = ["MAX_ROUNDS", "LogmeResult", "maximise_evidence", "published_excess"]

Array: TypeAlias = NDArray[np.float64]

MAX_ROUNDS = 11
TOLERANCE = 1e-3
# Most real features meet the authors' limit of 11 rounds while alpha/beta moves by a few per cent, which
# leaves the score within 1e-3 nats of its limit: only more than that is worth a warning.
STILL_MOVING = 0.1
# The authors' guard in both denominators; it decides beta where the fit is exact (n <= d). Theirs is an
# absolute number, as is their start at alpha = beta = 1: both are taken in units of features and targets.
GUARD = 1e-5


@dataclass(frozen=True, eq=False)
class LogmeResult:
    """The model t = F w + noise fitted to each target column; all arrays have shape (n_targets,).

    Parameters
    ----------
    alpha
        Precision of the weights, in (feature/target) squared; without meaning where all features are zero.
    beta
        Precision of the noise, in 1/target squared.
    evidence
        Log evidence for each sample, in nats, with the log-determinant over all n_features.
    n_rounds
        Rounds of the fixed point, at most 11.
    last_move
        Relative change of alpha/beta in the last round.
    weights
        ||m||^2 of the most probable weights m, in (target/feature) squared.
    residual
        ||F m - t||^2, in target squared.
    path
        alpha and beta at the start and after each round, shape (1 + rounds of the slowest, 2, n_targets), in
        their units; a column that has stopped stays where it is.
    """

    alpha: Array
    beta: Array
    evidence: Array
    n_rounds: NDArray[np.int64]
    last_move: Array
    weights: Array
    residual: Array
    path: Array

    @property
    def converged(self) -> NDArray[np.bool_]:
        """Whether alpha/beta moved by at most 0.1 % in the last round."""
        return self.last_move <= TOLERANCE

    @property
    def n_moving(self) -> int:
        """Number of targets that still moved by more than 10 % in the last round."""
        return int(np.count_nonzero(self.last_move > STILL_MOVING))


@dataclass(eq=False)
class _Fit:
    """State of the iteration; arrays of shape (n_targets,)."""

    alpha: Array
    beta: Array
    weights: Array
    residual: Array
    n_rounds: NDArray[np.int64]
    last_move: Array
    path: list[tuple[Array, Array]]


def maximise_evidence(statistics: Decomposition, *, as_published: bool = False) -> LogmeResult:
    """Fit alpha and beta to every target column.

    Parameters
    ----------
    statistics
        Shared statistics of features and targets.
    as_published
        With start and guards as absolute numbers, so that the result depends on the unit of the features.

    Returns
    -------
    LogmeResult
        One entry for each target column. The evidence is that of the features in any unit; targets in
        another unit shift it by a constant.

    Notes
    -----
    The units are powers of ten near to the root mean square (of the features, and of each target's values
    that are not 0, so that it is 1 for classes): features and targets of ordinary size are scored to the last
    digit as published, and others as if they had that size.
    """
    model, unit = centred_model(statistics), 1.0
    target_units = np.ones(len(model.means))
    if not as_published:
        sizes = np.append(model.singular, np.sqrt(statistics.n_samples) * statistics.mean)
        unit = _power_of_ten(sizes, statistics.embeddings.size)
        target_units = np.array([_power_of_ten(t, int(np.count_nonzero(t))) for t in statistics.targets.T])
    model = model.in_units(unit, target_units)
    fit = _fixed_point(model)
    evidence = _log_evidence(model, fit) - np.log(target_units)
    scales = (unit / target_units) ** 2, 1 / target_units**2
    return LogmeResult(
        fit.alpha * scales[0],
        fit.beta / target_units**2,
        evidence,
        fit.n_rounds,
        fit.last_move,
        fit.weights / scales[0],
        fit.residual * target_units**2,
        np.array(fit.path) * np.array(scales),
    )


def _power_of_ten(values: Array, count: int) -> float:
    """Return the power of ten nearest to the root mean square of ``count`` values; 1 where all are 0."""
    largest = float(np.abs(values).max(initial=0.0))
    if largest == 0:
        return 1.0
    size = largest * np.sqrt(np.sum(np.square(values / largest)) / count)
    return float(10.0 ** np.rint(np.log10(size)))


def _log_evidence(model: CentredModel, fit: _Fit) -> Array:
    """Log evidence of each target where its iteration stopped, for each sample, in nats: arXiv:2110.10545."""
    charge = log_determinant(model, fit.alpha / fit.beta)
    likely = model.n_samples * np.log(fit.beta / (2 * np.pi))
    penalty = fit.beta * fit.residual + fit.alpha * fit.weights
    return np.asarray(0.5 * (likely - charge - penalty) / model.n_samples)


def _fixed_point(model: CentredModel) -> _Fit:
    """Iterate every target column from alpha = beta = 1 until it stops, each for itself.

    Parameters
    ----------
    model
        In units of features and targets.
    """
    n_targets = len(model.means)
    fit = _Fit(
        alpha=np.ones(n_targets),
        beta=np.ones(n_targets),
        weights=np.zeros(n_targets),
        residual=np.zeros(n_targets),
        n_rounds=np.zeros(n_targets, dtype=np.int64),
        last_move=np.full(n_targets, np.inf),
        path=[(np.ones(n_targets), np.ones(n_targets))],
    )
    for _ in range(MAX_ROUNDS):
        active = np.flatnonzero(fit.last_move > TOLERANCE)
        if not active.size:
            break
        tau = fit.alpha[active] / fit.beta[active]
        solved = solve_centred(model if len(active) == n_targets else model.of_targets(active), tau)
        fit.weights[active], fit.residual[active] = solved.weights, solved.residual
        if not model.is_empty:
            fit.alpha[active] = solved.used / (fit.weights[active] + GUARD)
        fit.beta[active] = solved.free / (fit.residual[active] + GUARD)
        fit.n_rounds[active] += 1
        fit.last_move[active] = np.abs(fit.alpha[active] / fit.beta[active] - tau) / tau
        fit.path.append((fit.alpha.copy(), fit.beta.copy()))
    return fit


def published_excess(statistics: Decomposition, result: LogmeResult) -> float:
    """Return what the published LogME adds for each sample: (d - min(n, d))/2 ln(alpha) / n.

    Parameters
    ----------
    statistics
        Shared statistics of the features.
    result
        The evidence with the log-determinant over all n_features.

    Raises
    ------
    MetricError
        All features are zero.
    """
    if not statistics.embeddings.any():
        raise MetricError(
            "The published LogME is infinite on features that are all zero.",
            hint="Use logme, which is finite.",
        )
    n_missing = max(0, statistics.n_features - statistics.n_samples)
    return float(0.5 * n_missing * np.log(result.alpha).mean() / statistics.n_samples)
