"""What N-LEEP does and tells around its mixture; tests/oracles has its definition."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ptmrank_core.errors import MetricError, MetricInputError, UnknownNameError
from ptmrank_core.metrics import MetricInputs, compute, nleep, prepare_inputs
from ptmrank_core.metrics.nleep import nleep_output
from ptmrank_core.metrics.numerics import gaussian_mixture as mixture
from ptmrank_core.metrics.numerics import gaussian_mixture_full as full_mixture
from ptmrank_core.metrics.numerics.decomposition import Decomposition


@pytest.mark.parametrize("covariance", ["full", "spherical"])
@pytest.mark.parametrize("shape", [(150, 6, 50), (120, 80, 20)])
def test_ties_of_small_clusters_do_not_count(
    toy: Callable[..., Any], shape: tuple[int, int, int], covariance: Any
) -> None:
    """With two samples to a cluster neither their order nor the axes decide how k-means breaks its ties."""
    rng = np.random.default_rng(0)
    for seed in range(6):
        data = toy(*shape, seed=seed)
        features = 0.3 * data.embeddings
        value = nleep(features, data.labels, covariance=covariance)
        order = rng.permutation(shape[0])
        shuffled = nleep(features[order], data.labels[order], covariance=covariance)
        assert shuffled == pytest.approx(value, rel=1e-6, abs=1e-9)
        rotation = np.linalg.qr(rng.normal(size=(shape[1], shape[1])))[0]
        turned = nleep(features @ rotation, data.labels, covariance=covariance)
        assert turned == pytest.approx(value, rel=1e-6, abs=1e-9)


def test_samples_that_are_all_the_same_say_nothing() -> None:
    """One cluster of identical samples scores minus the labels' entropy, with a warning."""
    output = compute("nleep", prepare_inputs(np.ones((8, 3)), labels=[0, 1] * 4))
    assert output.value == pytest.approx(-np.log(2), rel=1e-14)
    assert "nothing can be told" in output.warnings[0]


def test_seed_decides_in_a_fresh_process(toy: Callable[..., Any]) -> None:
    """The same seed gives the same bits in another process; another seed gives another value."""
    data = toy(60, 5)
    code = (
        "from tests.metrics.conftest import make_toy; from ptmrank_core.metrics import nleep;"
        "d = make_toy(60, 5); print(nleep(d.embeddings, d.labels, seed=5).hex())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = nleep(data.embeddings, data.labels, seed=5)
    assert done.stdout.strip() == found.hex()
    assert found != nleep(data.embeddings, data.labels, seed=6)


def test_what_was_done_to_fit_is_told(toy: Callable[..., Any]) -> None:
    """Capped components and a raised regularisation become warnings."""
    data = toy(30, 12)
    huge = compute("nleep", prepare_inputs(data.embeddings * 1e7, labels=data.labels))
    assert "15 components instead of 20: there are too few samples for more." in huge.warnings
    assert any("on their diagonal" in note for note in huge.warnings)
    assert huge.components["regularisation"] > 1e-6


@pytest.mark.parametrize("name", ["nleep", "nleep:spherical"])
def test_features_too_small_for_the_mixture_are_told(toy: Callable[..., Any], name: str) -> None:
    """Unit-length features times 0.001 are blurred by the regularisation, and the score says so."""
    data = toy(90, 12)
    features = data.embeddings / np.linalg.norm(data.embeddings, axis=1, keepdims=True)
    blurred = compute(name, prepare_inputs(0.001 * features, labels=data.labels)).warnings
    assert any("blurs the clusters: multiply the features by a constant" in note for note in blurred)
    plain = compute(name, prepare_inputs(features, labels=data.labels)).warnings
    assert not any("blurs" in note for note in plain)


def test_a_mixture_that_still_moves_is_told(toy: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A fit that used up its rounds says so in a warning."""
    monkeypatch.setattr(full_mixture, "MAX_ROUNDS", 1)
    data = toy()
    output = compute("nleep", prepare_inputs(data.embeddings, labels=data.labels))
    assert "The mixture still moved when stopped after 1 rounds." in output.warnings


def test_no_mixture_at_all_is_an_error(toy: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Features for which no regularisation helps are refused with a reason."""
    monkeypatch.setattr(mixture, "_try_fit", lambda *_: None)
    with pytest.raises(MetricError, match="No mixture of 4 components"):
        mixture.fit_mixture(Decomposition(toy().embeddings), 4)


def test_wrong_calls_are_refused(toy: Callable[..., Any]) -> None:
    """An unknown covariance is answered with those there are; real targets are refused."""
    data = toy()
    with pytest.raises(UnknownNameError, match="full, spherical"):
        nleep(data.embeddings, data.labels, covariance="tied")  # type: ignore[arg-type]
    with pytest.raises(MetricInputError, match="N-LEEP expects labels"):
        nleep_output(MetricInputs(np.eye(2), "regression", targets=np.eye(2)))
