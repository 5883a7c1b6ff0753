"""Singular values and vectors of features, from the smaller of their two Gram matrices; Cholesky factors.

Whatever threads speed up goes through numpy. The wheels of numpy and scipy each bring a BLAS with threads of
its own, which go on spinning for a while after their last call: whoever takes turns between the two waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

__all__ = [
    "EPS",
    "Spectrum",
    "centred_block",
    "decompose",
    "log_det",
    "log_det_of",
    "solve_positive",
]

Array: TypeAlias = NDArray[np.float64]
Floats: TypeAlias = NDArray[np.floating[Any]]

EPS = float(np.finfo(np.float64).eps)
# A Gram matrix squares the condition number: eigenvalues below sqrt(eps) of the largest carry fewer than
# half of their digits. Where there are some, the spectrum comes from an SVD of the features instead.
RESOLVED = EPS**0.5
# Relative error of a log-determinant by Cholesky above which singular values are taken instead.
PRECISION = 1e-9
# Least share of the squared lengths of a part's samples that has to be left once its own mean is taken out of
# products around the whole's mean: two bits go at most.
KEPT = 0.25


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
    opposite
        V' of shape (rank, n_features), where an SVD gave both sides; ``None`` from a Gram matrix.
    """

    features: Array
    singular_values: Array
    vectors: Array
    side: Literal["left", "right"]
    opposite: Array | None = None

    @property
    def rank(self) -> int:
        """Number of singular values above round-off."""
        return len(self.singular_values)

    def leading(self, rank: int) -> Spectrum:
        """Keep the first directions only."""
        if rank == self.rank:
            return self
        opposite = None if self.opposite is None else self.opposite[:rank]
        return Spectrum(
            self.features, self.singular_values[:rank], self.vectors[:, :rank], self.side, opposite
        )

    def project(self, targets: Array | scipy.sparse.csr_array) -> Array:
        """Coordinates U't, shape (rank, k), of targets of shape (n_samples, k), in their unit."""
        if self.side == "left":
            return np.asarray(self.vectors.T @ targets)
        # U = F V diag(1/s) is as large as the features and never formed: U't = diag(1/s) V'(F't).
        return np.asarray((self.vectors.T @ (self.features.T @ targets)) / self.singular_values[:, None])

    def split(self, direction: Array) -> tuple[Array, Array]:
        """Coordinates V'x, shape (rank,), of x of shape (n_features,), and what of x is not in their span."""
        if self.side == "right":
            right = self.vectors.T
        elif self.opposite is not None:
            right = self.opposite
        else:
            # V = F'U diag(1/s) is as large as the features and never formed.
            along = (self.vectors.T @ (self.features @ direction)) / self.singular_values
            return along, direction - (self.vectors @ (along / self.singular_values)) @ self.features
        along = right @ direction
        return along, direction - along @ right

    def expand(self, coordinates: Array) -> Array:
        """Targets U x, shape (n_samples, k), of coordinates x of shape (rank, k)."""
        if self.side == "left":
            return self.vectors @ coordinates
        return self.features @ (self.vectors @ (coordinates / self.singular_values[:, None]))


def decompose(features: Array, gram: Array, full_rank: int) -> Spectrum:
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
    values, vectors = np.linalg.eigh(gram)
    values = values[::-1][:full_rank]
    if values[-1] > RESOLVED * values[0]:
        is_wide = features.shape[0] < features.shape[1]
        # Every product with columns in reverse order would copy them.
        vectors = np.ascontiguousarray(vectors[:, ::-1][:, :full_rank])
        return Spectrum(features, np.sqrt(values), vectors, "left" if is_wide else "right")
    left, singular, right = np.linalg.svd(features, full_matrices=False)
    rank = int(np.count_nonzero(singular > max(features.shape) * EPS * singular[0]))
    return Spectrum(features, singular[:rank], left[:, :rank], "left", right[:rank])


def centred_block(gram: Array, rows: NDArray[np.int64]) -> Array | None:
    """Centred Gram matrix of a part of the samples from that of all, ``None`` where digits would go.

    The products of the part around the mean of all are a block; its own mean is then taken out of both sides.

    Parameters
    ----------
    gram
        Fc Fc' of all samples, shape (n, n).
    rows
        Which of them are the part, shape (k,).
    """
    block: Array = gram[np.ix_(rows, rows)]
    length = float(np.trace(block))
    means = block.mean(axis=1)
    shifts = means[:, None] + means
    shifts -= means.mean()
    block -= shifts
    return block if np.trace(block) >= KEPT * length else None


def log_det(gram: Array, scale: float) -> float | None:
    """Return ln det(I + scale G) by a Cholesky factor; ``None`` where round-off in G would show in it.

    Parameters
    ----------
    gram
        G, a Gram matrix of either side.
    scale
        A positive number.
    """
    shifted = gram * scale
    shifted[np.diag_indices_from(shifted)] += 1
    diagonal = shifted.diagonal().copy()
    try:
        pivots = np.linalg.cholesky(shifted).diagonal() ** 2
    except np.linalg.LinAlgError:
        return None
    value = float(np.log(pivots).sum())
    # A pivot is what is left of a diagonal entry: their ratio says how many digits went.
    lost = EPS * float((diagonal / pivots).sum())
    return value if lost <= PRECISION * max(1.0, value) else None


def log_det_of(singular_values: Floats, scale: float) -> float:
    """Return ln det(I + scale F'F) from the singular values of F: slower, and exact for any of them."""
    return float(np.log1p(scale * singular_values**2).sum())


def solve_positive(matrix: Array, columns: Array) -> Array:
    """Return A^-1 B of a symmetric positive definite matrix, whose upper half is overwritten.

    Parameters
    ----------
    matrix
        A, C-contiguous, shape (p, p), equal to its transpose to the last bit.
    columns
        B, shape (p, k).

    Raises
    ------
    LinAlgError
        A is not positive definite as far as its Cholesky factor can tell; its lower half is as it was.
    """
    if not len(matrix):  # features that are the same for all samples span nothing; LAPACK refuses that
        return columns.copy()
    diagonal = matrix.diagonal().copy()
    # Its factor takes a third of the time of numpy's at a few hundred rows. Threads of its own would compete
    # with those of numpy, so there are none.
    with _blas().limit(limits=1):
        factor, fault = scipy.linalg.lapack.dpotrf(matrix.T, lower=1, clean=0, overwrite_a=1)
        if fault:
            matrix.flat[:: len(matrix) + 1] = diagonal
            raise np.linalg.LinAlgError("Matrix is not positive definite")
        solution, _ = scipy.linalg.lapack.dpotrs(factor, columns, lower=1)
    return np.ascontiguousarray(solution)


@cache
def _blas() -> Any:
    """Return the BLAS libraries of this process: looking for them takes longer than a small matrix."""
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]  # noqa: PLC0415

    return ThreadpoolController().select(user_api="blas")
