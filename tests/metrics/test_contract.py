"""What every metric of the registry promises, whatever it computes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ptmrank_core.errors import MetricError, MetricInputError
from ptmrank_core.metrics import METRICS, compute, prepare_inputs

pytestmark = pytest.mark.parametrize("name", METRICS)

# An iterative optimum has the digits that round-off leaves in its gradient.
DIGITS = {"pactran": 1e-8}

# Metrics whose value depends on the axes that the features are written in, by their definition.
AXIS_DEPENDENT = frozenset({"etran:lda", "ped", "ped:logme", "sfda", "sfda:log"})


def value(name: str, data: Any, **changes: Any) -> float:
    """Return a metric's value on toy samples, some arrays exchanged."""
    return compute(name, prepare_inputs(**data.arrays(**changes))).value


def mapped_value(name: str, data: Any, change: Callable[[NDArray[Any]], NDArray[Any]]) -> float:
    """Return a metric's value with all features of the model changed in the same way."""
    return compute(name, prepare_inputs(**data.mapped(change))).value


@pytest.fixture(params=[(90, 12), (40, 100), (30, 30), (31, 30)], ids=str)
def data(request: pytest.FixtureRequest, toy: Callable[..., Any]) -> Any:
    """Return samples of every orientation: n > d, n < d, n = d, n = d + 1."""
    return toy(*request.param)


def test_sample_order_does_not_count(name: str, data: Any) -> None:
    """Shuffled samples score the same."""
    order = np.random.default_rng(1).permutation(len(data.labels))
    shuffled = value(
        name,
        data,
        embeddings=data.embeddings[order],
        labels=data.labels[order],
        source_logits=data.source_logits[order],
    )
    assert shuffled == pytest.approx(value(name, data), rel=1e-8)


@pytest.mark.parametrize("names", ["dcba", (-4, 7, 2, 100), (1, 2, 3, 4)], ids=str)
def test_label_names_do_not_count(name: str, data: Any, names: Any) -> None:
    """Strings, gaps and negative labels score as 0..C-1 does."""
    renamed = [names[code] for code in data.labels]
    # What is given for each class stands in the order of the sorted labels.
    order = np.argsort(list(names))
    arrays = data.arrays()
    by_class = {
        "label_embeddings": arrays["label_embeddings"][:, order],
        "source_labels": arrays["source_labels"][:, order],
    }
    found = value(name, data, labels=renamed, **by_class)
    assert found == pytest.approx(value(name, data), rel=DIGITS.get(name, 1e-10))


def test_arrays_stay_as_they_were(name: str, data: Any) -> None:
    """Read-only arrays are accepted, and no array is changed."""
    arrays = {key: np.array(array) for key, array in data.arrays().items()}
    before = {key: array.copy() for key, array in arrays.items()}
    for array in arrays.values():
        array.setflags(write=False)
    compute(name, prepare_inputs(**arrays))
    assert all(np.array_equal(before[key], arrays[key]) for key in arrays)


def test_a_value_repeats(name: str, data: Any) -> None:
    """The same arrays give the same value, bit for bit."""
    assert value(name, data) == value(name, data)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(
    "array", ["embeddings", "source_logits", "reference_embeddings", "source_embeddings"]
)
def test_values_that_are_not_finite_are_refused(name: str, data: Any, array: str, bad: float) -> None:
    """One NaN or infinity in the arrays is an error, never a score."""
    spoiled = getattr(data, array).copy()
    spoiled[3, 2] = bad
    with pytest.raises(MetricInputError, match="row 3, column 2"):
        value(name, data, **{array: spoiled})


def test_a_single_class_is_refused(name: str, data: Any) -> None:
    """One class cannot be told apart from nothing."""
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


def test_feature_order_does_not_count(name: str, data: Any) -> None:
    """Permuted columns score the same."""
    order = np.random.default_rng(2).permutation(data.embeddings.shape[1])
    permuted = mapped_value(name, data, lambda features: features[:, order])
    assert permuted == pytest.approx(value(name, data), rel=1e-8)


def test_rotation_does_not_count(name: str, data: Any) -> None:
    """Features in rotated axes score the same, except where the definition depends on the axes."""
    if name in AXIS_DEPENDENT:
        return
    width = data.embeddings.shape[1]
    rotation = np.linalg.qr(np.random.default_rng(3).normal(size=(width, width)))[0]
    rotated = mapped_value(name, data, lambda features: features @ rotation)
    assert rotated == pytest.approx(value(name, data), rel=1e-7)


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
def test_hard_features_have_a_score_within_bounds(name: str, data: Any, kind: str) -> None:
    """Dead, duplicated, huge, tiny or badly centred features still have a finite score."""
    found = mapped_value(name, data, lambda features: hard_features(kind, features))
    low, high = METRICS[name].bounds
    assert low is None or found >= low
    assert high is None or found <= high


def test_identical_samples_have_a_score_or_a_reason(name: str, data: Any) -> None:
    """All-zero features give a finite score or an error that says why not."""
    with contextlib.suppress(MetricError):
        assert np.isfinite(mapped_value(name, data, np.zeros_like))


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


def test_components_are_finite(name: str, data: Any) -> None:
    """Every named component is a finite float."""
    components = compute(name, prepare_inputs(**data.arrays())).components
    assert components
    assert all(isinstance(c, float) and np.isfinite(c) for c in components.values())
