"""Where samples lie densely in a plane: contour lines, and the place of a label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ptmrank_core.errors import InputError
from ptmrank_core.projection.record import Array

__all__ = ["Contour", "Density", "contours", "densest_place", "estimate_density"]

N_CELLS = 96
# Beyond the outermost points, in bandwidths: there the density is nearly 0, so that lines close.
MARGIN = 3.5
# A bandwidth is at least this share of the side: finer than a cell it would show the grid.
LEAST_BANDWIDTH = 0.01
FEWEST = 5


@dataclass(frozen=True, eq=False)
class Density:
    """An estimated density on a grid; arrays are read-only.

    Parameters
    ----------
    x, y
        float64 arrays of shape (k,): places of the columns and of the rows of the grid.
    values
        float64 array of shape (k, k), ``values[row, column]``: its integral is 1.
    bandwidth
        Standard deviations of the kernel along x and along y.
    """

    x: Array
    y: Array
    values: Array
    bandwidth: tuple[float, float]

    def __post_init__(self) -> None:
        for array in (self.x, self.y, self.values):
            array.setflags(write=False)

    def at(self, points: ArrayLike) -> Array:
        """Interpolate the density at points of shape (n, 2); 0 outside the grid."""
        from scipy.interpolate import RegularGridInterpolator  # noqa: PLC0415 - half a second

        read = RegularGridInterpolator((self.y, self.x), self.values, bounds_error=False, fill_value=0.0)
        return np.asarray(read(np.asarray(points, dtype=np.float64)[:, ::-1]))


@dataclass(frozen=True, eq=False)
class Contour:
    """The lines around the densest part that holds a share of the samples.

    Parameters
    ----------
    share
        Share of the samples that lie within, in (0, 1).
    lines
        Arrays of shape (m, 2), each a closed line.
    """

    share: float
    lines: tuple[Array, ...]


def estimate_density(points: ArrayLike, n_cells: int = N_CELLS) -> Density:
    """Estimate a density with a Gaussian kernel.

    The bandwidth is Scott's [1]_ of the smaller of standard deviation and scaled interquartile range, of each
    axis. Points are counted in cells first, which makes the work independent of their number; the error of
    that is below three in a hundred of the largest density.

    Parameters
    ----------
    points
        Array of shape (n, 2), n >= 1.
    n_cells
        Cells along each side.

    Raises
    ------
    InputError
        Not finite points in two dimensions, or none.

    References
    ----------
    .. [1] Scott: Multivariate Density Estimation. Wiley, 1992. doi:10.1002/9780470316849
    """
    from scipy.ndimage import gaussian_filter  # noqa: PLC0415 - only maps need it

    places = _checked(points)
    low, high = places.min(axis=0), places.max(axis=0)
    bandwidth = np.array([_bandwidth(places[:, axis], high[axis] - low[axis]) for axis in (0, 1)])
    low, high = low - MARGIN * bandwidth, high + MARGIN * bandwidth
    cell = (high - low) / n_cells
    counts = np.histogram2d(
        places[:, 0], places[:, 1], bins=n_cells, range=list(zip(low, high, strict=True))
    )[0]
    smooth = gaussian_filter(counts.T, sigma=(bandwidth / cell)[::-1], mode="constant", truncate=MARGIN + 1)
    values = smooth / (len(places) * cell.prod())
    x, y = (low[axis] + cell[axis] * (np.arange(n_cells) + 0.5) for axis in (0, 1))
    return Density(x, y, np.asarray(values), (float(bandwidth[0]), float(bandwidth[1])))


def contours(points: ArrayLike, shares: Sequence[float] = (0.5, 0.9)) -> tuple[Contour, ...]:
    """Draw lines around the densest parts that hold shares of the samples.

    Parameters
    ----------
    points
        Array of shape (n, 2).
    shares
        Shares of the samples, each in (0, 1).

    Returns
    -------
    tuple of Contour
        Empty for fewer than five samples: lines around them would say nothing.

    Raises
    ------
    InputError
        Not finite points in two dimensions, or a share that is none.
    """
    if not all(0 < share < 1 for share in shares):
        raise InputError(f"Expected shares between 0 and 1, got {', '.join(map(str, shares))}.")
    places = _checked(points)
    if len(places) < FEWEST:
        return ()
    from contourpy import contour_generator  # noqa: PLC0415 - only maps need it

    density = estimate_density(places)
    found, generator = density.at(places), contour_generator(density.x, density.y, density.values)
    return tuple(
        Contour(share, tuple(np.asarray(line) for line in generator.lines(np.quantile(found, 1 - share))))
        for share in shares
    )


def densest_place(points: ArrayLike) -> tuple[float, float]:
    """Find the sample of shape (2,) around which the others lie most densely: the place of a label.

    Raises
    ------
    InputError
        Not finite points in two dimensions, or none.
    """
    places = _checked(points)
    place = places[int(np.argmax(estimate_density(places).at(places)))]
    return float(place[0]), float(place[1])


def _checked(points: ArrayLike) -> NDArray[np.float64]:
    places = np.asarray(points, dtype=np.float64)
    if places.ndim != 2 or places.shape[1] != 2 or not len(places) or not np.isfinite(places).all():
        raise InputError(f"Expected finite points of shape (n, 2), n >= 1, got {places.shape}.")
    return places


def _bandwidth(values: Array, side: float) -> float:
    """Scott's bandwidth in two dimensions; of values that are all the same, any above 0."""
    spread = float(values.std())
    quarter, three_quarters = np.percentile(values, (25, 75))
    inner = float(three_quarters - quarter) / 1.349
    robust = min(spread, inner) if inner > 0 else spread
    return max(robust * len(values) ** (-1 / 6), LEAST_BANDWIDTH * side) or 1.0
