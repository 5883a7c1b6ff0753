"""N-LEEP against scikit-learn's PCA and mixture followed by LEEP written as loops."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from ptmrank_core.errors import MetricError, MetricInputError, UnknownNameError
from ptmrank_core.metrics import MetricInputs, compute, full_mixture, mixture, nleep, prepare_inputs
from ptmrank_core.metrics.decomposition import Decomposition
from ptmrank_core.metrics.nleep import nleep_output
from tests.metrics.test_leep import literal_leep

SHAPES = [(90, 12, 4), (40, 100, 4), (60, 1, 2), (150, 6, 50), (30, 30, 3)]


def literal_nleep(features: NDArray[Any], labels: NDArray[Any], form: str, n_components: int) -> float:
    """Sort by distance from the mean, reduce, fit and count, each with somebody else's code."""
    order = np.argsort(((features - features.mean(axis=0)) ** 2).sum(axis=1))
    features, labels = features[order], labels[order]
    reduced = PCA(0.8, svd_solver="full").fit_transform(features) if features.shape[1] > 1 else features
    added = 1e-6 if form == "full" else 1e-5
    fit = GaussianMixture(n_components, covariance_type=form, reg_covar=added, random_state=123)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fit.fit(reduced)
    return literal_leep(fit.predict_proba(reduced), labels)


@pytest.mark.parametrize("form", ["full", "spherical"])
@pytest.mark.parametrize("shape", SHAPES)
def test_equals_the_steps(toy: Callable[..., Any], shape: tuple[int, int, int], form: Any) -> None:
    """Both forms equal PCA, mixture and LEEP one after the other, with the stated number of components."""
    data = toy(*shape)
    n, c = shape[0], shape[2]
    rule = {"full": min(5 * c, n // 2), "spherical": next(v for v in range(5 * c, 0, -c) if v < n)}
    expected = literal_nleep(data.embeddings, data.labels, form, rule[form])
    assert nleep(data.embeddings, data.labels, covariance=form) == pytest.approx(
        expected, rel=1e-6, abs=1e-12
    )


@pytest.mark.parametrize("name", ["nleep", "nleep:spherical"])
def test_clusters_that_are_the_classes_score_zero(name: str) -> None:
    """Two pure, far clusters score 0, and so they do with labels that split each: -ln 2."""
    rng = np.random.default_rng(0)
    features = np.concatenate([rng.normal(size=(60, 2)), 1e3 + rng.normal(size=(60, 2))])
    sides = np.repeat([0, 1], 60)
    assert compute(name, prepare_inputs(features, labels=sides)).value == pytest.approx(0, abs=1e-12)
    split = prepare_inputs(features[:, :1] * 0 + sides[:, None], labels=np.arange(120) % 2)
    assert compute(name, split).value == pytest.approx(-np.log(2), rel=1e-12)


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
