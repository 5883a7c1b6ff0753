"""Labels that stand as embeddings: a linear fit to their mean, and the mixture of encoders nearest to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

from ptmrank_core.errors import UnknownNameError
from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.metrics.numerics.decomposition import Decomposition
from ptmrank_core.metrics.numerics.spectrum import Spectrum

__all__ = ["LabelCode", "LabelFit", "fit_labels", "label_tables", "span_of_standardised"]

Array: TypeAlias = NDArray[np.float64]
LabelCode: TypeAlias = Literal["embedded", "onehot"]

# The authors' guard against columns that never change.
GUARD = 1e-8
# Columns whose spreads differ by more lose their small ones to round-off unless standardised first.
MAX_UNEVEN = 1e-4
# Values that are compared at a time.
BLOCK_VALUES = 2**16


@dataclass(frozen=True, eq=False)
class LabelFit:
    """The fit to the mean label embedding, and the mixture of encoders that comes closest to it.

    Parameters
    ----------
    weights
        On the simplex, shape (n_encoders,).
    error
        Mean over the samples of ||f'w - t||^2, t the mixture of standardised label embeddings.
    width
        Width of the label embeddings.
    tables
        Standardised label embeddings of each encoder, shape (n_encoders, n_groups, width).
    mixture
        t: their mixture with ``weights``, shape (n_groups, width).
    groups
        The row of the mixture that stands for each sample, shape (n_samples,).
    columns, factors
        What is fitted to the samples: columns of shape (n_samples, width), or columns of shape (n_samples,
        n_groups) times factors of shape (n_groups, width).
    """

    weights: Array
    error: float
    width: int
    tables: Array
    mixture: Array
    groups: NDArray[np.int64]
    columns: Array
    factors: Array | None

    @property
    def deviations(self) -> Array:
        """F'w - t of each sample, shape (n_samples, width)."""
        fitted = self.columns if self.factors is None else self.columns @ self.factors
        return np.asarray(fitted - self.mixture[self.groups])


def span_of_standardised(statistics: Decomposition) -> Spectrum:
    """Return an orthonormal basis of the span of the standardised features.

    Parameters
    ----------
    statistics
        Shared statistics of the features.

    Returns
    -------
    Spectrum
        That of the centred features, whose span is the same, unless the spreads of their columns differ by
        more than 1e4. Directions along which the features differ by round-off alone are not in it: a network
        that ends with a normalisation has one, and what it holds differs between processors.
    """
    centred = statistics.centred
    if statistics.is_wide:
        squares = np.einsum("ij,ij->j", centred, centred)
    else:
        squares = statistics.centred_gram.diagonal()
    spreads = np.sqrt(squares / statistics.n_samples)
    alive = spreads[~statistics.constant_columns]
    largest = np.maximum(statistics.embeddings.max(axis=0), -statistics.embeddings.min(axis=0))
    if not alive.size or alive.min() > MAX_UNEVEN * alive.max():
        return _without_round_off(statistics, statistics.centred_spectrum, float(largest.max()))
    unit = spreads + GUARD
    standardised = Decomposition(centred / unit).centred_spectrum
    return _without_round_off(statistics, standardised, float((largest / unit).max()))


def _without_round_off(statistics: Decomposition, spectrum: Spectrum, largest: float) -> Spectrum:
    """Leave out the directions that errors of rounding can make.

    A matrix of independent errors e has singular values of up to e (sqrt(n) + sqrt(d)).
    """
    precision = np.float32 if statistics.share(_is_single) else np.float64
    rounding = float(np.finfo(precision).eps) * largest
    limit = rounding * (statistics.n_samples**0.5 + statistics.n_features**0.5)
    return spectrum.leading(int(np.count_nonzero(spectrum.singular_values > limit)))


