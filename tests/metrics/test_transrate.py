"""TransRate at its limits, against singular values; tests/oracles has its definition and cases by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ptmrank_core.errors import UnknownNameError
from ptmrank_core.metrics import compute, prepare_inputs, transrate
from ptmrank_core.metrics.numerics import spectrum

FORMS = ["uniform", "prior", "trace"]
EPS = 1e-4


def test_two_equal_classes_score_nothing() -> None:
    """A limit of the definition: classes are not centred, so two of equal size and shape score 0."""
    half = np.random.default_rng(0).normal(size=(10, 3))
    features = np.vstack([half + 50, -half - 50])
    assert transrate(features, np.repeat([0, 1], 10)) == pytest.approx(0, abs=1e-10)


@pytest.mark.parametrize("shape", [(90, 12), (40, 100)])
def test_unit_counts_except_for_trace(toy: Callable[..., Any], shape: tuple[int, int]) -> None:
    """A common mean changes nothing; the unit does, except where features are scaled to one energy."""
    data = toy(*shape)
    changed = 0.01 * (data.embeddings + 7)
    trace = transrate(data.embeddings, data.labels, form="trace")
    assert transrate(changed, data.labels, form="trace") == pytest.approx(trace, rel=1e-9)
    for form in ("uniform", "prior"):
        plain = transrate(data.embeddings, data.labels, form=form)  # type: ignore[arg-type]
        found = transrate(changed, data.labels, form=form)  # type: ignore[arg-type]
        assert found != pytest.approx(plain, rel=1e-2)


@pytest.mark.parametrize("shape", [(90, 12), (40, 100), (300, 12)])
@pytest.mark.parametrize(
    "change",
    [
        lambda f: f * 1e6,
        lambda f: f * np.logspace(-6, 6, f.shape[1]),
        lambda f: 1e5 * np.hstack([f, f]),
        lambda f: 1e5 * f[np.arange(len(f)) // 2 * 2],
        lambda f: f + 1e6,
    ],
    ids=["huge", "scales", "duplicated", "twice", "common mean"],
)
def test_ill_conditioned_features_score_as_by_an_svd(
    toy: Callable[..., Any], shape: tuple[int, int], change: Callable[[Any], NDArray[Any]]
) -> None:
    """Where a Gram matrix loses the small directions the rates are those of the singular values."""
    data = toy(*shape)
    features = change(data.embeddings)
    centred = features - features.mean(axis=0)
    centred -= centred.mean(axis=0)

    def rate(z: NDArray[Any]) -> float:
        s = np.linalg.svd(z, compute_uv=False)
        s = s[s > max(z.shape) * 2.3e-16 * s[0]]
        return float(np.log1p(s**2 / (len(z) * EPS)).sum() / 2)

    expected = rate(centred) - np.mean([rate(centred[data.labels == c]) for c in range(4)])
    assert transrate(features, data.labels) == pytest.approx(expected, rel=1e-6)


def test_a_log_determinant_that_lost_its_digits_is_not_given() -> None:
    """Cholesky answers where it is right, and says so where round-off would show."""
    features = np.random.default_rng(0).normal(size=(50, 8))
    gram = features.T @ features
    expected = np.linalg.slogdet(np.eye(8) + 3 * gram)[1]
    assert spectrum.log_det(gram, 3.0) == pytest.approx(expected, rel=1e-12)
    assert spectrum.log_det_of(np.linalg.svd(features)[1], 3.0) == pytest.approx(expected, rel=1e-12)
    assert spectrum.log_det(np.ones((4, 4)), 1e12) is None
    assert spectrum.log_det(-np.eye(4), 1e12) is None


@pytest.mark.parametrize("form", FORMS)
def test_constant_features_score_zero(form: Any) -> None:
    """Features that never change take no nats, of all and of each class."""
    assert transrate(np.full((8, 3), 0.1), np.arange(8) % 2, form=form) == 0.0


def test_classes_smaller_than_the_width_are_told(toy: Callable[..., Any]) -> None:
    """Where a class has fewer samples than features the score counts ranks, and says for how many classes."""
    few, many = toy(40, 11), toy(90, 12)
    told = compute("transrate", prepare_inputs(few.embeddings, labels=few.labels)).warnings
    assert told == (
        "4 of 4 classes have fewer samples than there are features: the score mostly measures their rank.",
    )
    assert compute("transrate", prepare_inputs(many.embeddings, labels=many.labels)).warnings == ()


def test_a_wide_model_is_solved_in_sample_space() -> None:
    """No matrix of n_features x n_features is formed for 20 samples of width 50,000."""
    features = np.random.default_rng(9).normal(size=(20, 50_000))
    assert np.isfinite(transrate(features, np.arange(20) % 2))


def test_unknown_form_is_refused(toy: Callable[..., Any]) -> None:
    """A form that does not exist is answered with those that do."""
    data = toy()
    with pytest.raises(UnknownNameError, match="prior, trace, uniform"):
        transrate(data.embeddings, data.labels, form="official")  # type: ignore[arg-type]
