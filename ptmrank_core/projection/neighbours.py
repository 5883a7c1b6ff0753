"""Maps that keep neighbours together (t-SNE, UMAP), how far they can be trusted, and the neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ptmrank_core.errors import InputError
from ptmrank_core.projection.linear import principal_scores
from ptmrank_core.projection.record import Array, Projection, centre
from ptmrank_core.records import Trust

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

# Distances between wide features are distances between their first principal components, nearly.
MAX_COMPONENTS = 50
PERPLEXITY = 30.0
N_STEPS = 500
UMAP_NEIGHBOURS, UMAP_DISTANCE = 15, 0.1
N_NEIGHBOURS = 5
"""Neighbours of a sample: those that are listed, and those that a map is to keep."""
MAX_JUDGED = 1_000
"""A map is judged by so many of its samples: all distances between them are held at once."""


def tsne(embeddings: ArrayLike, *, seed: int = 0) -> Projection:
    """Project features so that near neighbours stay near; distances between far clusters mean nothing.

    t-SNE [1]_ of the first 50 principal components, started from the first two, 500 steps.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features), n_samples >= 2.
    seed
        Seed of whatever is random in it.

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
            # As init="pca" does it, whose own singular value decomposition is not needed once more.
            init=(start / start[:, 0].std() * 1e-4).astype(np.float32),
        )
        points[:] = model.fit_transform(scores.astype(np.float32))
    return Projection(points, np.empty(0), "tsne", settings)


def umap_is_installed() -> bool:
    """Whether UMAP can be had: it comes with an extra."""
    return find_spec("umap") is not None


def umap(embeddings: ArrayLike, *, seed: int = 0) -> Projection:
    """Project features with UMAP [1]_, which keeps neighbours too, from the first 50 principal components.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features), n_samples >= 4.
    seed
        Seed of whatever is random in it.

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
    """Judge a map by its neighbours [1]_, on 1,000 samples at most, by Euclidean distance.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features).
    points
        Array of shape (n_samples, 2).
    seed
        Seed of the draw of samples.

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
    rows = np.arange(n_samples)
    if n_samples > MAX_JUDGED:
        rows = np.sort(np.random.default_rng(seed).choice(n_samples, MAX_JUDGED, replace=False))
    n_near = min(N_NEIGHBOURS, (len(rows) - 1) // 2)
    if len(rows) < 4:
        return None
    from sklearn.manifold import trustworthiness as judge  # noqa: PLC0415 - a second

    value = float(judge(features[rows], places[rows], n_neighbors=n_near))
    return Trust(min(1.0, max(0.0, value)), n_near, len(rows))


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The nearest samples of one sample, nearest first; arrays are read-only.

    Parameters
    ----------
    rows
        int64 array of shape (k,): which samples they are.
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
        How many.

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
    found = others[np.argsort(distances[others], kind="stable")[:n_near]]
    return Neighbours(found, distances[found])