def _is_single(statistics: Decomposition) -> bool:
    """Whether all features are numbers of single precision."""
    if statistics.part_of is not None and statistics.part_of[0].share(_is_single):
        return True
    # Block by block: most features that are not fail in the first one.
    with np.errstate(over="ignore", under="ignore"):
        rows = max(1, BLOCK_VALUES // statistics.n_features)
        blocks = (statistics.embeddings[i : i + rows] for i in range(0, statistics.n_samples, rows))
        return all(np.array_equal(block, block.astype(np.float32)) for block in blocks)


def label_tables(inputs: MetricInputs, label_code: LabelCode) -> tuple[Array, NDArray[np.int64]]:
    """Return what stands for the labels, and which of it belongs to each sample.

    Parameters
    ----------
    inputs
        With labels or targets, and label embeddings where there are some.
    label_code
        As in :func:`~ptmrank_core.metrics.emms`.

    Returns
    -------
    tables, rows
        Array of shape (n_encoders, g, width), one row for each class or each sample; the row of each sample,
        of shape (n_samples,).

    Raises
    ------
    UnknownNameError
        There is no such label code.
    """
    if label_code not in ("embedded", "onehot"):
        raise UnknownNameError("label_code", label_code, ("embedded", "onehot"))
    samples = np.arange(inputs.n_samples)
    if label_code == "embedded" and inputs.sample_label_embeddings is not None:
        return inputs.sample_label_embeddings, samples
    if inputs.labels is None:
        return inputs.decomposition.targets[None], samples
    if label_code == "embedded" and inputs.label_embeddings is not None:
        return inputs.label_embeddings, inputs.labels
    return np.eye(inputs.n_classes)[None], inputs.labels


def fit_labels(inputs: MetricInputs, tables: Array, groups: NDArray[np.int64]) -> LabelFit:
    """Fit the mean embedding, then the mixture: one alternation.

    Parameters
    ----------
    inputs
        With the features.
    tables
        Label embeddings of each encoder, shape (n_encoders, n_groups, width), not yet standardised.
    groups
        The row that stands for each sample, shape (n_samples,); every row for at least one.
    """
    counts = np.bincount(groups, minlength=tables.shape[1])
    n_samples, width = len(groups), tables.shape[2]
    mean = np.average(tables, axis=1, weights=counts)[:, None]
    spread = np.sqrt(np.average((tables - mean) ** 2, axis=1, weights=counts))[:, None]
    tables = (tables - mean) / (spread + GUARD)
    middle = tables.mean(axis=0)
    indicators = scipy.sparse.csr_array((np.ones(n_samples), (np.arange(n_samples), groups)))
    by_group = len(counts) < width
    # Fewer groups than columns of the embedding: their indicators are projected instead.
    columns = _fit_by_group(inputs, indicators, groups) if by_group else _fitted(inputs, middle[groups])
    # Least squares over all samples is least squares over the groups' means, weighted by their counts.
    group_means = np.asarray(indicators.T @ columns) / counts[:, None]
    group_means = group_means @ middle if by_group else group_means
    roots = np.sqrt(counts)[:, None]
    encodings = (tables * roots).reshape(len(tables), -1).T
    weights = _to_simplex(np.linalg.lstsq(encodings, (group_means * roots).ravel())[0])
    mixture: Array = np.tensordot(weights, tables, axes=1)
    fit = LabelFit(weights, 0.0, width, tables, mixture, groups, columns, middle if by_group else None)
    return replace(fit, error=_squared_norm(fit) / n_samples)


def _fitted(inputs: MetricInputs, columns: Array | scipy.sparse.csr_array) -> Array:
    """Least-squares fit of columns, less their means, by the standardised features."""
    spectrum = inputs.decomposition.share(span_of_standardised)
    return spectrum.expand(spectrum.project(columns))


def _fit_by_group(
    inputs: MetricInputs, indicators: scipy.sparse.csr_array, groups: NDArray[np.int64]
) -> Array:
    """Fit the indicators of groups: known where these are the classes, unless directions are left out."""
    statistics = inputs.decomposition
    is_whole = statistics.share(span_of_standardised) is statistics.centred_spectrum
    return statistics.centred_fit if is_whole and groups is inputs.labels else _fitted(inputs, indicators)


def _squared_norm(fit: LabelFit) -> float:
    """Squared norm of all deviations."""
    if fit.factors is None or 2 * len(fit.factors) >= fit.width:
        deviations = fit.deviations
    else:
        # P m - I t = [P I] [m; -t]: with a triangle for [P I] the norm is the same, and nothing cancels.
        both = np.hstack([fit.columns, np.eye(len(fit.mixture))[fit.groups]])
        deviations = np.linalg.qr(both, mode="r") @ np.vstack([fit.factors, -fit.mixture])
    return float(np.vdot(deviations, deviations))


def _to_simplex(weights: NDArray[np.floating[Any]]) -> Array:
    """Sparsemax: the nearest non-negative weights that sum to 1."""
    descending = np.sort(weights)[::-1]
    excess = (np.cumsum(descending) - 1) / np.arange(1, len(weights) + 1)
    threshold = excess[np.flatnonzero(descending > excess)[-1]]
    projected: Array = np.maximum(weights - threshold, 0.0)
    return projected
