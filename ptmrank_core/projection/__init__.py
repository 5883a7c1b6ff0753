"""Features -> points in the plane, how faithful they are, and nearest neighbours."""

from ptmrank_core.projection.linear import lda, pca
from ptmrank_core.projection.neighbours import (
    MAX_JUDGED,
    N_NEIGHBOURS,
    Neighbours,
    nearest_samples,
    trustworthiness,
    tsne,
    umap,
    umap_is_installed,
)
from ptmrank_core.projection.record import Projection

__all__ = [
    "MAX_JUDGED",
    "N_NEIGHBOURS",
    "Neighbours",
    "Projection",
    "lda",
    "nearest_samples",
    "pca",
    "trustworthiness",
    "tsne",
    "umap",
    "umap_is_installed",
]
