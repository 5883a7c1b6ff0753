"""PACTran's optimum and its odd heads; tests/oracles has its definitions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ptmrank_core.errors import MetricInputError, UnknownNameError
from ptmrank_core.metrics import MetricInputs, compute, pactran, prepare_inputs
from ptmrank_core.metrics.numerics import softmax_regression
from ptmrank_core.metrics.numerics.decomposition import Decomposition
from ptmrank_core.metrics.numerics.softmax_regression import fit_softmax
from ptmrank_core.metrics.pactran import pactran_output
from tests.oracles.pactran import over_source_classes


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
def test_dead_source_classes_and_hard_heads_are_finite(form: Any) -> None:
    """A hard head with columns without any mass has the bound of the full tensors."""
    labels = np.arange(60) % 3
    probs = np.eye(9)[labels + 4]
    found = pactran(np.eye(60), labels, prior=form, source_probs=probs)
    assert found == pytest.approx(over_source_classes(probs, labels, form), rel=1e-9)


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
