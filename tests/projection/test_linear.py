"""Points against an SVD, and the cases where there is nothing to see."""

from __future__ import annotations

import numpy as np
import pytest

from ptmrank_core.errors import InputError
from ptmrank_core.projection import pca


@pytest.mark.parametrize("shape", [(50, 8), (8, 50), (9, 9), (2, 3), (500, 2)])
@pytest.mark.parametrize("mean", [0.0, 1e6])
def test_points_are_those_of_an_svd(shape: tuple[int, int], mean: float) -> None:
    """Points, ratios and signs equal those of a full SVD of the centred features."""
    features = np.random.default_rng(0).normal(size=shape) + mean
    centred = features - features.mean(axis=0)
    _, s, vt = np.linalg.svd(centred, full_matrices=False)
    loadings = vt[:2].T
    loadings = loadings * np.sign(loadings[np.abs(loadings).argmax(axis=0), [0, 1]])
    found = pca(features)
    rank = min(2, shape[0] - 1)
    assert found.points[:, :rank] == pytest.approx((centred @ loadings)[:, :rank], abs=1e-5)
    assert not found.points[:, rank:].any()
    expected = (s[:2] ** 2 / np.sum(s**2)) * (np.arange(2) < rank)
    assert found.explained_variance_ratio == pytest.approx(expected, rel=1e-7)
    assert found.points.dtype.name == "float32"
    assert found.method == "pca"


def test_signs_do_not_depend_on_the_sample_order() -> None:
    """Shuffling the samples moves no point."""
    features = np.random.default_rng(1).normal(size=(30, 6))
    order = np.random.default_rng(2).permutation(30)
    assert pca(features[order]).points == pytest.approx(pca(features).points[order], abs=1e-5)


def test_duplicated_columns_have_a_stable_sign() -> None:
    """Equal largest loadings do not leave the sign to round-off: the first of them is positive."""
    x = np.array([-1.0, 0.0, 3.0])
    for scale in (1.0, 1 / 3, 1e-3):
        found = pca(scale * np.column_stack([x, -x, x])).points[:, 0]
        assert np.sign(found).tolist() == [-1.0, -1.0, 1.0]


def test_a_single_feature_leaves_the_second_axis_zero() -> None:
    """One feature fills one axis; the other is 0 with ratio 0."""
    found = pca([[1.0], [2.0], [6.0]])
    assert found.points.tolist() == [[-2.0, 0.0], [-1.0, 0.0], [3.0, 0.0]]
    assert found.explained_variance_ratio == pytest.approx([1.0, 0.0])


@pytest.mark.parametrize("shape", [(5, 3), (3, 5)])
def test_equal_samples_are_one_point(shape: tuple[int, int]) -> None:
    """Features that never change give the origin for all, ratios 0."""
    found = pca(np.full(shape, 0.1, dtype=np.float16))
    assert not found.points.any()
    assert not found.explained_variance_ratio.any()


def test_the_arrays_are_read_only_and_the_callers_unchanged() -> None:
    """A projection cannot be changed, and a read-only input is fine."""
    features = np.random.default_rng(3).normal(size=(6, 4)).astype(np.float32)
    before = features.copy()
    features.setflags(write=False)
    found = pca(features, n_components=3)
    assert found.points.shape == (6, 3)
    assert not found.points.flags.writeable
    assert not found.explained_variance_ratio.flags.writeable
    assert np.array_equal(features, before)


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ([1.0, 2.0], "shape"),
        (np.empty((3, 0)), "shape"),
        ([["a", "b"]] * 3, "real embeddings"),
        ([[1.0, 2.0]], "at least 2 samples"),
        ([[1.0], [np.nan]], "NaN or infinity"),
        ([[1.0], [1e200]], "up to 1e[+]35"),
    ],
)
def test_what_cannot_be_projected_is_refused(features: object, message: str) -> None:
    """Wrong shapes, one sample and values that are not finite are errors that say so."""
    with pytest.raises(InputError, match=message):
        pca(features)  # type: ignore[arg-type]


def test_no_axis_is_refused() -> None:
    """At least one axis has to be asked for."""
    with pytest.raises(InputError, match="n_components >= 1, got 0"):
        pca(np.eye(3), n_components=0)
