"""Neighbour embeddings (t-SNE, UMAP), their trustworthiness, and nearest neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ptmrank_core.errors import InputError
from ptmrank_core.projection.linear import principal_scores
from ptmrank_core.projection.record import Array, Projection, centre
from ptmrank_core.records import Trust
from ptmrank_core.sampling import random_rows

__all__ = [
    "MAX_JUDGED",
    "N_NEIGHBOURS",
    "Neighbours",
    "nearest_samples",
    "trustworthiness",
    "tsne",
    "umap",
    "umap_is_installed",
]

# Distances between wide features are nearly those between their first principal components.
MAX_COMPONENTS = 50
PERPLEXITY = 30.0
N_STEPS = 500
UMAP_NEIGHBOURS, UMAP_DISTANCE = 15, 0.1
N_NEIGHBOURS = 5
"""Nearest neighbours of a sample that are listed, and that the trustworthiness of a projection compares."""
MAX_JUDGED = 1_000
"""Samples that trustworthiness is computed on, at most: all their distances are in memory at once."""


def tsne(embeddings: ArrayLike, *, seed: int = 0) -> Projection:
    """Project features with t-SNE [1]_: near neighbours stay near; distances between clusters mean nothing.

    Of the first 50 principal components, initialised with the first two, 500 steps.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features), n_samples >= 2.
    seed
        Seed of the optimisation.

    Returns
    -------
    Projection
        ``settings`` holds the perplexity: 30, or a third of the other samples where that is less.

    Raises
    ------
    InputError
        Not a matrix of finite numbers, or fewer than two samples.

    References
    ----------
    .. [1] van der Maaten, Hinton: Visualizing Data using t-SNE. JMLR 9, 2008.
    """
    scores = principal_scores(embeddings, MAX_COMPONENTS)
    perplexity = max(1.0, min(PERPLEXITY, (len(scores) - 1) / 3))
    settings = {"perplexity": perplexity, "n_steps": N_STEPS, "seed": seed}
    points = np.zeros((len(scores), 2), dtype=np.float32)
    if scores.shape[1] and len(scores) > 3:
        from sklearn.manifold import TSNE  # noqa: PLC0415 - a second

        start = np.zeros((len(scores), 2))
        start[:, : scores.shape[1]] = scores[:, :2]
        model = TSNE(
            perplexity=perplexity,
            max_iter=N_STEPS,
            random_state=seed,
            # The same as init="pca", without a second singular value decomposition.
            init=(start / start[:, 0].std() * 1e-4).astype(np.float32),
        )
        points[:] = model.fit_transform(scores.astype(np.float32))
    return Projection(points, np.empty(0), "tsne", settings)


def umap_is_installed() -> bool:
    """Whether UMAP is installed: it comes with an extra."""
    return find_spec("umap") is not None


def umap(embeddings: ArrayLike, *, seed: int = 0) -> Projection:
    """Project the first 50 principal components of features with UMAP [1]_.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features), n_samples >= 4.
    seed
        Seed of the optimisation.

    Returns
    -------
    Projection
        ``settings`` holds the number of neighbours and the least distance.

    Raises
    ------
    InputError
        Not a matrix of finite numbers, or fewer than four samples.

    References
    ----------
    .. [1] McInnes, Healy, Melville: UMAP: Uniform Manifold Approximation and Projection for Dimension
       Reduction. arXiv:1802.03426
    """
    from umap import UMAP  # noqa: PLC0415 - an extra that takes seconds to load

    scores = principal_scores(embeddings, MAX_COMPONENTS)
    if len(scores) < 4:
        raise InputError(f"Expected at least 4 samples for UMAP, got {len(scores)}.")
    n_near = min(UMAP_NEIGHBOURS, len(scores) - 1)
    settings = {"n_neighbors": n_near, "min_dist": UMAP_DISTANCE, "seed": seed}
    model = UMAP(
        n_neighbors=n_near,
        min_dist=UMAP_DISTANCE,
        random_state=seed,
        n_jobs=1,
        init="random" if len(scores) < UMAP_NEIGHBOURS else "spectral",
    )
    points = np.array(model.fit_transform(scores.astype(np.float32)), dtype=np.float32)
    return Projection(points, np.empty(0), "umap", settings)


def trustworthiness(embeddings: ArrayLike, points: ArrayLike, *, seed: int = 0) -> Trust | None:
    """Compute the trustworthiness [1]_ of a projection, on 1,000 samples at most, by Euclidean distance.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features).
    points
        Array of shape (n_samples, 2).
    seed
        Seed of the draw of these samples.

    Returns
    -------
    Trust or None
        ``None`` with fewer than four samples.

    Raises
    ------
    InputError
        Not two matrices of finite numbers for the same samples.

    References
    ----------
    .. [1] Venna, Kaski: Neighborhood preservation in nonlinear projection methods. ICANN 2001.
       doi:10.1007/3-540-44668-0_68
    """
    features, places = centre(embeddings), np.asarray(points, dtype=np.float64)
    n_samples = len(features)
    if len(places) != n_samples or not np.isfinite(places).all():
        raise InputError(f"Expected {n_samples} finite points, one for each sample.")
    rows = random_rows(n_samples, MAX_JUDGED, seed=seed)
    n_near = min(N_NEIGHBOURS, (len(rows) - 1) // 2)
    if len(rows) < 4:
        return None
    from sklearn.manifold import trustworthiness as compute  # noqa: PLC0415 - a second

    value = float(compute(features[rows], places[rows], n_neighbors=n_near))
    return Trust(min(1.0, max(0.0, value)), n_near, len(rows))


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The nearest samples of one sample, nearest first; arrays are read-only.

    Parameters
    ----------
    rows
        int64 array of shape (k,): indices of the samples.
    distances
        float64 array of shape (k,): Euclidean, in the unit of the features.
    """

    rows: NDArray[np.int64]
    distances: Array

    def __post_init__(self) -> None:
        self.rows.setflags(write=False)
        self.distances.setflags(write=False)


def nearest_samples(embeddings: ArrayLike, row: int, n_near: int = N_NEIGHBOURS) -> Neighbours:
    """Find the nearest neighbours of one sample by Euclidean distance; of equal ones the first.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features).
    row
        Index of the sample, which is no neighbour of itself.
    n_near
        Number of neighbours.

    Raises
    ------
    InputError
        Not a matrix of numbers, or no such sample.
    """
    features = np.asarray(embeddings)
    if features.ndim != 2 or not 0 <= row < len(features):
        raise InputError(f"Expected one of {len(features)} samples, got number {row}.")
    distances = np.linalg.norm(features.astype(np.float64) - features[row].astype(np.float64), axis=1)
    others = np.delete(np.arange(len(features)), row)
    nearest = others[np.argsort(distances[others], kind="stable")[:n_near]]
    return Neighbours(nearest, distances[nearest])
