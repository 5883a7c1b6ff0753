"""PACTran against loops over its definition and a solver of another kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import digamma, gammaln, log_softmax, softmax
from sklearn.linear_model import LogisticRegression

from ptmrank_core.errors import MetricInputError, UnknownNameError
from ptmrank_core.metrics import MetricInputs, compute, pactran, prepare_inputs, softmax_regression
from ptmrank_core.metrics.decomposition import Decomposition
from ptmrank_core.metrics.pactran import pactran_output
from ptmrank_core.metrics.softmax_regression import fit_softmax

SHAPES = [(90, 12, 4), (40, 100, 4), (60, 1, 2), (30, 30, 3), (150, 6, 50)]


def literal_gaussian(features: NDArray[Any], labels: NDArray[Any]) -> float:
    """Follow the specification with scikit-learn's Newton solver in the space of the features."""
    n, d = features.shape
    c, r, s2 = labels.max() + 1, float(n), 100.0
    centred = features - features.mean(axis=0)
    # mean CE + |W|^2 / (2 r), times n: scikit-learn's C = r / n.
    model = LogisticRegression(C=r / n, solver="newton-cg", tol=1e-10, max_iter=10_000)
    if c == 2:
        # Two weight vectors w, -w: |W|^2 = 2 |w|^2 where scikit-learn's single v = 2 w has |v|^2 = 4 |w|^2.
        model.set_params(C=2 * r / n)
    model.fit(centred, labels)
    coef, intercept = model.coef_, model.intercept_
    if c == 2:
        coef, intercept = np.vstack([-coef, coef]) / 2, np.append(-intercept, intercept) / 2
    logits = centred @ coef.T + intercept
    loss = -np.mean(log_softmax(logits, axis=1)[np.arange(n), labels]) + np.sum(coef**2) / (2 * r)
    v = softmax(logits, axis=1) * (1 - softmax(logits, axis=1))
    trace = sum(centred[:, j] ** 2 @ v[:, k] + 1 / r for j in range(d) for k in range(c)) + v.sum()
    return float(-(loss + np.log1p(1e-10) + c * s2 / (2 * r) * np.log(trace * r / (d * c) + 1e-10)))


def literal_bound(s: NDArray[Any], labels: NDArray[Any], form: str) -> float:
    """Ten rounds with every tensor of the specification formed."""
    n, z = s.shape
    hot = np.eye(labels.max() + 1)[labels]
    c = hot.shape[1]
    a0 = np.repeat((hot.mean(axis=0) + 1e-10)[:, None], z, axis=1)
    ls, q = np.log(s + 1e-10), s
    for _ in range(10):
        a = a0 + hot.T @ q
        tilt = digamma(a) - (digamma(a.sum(axis=0)) if form == "dirichlet" else 0)
        lq = log_softmax(ls + tilt[labels], axis=1)
        q = np.exp(lq)
    fit = np.sum(q * (lq - ls))
    if form == "dirichlet":
        c0 = gammaln(a0.sum(axis=0)) - gammaln(a0).sum(axis=0)
        cz = gammaln(a.sum(axis=0)) - gammaln(a).sum(axis=0)
        return float((np.sum(c0 - cz) - fit) / (n * c))
    rates = np.einsum("nz,cz->n", s, a)
    inside = np.sum(gammaln(a0) - gammaln(a)) + fit + np.sum(np.log(rates) - 1)
    return float(-(inside / (n * c) + 1))


@pytest.mark.parametrize("shape", SHAPES)
def test_gaussian_by_another_solver(toy: Callable[..., Any], shape: tuple[int, int, int]) -> None:
    """The bound equals one from scikit-learn's optimum in all features, n above and below d."""
    data = toy(*shape)
    expected = literal_gaussian(data.embeddings, data.labels)
    assert pactran(data.embeddings, data.labels) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3, 1e6])
@pytest.mark.parametrize("shape", [(90, 12), (40, 100)])
def test_the_optimum_is_one(toy: Callable[..., Any], shape: tuple[int, int], scale: float) -> None:
    """In the space of the raw features the gradient is 0 beside the loss, whatever their scale."""
    data = toy(*shape)
    statistics = Decomposition(data.embeddings * scale, labels=data.labels)
    fit = fit_softmax(statistics, float(shape[0]))
    assert fit.converged
    # At the optimum W = -r F'(P - L) / n: the loss has to be the one with these weights.
    weights = -statistics.centred.T @ fit.residuals
    probs = fit.residuals + statistics.one_hot
    own = probs[np.arange(shape[0]), data.labels]
    entropy = float(
        -np.log1p(np.where(own > 0.5, fit.residuals[np.arange(shape[0]), data.labels], own - 1)).mean()
    )
    assert entropy + np.sum(weights**2) / (2 * shape[0]) == pytest.approx(fit.loss, rel=1e-5)
    assert np.abs(fit.residuals.sum(axis=0)).max() <= 1e-5 * fit.loss * shape[0]


@pytest.mark.parametrize("form", ["dirichlet", "gamma"])
@pytest.mark.parametrize("shape", SHAPES)
def test_bounds_by_full_tensors(toy: Callable[..., Any], shape: tuple[int, int, int], form: Any) -> None:
    """The products of each class's rows give what the full tensors give."""
    data = toy(*shape)
    expected = literal_bound(softmax(data.source_logits, axis=1), data.labels, form)
    found = pactran(data.embeddings, data.labels, prior=form, source_logits=data.source_logits)
    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("form", ["dirichlet", "gamma"])
def test_dead_source_classes_and_hard_heads_are_finite(form: Any) -> None:
    """A hard head with columns without any mass has the bound of the full tensors."""
    labels = np.arange(60) % 3
    probs = np.eye(9)[labels + 4]
    found = pactran(np.eye(60), labels, prior=form, source_probs=probs)
    assert found == pytest.approx(literal_bound(probs, labels, form), rel=1e-9)


@pytest.mark.parametrize("form", ["dirichlet", "gamma"])
def test_clusters_stand_in_for_a_head(toy: Callable[..., Any], form: Any) -> None:
    """A headless model is scored on a mixture of max(min(C, n/5), n/10) components, and told so."""
    data = toy()
    output = compute(f"pactran:{form}", prepare_inputs(data.embeddings, labels=data.labels))
    assert output.warnings[-1] == "No source head: 9 clusters of the features stand in."
    assert output.value != pactran(data.embeddings, data.labels, prior=form, seed=5)


def test_an_unfinished_optimum_is_told(toy: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """An optimiser cut short says so in a warning."""
    monkeypatch.setattr(softmax_regression, "MAX_ROUNDS", 2)
    data = toy()
    output = compute("pactran", prepare_inputs(data.embeddings, labels=data.labels))
    assert "before it had converged" in output.warnings[0]


def test_wrong_calls_are_refused(toy: Callable[..., Any]) -> None:
    """An unknown prior is answered with those there are; real targets are refused."""
    data = toy()
    with pytest.raises(UnknownNameError, match="gaussian"):
        pactran(data.embeddings, data.labels, prior="laplace")  # type: ignore[arg-type]
    with pytest.raises(MetricInputError, match="PACTran expects labels"):
        pactran_output(MetricInputs(np.eye(2), "regression", targets=np.eye(2)))
