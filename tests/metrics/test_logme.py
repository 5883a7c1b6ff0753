"""LogME against the marginal Gaussian of the targets, at its limits; tests/oracles has its definition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ptmrank_core.errors import MetricError, UnknownNameError
from ptmrank_core.metrics import compute, logme, prepare_inputs
from ptmrank_core.metrics.numerics import marginal_likelihood as evidence
from ptmrank_core.metrics.numerics.decomposition import Decomposition
from ptmrank_core.metrics.numerics.linear_model.centred import (
    CentredModel,
    centred_model,
    log_determinant,
    solve_centred,
)
from ptmrank_core.metrics.numerics.marginal_likelihood import maximise_evidence
from tests.oracles.common import one_hot
from tests.oracles.logme import logme as fixed_point

SHAPES = [(90, 12), (40, 100), (30, 30), (31, 30)]


@pytest.mark.parametrize("shape", SHAPES)
def test_evidence_is_the_marginal_density(
    toy: Callable[..., Any], shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At convergence the evidence is ln N(t; 0, I/beta + F F'/alpha), for n above and below d."""
    monkeypatch.setattr(evidence, "MAX_ROUNDS", 20_000)
    monkeypatch.setattr(evidence, "TOLERANCE", 1e-10)
    data = toy(*shape)
    inputs = prepare_inputs(data.embeddings, labels=data.labels)
    result = maximise_evidence(inputs.decomposition)
    for column, t in enumerate(one_hot(data.labels).T):
        covariance = np.eye(shape[0]) / result.beta[column]
        covariance += data.embeddings @ data.embeddings.T / result.alpha[column]
        density = -0.5 * (t @ np.linalg.solve(covariance, t) + np.linalg.slogdet(2 * np.pi * covariance)[1])
        assert result.evidence[column] == pytest.approx(density / shape[0], rel=1e-7)


@pytest.mark.parametrize("shape", [(80, 30), (30, 80)])
@pytest.mark.parametrize(
    "change",
    [
        lambda f: f + 1e6,
        lambda f: f * 1e-6,
        lambda f: f * 1e6,
        lambda f: f * np.logspace(-6, 6, f.shape[1]),
        lambda f: np.hstack([f, f[:, :7]]),
        lambda f: f * (np.arange(f.shape[1]) % 3 > 0),
    ],
    ids=["common mean", "tiny", "huge", "scales", "duplicated", "dead"],
)
def test_ill_conditioned_features(
    toy: Callable[..., Any], shape: tuple[int, int], change: Callable[[Any], NDArray[Any]]
) -> None:
    """Badly scaled features score as they do by an SVD of the features."""
    data = toy(*shape)
    features = change(data.embeddings)
    expected = fixed_point(features, one_hot(data.labels))
    assert logme(features, data.labels) == pytest.approx(expected, rel=1e-6)


def test_the_published_guards_no_longer_decide_where_features_are_large() -> None:
    """Features of any size have the same evidence; as published, large ones lose by the guards alone."""
    rng = np.random.default_rng(0)
    labels = np.arange(200) % 3
    features = rng.normal(size=(3, 20))[labels] + 2 * rng.normal(size=(200, 20))
    free = logme(features, labels)
    for factor in (1e-6, 1e-3, 37.0, 1e4, 1e6):
        assert logme(factor * features, labels) == pytest.approx(free, abs=1e-5)
    assert logme(1e4 * features, labels, log_determinant="thuml") < free - 0.2


@pytest.mark.parametrize("factor", [1e-6, 1e-2, 30.0, 1e6])
def test_targets_in_another_unit_shift_the_evidence(toy: Callable[..., Any], factor: float) -> None:
    """The evidence of targets times c is that of the targets less ln c: the order of models stays."""
    data = toy(60, 8)
    targets = data.embeddings @ np.linspace(-1, 1, 8) + np.random.default_rng(2).normal(size=60)
    expected = logme(data.embeddings, targets=targets) - np.log(factor)
    assert logme(data.embeddings, targets=factor * targets) == pytest.approx(expected, abs=1e-4)


def test_columns_do_not_see_each_other() -> None:
    """The fixed point of a column is bit for bit the same alone and among others."""
    rng = np.random.default_rng(3)
    singular, along = 7 * rng.exponential(size=(2, 40))
    projections, means = rng.normal(size=(9, 40)), rng.normal(size=9)
    model = CentredModel(60, singular, along, 2.0, projections, means, rest=np.logspace(-3, 3, 9))
    together = evidence._fixed_point(model)
    assert len(set(together.n_rounds.tolist())) > 1
    for row in range(9):
        alone = evidence._fixed_point(model.of_targets(np.array([row])))
        assert alone.alpha[0] == together.alpha[row]
        assert alone.beta[0] == together.beta[row]
        assert alone.n_rounds[0] == together.n_rounds[row]


