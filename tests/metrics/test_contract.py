"""What every metric of the registry promises whatever it computes; test_properties has what theory adds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ptmrank_core.errors import MetricInputError
from ptmrank_core.metrics import METRICS, compute, prepare_inputs

pytestmark = pytest.mark.parametrize("name", METRICS)


def value(name: str, data: Any, **changes: Any) -> float:
    """Return a metric's value on toy samples, some arrays exchanged."""
    return compute(name, prepare_inputs(**data.arrays(**changes))).value


def mapped_value(name: str, data: Any, change: Callable[[NDArray[Any]], NDArray[Any]]) -> float:
    """Return a metric's value with all features of the model changed in the same way."""
    return compute(name, prepare_inputs(**data.mapped(change))).value


@pytest.fixture(params=[(90, 12), (40, 100)], ids=str)
def data(request: pytest.FixtureRequest, toy: Callable[..., Any]) -> Any:
    """Return samples of both orientations: n > d, n < d."""
    return toy(*request.param)


@pytest.fixture(params=[(90, 12), (40, 100), (30, 30), (31, 30)], ids=str)
def any_data(request: pytest.FixtureRequest, toy: Callable[..., Any]) -> Any:
    """Return samples of these and of the shapes between them: n = d, n = d + 1."""
    return toy(*request.param)


def test_a_value_repeats(name: str, data: Any) -> None:
    """The same arrays give the same value, bit for bit."""
    assert value(name, data) == value(name, data)


def test_a_single_class_is_refused(name: str, toy: Callable[..., Any]) -> None:
    """One class cannot be told apart from nothing."""
    data = toy()
    with pytest.raises(MetricInputError, match="at least 2 classes"):
        value(name, data, labels=np.zeros_like(data.labels))


def test_precision_of_the_input_does_not_count(name: str, data: Any) -> None:
    """float32 arrays score as the same numbers in float64."""
    arrays = {k: a.astype("f4") for k, a in data.arrays().items() if k != "labels" and np.ndim(a)}
    single = value(name, data, **arrays)
    double = value(name, data, **{key: array.astype("f8") for key, array in arrays.items()})
    assert single == double


def test_memory_layout_does_not_count(name: str, data: Any) -> None:
    """Column-major features score the same."""
    assert value(name, data, embeddings=np.asfortranarray(data.embeddings)) == value(name, data)


def hard_features(kind: str, features: NDArray[Any]) -> NDArray[Any]:
    """Features of the kinds that real models produce and formulas trip over."""
    width = features.shape[1]
    dead = features * (np.arange(width) % 2)
    kinds: dict[str, NDArray[Any]] = {
        "dead columns": dead,
        "constant column": np.hstack([features, np.full((len(features), 1), 3.7)]),
        "duplicated columns": np.hstack([features, features]),
        "duplicated samples": features[np.arange(len(features)) // 2 * 2],
        "zero samples": features * (np.arange(len(features)) % 4 > 0)[:, None],
        "rank one": features[:, :1] * np.arange(1.0, width + 1),
        "tiny": features * 1e-6,
        "huge": features * 1e6,
        "scales": features * np.logspace(-6, 6, width),
        "common mean": features + 1e6,
        "one feature": features[:, :1],
    }
    return kinds[kind]


@pytest.mark.parametrize(
    "kind",
    [
        "dead columns",
        "constant column",
        "duplicated columns",
        "duplicated samples",
        "zero samples",
        "rank one",
        "tiny",
        "huge",
        "scales",
        "common mean",
        "one feature",
    ],
)
def test_hard_features_have_a_score_within_bounds(name: str, any_data: Any, kind: str) -> None:
    """Dead, duplicated, huge, tiny or badly centred features still have a finite score."""
    found = mapped_value(name, any_data, lambda features: hard_features(kind, features))
    low, high = METRICS[name].bounds
    assert low is None or found >= low
    assert high is None or found <= high


@pytest.mark.parametrize("n_single", [1, 10])
def test_classes_of_one_sample_are_scored_and_told(name: str, data: Any, n_single: int) -> None:
    """Classes with a single sample have a score that carries a warning."""
    labels = data.labels.copy()
    labels[:n_single] = 100 + np.arange(n_single)
    output = compute(name, prepare_inputs(**data.arrays(labels=labels)))
    assert np.isfinite(output.value)
    assert f"{n_single} of {4 + n_single} classes have one sample only." in output.warnings


def test_two_samples_are_enough(name: str, toy: Callable[..., Any]) -> None:
    """The smallest sample there is, two samples of two classes, has a finite score."""
    assert np.isfinite(value(name, toy(2, 5, n_classes=2)))


def test_other_tasks_are_scored_or_refused(name: str, data: Any) -> None:
    """Real and multi-label targets give a finite score where the registry says so, else an error."""
    rng = np.random.default_rng(4)
    n_samples = len(data.labels)
    kinds = {"regression": rng.normal(size=(n_samples, 2)), "multilabel": rng.integers(0, 2, (n_samples, 3))}
    for task, targets in kinds.items():
        if task in METRICS[name].tasks:
            assert np.isfinite(value(name, data, labels=None, targets=targets))
        else:
            with pytest.raises(MetricInputError, match=f"not for {task}"):
                value(name, data, labels=None, targets=targets)


def test_components_are_finite(name: str, any_data: Any) -> None:
    """Every named component is a finite float."""
    components = compute(name, prepare_inputs(**any_data.arrays())).components
    assert components
    assert all(isinstance(c, float) and np.isfinite(c) for c in components.values())
