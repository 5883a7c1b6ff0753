"""Between-class variance over a covariance: the sample one, or that of Ledoit and Wolf, as H-Score has them.

Ledoit and Wolf shrink the covariance towards a multiple of the identity by as much as it is noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.metrics.numerics.decomposition import Decomposition
from ptmrank_core.metrics.numerics.spectrum import EPS

__all__ = ["Shrinkage", "between_over_sample", "between_over_shrunk", "between_parts", "ledoit_wolf"]

Array: TypeAlias = NDArray[np.float64]

# Relative cutoff of the authors' pseudo-inverse, on eigenvalues of the covariance.
CUTOFF = 1e-15


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """S_a = (1 - a) S + a m I, with S = Fc'Fc / n.

    Parameters
    ----------
    intensity
        a, in [0, 1]: 0 keeps S, 1 says that it cannot be told from noise.
    scale
        m = tr(S) / d, the mean variance of a feature, in the features' unit squared.
    is_negligible
        Whether a is below what round-off lets a Cholesky factor of S_a see.
    """

    intensity: float
    scale: float
    is_negligible: bool


def ledoit_wolf(statistics: Decomposition) -> Shrinkage:
    """Estimate the intensity that minimises the expected squared error of S_a.

    Parameters
    ----------
    statistics
        Shared statistics of the features.

    Returns
    -------
    Shrinkage
        Intensity 0 where S already is a multiple of the identity, up to round-off.

    References
    ----------
    .. [1] Ledoit, Wolf: A well-conditioned estimator for large-dimensional covariance matrices.
       Journal of Multivariate Analysis 88, 2004. doi:10.1016/S0047-259X(03)00096-4
    """
    n_samples, n_features = statistics.n_samples, statistics.n_features
    gram = statistics.centred_gram / n_samples
    scale = statistics.total_scatter / n_samples / n_features
    # ||S||_F^2 = ||Fc Fc' / n||_F^2: the smaller side will do.
    norm2 = float(np.vdot(gram, gram))
    if statistics.is_wide:
        distance2 = norm2 / n_features - scale**2
    else:
        gram.flat[:: n_features + 1] -= scale
        distance2 = float(np.vdot(gram, gram)) / n_features
    # sum_jk sum_i f_ij^2 f_ik^2 = sum_i ||f_i||^4
    fourth = float(np.mean(statistics.row_energy**2))
    noise2 = max(0.0, fourth - norm2) / (n_features * n_samples)
    # What round-off leaves of a multiple of the identity, as which a single feature counts, is no distance.
    is_apart = distance2 > (n_samples * n_features * EPS * scale) ** 2
    intensity = min(noise2, distance2) / distance2 if is_apart else 0.0
    # The computed Gram matrix is positive definite up to n eps of its largest eigenvalue, at most d m.
    return Shrinkage(intensity, scale, intensity <= n_samples * n_features * EPS)


def between_over_sample(statistics: Decomposition) -> tuple[float, int]:
    """tr(S^+ S_B) and the rank of S: squared length of the class indicators within the span of Fc.

    Parameters
    ----------
    statistics
        Shared statistics of features and classes.

    Notes
    -----
    With Fc = U diag(s) V' and W = one-hot / sqrt(n_c): S^+ S_B = V s^-1 U'W W'U s V', trace ||U'W||_F^2.
    """
    variances = statistics.centred_spectrum.singular_values**2
    kept = variances > CUTOFF * variances[:1]
    return float(np.sum(between_parts(statistics)[kept])), int(np.count_nonzero(kept))


def between_parts(statistics: Decomposition) -> Array:
    """Shares of each principal direction's scatter that lie in each class mean, shape (rank, n_classes).

    Parameters
    ----------
    statistics
        Shared statistics of features and classes.

    Returns
    -------
    ndarray of float64
        (u_j'w_c)^2, w_c the indicator of class c over sqrt(n_c): in [0, 1], and so is the sum of a row.
    """
    return np.asarray(statistics.centred_projections**2 / statistics.class_counts)


def between_over_shrunk(statistics: Decomposition, shrinkage: Shrinkage) -> float:
    """(1 - a) tr(S_a^-1 S_B), S with 1/n and S_B with 1/(n - 1) as in arXiv:2110.06893.

    Parameters
    ----------
    statistics
        Shared statistics of features and classes.
    shrinkage
        Its intensity is a.
    """
    n_samples = statistics.n_samples
    if shrinkage.is_negligible:
        # S itself may be singular; the limit a -> 0 is the plain form, here with S over n.
        return between_over_sample(statistics)[0] * n_samples / (n_samples - 1)
    # tr(S_a^-1 B) with B = sum_c n_c (mu_c - mu)(mu_c - mu)', direction by direction.
    scatter = statistics.centred_spectrum.singular_values**2
    shrunk = (1 - shrinkage.intensity) / n_samples * scatter + shrinkage.intensity * shrinkage.scale
    ratio = float(between_parts(statistics).sum(axis=1) @ (scatter / shrunk))
    return (1 - shrinkage.intensity) * ratio / (n_samples - 1)
