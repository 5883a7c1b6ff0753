"""Where SFDA's samples lie before and after the pull, and the plane in which its discriminant sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.metrics.numerics.decomposition import Decomposition
from ptmrank_core.metrics.numerics.discriminant import SfdaResult, fit_within, pull_classes

__all__ = ["SfdaView", "view_sfda"]

Array: TypeAlias = NDArray[np.float64]
# A direction along which squared distances of the class means are below this share of the largest is none.
NO_DIRECTION = 1e-9


@dataclass(frozen=True, eq=False)
class SfdaView:
    """Samples before and after the pull, in coordinates of a space that holds the centred features.

    Parameters
    ----------
    points
        x_i before the pull, shape (n_samples, p), p = min(n, d) at most, in the features' unit.
    pulled
        x_i after it: q_i x_i + (1 - q_i) m_y, m_c the unweighted mean of the other classes' means.
    plane
        x_i before the pull in the plane of the first discriminant, shape (n_samples, 2): the two directions
        along which the class means differ most when S is the measure, in standard deviations of a class. The
        second is 0 with two classes.
    pulled_plane
        x_i after the pull in the same plane, shape (n_samples, 2).
    """

    points: Array
    pulled: Array
    plane: Array
    pulled_plane: Array


def view_sfda(statistics: Decomposition, result: SfdaResult, mix: Array) -> SfdaView:
    """Place the samples.

    Parameters
    ----------
    statistics
        Shared statistics of features and classes.
    result
        The two discriminants.
    mix
        Where the classes were when they were fitted, as for
        :func:`~ptmrank_core.metrics.numerics.discriminant.fit_sfda_moved`.
    """
    within = statistics.share(fit_within)
    pull, labels, kept = pull_classes(within, mix), statistics.labels, result.mixing[:, None]
    points = statistics.coordinates
    moved = points + (pull.places - within.centres)[labels]
    pulled = kept * (points - pull.origins[labels]) + pull.others[labels]
    # With S = L L' and M = L^-1 mu' the table mu' S^-1 mu is M'M: its eigenvectors are the axes of the
    # whitened class means, and x' S^-1 mu is all that is needed to find a sample along them.
    products = mix @ within.products @ mix.T
    values, vectors = np.linalg.eigh(products)
    values, vectors = values[::-1][:2], vectors[:, ::-1][:, :2]
    usable = values > NO_DIRECTION * max(float(values[0]), np.finfo(float).tiny)
    scaled = vectors * np.where(usable, 1 / np.sqrt(np.where(usable, values, 1.0)), 0.0)
    shifts = (mix - np.eye(len(mix))) @ within.products @ mix.T
    projections = within.projections @ mix.T + shifts[labels]
    others = (products.sum(axis=0) - products) / (len(products) - 1)
    pulled_projections = kept * projections + (1 - kept) * others[labels]
    return SfdaView(moved, pulled, projections @ scaled, pulled_projections @ scaled)
