"""LDA against its definition and scikit-learn's own, and where there is little to tell apart."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import sqrtm
from sklearn.covariance import ledoit_wolf
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from ptmrank_core.errors import InputError
from ptmrank_core.projection import lda

Array = np.ndarray


def drawn(n: int, d: int, n_classes: int, seed: int = 0) -> tuple[Array, Array]:
    """Features of classes of unequal sizes that stand a little apart."""
    rng = np.random.default_rng(seed)
    labels = np.sort(rng.integers(0, n_classes, n))
    return rng.normal(size=(n, d)) * np.linspace(1, 3, d) + 2 * rng.normal(size=(n_classes, d))[
        labels
    ], labels


def literal_points(features: Array, labels: Array, n_components: int) -> Array:
    """Principal components, made white within the classes, along the directions in which class means vary."""
    scores = PCA(n_components, svd_solver="full").fit_transform(features)
    means = np.stack([scores[labels == code].mean(axis=0) for code in np.unique(labels)])
    within = ledoit_wolf(scores - means[labels], assume_centered=True)[0]
    whitener = np.linalg.inv(np.real(sqrtm(within)))
    white_means = (means @ whitener)[labels]
    directions = np.linalg.svd(white_means - white_means.mean(axis=0))[2][:2]
    return np.asarray(scores @ whitener @ directions.T)


@pytest.mark.parametrize(("n", "d", "kept"), [(150, 8, 8), (200, 100, 64), (40, 300, 36)])
def test_points_follow_the_definition(n: int, d: int, kept: int) -> None:
    """Tall, wide and very wide features: the plane of the definition, but for its signs."""
    features, labels = drawn(n, d, 4)
    expected = literal_points(features, labels, kept)
    found = lda(features, labels)
    assert found.settings["n_components"] == kept
    signs = np.sign((expected * found.points).sum(axis=0))
    assert found.points == pytest.approx(expected * signs, abs=2e-3)
    assert found.method == "lda"


def test_with_many_samples_it_is_scikit_learns() -> None:
    """Where nothing has to be shrunk the points are those of scikit-learn's LDA, in a unit of its own."""
    features, labels = drawn(4000, 6, 4)
    theirs = LinearDiscriminantAnalysis(n_components=2).fit_transform(features, labels)
    ours = lda(features, labels).points
    for axis in (0, 1):
        assert abs(np.corrcoef(theirs[:, axis], ours[:, axis])[0, 1]) > 0.9999


def test_two_classes_have_one_discriminant_and_the_rest_of_the_variance() -> None:
    """The second axis of two classes is not correlated with the first, and varies the most beside it."""
    features, labels = drawn(200, 6, 2)
    points = lda(features, labels).points.astype(np.float64)
    assert abs(np.corrcoef(points.T)[0, 1]) < 1e-4
    gap = abs(points[labels == 0, 0].mean() - points[labels == 1, 0].mean())
    assert gap > 2
    centred = features - features.mean(axis=0)
    rest = centred - np.outer(points[:, 0], points[:, 0] @ centred / (points[:, 0] @ points[:, 0]))
    left, _, _ = np.linalg.svd(rest, full_matrices=False)
    assert abs(np.corrcoef(left[:, 0], points[:, 1])[0, 1]) > 0.99


def test_names_of_classes_do_not_matter() -> None:
    """Renamed classes have the same points."""
    features, labels = drawn(60, 5, 3)
    assert np.array_equal(lda(features, labels).points, lda(features, 7 - 2 * labels).points)


def test_classes_that_never_vary_are_points() -> None:
    """Samples that are equal within their class fall together, and nothing is divided by zero."""
    features = np.repeat(np.eye(3), 4, axis=0)
    points = lda(features, np.repeat([0, 1, 2], 4)).points
    assert np.isfinite(points).all()
    assert len(np.unique(points.round(2), axis=0)) == 3


def test_equal_samples_are_one_point() -> None:
    """Features that never change give the origin for all."""
    assert not lda(np.ones((6, 4)), [0, 0, 0, 1, 1, 1]).points.any()


def test_what_has_no_classes_is_refused() -> None:
    """One class, or labels of other samples, are errors that say so."""
    with pytest.raises(InputError, match="at least 2 classes"):
        lda(np.eye(4), [1, 1, 1, 1])
    with pytest.raises(InputError, match="one label for each of 4 samples, got 3"):
        lda(np.eye(4), [0, 1, 1])
