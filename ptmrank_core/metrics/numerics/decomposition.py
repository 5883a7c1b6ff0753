"""Statistics of (embeddings, targets) shared by all metrics, each computed once and only when asked for.

One matrix product of order ``n d min(n, d)`` is paid: the Gram matrix of the *centred* features on its
smaller side. The uncentred one is derived from it by adding the mean; the other way round, subtracting
``n mu mu'``, cancels to noise as soon as the mean is large against the spread.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

import numpy as np
import scipy
from numpy.typing import NDArray

from ptmrank_core.errors import MetricInputError
from ptmrank_core.metrics.numerics.spectrum import Spectrum, centred_block, decompose

__all__ = ["Decomposition"]

Array: TypeAlias = NDArray[np.float64]
T = TypeVar("T")


class Decomposition:
    """Lazy statistics of one model's features and the targets.

    Parameters
    ----------
    embeddings
        F, finite float64 array of shape (n_samples, n_features).
    labels
        Codes 0..C-1 without gaps, shape (n_samples,), or ``None``.
    targets
        Real targets of shape (n_samples, n_targets), or ``None``; exactly one of the two.
    part_of
        Statistics of more samples, and which of those the samples here are, shape (n_samples,), in the same
        order; ``None`` where nothing can be taken over.
    """

    def __init__(
        self,
        embeddings: Array,
        *,
        labels: NDArray[np.int64] | None = None,
        targets: Array | None = None,
        part_of: tuple[Decomposition, NDArray[np.int64]] | None = None,
    ) -> None:
        self.embeddings = embeddings
        self.n_samples: int = embeddings.shape[0]
        self.n_features: int = embeddings.shape[1]
        self._labels = labels
        self._targets = targets
        self.part_of = part_of
        self._shared: dict[Callable[[Decomposition], Any], Any] = {}

    @property
    def is_wide(self) -> bool:
        """Whether n_samples < n_features, so that the smaller side is the samples'."""
        return self.n_samples < self.n_features

    # -- classes ------------------------------------------------------------------------------------

    @property
    def labels(self) -> NDArray[np.int64]:
        """Codes 0..C-1, shape (n_samples,)."""
        if self._labels is None:
            raise MetricInputError("Expected class labels, got real or multi-label targets.")
        return self._labels

    @cached_property
    def class_counts(self) -> NDArray[np.int64]:
        """Samples of each class, shape (n_classes,)."""
        return np.bincount(self.labels)

    @cached_property
    def one_hot(self) -> Array:
        """Class indicators, zeros and ones, shape (n_samples, n_classes)."""
        return np.eye(len(self.class_counts))[self.labels]

    def _indicators(self, weights: Array | None = None) -> scipy.sparse.csr_array:
        """Rows of :attr:`one_hot` times weights of shape (n_samples,)."""
        # A product with it reads the other side once; with the dense one it costs C times as much.
        weights = np.ones(self.n_samples) if weights is None else weights
        places = (weights, self.labels, np.arange(self.n_samples + 1))
        return scipy.sparse.csr_array(places, shape=(self.n_samples, len(self.class_counts)))

    def sum_by_class(self, rows: Array, weights: Array | None = None) -> Array:
        """Weighted sum of the rows of each class, shape (n_classes, k), of rows of shape (n_samples, k)."""
        return np.asarray(self._indicators(weights).T @ rows)

    @cached_property
    def class_offsets(self) -> Array:
        """Class means less the overall mean, shape (n_classes, n_features), in the features' unit."""
        return self.sum_by_class(self.centred) / self.class_counts[:, None]

    @cached_property
    def class_rows(self) -> tuple[NDArray[np.int64], ...]:
        """Indices of the samples of each class, ascending."""
        order = np.argsort(self.labels, kind="stable").astype(np.int64, copy=False)
        return tuple(np.split(order, np.cumsum(self.class_counts)[:-1]))

    @cached_property
    def class_variances(self) -> Array:
        """Variance (over n_c) of each feature within each class, shape (n_classes, n_features)."""
        # One class at a time: all deviations together would be as large as the features.
        return np.stack(
            [
                np.square(self.centred[rows] - offset).mean(axis=0)
                for rows, offset in zip(self.class_rows, self.class_offsets, strict=True)
            ]
        )

    # -- features -----------------------------------------------------------------------------------

    @cached_property
    def constant_columns(self) -> NDArray[np.bool_]:
        """Which features are the same for all samples, shape (n_features,)."""
        first = self.embeddings[0]
        is_constant = np.asarray(first == self.embeddings[-1])
        # Hardly any column is left to be looked at as a whole.
        (alike,) = is_constant.nonzero()
        is_constant[alike] = (self.embeddings[:, alike] == first[alike]).all(axis=0)
        return is_constant

    @property
    def mean(self) -> Array:
        """Overall mean mu, shape (n_features,), in the features' unit."""
        return self._centring[0]

    @property
    def centred(self) -> Array:
        """F - 1 mu', shape (n_samples, n_features); constant columns are exactly 0."""
        return self._centring[1]

    @cached_property
    def _centring(self) -> tuple[Array, Array]:
        """The overall mean and the centred features, in two passes against a large common mean."""
        mean: Array = self.embeddings.mean(axis=0)
        mean[self.constant_columns] = self.embeddings[0, self.constant_columns]
        centred = self.embeddings - mean
        rest = centred.mean(axis=0)
        centred -= rest
        mean += rest
        return mean, centred

    @cached_property
    def centred_gram(self) -> Array:
        """Fc'Fc, or Fc Fc' where n < d: shape (min(n, d), min(n, d)), in the unit squared."""
        centred = self.centred
        if not self.is_wide:
            return centred.T @ centred
        block = None
        if self.part_of is not None and self.part_of[0].is_wide:
            block = centred_block(self.part_of[0].centred_gram, self.part_of[1])
        return centred @ centred.T if block is None else block

    @cached_property
    def gram(self) -> Array:
        """F'F, or F F' where n < d: shape (min(n, d), min(n, d)), in the features' unit squared."""
        if self.is_wide:
            # f_i'f_j = fc_i'fc_j + fc_i'mu + fc_j'mu + mu'mu
            along: Array = self.centred @ self.mean
            gram: Array = self.centred_gram + along[:, None] + along + self.mean @ self.mean
        else:
            gram = self.centred_gram + self.n_samples * np.outer(self.mean, self.mean)
        return gram

    @cached_property
    def row_energy(self) -> Array:
        """Squared distance of each sample from the overall mean, shape (n_samples,), in the unit squared."""
        energy: Array = np.einsum("ij,ij->i", self.centred, self.centred)
        return energy

    @cached_property
    def total_scatter(self) -> float:
        """Trace of Fc'Fc, in the features' unit squared."""
        return float(self.row_energy.sum())

    @cached_property
    def spectrum(self) -> Spectrum:
        """Singular value decomposition of F."""
        n_alive = int(np.count_nonzero(self.embeddings.any(axis=0)))
        return decompose(self.embeddings, self.gram, min(self.n_samples, n_alive))

    @cached_property
    def centred_spectrum(self) -> Spectrum:
        """Singular value decomposition of the centred features; its rank is at most n_samples - 1."""
        n_alive = self.n_features - int(np.count_nonzero(self.constant_columns))
        return decompose(self.centred, self.centred_gram, min(self.n_samples - 1, n_alive))

    @cached_property
    def coordinates(self) -> Array:
        """The centred features in an orthonormal basis of a space that holds them: no column too many.

        Shape (n_samples, n_features), or (n_samples, rank) where n < d; distances and angles are kept.
        """
        if not self.is_wide:
            return self.centred
        spectrum = self.centred_spectrum
        return spectrum.vectors * spectrum.singular_values

    def to_coordinates(self, direction: Array) -> Array:
        """Coordinates, as of :attr:`coordinates`, of a direction of shape (n_features,)."""
        if not self.is_wide:
            return direction
        spectrum = self.centred_spectrum
        projections: Array = spectrum.project((self.centred @ direction)[:, None])[:, 0]
        return projections / spectrum.singular_values

    def principal_scores(self, n_components: int) -> Array:
        """First principal components, shape (n_samples, n_components); 0 beyond the features' rank."""
        scores = np.zeros((self.n_samples, n_components))
        spectrum = self.centred_spectrum
        rank = min(spectrum.rank, n_components)
        vectors = spectrum.vectors[:, :rank]
        is_left = spectrum.side == "left"
        scores[:, :rank] = vectors * spectrum.singular_values[:rank] if is_left else self.centred @ vectors
        return scores

    def share(self, make: Callable[[Decomposition], T]) -> T:
        """Return ``make(self)``, computed at the first call: for what two metrics have in common.

        Parameters
        ----------
        make
            A function of a module (its identity is the key).
        """
        if make not in self._shared:
            self._shared[make] = make(self)
        statistic: T = self._shared[make]
        return statistic

    # -- targets ------------------------------------------------------------------------------------

    @property
    def targets(self) -> Array:
        """One-hot classes or the given targets, shape (n_samples, k)."""
        return self.one_hot if self._targets is None else self._targets

    @cached_property
    def target_means(self) -> Array:
        """Mean of each target column, shape (k,), in the targets' unit."""
        if self._targets is None:
            return self.class_counts / self.n_samples
        means: Array = self.targets.mean(axis=0)
        return means

    @cached_property
    def centred_projections(self) -> Array:
        """Coordinates of each target less its mean on the centred features' directions, shape (rank, k)."""
        spectrum = self.centred_spectrum
        if self._targets is not None:
            return spectrum.project(self._targets - self.target_means)
        if spectrum.side == "right":
            # Fc't of a class is the sum of its samples.
            sums = self.class_offsets * self.class_counts[:, None]
            return np.asarray((spectrum.vectors.T @ sums.T) / spectrum.singular_values[:, None])
        # Directions of small spread are orthogonal to the constant one up to a few digits only.
        sums = spectrum.vectors.sum(axis=0)
        return spectrum.project(self._indicators()) - np.outer(sums, self.target_means)

    @cached_property
    def centred_fit(self) -> Array:
        """Least-squares fit of each target less its mean by the centred features, shape (n_samples, k)."""
        return self.centred_spectrum.expand(self.centred_projections)

    @cached_property
    def centred_residuals(self) -> Array:
        """Squared norm of each target less its mean and its fit by the centred features, shape (k,)."""
        residual = self.targets - self.target_means - self.centred_fit
        energy: Array = np.einsum("ij,ij->j", residual, residual)
        return energy

    @cached_property
    def target_projections(self) -> Array:
        """Coordinates U't of each target column t, shape (rank, k), in the targets' unit."""
        return self.spectrum.project(self._indicators() if self._targets is None else self._targets)

    @cached_property
    def target_residuals(self) -> Array:
        """||t - U U't||^2 of each target column, shape (k,), in the targets' unit squared."""
        # Summed over the residual itself: ||t||^2 - ||x||^2 cancels, and can round below 0.
        residual = self.targets - self.spectrum.expand(self.target_projections)
        energy: Array = np.einsum("ij,ij->j", residual, residual)
        return energy
