"""Statistics of (embeddings, targets) shared by all metrics, each computed once and only when asked for.

One matrix product of order ``n d min(n, d)`` is paid: the Gram matrix of the *centred* features on its
smaller side. The uncentred one is derived from it by adding the mean; the other way round, subtracting
``n mu mu'``, cancels to noise as soon as the mean is large against the spread.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from ptmrank_core.errors import MetricInputError

__all__ = ["Decomposition", "Spectrum"]

Array: TypeAlias = NDArray[np.float64]

EPS = float(np.finfo(np.float64).eps)
# A Gram matrix squares the condition number: eigenvalues below sqrt(eps) of the largest carry fewer than
# half of their digits. Where there are some, the spectrum comes from an SVD of the features instead.
RESOLVED = EPS**0.5


@dataclass(frozen=True, eq=False)
class Spectrum:
    """The non-zero part of F = U diag(s) V', with the singular vectors of one side.

    Parameters
    ----------
    features
        The matrix F, shape (n_samples, n_features).
    singular_values
        s, shape (rank,), descending, positive, in the features' unit.
    vectors
        U of shape (n_samples, rank), or V of shape (n_features, rank).
    side
        ``"left"`` where ``vectors`` is U, ``"right"`` where it is V.
    """

    features: Array
    singular_values: Array
    vectors: Array
    side: Literal["left", "right"]

    @property
    def rank(self) -> int:
        """Number of singular values above round-off."""
        return len(self.singular_values)

    def project(self, targets: Array) -> Array:
        """Coordinates U't, shape (rank, k), of targets of shape (n_samples, k), in their unit."""
        if self.side == "left":
            return self.vectors.T @ targets
        # U = F V diag(1/s) is as large as the features and never formed: U't = diag(1/s) V'(F't).
        return (self.vectors.T @ (self.features.T @ targets)) / self.singular_values[:, None]

    def expand(self, coordinates: Array) -> Array:
        """Targets U x, shape (n_samples, k), of coordinates x of shape (rank, k)."""
        if self.side == "left":
            return self.vectors @ coordinates
        return self.features @ (self.vectors @ (coordinates / self.singular_values[:, None]))


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
    """

    def __init__(
        self,
        embeddings: Array,
        *,
        labels: NDArray[np.int64] | None = None,
        targets: Array | None = None,
    ) -> None:
        self.embeddings = embeddings
        self.n_samples: int = embeddings.shape[0]
        self.n_features: int = embeddings.shape[1]
        self._labels = labels
        self._targets = targets

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

    @cached_property
    def class_offsets(self) -> Array:
        """Class means less the overall mean, shape (n_classes, n_features), in the features' unit."""
        sums: Array = self.one_hot.T @ self.centred
        return sums / self.class_counts[:, None]

    @cached_property
    def class_means(self) -> Array:
        """Class means, shape (n_classes, n_features), in the features' unit."""
        return self.mean + self.class_offsets

    # -- features -----------------------------------------------------------------------------------

    @cached_property
    def constant_columns(self) -> NDArray[np.bool_]:
        """Which features are the same for all samples, shape (n_features,)."""
        return np.asarray((self.embeddings == self.embeddings[0]).all(axis=0))

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
        return centred @ centred.T if self.is_wide else centred.T @ centred

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
        return _decompose(self.embeddings, self.gram, min(self.n_samples, n_alive))

    @cached_property
    def centred_spectrum(self) -> Spectrum:
        """Singular value decomposition of the centred features; its rank is at most n_samples - 1."""
        n_alive = self.n_features - int(np.count_nonzero(self.constant_columns))
        return _decompose(self.centred, self.centred_gram, min(self.n_samples - 1, n_alive))

    # -- targets ------------------------------------------------------------------------------------

    @property
    def targets(self) -> Array:
        """One-hot classes or the given targets, shape (n_samples, k)."""
        return self.one_hot if self._targets is None else self._targets

    @cached_property
    def target_projections(self) -> Array:
        """Coordinates U't of each target column t, shape (rank, k), in the targets' unit."""
        return self.spectrum.project(self.targets)

    @cached_property
    def target_residuals(self) -> Array:
        """||t - U U't||^2 of each target column, shape (k,), in the targets' unit squared."""
        # Summed over the residual itself: ||t||^2 - ||x||^2 cancels, and can round below 0.
        residual = self.targets - self.spectrum.expand(self.target_projections)
        energy: Array = np.einsum("ij,ij->j", residual, residual)
        return energy


def _decompose(features: Array, gram: Array, full_rank: int) -> Spectrum:
    """Decompose features by their smaller Gram matrix, or by an SVD where that is too coarse.

    Parameters
    ----------
    features
        Array of shape (n, d).
    gram
        Gram matrix of the features on their smaller side.
    full_rank
        The largest rank that the features can have.
    """
    if full_rank == 0:
        return Spectrum(features, np.empty(0), np.empty((features.shape[0], 0)), "left")
    values, vectors = scipy.linalg.eigh(gram, driver="evd", check_finite=False)
    values, vectors = values[::-1][:full_rank], vectors[:, ::-1][:, :full_rank]
    if values[-1] > RESOLVED * values[0]:
        is_wide = features.shape[0] < features.shape[1]
        return Spectrum(features, np.sqrt(values), vectors, "left" if is_wide else "right")
    left, singular, _ = scipy.linalg.svd(features, full_matrices=False, check_finite=False)
    rank = int(np.count_nonzero(singular > max(features.shape) * EPS * singular[0]))
    return Spectrum(features, singular[:rank], left[:, :rank], "left")
