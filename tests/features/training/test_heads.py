"""The fitted head against scikit-learn on plainly standardised inputs, and where classes are missing."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

from ptmrank_core.features.training import heads
from ptmrank_core.features.training.heads import LinearHead, fit_head
from ptmrank_core.records import FloatArray


@pytest.fixture(autouse=True)
def one_strength(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no choice of the penalty's strength."""
    monkeypatch.setattr(heads, "STRENGTHS", (0.1,))


def inputs_of(n_samples: int, width: int, seed: int = 0) -> FloatArray:
    """Draw inputs whose columns have different centres and scales."""
    rng = np.random.default_rng(seed)
    scales = rng.uniform(0.5, 2.0, width)
    return (rng.normal(size=(n_samples, width)) * scales + rng.normal(size=width)).astype(np.float32)


def outputs_of(head: LinearHead, inputs: FloatArray) -> NDArray[np.float64]:
    """Outputs of the layer."""
    return inputs.astype(np.float64) @ head.weight.T + (0.0 if head.bias is None else head.bias)


@pytest.mark.parametrize("width", [5, 90])
def test_classes_equal_logistic_regression(width: int) -> None:
    """Narrow or wider than the samples are many: the probabilities are those of the plain fit."""
    inputs, classes = inputs_of(60, width), np.arange(60) % 3
    head = fit_head(inputs, classes, "classification", 3, has_bias=True, seed=0)
    standardised = StandardScaler().fit_transform(inputs.astype(np.float64))
    plain = LogisticRegression(C=0.1, tol=1e-8, max_iter=5_000).fit(standardised, classes)
    logits = outputs_of(head, inputs)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shares, plain.predict_proba(standardised), atol=5e-3)


def test_two_classes_equal_logistic_regression() -> None:
    """Scikit-learn fits one logit for two classes, and a network has two."""
    inputs, classes = inputs_of(40, 4), np.arange(40) % 2
    head = fit_head(inputs, classes, "classification", 2, has_bias=True, seed=0)
    standardised = StandardScaler().fit_transform(inputs.astype(np.float64))
    plain = LogisticRegression(C=0.1, tol=1e-8).fit(standardised, classes)
    logits = outputs_of(head, inputs)
    np.testing.assert_allclose(logits[:, 1] - logits[:, 0], plain.decision_function(standardised), atol=1e-2)


def test_numbers_equal_ridge_regression() -> None:
    """Several numbers at once."""
    inputs = inputs_of(50, 6)
    numbers = np.stack([inputs[:, 0] - inputs[:, 1], inputs[:, 2] ** 2], axis=1).astype(np.float32)
    head = fit_head(inputs, numbers, "regression", 2, has_bias=True, seed=0)
    standardised = StandardScaler().fit_transform(inputs.astype(np.float64))
    plain = Ridge(alpha=2.5).fit(standardised, numbers).predict(standardised)
    np.testing.assert_allclose(outputs_of(head, inputs), plain, atol=1e-4)


def test_each_label_equals_its_own_logistic_regression() -> None:
    """A label that all or none of the samples have gets a constant logit on its side."""
    inputs = inputs_of(40, 4)
    labels = np.stack([inputs[:, 0] > 0.5, np.zeros(40), np.ones(40)], axis=1).astype(np.float32)
    head = fit_head(inputs, labels, "multilabel", 3, has_bias=True, seed=0)
    standardised = StandardScaler().fit_transform(inputs.astype(np.float64))
    plain = LogisticRegression(C=0.1, tol=1e-8).fit(standardised, labels[:, 0])
    logits = outputs_of(head, inputs)
    np.testing.assert_allclose(logits[:, 0], plain.decision_function(standardised), atol=5e-2)
    np.testing.assert_allclose(logits[:, 1], -np.log(41), rtol=1e-5)
    np.testing.assert_allclose(logits[:, 2], np.log(41), rtol=1e-5)


def test_a_layer_without_a_bias_gets_none() -> None:
    """Its inputs are scaled and not centred, and it still tells the classes apart."""
    inputs, classes = inputs_of(60, 8), np.arange(60) % 2
    inputs[:, 0] += 3.0 * (classes - 0.5) - inputs[:, 0].mean()
    head = fit_head(inputs, classes, "classification", 2, has_bias=False, seed=0)
    assert head.bias is None
    assert np.mean(outputs_of(head, inputs).argmax(axis=1) == classes) > 0.85


def test_a_class_without_samples_is_the_least_likely() -> None:
    """A class that half of the samples do not hold is never the answer, and its logit is finite."""
    inputs, classes = inputs_of(30, 4), np.where(np.arange(30) % 2, 3, 1)
    head = fit_head(inputs, classes, "classification", 4, has_bias=True, seed=0)
    logits = outputs_of(head, inputs)
    assert np.isfinite(logits).all()
    assert set(logits.argmax(axis=1).tolist()) <= {1, 3}
    one = fit_head(inputs, np.full(30, 2), "classification", 4, has_bias=True, seed=0)
    assert (outputs_of(one, inputs).argmax(axis=1) == 2).all()


def test_dead_columns_get_no_weight() -> None:
    """A column that hardly varies is not blown up: its weight stays in the range of the others."""
    inputs, classes = inputs_of(60, 6), np.arange(60) % 2
    inputs[:, 0] = 1e-6 * classes
    inputs[:, 1] = 0.25
    head = fit_head(inputs, classes, "classification", 2, has_bias=True, seed=0)
    assert np.abs(head.weight[:, :2]).max() < np.abs(head.weight).max()


def test_the_strength_is_chosen_by_folds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Noise calls for the strongest penalty, a clear pattern for a weak one."""
    monkeypatch.setattr(heads, "STRENGTHS", (1e-4, 10.0))
    classes = np.arange(90) % 2
    noise = fit_head(inputs_of(90, 40), classes, "classification", 2, has_bias=True, seed=0)
    clear = inputs_of(90, 40)
    clear[:, 0] = classes + 0.01 * clear[:, 0]
    pattern = fit_head(clear, classes, "classification", 2, has_bias=True, seed=0)
    assert np.abs(noise.weight).max() < 0.05
    assert np.abs(pattern.weight).max() > 1.0


def test_folds_hold_whole_groups() -> None:
    """Copies of one recording are never on both sides; with too few groups nothing is chosen."""
    groups = [str(i // 5) for i in range(45)]
    fold_of = heads._folds(np.arange(45) % 3, "classification", groups, 0)
    assert fold_of is not None
    assert len({(group, fold) for group, fold in zip(groups, fold_of.tolist(), strict=True)}) == 9
    assert len(set(fold_of.tolist())) == 3
    assert heads._folds(np.arange(4) % 2, "classification", ["a", "a", "b", "b"], 0) is None
    assert heads._folds(np.array([0, 0, 0, 0, 0, 1]), "classification", (), 0) is None
