"""What TransRate adds up: the nats that every direction takes to encode, of all samples and of each class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.metrics.numerics.coding_rate import DISTORTION, coding_rates

__all__ = ["TransrateRecord", "intermediates"]

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class TransrateRecord:
    """The coding rates behind TransRate, arXiv:2106.09362 eq. 4 and 5, direction by direction, in nats.

    The score is R(Z) - 1/C sum_c R(Z_c), and R(Z) the sum over Z's singular values s of
    1/2 ln(1 + s^2 / (n eps)).

    Parameters
    ----------
    distortion
        eps, in the features' unit squared.
    n_samples
        n of all samples.
    class_sizes
        n of each class, shape (n_classes,).
    singular_values
        s of the centred features, shape (min(n, d),) or fewer, descending, in the features' unit.
    class_singular_values
        Those of the rows of each class (centred as all are, not by themselves): n_classes arrays.
    terms
        1/2 ln(1 + s^2 / (n eps)) of each direction of all samples, shape as ``singular_values``.
    class_terms
        The same of each class, shape (n_classes, most directions), 0 beyond the directions of a class.
    mean_class_terms
        Their mean over the classes, shape (most directions,).
    gains
        ``terms`` less ``mean_class_terms``: what each direction adds to the score, shape (most directions,).
    rate
        R(Z).
    class_rates
        R(Z_c), shape (n_classes,).
    value
        The score.
    """

    distortion: float
    n_samples: int
    class_sizes: NDArray[np.int64]
    singular_values: Array
    class_singular_values: tuple[Array, ...]
    terms: Array
    class_terms: Array
    mean_class_terms: Array
    gains: Array
    rate: float
    class_rates: Array
    value: float


def intermediates(inputs: MetricInputs) -> TransrateRecord:
    """Resolve the rates into directions.

    Parameters
    ----------
    inputs
        With classes.

    Raises
    ------
    MetricInputError
        There are no classes.
    """
    statistics = inputs.decomposition
    rates = coding_rates(statistics, "uniform")
    singular = statistics.centred_spectrum.singular_values
    own = tuple(
        np.asarray(np.linalg.svd(statistics.centred[rows], compute_uv=False))
        for rows in statistics.class_rows
    )
    class_terms = np.zeros((len(own), max(len(singular), *(len(values) for values in own))))
    for row, values, count in zip(class_terms, own, statistics.class_counts, strict=True):
        row[: len(values)] = 0.5 * np.log1p(values**2 / (count * DISTORTION))
    terms, mean_terms = 0.5 * np.log1p(singular**2 / (statistics.n_samples * DISTORTION)), class_terms.mean(0)
    return TransrateRecord(
        DISTORTION,
        statistics.n_samples,
        statistics.class_counts,
        singular,
        own,
        terms,
        class_terms,
        mean_terms,
        np.pad(terms, (0, len(mean_terms) - len(terms))) - mean_terms,
        rates.rate,
        rates.class_rates,
        rates.rate - rates.class_rate,
    )
