"""What EMMS computes: where the linear map takes every sample, and where its label stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.metrics.intermediates.parts.planes import principal_directions
from ptmrank_core.metrics.numerics.label_embeddings import (
    fit_labels,
    label_tables,
)

__all__ = ["EmmsRecord", "intermediates"]

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class EmmsRecord:
    """The fit behind EMMS, arXiv:2308.06262: the score is -(width / n) sum_i ||f_i'w - t_i||^2.

    Parameters
    ----------
    labels
        The row of ``mixture`` that stands for each sample, shape (n_samples,): its class, or itself.
    is_by_class
        Whether these are classes.
    tables
        Standardised label embeddings of each text encoder, or the one-hot classes or targets alone: shape
        (n_encoders, n_rows, width), numbers without unit.
    weights
        Of the encoders in the mixture, at least 0, sum 1, shape (n_encoders,).
    mixture
        t, the mixture of the tables, shape (n_rows, width).
    fitted
        f_i'w, where the linear map takes each sample, shape (n_samples, width).
    plane, fitted_plane
        Both in the plane along which the rows of the mixture differ most, shapes (n_rows, 2), (n_samples, 2).
    errors
        ||f_i'w - t_i||^2 of each sample, shape (n_samples,).
    error
        Their mean.
    value
        The score, at most 0.
    """

    labels: NDArray[np.int64]
    is_by_class: bool
    tables: Array
    weights: Array
    mixture: Array
    fitted: Array
    plane: Array
    fitted_plane: Array
    errors: Array
    error: float
    value: float


def intermediates(inputs: MetricInputs) -> EmmsRecord:
    """Fit the map and the mixture.

    Parameters
    ----------
    inputs
        With classes or targets.
    """
    tables, groups = label_tables(inputs, "embedded")
    fit = fit_labels(inputs, tables, groups)
    directions = principal_directions(fit.mixture)
    deviations = fit.deviations
    fitted = deviations + fit.mixture[groups]
    return EmmsRecord(
        groups,
        inputs.labels is not None and len(fit.mixture) == inputs.n_classes,
        fit.tables,
        fit.weights,
        fit.mixture,
        fitted,
        fit.mixture @ directions,
        fitted @ directions,
        np.einsum("ij,ij->i", deviations, deviations),
        fit.error,
        0.0 - fit.error * fit.width,
    )
