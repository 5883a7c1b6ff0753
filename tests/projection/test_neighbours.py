"""Maps that keep neighbours, how far they are trusted, and neighbours by brute force."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from ptmrank_core.errors import InputError
from ptmrank_core.projection import nearest_samples, pca, trustworthiness, tsne, umap, umap_is_installed

RNG = np.random.default_rng(0)
LABELS = np.arange(90) % 3
FEATURES = RNG.normal(size=(90, 20)) + 12 * np.eye(20)[LABELS]


def literal_trustworthiness(features: np.ndarray, points: np.ndarray, k: int) -> float:
    """The formula of Venna and Kaski, sample by sample."""
    n = len(features)
    penalty = 0
    for i in range(n):
        order = sorted(range(n), key=lambda j: (j != i, np.linalg.norm(features[i] - features[j])))
        rank = {j: place for place, j in enumerate(order)}  # itself 0, the nearest 1
        near = sorted(range(n), key=lambda j: (j != i, np.linalg.norm(points[i] - points[j])))[1 : k + 1]
        penalty += sum(max(0, rank[j] - k) for j in near)
    return 1 - 2 / (n * k * (2 * n - 3 * k - 1)) * penalty


@pytest.mark.parametrize("n", [90, 7, 4])
def test_trust_follows_its_formula(n: int) -> None:
    """PCA is trusted as far as the published formula says."""
    points = pca(FEATURES[:n]).points
    found = trustworthiness(FEATURES[:n], points)
    assert found is not None
    assert (found.n_neighbours, found.n_samples) == (min(5, (n - 1) // 2), n)
    assert found.value == pytest.approx(literal_trustworthiness(FEATURES[:n], points, found.n_neighbours))


def test_a_map_of_noise_is_not_trusted() -> None:
    """Points that have nothing to do with the features keep half of what there is, a copy keeps all."""
    noise = trustworthiness(FEATURES, RNG.normal(size=(90, 2)))
    assert noise is not None
    assert 0.35 < noise.value < 0.65
    itself = trustworthiness(FEATURES[:, :2], FEATURES[:, :2])
    assert itself is not None
    assert itself.value == 1.0


def test_many_samples_are_judged_by_a_part() -> None:
    """Above a thousand samples a thousand are judged, the same for the same seed."""
    features = RNG.normal(size=(1200, 3))
    found = trustworthiness(features, features[:, :2], seed=3)
    assert found is not None
    assert found.n_samples == 1000
    assert trustworthiness(features, features[:, :2], seed=3) == found


def test_three_samples_cannot_be_judged() -> None:
    """There are no neighbours to be right about; points of other samples are refused."""
    assert trustworthiness(FEATURES[:3], FEATURES[:3, :2]) is None
    with pytest.raises(InputError, match="90 finite points"):
        trustworthiness(FEATURES, np.zeros((5, 2)))


def test_tsne_keeps_clusters_apart_and_repeats() -> None:
    """Well separated classes are separate clusters; the same seed gives the same map; perplexity is told."""
    found = tsne(FEATURES, seed=1)
    assert found.settings["perplexity"] == pytest.approx(89 / 3)
    trust = trustworthiness(FEATURES, found.points)
    assert trust is not None
    assert trust.value > 0.9
    assert np.array_equal(found.points, tsne(FEATURES, seed=1).points)
    for row in range(90):
        assert LABELS[nearest_samples(found.points, row, 1).rows[0]] == LABELS[row]


@pytest.mark.parametrize("features", [FEATURES[:2], FEATURES[:5], FEATURES[:, :1], np.ones((9, 4))])
def test_tsne_of_very_little_is_finite(features: np.ndarray) -> None:
    """Few samples, one feature, equal samples: points all the same."""
    points = tsne(features).points
    assert points.shape == (len(features), 2)
    assert np.isfinite(points).all()


def test_umap_is_asked_for_what_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra gets the principal components, the seed and the settings that the projection tells."""
    asked: dict[str, Any] = {}

    class Map:
        def __init__(self, **options: Any) -> None:
            asked.update(options)

        def fit_transform(self, scores: np.ndarray) -> np.ndarray:
            asked["shape"] = scores.shape
            return scores[:, :2]

    module = ModuleType("umap")
    module.UMAP = Map  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "umap", module)
    found = umap(FEATURES, seed=4)
    assert asked["shape"] == (90, 20)
    assert (asked["random_state"], asked["n_jobs"], asked["n_neighbors"]) == (4, 1, 15)
    assert dict(found.settings) == {"n_neighbors": 15, "min_dist": 0.1, "seed": 4}
    with pytest.raises(InputError, match="at least 4 samples"):
        umap(FEATURES[:3])


@pytest.mark.slow  # it is compiled first
@pytest.mark.skipif(not umap_is_installed(), reason="needs the extra ptmrank[umap]")
def test_umap_keeps_neighbours() -> None:
    """Where the extra is installed, its map of separate classes is trusted and repeats."""
    found = umap(FEATURES, seed=1)
    trust = trustworthiness(FEATURES, found.points)
    assert trust is not None
    assert trust.value > 0.85
    assert np.array_equal(found.points, umap(FEATURES, seed=1).points)


@pytest.mark.parametrize("row", [0, 44, 89])
def test_neighbours_are_those_of_brute_force(row: int) -> None:
    """The nearest five by a loop over all samples, with their distances."""
    distances = {j: float(np.sqrt(((FEATURES[j] - FEATURES[row]) ** 2).sum())) for j in range(90) if j != row}
    expected = sorted(distances, key=lambda j: distances[j])[:5]
    found = nearest_samples(FEATURES, row)
    assert found.rows.tolist() == expected
    assert found.distances == pytest.approx([distances[j] for j in expected])


def test_duplicates_are_neighbours_and_oneself_is_not() -> None:
    """Equal samples come in their order; a sample that is not there is refused."""
    assert nearest_samples(np.zeros((4, 2), dtype=np.float16), 1).rows.tolist() == [0, 2, 3]
    with pytest.raises(InputError, match="one of 4 samples, got number 4"):
        nearest_samples(np.zeros((4, 2)), 4)
