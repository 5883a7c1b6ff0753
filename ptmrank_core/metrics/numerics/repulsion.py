"""Classes that overlap push one another apart: the steps of PED, on class means and radii alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

from ptmrank_core.errors import MetricInputError
from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.metrics.numerics.decomposition import Decomposition

__all__ = ["PushedClasses", "push_apart", "reference_unit", "unit_of_length"]

Array: TypeAlias = NDArray[np.float64]

N_SIGMA = 0.6
MAX_STEPS = 6
# Half of dt^2 times the spring constant: 1/2 0.1^2 1.
STEP = 0.005
EXIT_RATIO = 0.5
MIN_STD = 1e-3
COLUMN_PARTS = 16


@dataclass(frozen=True, eq=False)
class PushedClasses:
    """Where the push stops.

    Parameters
    ----------
    mix
        The pushed class means as sums of the present ones, shape (n_classes, n_classes), rows sum to 1;
        classes move rigidly, so this and the features are all there is to know.
    changes
        Sum of absolute displacements, in reference standard deviations, of every step that was taken.
    radii
        R_c of each class, in reference standard deviations, shape (n_classes,).
    means
        Class means before the first step and after each, in reference standard deviations from the overall
        mean, each of shape (n_classes, n_features).
    overlaps
        o_cc' of the classes at each of them, each of shape (n_classes, n_classes), 0 on the diagonal.
    """

    mix: Array
    changes: tuple[float, ...]
    radii: Array
    means: tuple[Array, ...]
    overlaps: tuple[Array, ...]

    def moved(self, statistics: Decomposition, embeddings: Array) -> Array:
        """Move each sample rigidly with its class.

        Parameters
        ----------
        statistics
            Those that were pushed apart.
        embeddings
            Their features, shape (n_samples, n_features).

        Returns
        -------
        ndarray
            Read-only, of the same shape.
        """
        shifts = self.mix @ statistics.class_offsets - statistics.class_offsets
        moved = embeddings + shifts[statistics.labels]
        moved.setflags(write=False)
        return moved


def reference_unit(reference: Array) -> Array:
    """Return the standard deviation of each feature over a reference set, at least 1e-3.

    Parameters
    ----------
    reference
        Array of shape (n_reference, n_features).
    """
    # Some columns at a time: deviations of all would be as large as the reference set.
    parts = np.array_split(reference, COLUMN_PARTS, axis=1)
    unit: Array = np.maximum(np.concatenate([part.std(axis=0) for part in parts]), MIN_STD)
    return unit


def unit_of_length(inputs: MetricInputs) -> Array:
    """Return :func:`reference_unit` of the reference set.

    Raises
    ------
    MetricInputError
        There is none.
    """
    if inputs.reference_embeddings is None:
        raise MetricInputError("Expected reference_embeddings, got none.")
    return reference_unit(inputs.reference_embeddings)


def push_apart(statistics: Decomposition, unit: Array) -> PushedClasses:
    """Push the classes apart until a step is small against the first, or six were taken.

    Parameters
    ----------
    statistics
        Shared statistics of features and classes.
    unit
        The unit of length along each feature, shape (n_features,): that of :func:`reference_unit`.

    Notes
    -----
    A rigid shift leaves each class's scatter, and so its radius, as it is: the n x d features are read
    once, for the class variances. In the features' own unit a class moves along differences of class
    means, so the means after the push are sums of those before it.
    """
    means = statistics.class_offsets / unit
    radii = np.sqrt((statistics.class_variances / unit**2).sum(axis=1))
    reach = N_SIGMA * (radii[:, None] + radii)
    np.fill_diagonal(reach, 0.0)
    mix = np.eye(len(means))
    changes: list[float] = []
    distances = scipy.spatial.distance.cdist(means, means)
    places, overlaps = [means], [np.maximum(reach - distances, 0.0)]
    for _ in range(MAX_STEPS):
        # Displacement of c: sum over c' of push (mu_c - mu_c').
        push = np.divide(STEP * overlaps[-1], distances, out=np.zeros_like(distances), where=distances > 0)
        push = np.diag(push.sum(axis=1)) - push
        moves = push @ means
        change = float(np.abs(moves).sum())
        if not change > (EXIT_RATIO * changes[0] if changes else 0.0):
            break
        means = means + moves
        mix = mix + push @ mix
        changes.append(change)
        distances = scipy.spatial.distance.cdist(means, means)
        places.append(means)
        overlaps.append(np.maximum(reach - distances, 0.0))
    return PushedClasses(mix, tuple(changes), radii, tuple(places), tuple(overlaps))
