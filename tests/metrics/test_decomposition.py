"""Shared statistics against the same quantities written out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ptmrank_core.errors import MetricInputError
from ptmrank_core.metrics.numerics.decomposition import Decomposition
from ptmrank_core.metrics.numerics.spectrum import solve_positive

SHAPES = [(60, 9), (9, 60), (20, 20), (21, 20), (20, 21), (2, 3), (3, 1)]


def relative(found: NDArray[Any], expected: NDArray[Any]) -> float:
    """Largest deviation, in units of the largest expected value."""
    return float(np.abs(found - expected).max() / np.abs(expected).max())


@pytest.mark.parametrize("shape", SHAPES)
def test_statistics_are_what_they_say(toy: Callable[..., Any], shape: tuple[int, int]) -> None:
    """Means, Gram matrices, scatter and energies equal their definitions for every orientation."""
    data = toy(*shape, n_classes=2)
    features, labels = data.embeddings, data.labels
    made = Decomposition(features, labels=labels)
    centred = features - features.mean(axis=0)
    wide = shape[0] < shape[1]
    assert made.class_counts.tolist() == [np.sum(labels == 0), np.sum(labels == 1)]
    for code in (0, 1):
        expected = features[labels == code].mean(axis=0)
        assert relative(made.mean + made.class_offsets[code], expected) < 1e-13
    assert relative(made.gram, features @ features.T if wide else features.T @ features) < 1e-13
    assert relative(made.centred_gram, centred @ centred.T if wide else centred.T @ centred) < 1e-13
    assert made.total_scatter == pytest.approx(np.sum(centred**2), rel=1e-13)
    assert made.one_hot.tolist() == [[float(c == y) for c in (0, 1)] for y in labels]


@pytest.mark.parametrize("shape", SHAPES)
def test_projections_split_a_target(toy: Callable[..., Any], shape: tuple[int, int]) -> None:
    """What the features span and what is left of a target equal a least-squares fit."""
    features = toy(*shape, n_classes=2).embeddings
    targets = np.random.default_rng(1).normal(size=(shape[0], 3))
    made = Decomposition(features, targets=targets)
    fit = features @ np.linalg.lstsq(features, targets)[0]
    assert made.spectrum.rank == np.linalg.matrix_rank(features)
    assert made.spectrum.expand(made.target_projections) == pytest.approx(fit, abs=1e-9)
    assert made.target_residuals == pytest.approx(np.sum((targets - fit) ** 2, axis=0), abs=1e-9)
    singular = np.linalg.svd(features, compute_uv=False)[: made.spectrum.rank]
    assert made.spectrum.singular_values == pytest.approx(singular, rel=1e-9)


@pytest.mark.parametrize("shape", SHAPES)
def test_centred_rank_is_bounded(toy: Callable[..., Any], shape: tuple[int, int]) -> None:
    """Centred features have at most n - 1 directions, and no noise direction is counted."""
    made = Decomposition(toy(*shape, n_classes=2).embeddings)
    assert made.centred_spectrum.rank == min(shape[0] - 1, shape[1])


@pytest.mark.parametrize("shape", [(80, 30), (30, 80)])
@pytest.mark.parametrize("trouble", ["dead", "duplicated", "common mean", "scales", "tiny", "huge"])
def test_spectrum_keeps_the_digits_of_an_svd(
    toy: Callable[..., Any], shape: tuple[int, int], trouble: str
) -> None:
    """Rank and singular values are an SVD's, also where a Gram matrix alone would lose them."""
    features = toy(*shape).embeddings
    change: dict[str, Callable[[], NDArray[Any]]] = {
        "dead": lambda: features * (np.arange(shape[1]) % 3 > 0),
        "duplicated": lambda: np.hstack([features, features[:, :7]]),
        "common mean": lambda: features + 1e6,
        "scales": lambda: features * np.logspace(-6, 6, shape[1]),
        "tiny": lambda: features * 1e-6,
        "huge": lambda: features * 1e6,
    }
    changed = change[trouble]()
    spectrum = Decomposition(changed).spectrum
    expected = np.linalg.svd(changed, compute_uv=False)
    assert spectrum.rank == np.linalg.matrix_rank(changed)
    error = np.abs(spectrum.singular_values - expected[: spectrum.rank])
    assert np.all(error <= 1e-8 * expected[: spectrum.rank] + 1e-13 * expected[0])


def test_centring_survives_a_large_common_mean(toy: Callable[..., Any]) -> None:
    """A common mean of 1e8 leaves the centred Gram matrix right to the digits that the features have."""
    features = toy().embeddings
    plain, shifted = Decomposition(features), Decomposition(features + 1e8)
    assert relative(shifted.centred_gram, plain.centred_gram) < 1e-7
    assert np.abs(shifted.centred.mean(axis=0)).max() < 1e-12


def test_constant_columns_are_exactly_zero() -> None:
    """A constant column whose mean rounds is still exactly 0 after centring."""
    features = np.column_stack([np.full(7, 0.1), np.arange(7.0), np.zeros(7)])
    made = Decomposition(features)
    assert made.constant_columns.tolist() == [True, False, True]
    assert not made.centred[:, [0, 2]].any()
    assert made.mean[0] == 0.1
    assert made.spectrum.rank == 2
    assert made.centred_spectrum.rank == 1


def test_nothing_at_all_has_rank_zero() -> None:
    """All-zero features span nothing and leave all of a target."""
    made = Decomposition(np.zeros((4, 3)), targets=np.ones((4, 1)))
    assert made.spectrum.rank == 0
    assert made.target_residuals.tolist() == [4.0]


def test_classes_of_real_targets_are_refused() -> None:
    """Class statistics of regression targets are an error, not an empty array."""
    with pytest.raises(MetricInputError, match="Expected class labels"):
        _ = Decomposition(np.eye(3), targets=np.ones((3, 1))).class_offsets


def test_statistics_are_computed_once(toy: Callable[..., Any]) -> None:
    """Asking twice returns the same array."""
    made = Decomposition(toy().embeddings)
    assert made.centred_gram is made.centred_gram
    assert made.spectrum is made.spectrum


@pytest.mark.parametrize("size", [0, 1, 5, 200])
def test_positive_definite_systems_are_solved(size: int) -> None:
    """The solution is that of a general solver, for systems of any size, none included."""
    rng = np.random.default_rng(size)
    root, columns = rng.normal(size=(size + 10, size)), rng.normal(size=(size, 3))
    matrix = root.T @ root
    expected = np.linalg.solve(matrix, columns)
    assert solve_positive(matrix.copy(), columns) == pytest.approx(expected, rel=1e-8, abs=1e-12)


def test_a_matrix_that_is_not_positive_keeps_its_lower_half() -> None:
    """A refused matrix can still be decomposed in another way, from its lower half."""
    root = np.random.default_rng(0).normal(size=(30, 30))
    matrix = root + root.T
    kept = matrix.copy()
    with pytest.raises(np.linalg.LinAlgError, match="not positive definite"):
        solve_positive(matrix, np.ones((30, 1)))
    assert np.array_equal(np.tril(matrix), np.tril(kept))
