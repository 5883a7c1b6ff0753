"""How the samples of one model lie: nearest neighbours, distances of classes, projections to the plane."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.events import CancelToken, never_cancels, raise_if_cancelled
from ptmrank_core.pieces.found import Found
from ptmrank_core.records import ClassDistances, Neighbourhoods, ProjectedEmbeddings, pack_array

__all__ = ["find_neighbours", "project", "separate"]

# Of more classes, a matrix would be too large to read.
MAX_CLASSES = 100


def find_neighbours(arrays: Mapping[str, Any], *, n_near: int, cancel: CancelToken = never_cancels) -> Found:
    """Find the nearest neighbours of every sample.

    Parameters
    ----------
    arrays
        With ``embeddings`` of shape (n, d).
    n_near
        Number of neighbours.
    cancel
        Asked between blocks of samples.

    Returns
    -------
    Found
        One :class:`~ptmrank_core.records.Neighbourhoods`.
    """
    from ptmrank_core.projection.nearest import nearest_of_all  # noqa: PLC0415 - what this piece needs

    rows, distances = nearest_of_all(
        np.asarray(arrays["embeddings"]), n_near, proceed=lambda: raise_if_cancelled(cancel)
    )
    return Found({"": Neighbourhoods(pack_array(rows), pack_array(distances))})


def separate(arrays: Mapping[str, Any], *, codes: NDArray[np.int64]) -> Found:
    """Measure the distance between each pair of classes.

    Parameters
    ----------
    arrays
        With ``embeddings`` of shape (n, d).
    codes
        Class of each sample, of shape (n,); the 100 largest classes are compared.

    Returns
    -------
    Found
        One :class:`~ptmrank_core.records.ClassDistances`.
    """
    from ptmrank_core.metrics import class_distances  # noqa: PLC0415 - what this piece needs

    present, counts = np.unique(codes, return_counts=True)
    distances = class_distances(arrays["embeddings"], codes)
    chosen = np.sort(np.argsort(-counts, kind="stable")[:MAX_CLASSES])
    packed = ClassDistances(pack_array(present[chosen]), pack_array(distances[np.ix_(chosen, chosen)]))
    return Found({"": packed})


def project(
    arrays: Mapping[str, Any], *, model: str, method: str, rows: NDArray[np.int64], seed: int
) -> Found:
    """Project the features of some samples to the plane.

    Parameters
    ----------
    arrays
        With ``embeddings`` of shape (n, d), and ``labels`` of shape (n,) for LDA.
    model
        Its id.
    method
        ``"lda"``, ``"tsne"`` or ``"umap"``.
    rows
        The samples that are projected.
    seed
        Of the projection.

    Returns
    -------
    Found
        One :class:`~ptmrank_core.records.ProjectedEmbeddings`.
    """
    from ptmrank_core.projection import Projection, lda, trustworthiness, tsne, umap  # noqa: PLC0415

    embeddings = np.asarray(arrays["embeddings"])[rows]
    methods: dict[str, Callable[[], Projection]] = {
        "lda": lambda: lda(embeddings, arrays["labels"][rows]),
        "tsne": lambda: tsne(embeddings, seed=seed),
        "umap": lambda: umap(embeddings, seed=seed),
    }
    projection = methods[method]()
    projected = ProjectedEmbeddings(
        method,
        model,
        rows=pack_array(rows),
        points=pack_array(projection.points),
        trust=trustworthiness(embeddings, projection.points, seed=seed),
        settings=dict(projection.settings),
    )
    return Found({"": projected})
