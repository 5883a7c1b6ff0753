"""Where samples lie densely."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from ptmrank_core.errors import InputError
from ptmrank_core.projection import contours, densest_place, estimate_density

RNG = np.random.default_rng(0)
BLOB = RNG.normal(size=(400, 2)) * [2.0, 0.5] + [3.0, -1.0]


def inside(line: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Whether points lie within a closed line, by the number of edges to their right."""
    (x, y), (to_x, to_y) = line[:-1].T, line[1:].T
    crosses = (y > points[:, 1:]) != (to_y > points[:, 1:])
    with np.errstate(divide="ignore", invalid="ignore"):
        right = points[:, :1] < (to_x - x) * (points[:, 1:] - y) / (to_y - y) + x
    return np.asarray((crosses & right).sum(axis=1) % 2 == 1)


def test_the_density_is_the_sum_of_its_kernels() -> None:
    """SciPy's normal densities, added up at each place, within three hundredths of the largest value."""
    density = estimate_density(BLOB)
    places = BLOB[:50]
    across, up = (
        norm.pdf(places[:, None, axis], loc=BLOB[None, :, axis], scale=density.bandwidth[axis])
        for axis in (0, 1)
    )
    literal = (across * up).mean(axis=1)
    np.testing.assert_allclose(density.at(places), literal, atol=0.03 * density.values.max())
    cell = (density.x[1] - density.x[0]) * (density.y[1] - density.y[0])
    assert density.values.sum() * cell == pytest.approx(1, abs=0.005)


def test_the_bandwidth_is_scotts() -> None:
    """The number of samples to the power of -1/6 in two dimensions; a far outlier does not widen it."""
    wide = estimate_density(BLOB).bandwidth
    assert wide[0] / (2.0 * 400 ** (-1 / 6)) == pytest.approx(1, abs=0.15)
    far = np.vstack([BLOB, [[500.0, -1.0]]])
    assert estimate_density(far).bandwidth[0] == pytest.approx(
        max(wide[0], 0.01 * np.ptp(far[:, 0])), rel=0.05
    )


def test_a_line_holds_its_share() -> None:
    """Half and nine tenths of the samples lie within; of two clusters each has lines of its own."""
    both = np.vstack([BLOB, BLOB + np.array([30, 0])])
    for contour in contours(both):
        within = np.zeros(len(both), dtype=int)
        for line in contour.lines:
            np.testing.assert_allclose(line[0], line[-1])
            within += inside(line, both)
        assert (within % 2).mean() == pytest.approx(contour.share, abs=0.02)
        assert len(contour.lines) >= 2


def test_a_label_stands_where_most_samples_are() -> None:
    """In the larger of two clusters, on a sample; not between them, where the mean is."""
    points = np.vstack([RNG.normal(size=(80, 2)), RNG.normal(size=(40, 2)) + np.array([20, 0])])
    place = densest_place(points)
    assert list(place) in points.tolist()
    assert np.hypot(*place) < 1


@pytest.mark.parametrize("points", [[[1.0, 2.0]], [[1.0, 2.0]] * 7, [[x, 0.0] for x in range(9)]])
def test_points_without_a_spread_are_no_fault(points: list[list[float]]) -> None:
    """One sample, the same place again and again, a line."""
    assert list(densest_place(points)) in points
    for contour in contours(points):
        assert all(np.isfinite(line).all() for line in contour.lines)


def test_few_samples_have_no_lines() -> None:
    """Four points say nothing of a density."""
    assert contours(BLOB[:4]) == ()
    assert len(contours(BLOB[:5])) == 2


def test_what_is_no_plane_is_refused() -> None:
    """Other shapes, values that are not finite, shares that are none."""
    for points in (BLOB[:, :1], BLOB[:0], np.full((5, 2), np.nan)):
        with pytest.raises(InputError, match="Expected finite points of shape"):
            contours(points)
    with pytest.raises(InputError, match=r"Expected shares between 0 and 1, got 0\.5, 1"):
        contours(BLOB, (0.5, 1))
