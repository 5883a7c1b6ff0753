"""Units of features: what stays and what goes."""

from __future__ import annotations

import numpy as np
import pytest

from ptmrank_core.benchmark.normalisation import check_normalisation, normalise
from ptmrank_core.errors import UnknownNameError
from ptmrank_core.metrics import compute, prepare_inputs

RNG = np.random.default_rng(0)
LABELS = np.arange(60) % 3
FEATURES = RNG.standard_normal((60, 8)) * np.logspace(0, 2, 8) + 5 + np.eye(8)[LABELS] * 50


def test_none_changes_nothing() -> None:
    """The default hands the arrays on as they are."""
    arrays = {"embeddings": FEATURES, "labels": LABELS}
    assert normalise(arrays, "none")["embeddings"] is FEATURES


def test_rms_is_one_factor() -> None:
    """The mean variance becomes 1, all else keeps its proportions, and no unit is left."""
    found = normalise({"embeddings": FEATURES}, "rms")["embeddings"]
    assert found.var(axis=0).mean() == pytest.approx(1)
    assert found / found[0, 0] == pytest.approx(FEATURES / FEATURES[0, 0])
    assert normalise({"embeddings": 1e-6 * FEATURES}, "rms")["embeddings"] == pytest.approx(found)


def test_standardised_features_have_a_deviation_of_one_or_none() -> None:
    """Each feature gets mean 0 and variance 1; a constant one becomes 0."""
    features = np.concatenate([FEATURES, np.full((60, 1), 0.1)], axis=1)
    found = normalise({"embeddings": features}, "standardise")["embeddings"]
    assert found.mean(axis=0) == pytest.approx(np.zeros(9), abs=1e-9)
    assert found.std(axis=0) == pytest.approx([1.0] * 8 + [0.0])


@pytest.mark.parametrize("how", ["rms", "standardise"])
def test_further_samples_get_the_unit_of_the_samples(how: str) -> None:
    """The same samples as reference set stay the same; labels and logits are not touched."""
    arrays = {
        "embeddings": FEATURES,
        "labels": LABELS,
        "reference_embeddings": FEATURES[:10],
        "source_embeddings": None,
        "source_logits": FEATURES,
    }
    found = normalise(arrays, how)
    assert found["reference_embeddings"] == pytest.approx(found["embeddings"][:10])
    assert found["source_embeddings"] is None
    assert found["labels"] is LABELS
    assert found["source_logits"] is FEATURES


def test_constant_features_stay_finite() -> None:
    """A model that gives the same for all samples is refused by its metrics, not by a division."""
    for how in ("rms", "standardise"):
        assert np.isfinite(normalise({"embeddings": np.full((5, 3), 7.0)}, how)["embeddings"]).all()


def test_a_unit_no_longer_decides() -> None:
    """ETran and PACTran, which depend on the scale, give the same for any unit of normalised features."""
    for name in ("etran", "pactran"):
        values = []
        for unit in (1e-3, 1.0, 1e3):
            arrays = normalise({"embeddings": unit * FEATURES, "labels": LABELS}, "rms")
            values.append(compute(name, prepare_inputs(**arrays)).value)
        assert values == pytest.approx([values[0]] * 3, rel=1e-6)


def test_an_unknown_unit_is_refused() -> None:
    """The message has the nearest name."""
    with pytest.raises(UnknownNameError, match="standardise"):
        check_normalisation("standardize")
