"""TransRate: how many more nats all samples take to encode than those of one class."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ptmrank_core.errors import UnknownNameError
from ptmrank_core.metrics.inputs.inputs import MetricInputs, prepare_inputs
from ptmrank_core.metrics.numerics.decomposition import Decomposition
from ptmrank_core.metrics.numerics.spectrum import log_det, log_det_of
from ptmrank_core.records import MetricOutput

__all__ = ["RateForm", "TransrateResult", "transrate", "transrate_output"]

Array: TypeAlias = NDArray[np.float64]
RateForm: TypeAlias = Literal["uniform", "prior", "trace"]

DISTORTION = 1e-4


@dataclass(frozen=True, eq=False)
class TransrateResult:
    """Coding rates R = 1/2 ln det(I + Z'Z / (n eps)) of the centred features, in nats.

    Parameters
    ----------
    rate
        Of all samples.
    class_rates
        Of the samples of each class, shape (n_classes,).
    weights
        Of the classes in their mean, shape (n_classes,), sum 1.
    """

    rate: float
    class_rates: Array
    weights: Array


def transrate(embeddings: ArrayLike, labels: ArrayLike, *, form: RateForm = "uniform") -> float:
    """Mutual information between features and classes, as a difference of coding rates.

    The rate R(Z) counts the nats to encode Z up to a distortion eps = 1e-4; the score is R of all
    samples minus the mean of R over the classes.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features).
    labels
        Array of shape (n_samples,): classes.
    form
        ``"uniform"``: every class weighs 1/C, as in the published listing. ``"prior"``: n_c/n.
        ``"trace"``: n_c/n, and the centred features divided by their Frobenius norm.

    Returns
    -------
    float
        Nats, higher is better; at least 0 for ``"prior"`` and ``"trace"``, else without bounds.

    Raises
    ------
    MetricInputError
        The arrays do not fit.

    Notes
    -----
    Classes are centred at the overall mean, not at their own, as in the listing; the listing's float32
    (noisy to 3e-4) is float64 here, by Cholesky factors on the smaller side. Except for ``"trace"`` the
    value grows with the unit of the features. Classes smaller than the width make it a measure of ranks.
    As classes are not centred, two of equal size and shape score 0 however far apart they are. The
    authors' repository computes another quantity (rows normalised, eigenvalues divided by rank).

    References
    ----------
    .. [1] Huang, Huang, Rong, Yang, Wei: Frustratingly Easy Transferability Estimation. ICML 2022.
       arXiv:2106.09362

    Examples
    --------
    >>> features = [[3.0, 0.0], [3.1, 0.0], [0.0, 3.0], [0.0, 3.1], [-3.0, -3.0], [-3.1, -3.1]]
    >>> round(transrate(features, ["a", "a", "b", "b", "c", "c"]), 1)
    5.1
    >>> round(transrate(features, ["a", "b", "c", "a", "b", "c"]), 1)
    0.1
    """
    return transrate_output(prepare_inputs(embeddings, labels=labels), form=form).value


def transrate_output(inputs: MetricInputs, *, form: RateForm = "uniform") -> MetricOutput:
    """Return :func:`transrate` with its two rates."""
    statistics = inputs.decomposition
    result = _rates(statistics, form)
    within = float(result.weights @ result.class_rates)
    # With weights n_c/n it is a Jensen difference of the concave ln det: below 0 only by round-off.
    value = result.rate - within if form == "uniform" else max(0.0, result.rate - within)
    notes = [*inputs.label_notes, *inputs.feature_notes]
    n_small = int(np.count_nonzero(statistics.class_counts < statistics.n_features))
    if n_small:
        notes.append(
            f"{n_small} of {inputs.n_classes} classes have fewer samples than there are features:"
            " the score mostly measures their rank."
        )
    components = MappingProxyType({"rate": result.rate, "class_rate": within})
    return MetricOutput(value, components, tuple(notes))


def _rates(statistics: Decomposition, form: RateForm) -> TransrateResult:
    """Rates of all samples and of each class."""
    counts, n_samples = statistics.class_counts, statistics.n_samples
    if form not in ("uniform", "prior", "trace"):
        raise UnknownNameError("form", form, ("prior", "trace", "uniform"))
    weights = np.full(len(counts), 1 / len(counts)) if form == "uniform" else counts / n_samples
    total = statistics.total_scatter
    if total == 0:
        return TransrateResult(0.0, np.zeros(len(counts)), weights)
    scale = 1 / DISTORTION / (total if form == "trace" else 1)
    value = log_det(statistics.centred_gram, scale / n_samples)
    if value is None:
        value = log_det_of(statistics.centred_spectrum.singular_values, scale / n_samples)
    class_rates = [_class_rate(statistics, rows, scale / len(rows)) for rows in statistics.class_rows]
    return TransrateResult(0.5 * value, np.array(class_rates), weights)


def _class_rate(statistics: Decomposition, rows: NDArray[np.int64], scale: float) -> float:
    """Rate of one class, from the Gram matrix of its samples or of its features."""
    if statistics.is_wide:
        gram = statistics.centred_gram[np.ix_(rows, rows)]
    else:
        members = statistics.centred[rows]
        gram = members @ members.T if len(rows) < statistics.n_features else members.T @ members
    value = log_det(gram, scale)
    if value is None:
        singular = np.linalg.svd(statistics.centred[rows], compute_uv=False)
        value = log_det_of(singular, scale)
    return 0.5 * value
