"""What several metrics read from the decomposition besides means and Gram matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ptmrank_core.metrics.numerics.decomposition import Decomposition

SHAPES = [(60, 9), (9, 60), (20, 20), (21, 20), (20, 21), (3, 1), (150, 120)]


@pytest.mark.parametrize("shape", SHAPES)
def test_class_rows_and_variances(toy: Callable[..., Any], shape: tuple[int, int]) -> None:
    """Rows and variances of each class are those of its members."""
    data = toy(*shape, n_classes=3)
    made = Decomposition(data.embeddings, labels=data.labels)
    for c, rows in enumerate(made.class_rows):
        assert rows.tolist() == np.flatnonzero(data.labels == c).tolist()
        expected = data.embeddings[data.labels == c].var(axis=0)
        assert made.class_variances[c] == pytest.approx(expected, rel=1e-10, abs=1e-14)


@pytest.mark.parametrize("shape", SHAPES)
def test_coordinates_keep_every_inner_product(toy: Callable[..., Any], shape: tuple[int, int]) -> None:
    """Samples, and a direction of the feature space, have the same inner products in fewer columns."""
    data = toy(*shape, n_classes=2)
    made = Decomposition(data.embeddings, labels=data.labels)
    centred = data.embeddings - data.embeddings.mean(axis=0)
    assert made.coordinates.shape[1] <= min(shape)
    assert made.coordinates @ made.coordinates.T == pytest.approx(centred @ centred.T, abs=1e-9)
    direction = np.random.default_rng(1).normal(size=shape[1])
    found = made.coordinates @ made.to_coordinates(direction)
    assert found == pytest.approx(centred @ direction, abs=1e-9)


@pytest.mark.parametrize("n_components", [1, 5, 1000])
@pytest.mark.parametrize("shape", SHAPES)
def test_principal_scores_are_those_of_an_svd(
    toy: Callable[..., Any], shape: tuple[int, int], n_components: int
) -> None:
    """The first components equal an SVD's up to their sign."""
    data = toy(*shape, n_classes=2)
    k = min(n_components, *shape)
    made = Decomposition(data.embeddings)
    u, s, _ = np.linalg.svd(data.embeddings - data.embeddings.mean(axis=0), full_matrices=False)
    scores = made.principal_scores(k)
    assert scores.shape == (shape[0], k)
    assert np.abs(scores) == pytest.approx(np.abs(u * s)[:, :k], abs=1e-8)


def test_principal_scores_of_few_directions_are_zero_beyond_them() -> None:
    """Features of rank two have two components; the rest is exactly 0, not round-off of a few vectors."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(80, 2)) @ rng.normal(size=(2, 40))
    scores = Decomposition(features).principal_scores(5)
    assert np.all(np.ptp(scores[:, :2], axis=0) > 0.1)
    assert not scores[:, 2:].any()


def test_what_is_shared_is_computed_once(toy: Callable[..., Any]) -> None:
    """A function of the statistics is called once for each decomposition."""
    calls = []

    def count(statistics: Decomposition) -> int:
        calls.append(statistics)
        return len(calls)

    one, other = Decomposition(toy().embeddings), Decomposition(toy().embeddings)
    assert (one.share(count), one.share(count), other.share(count)) == (1, 1, 2)
