"""Linear projections: principal components and linear discriminants."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from ptmrank_core.errors import InputError
from ptmrank_core.projection.record import Array, Projection, centre

__all__ = ["lda", "pca", "principal_scores"]

# Loadings this close to the largest count as equal to it: the sign must not depend on round-off.
SIGN_TOLERANCE = 1e-6
# LDA is fitted to so many principal components, as GBC's Gaussians are.
MAX_COMPONENTS = 64
# Least scatter within classes, as a share of the total variance: without it classes that do not vary would
# divide by 0.
MIN_SCATTER = 1e-9


def pca(embeddings: ArrayLike, n_components: int = 2) -> Projection:
    """Project features on their directions of largest variance.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features), n_samples >= 2.
    n_components
        Number of axes, at least 1.

    Returns
    -------
    Projection
        The loading of largest absolute value on each axis is positive. Axes beyond the rank of the centred
        features (one feature only, all samples equal) are 0 with ratio 0.

    Raises
    ------
    InputError
        Not a matrix of finite numbers, fewer than two samples, or no axis asked for.

    Examples
    --------
    >>> pca([[0.0, 0.0], [2.0, 0.0], [4.0, 0.0]]).points.tolist()
    [[-2.0, 0.0], [0.0, 0.0], [2.0, 0.0]]
    """
    centred = centre(embeddings)
    if n_components < 1:
        raise InputError(f"Expected n_components >= 1, got {n_components}.")
    points = np.zeros((len(centred), n_components), dtype=np.float32)
    ratios = np.zeros(n_components)
    variances, loadings = principal_axes(centred, n_components)
    n_found = len(variances)
    points[:, :n_found] = centred @ loadings
    total = float(np.einsum("ij,ij->", centred, centred))
    ratios[:n_found] = variances / total if n_found else variances
    return Projection(points, ratios, "pca")


def principal_axes(centred: Array, n_components: int) -> tuple[Array, Array]:
    """Scatter along, and loadings (n_features, k) of, the k <= n_components axes above round-off."""
    n_samples, n_features = centred.shape
    is_wide = n_samples < n_features
    gram = centred @ centred.T if is_wide else centred.T @ centred
    size = len(gram)
    wanted = (max(0, size - n_components), size - 1)
    values, vectors = scipy.linalg.eigh(gram, subset_by_index=wanted, check_finite=False)
    values, vectors = values[::-1], vectors[:, ::-1]
    is_above = values > max(centred.shape) * np.finfo(np.float64).eps * values[0]
    values, vectors = values[is_above], vectors[:, is_above]
    loadings = centred.T @ vectors / np.sqrt(values) if is_wide else vectors
    return values, np.asarray(loadings * _signs(loadings))


def _signs(loadings: Array) -> Array:
    """Return the sign of each axis' first loading of largest absolute value."""
    size = np.abs(loadings)
    first = np.argmax(size >= (1 - SIGN_TOLERANCE) * size.max(axis=0, initial=0.0), axis=0)
    largest: Array = loadings[first, np.arange(loadings.shape[1])]
    return np.sign(largest)


def principal_scores(embeddings: ArrayLike, n_components: int) -> Array:
    """Project features on their directions of largest variance, without those of round-off.

    Returns
    -------
    ndarray of float64
        Shape (n_samples, k), centred, k <= n_components.
    """
    centred = centre(embeddings)
    return np.asarray(centred @ principal_axes(centred, n_components)[1])


def lda(embeddings: ArrayLike, labels: ArrayLike) -> Projection:
    """Project features on the plane that separates the classes best (Fisher's linear discriminants).

    The plane is fitted to the labels, so classes look better separated than they are for new samples. To
    limit that, the features are first reduced to 64 principal components (fewer where there are fewer samples
    than that beyond the number of classes), and the scatter within the classes is shrunk (Ledoit and Wolf
    [1]_).

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features).
    labels
        int array of shape (n_samples,), at least two classes.

    Returns
    -------
    Projection
        Points of shape (n_samples, 2), in standard deviations within a class. Two classes have one
        discriminant: the second axis is then the direction of most variance beside it.
        ``explained_variance_ratio`` is empty.

    Raises
    ------
    InputError
        Not a matrix of finite numbers, labels that do not fit, or one class only.

    References
    ----------
    .. [1] Ledoit, Wolf: A well-conditioned estimator for large-dimensional covariance matrices. Journal of
       Multivariate Analysis 88(2), 2004. doi:10.1016/S0047-259X(03)00096-4
    """
    codes = np.unique(np.asarray(labels), return_inverse=True)[1].reshape(-1)
    n_samples, n_classes = len(codes), int(codes.max(initial=0)) + 1
    if n_classes < 2:
        raise InputError("Expected at least 2 classes to separate, got 1.")
    most = max(2, min(MAX_COMPONENTS, n_samples - n_classes))
    scores = principal_scores(embeddings, most)
    if len(scores) != n_samples:
        raise InputError(f"Expected one label for each of {len(scores)} samples, got {n_samples}.")
    points = np.zeros((n_samples, 2), dtype=np.float32)
    if scores.shape[1]:
        axes = _discriminants(scores, codes)
        projected = scores @ axes
        points[:, : projected.shape[1]] = projected
    return Projection(points, np.empty(0), "lda", {"n_components": scores.shape[1]})


def _discriminants(scores: Array, codes: NDArray[np.int64]) -> Array:
    """Directions of shape (k, 2 or 1), the classes' common scatter along each 1."""
    from sklearn.covariance import ledoit_wolf  # noqa: PLC0415 - a second

    counts = np.bincount(codes)
    means = np.stack([scores[codes == code].mean(axis=0) for code in range(len(counts))])
    within = np.atleast_2d(ledoit_wolf(scores - means[codes], assume_centered=True)[0])
    width = scores.shape[1]
    least = MIN_SCATTER * float(np.einsum("ij,ij->", scores, scores)) / scores.size
    within = within + least * np.eye(width)
    between = (means.T * counts) @ means / len(codes)
    wanted = min(2, len(counts) - 1, width)
    axes = scipy.linalg.eigh(between, within, subset_by_index=(width - wanted, width - 1))[1][:, ::-1]
    if wanted == 1 and width > 1:
        axes = np.column_stack([axes, _most_variance_beside(scores, axes[:, 0])])
        axes[:, 1] /= np.sqrt(axes[:, 1] @ within @ axes[:, 1])
    return np.asarray(axes * _signs(axes))


def _most_variance_beside(scores: Array, axis: Array) -> Array:
    """Find the direction of most variance among those uncorrelated with one axis."""
    covariance = scores.T @ scores / len(scores)
    normal = covariance @ axis
    normal /= np.linalg.norm(normal)
    rest = np.eye(len(axis)) - np.outer(normal, normal)
    vector: Array = scipy.linalg.eigh(rest @ covariance @ rest)[1][:, -1]
    return vector
