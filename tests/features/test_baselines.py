"""Features that no model made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from ptmrank_core.data import load_samples
from ptmrank_core.data.media.text import PairItem, TextItem, WordItem
from ptmrank_core.data.tables.items import NumbersItem
from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features.baselines import baseline_features, principal_components
from ptmrank_core.records import Samples, Waveform


class Tone:
    """A recording of one frequency, decoded as audio samples are."""

    size = 0

    def __init__(self, hertz: float, rate: int = 16_000, n_frames: int = 16_000) -> None:
        time = np.arange(n_frames) / rate
        self.wave = Waveform(np.sin(2 * np.pi * hertz * time).astype(np.float32), rate)

    def decode(self) -> Waveform:
        """Return the recording."""
        return self.wave


def with_items(modality: str, items: tuple[object, ...]) -> Samples:
    """Samples of some items; the rest does not matter."""
    digits = load_samples("demo:digits")
    n = len(items)
    return replace(
        digits,
        modality=modality,
        items=items,
        names=digits.names[:n],
        digests=digits.digests[:n],
        labels=np.zeros(n, dtype=np.int64),
    )


def test_pictures_become_grey_thumbnails() -> None:
    """256 grey values in 0..1 that keep a picture's brightness."""
    digits = load_samples("demo:digits")
    plain = baseline_features(digits)
    assert plain.embeddings.shape == (600, 256)
    assert plain.embeddings.dtype == np.float32
    assert 0 <= plain.embeddings.min() < plain.embeddings.max() <= 1
    grey = np.asarray(digits.items[5].decode().convert("L")).mean() / 255
    assert plain.embeddings[5].mean() == pytest.approx(grey, abs=0.05)


def test_texts_become_their_words() -> None:
    """Texts that share words are near; pairs and words in sentences are read too; the width is said."""
    items = (
        TextItem("red apple red"),
        TextItem("red apple"),
        TextItem("blue whale swims"),
        PairItem("blue", "whale swims"),
        WordItem(("a", "blue", "whale"), 1),
    )
    plain = baseline_features(with_items("text", items), seed=1)
    near = plain.embeddings @ plain.embeddings.T
    assert near[0, 1] > 0.9
    assert near[2, 3] == pytest.approx(1.0, abs=1e-5)
    assert near[0, 2] == pytest.approx(0.0, abs=1e-5)
    assert near[4, 3] > 0.5
    assert plain.title.endswith(f"width {plain.embeddings.shape[1]})")


def test_texts_without_words_are_said() -> None:
    """Nothing can be counted: a sentence, no traceback."""
    with pytest.raises(UnsupportedModelError, match="no words"):
        baseline_features(with_items("text", (TextItem("!!"), TextItem("--"))))


def test_sounds_become_bands() -> None:
    """A tone has its power in the band of its frequency, whatever the rate; short sounds are finite."""
    items = (Tone(200), Tone(3_000), Tone(200, rate=8_000, n_frames=8_000), Tone(200, n_frames=50))
    found = baseline_features(with_items("audio", items)).embeddings
    assert found.shape == (4, 64)
    assert np.isfinite(found).all()
    loudest = found[:, :32].argmax(axis=1)
    edges = np.geomspace(50, 8_000, 33)
    for row, hertz in ((0, 200), (1, 3_000)):
        assert edges[loudest[row]] * 0.85 <= hertz <= edges[loudest[row] + 1] * 1.15
    assert abs(int(loudest[2]) - int(loudest[0])) <= 1


def test_columns_are_standardised() -> None:
    """As scikit-learn does it; a constant column is 0, and very large numbers do not overflow."""
    rows = np.random.default_rng(0).normal(size=(20, 4)) * [1, 100, 1e-3, 1] + [0, 5, 0, 3]
    rows[:, 3] = 7.0
    found = baseline_features(with_items("tabular", tuple(map(NumbersItem, rows))))
    assert found.title == "Standardised columns"
    assert found.embeddings == pytest.approx(StandardScaler().fit_transform(rows), abs=1e-6)
    large = baseline_features(with_items("tabular", tuple(map(NumbersItem, rows * 1e300))))
    assert large.embeddings == pytest.approx(found.embeddings, abs=1e-5)


def test_principal_components_hold_most_of_the_variance() -> None:
    """Those of scikit-learn that hold 95 % of the variance of the scaled columns, up to their signs."""
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(60, 3)) @ rng.normal(size=(3, 8)) + 0.1 * rng.normal(size=(60, 8))
    theirs = PCA(0.95, svd_solver="full").fit_transform(StandardScaler().fit_transform(rows))
    found = principal_components(rows)
    assert found.title == f"Principal components of the columns ({theirs.shape[1]})"
    assert np.abs(found.embeddings) == pytest.approx(np.abs(theirs), abs=1e-5)