@pytest.mark.parametrize("shape", [*SHAPES, (200, 1), (3, 9)])
@pytest.mark.parametrize("shift", [0.0, 1.0, 1e5])
@pytest.mark.parametrize("dead", [False, True])
def test_the_model_on_centred_directions_is_ridge_regression(
    toy: Callable[..., Any], shape: tuple[int, int], shift: float, dead: bool
) -> None:
    """Weights, misfit, effective weights and determinant are those of a ridge regression on F itself."""
    features = toy(*shape, n_classes=2).embeddings * 1.5 + shift
    features[:, 0] = 3.0 if dead else features[:, 0]
    n, d = features.shape
    targets = np.random.default_rng(1).normal(size=(n, 3)) + 2
    tau = np.array([0.01, 1.0, 300.0])
    model = centred_model(Decomposition(features, targets=targets))
    found, charges = solve_centred(model, tau), log_determinant(model, tau)
    for column, t in enumerate(targets.T):
        # Least squares on [F; sqrt(tau) I] needs no Gram matrix, whose digits a large mean takes.
        rows = np.vstack([features, np.sqrt(tau[column]) * np.eye(d)])
        left, singular, right = np.linalg.svd(rows, full_matrices=False)
        weights = right.T @ ((left.T[:, :n] @ t) / singular)
        used = np.sum(left[:n] ** 2)
        assert found.weights[column] == pytest.approx(weights @ weights, rel=1e-7)
        assert found.residual[column] == pytest.approx(np.sum((features @ weights - t) ** 2), rel=1e-7)
        assert found.used[column] == pytest.approx(used, rel=1e-9)
        assert found.free[column] == pytest.approx(n - used, rel=1e-7, abs=1e-9)
        charge = 2 * np.log(singular).sum() - d * np.log(tau[column])
        assert charges[column] == pytest.approx(charge, rel=1e-9)


def test_width_alone_does_not_win(toy: Callable[..., Any]) -> None:
    """Pure noise of width 1,024 loses to informative features of width 16; as published it wins."""
    data = toy(100, 16)
    noise = np.random.default_rng(4).normal(size=(100, 1024))
    assert logme(noise, data.labels) < logme(data.embeddings, data.labels)
    assert logme(noise, data.labels, log_determinant="thuml") > logme(data.embeddings, data.labels)


def test_all_zero_features_have_a_finite_evidence() -> None:
    """Without features the evidence is that of noise alone; the published form says that it has none."""
    features, labels = np.zeros((6, 3)), [0, 0, 0, 1, 1, 1]
    beta = 6 / (3 + 1e-5)
    expected = 0.5 * (np.log(beta / (2 * np.pi)) - beta * 3 / 6)
    assert logme(features, labels) == pytest.approx(expected, rel=1e-12)
    with pytest.raises(MetricError, match="infinite on features that are all zero"):
        logme(features, labels, log_determinant="thuml")


@pytest.mark.parametrize("constant", [0.0, 3.0])
def test_constant_target_is_finite(toy: Callable[..., Any], constant: float) -> None:
    """A target that never changes has a finite evidence."""
    features = toy().embeddings
    targets = np.full((len(features), 1), constant)
    expected = fixed_point(features, targets)
    assert logme(features, targets=targets) == pytest.approx(expected, rel=1e-9)


def test_warnings_come_as_values(toy: Callable[..., Any]) -> None:
    """A fit that still moves, a single-sample class and a wide model as published are told."""
    data = toy(40, 38, seed=6)
    rare = np.where(np.arange(40) == 0, 9, data.labels)
    assert "1 of 5 classes" in compute("logme", prepare_inputs(data.embeddings, labels=rare)).warnings[0]
    wide = prepare_inputs(toy(20, 50).embeddings, labels=toy(20, 50).labels)
    assert any("grows with the width" in note for note in compute("logme:thuml", wide).warnings)
    assert not any("grows with the width" in note for note in compute("logme", wide).warnings)


def test_an_open_fit_is_told(toy: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns whose alpha/beta still moves by more than a tenth when stopped are counted in a warning."""
    monkeypatch.setattr(evidence, "MAX_ROUNDS", 1)
    data = toy()
    output = compute("logme", prepare_inputs(data.embeddings, labels=data.labels))
    assert output.warnings == ("4 of 4 target columns still moved by over 10 % when stopped.",)
    assert output.components["converged_share"] == 0.0


def test_unknown_determinant_is_refused(toy: Callable[..., Any]) -> None:
    """A form that does not exist is answered with those that do."""
    data = toy()
    with pytest.raises(UnknownNameError, match="full, thuml"):
        logme(data.embeddings, data.labels, log_determinant="icml")  # type: ignore[arg-type]
