"""Features -> points in the plane, how faithful they are, where they lie densely, and nearest neighbours."""

from ptmrank_core.projection.density import Contour, Density, contours, densest_place, estimate_density
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
from ptmrank_core.projection.selection import MAX_SELECTION_CHARS, decode_selection, encode_selection

__all__ = [
    "MAX_JUDGED",
    "MAX_SELECTION_CHARS",
    "N_NEIGHBOURS",
    "Contour",
    "Density",
    "Neighbours",
    "Projection",
    "contours",
    "decode_selection",
    "densest_place",
    "encode_selection",
    "estimate_density",
    "lda",
    "nearest_samples",
    "pca",
    "trustworthiness",
    "tsne",
    "umap",
    "umap_is_installed",
]
