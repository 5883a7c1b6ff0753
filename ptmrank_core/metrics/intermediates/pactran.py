"""What PACTran computes: the classifier's optimum, how sharp it is, and the bound over the authors' grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.metrics.numerics.pac_bayes import GRID, LAMBDA, S2_FACTOR, bound_flatness

__all__ = ["PactranRecord", "intermediates"]

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class PactranRecord:
    """The bound of PACTran with a Gaussian prior, arXiv:2203.05126, for every point of the authors' grid.

    The bound is J* + C s2 / (2 r) ln(H r / (d C)) with r = lambda n; the score is minus that of one point.
    Arrays without another shape have one entry for each point of the grid.

    Parameters
    ----------
    labels
        y, codes 0..C-1, shape (n_samples,).
    n_features, n_classes
        d and C.
    lambdas, s2
        The points: the prior's variance of a weight, and the scale of the second term.
    cross_entropy
        Mean cross-entropy of the classifier at its optimum, in nats.
    penalty
        ||W||^2 / (2 r) there, in nats; J* is the sum of the two, and of ln(1 + 1e-10).
    loss
        J*, in nats.
    traces
        H, the trace of the Hessian at the optimum, summed over the samples.
    flatness
        The second term of the bound, in nats.
    bounds
        The bound, in nats: lower is better.
    chosen
        Which point the score is taken from.
    residuals
        Probabilities less one-hot classes at the optimum of the chosen point, shape (n_samples, n_classes).
    sharpness
        What each sample adds to H there: (||f_i - mean||^2 + 1) sum_k p_ik (1 - p_ik), shape (n_samples,).
    row_energy
        Squared distance of each sample from the mean of all, shape (n_samples,), in the unit squared.
    value
        The score, minus the chosen bound.
    """

    labels: NDArray[np.int64]
    n_features: int
    n_classes: int
    lambdas: Array
    s2: Array
    cross_entropy: Array
    penalty: Array
    loss: Array
    traces: Array
    flatness: Array
    bounds: Array
    chosen: int
    residuals: Array
    sharpness: Array
    row_energy: Array
    value: float


def intermediates(inputs: MetricInputs) -> PactranRecord:
    """Fit the classifier for each lambda and bound its loss.

    Parameters
    ----------
    inputs
        With classes.

    Raises
    ------
    MetricInputError
        There are none.
    """
    statistics = inputs.decomposition
    found = [(prior, bound) for prior, scales in GRID for bound in bound_flatness(statistics, prior, scales)]
    (chosen,) = (
        place for place, (prior, bound) in enumerate(found) if (prior, bound.s2) == (LAMBDA, S2_FACTOR)
    )
    bounds = [bound for _, bound in found]
    return PactranRecord(
        labels=statistics.labels,
        n_features=inputs.n_features,
        n_classes=inputs.n_classes,
        lambdas=np.array([prior for prior, _ in found]),
        s2=np.array([bound.s2 for bound in bounds]),
        cross_entropy=np.array([bound.fit.loss - bound.fit.penalty for bound in bounds]),
        penalty=np.array([bound.fit.penalty for bound in bounds]),
        loss=np.array([bound.loss for bound in bounds]),
        traces=np.array([bound.trace for bound in bounds]),
        flatness=np.array([bound.flatness for bound in bounds]),
        bounds=np.array([bound.bound for bound in bounds]),
        chosen=chosen,
        residuals=bounds[chosen].fit.residuals,
        sharpness=(statistics.row_energy + 1) * bounds[chosen].spread,
        row_energy=statistics.row_energy,
        value=-bounds[chosen].bound,
    )
