"""The one door: what comes in, what is refused, and in which words."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from ptmrank_core.errors import MetricInputError
from ptmrank_core.metrics import prepare_inputs

FEATURES = np.arange(8.0).reshape(4, 2)
LABELS = [0, 0, 1, 1]


@pytest.mark.parametrize(
    "labels",
    [
        ["b", "b", "c", "c"],
        [-7, -7, 30, 30],
        [False, False, True, True],
        [2.0, 2.0, 5.0, 5.0],
        np.array(["x", "x", "y", "y"], dtype=object),
        np.array([1, 1, 10, 10], dtype=object),
    ],
)
def test_labels_become_codes(labels: Any) -> None:
    """Strings, gaps, negatives, booleans and whole floats all become 0..C-1."""
    inputs = prepare_inputs(FEATURES, labels=labels)
    assert inputs.labels is not None
    assert inputs.labels.tolist() == LABELS
    assert (inputs.task, inputs.n_classes, inputs.targets) == ("classification", 2, None)


@pytest.mark.parametrize(
    ("targets", "task", "shape"),
    [
        ([0.1, 0.2, 0.3, 0.4], "regression", (4, 1)),
        ([0, 1, 1, 0], "regression", (4, 1)),
        ([[0.1, 1], [1, 0], [1, 0], [0, 1]], "regression", (4, 2)),
        ([[0, 1], [1, 1], [1, 0], [0, 1]], "multilabel", (4, 2)),
        ([[False, True]] * 4, "multilabel", (4, 2)),
    ],
)
def test_targets_tell_the_task(targets: object, task: str, shape: tuple[int, int]) -> None:
    """Two or more columns of zeros and ones are multi-label; all other targets are regression."""
    inputs = prepare_inputs(FEATURES, targets=targets)  # type: ignore[arg-type]
    assert inputs.task == task
    assert inputs.targets is not None
    assert inputs.targets.shape == shape
    assert (inputs.labels, inputs.n_classes) == (None, 0)


def test_arrays_are_copies_and_read_only() -> None:
    """Neither can a metric change the caller's arrays, nor the caller those of a metric."""
    features, logits = FEATURES.copy(), FEATURES.copy()
    inputs = prepare_inputs(features, labels=LABELS, source_logits=logits)
    features[:] = logits[:] = -1.0
    assert np.array_equal(inputs.embeddings, FEATURES)
    for array in (inputs.embeddings, inputs.labels, inputs.source_logits, inputs.source_probs):
        assert array is not None
        assert not array.flags.writeable


def test_logits_and_probabilities_give_the_same_head() -> None:
    """Logits are softmaxed without overflow; either form satisfies the need for source_logits."""
    logits = np.array([[0.0, 1000.0], [1.0, 0.0], [-1000.0, 0.0], [3.0, 3.0]])
    from_logits = prepare_inputs(FEATURES, labels=LABELS, source_logits=logits)
    assert from_logits.source_probs is not None
    assert from_logits.source_probs[0].tolist() == [0.0, 1.0]
    assert from_logits.source_probs[3].tolist() == [0.5, 0.5]
    from_probs = prepare_inputs(FEATURES, labels=LABELS, source_probs=from_logits.source_probs)
    assert np.array_equal(from_probs.source_probs, from_logits.source_probs)  # type: ignore[arg-type]
    assert from_logits.available == from_probs.available == {"source_logits"}
    assert prepare_inputs(FEATURES, labels=LABELS).available == frozenset()


def test_half_precision_probabilities_are_normalised() -> None:
    """Rows that sum to 1 within half precision are made to sum to 1."""
    probs = np.full((4, 1000), 1 / 1000, dtype=np.float16)
    inputs = prepare_inputs(FEATURES, labels=LABELS, source_probs=probs)
    assert inputs.source_probs is not None
    assert inputs.source_probs.sum(axis=1) == pytest.approx(1.0, abs=1e-14)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"embeddings": [1.0, 2.0]}, r"shape \(n_samples, k\) with k >= 1, got \(2,\)"),
        ({"embeddings": np.empty((4, 0))}, r"got \(4, 0\)"),
        ({"embeddings": np.empty((0, 4))}, r"got \(0, 4\)"),
        ({"embeddings": [[1.0, 2.0]], "labels": [0]}, "at least 2 samples"),
        ({"embeddings": [[1.0], [1.0, 2.0]]}, "embeddings is not an array"),
        ({"embeddings": [["a"], ["b"], ["c"], ["d"]]}, "real numbers in embeddings, got dtype"),
        ({"embeddings": FEATURES * 1j}, "complex128"),
        ({"embeddings": FEATURES * 1e80}, "7 values that are NaN, infinite or beyond 1e[+]70"),
        ({"labels": None}, "either labels or targets, got neither"),
        ({"targets": [0.0] * 4}, "either labels or targets, got both"),
        ({"labels": [0, 1, 1]}, r"labels of shape \(4,\), got \(3,\)"),
        ({"labels": [[0], [1], [1], [0]]}, r"labels of shape \(4,\), got \(4, 1\)"),
        ({"labels": [3, 3, 3, 3]}, "at least 2 classes, got 1"),
        ({"labels": [0.5, 1.0, 0.5, 1.0]}, "whole numbers or strings as labels.*targets="),
        ({"labels": [np.nan, 1.0, 0.0, 1.0]}, "whole numbers or strings"),
        ({"labels": np.array(["a", None, "b", "a"], dtype=object)}, "whole numbers or strings"),
        ({"labels": None, "targets": [0.0, 1.0]}, r"targets of shape \(4, k\)"),
        ({"labels": None, "targets": [0, 1, np.inf, 1]}, "targets holds 1 values.*row 2, column 0"),
        ({"source_logits": FEATURES, "source_probs": FEATURES}, "got both"),
        ({"source_logits": FEATURES[:3]}, r"source_logits of shape \(4, k\) with k >= 2"),
        ({"source_logits": FEATURES[:, :1]}, r"k >= 2, got \(4, 1\)"),
        ({"source_logits": FEATURES * np.nan}, "source_logits holds 8 values"),
        ({"source_probs": [[1.5, -0.5]] * 4}, "4 negative values.*source_logits"),
        ({"source_probs": [[0.5, 0.5]] * 3 + [[0.5, 0.6]]}, r"1 rows .* \(row 3: 1.1\)"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: dict[str, object], message: str) -> None:
    """Each wrong input gets a sentence with the value that is wrong and what was expected."""
    good: dict[str, object] = {"embeddings": FEATURES, "labels": LABELS}
    with pytest.raises(MetricInputError, match=message):
        prepare_inputs(**(good | arguments))  # type: ignore[arg-type]


def test_the_first_bad_value_is_named() -> None:
    """NaN and infinity are counted and the first is located."""
    features = FEATURES.copy()
    features[2, 1], features[3, 0] = np.nan, np.inf
    with pytest.raises(MetricInputError, match=r"2 values .* row 2, column 1: nan"):
        prepare_inputs(features, labels=LABELS)


def test_odd_inputs_are_told() -> None:
    """Classes of one sample, mostly dead features and identical samples become notes."""
    single = prepare_inputs(FEATURES, labels=[0, 0, 0, 1])
    assert single.label_notes == ("1 of 2 classes have one sample only.",)
    dead = prepare_inputs(np.hstack([FEATURES, np.full((4, 3), 0.1)]), labels=LABELS)
    assert dead.feature_notes == ("3 of 5 features are the same for all samples.",)
    same = prepare_inputs(np.ones((4, 3)), labels=LABELS)
    assert "nothing can be told" in same.feature_notes[0]
    fine = prepare_inputs(FEATURES, labels=LABELS)
    assert fine.label_notes == fine.feature_notes == ()


FURTHER: dict[str, Any] = {
    "reference_embeddings": np.ones((3, 2)),
    "label_embeddings": np.arange(12.0).reshape(2, 2, 3),
    "source_embeddings": np.ones((5, 2)),
    "source_labels": np.eye(2)[[0, 1, 1, 0, 1]],
    "source_error": np.array(0.25),
    "target_error": 1,
    "lipschitz": np.float32(0.5),
}


def test_further_inputs_are_kept() -> None:
    """What single metrics need is there by name, as read-only float64 arrays or floats."""
    inputs = prepare_inputs(FEATURES, labels=LABELS, **FURTHER)
    assert inputs.available == FURTHER.keys()
    for name, given in FURTHER.items():
        found = getattr(inputs, name)
        assert np.array_equal(found, given)
        assert isinstance(found, float) or (found.dtype == np.float64 and not found.flags.writeable)
    by_sample = prepare_inputs(FEATURES, labels=LABELS, sample_label_embeddings=np.ones((1, 4, 3)))
    assert by_sample.available == {"sample_label_embeddings"}
    assert prepare_inputs(FEATURES, labels=LABELS, lipschitz=None).available == frozenset()


@pytest.mark.parametrize(
    ("labels", "source", "columns", "width"),
    [
        (["b", "b", "c", "c"], ["c", "b", "c"], [1, 0, 1], 2),
        (["b", "b", "c", "d"], ["c", "c", "c"], [1, 1, 1], 3),
        ([2, 2, 5, 9], [0, 1, 2], [0, 1, 2], 3),
        ([2, 2, 5, 9], [9, 2, 9], [2, 0, 2], 3),
        (["a", "a", "b", "b"], [7, 3, 7], [1, 0, 1], 2),
    ],
)
def test_source_classes_become_columns(labels: Any, source: Any, columns: list[int], width: int) -> None:
    """Source classes that are target classes share their columns; others are numbered by themselves."""
    inputs = prepare_inputs(FEATURES, labels=labels, source_labels=source)
    assert np.array_equal(inputs.source_labels, np.eye(width)[columns])  # type: ignore[arg-type]


def test_source_targets_stay_real() -> None:
    """One real source target for each sample is a column; class numbers of multi-label are one-hot."""
    real = prepare_inputs(FEATURES, targets=[0.1, 0.2, 0.3, 0.4], source_labels=[0.5, 1.5])
    assert np.array_equal(real.source_labels, [[0.5], [1.5]])  # type: ignore[arg-type]
    several = prepare_inputs(FEATURES, targets=np.eye(4), source_labels=[4, 2])
    assert np.array_equal(several.source_labels, [[0, 1], [1, 0]])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"referance": 1}, "No metric takes referance. Expected some of reference_embeddings,"),
        ({"reference_embeddings": np.ones((3, 3))}, r"reference_embeddings of shape \(m, 2\), got \(3, 3\)"),
        ({"reference_embeddings": np.ones(3)}, r"reference_embeddings of shape .* got \(3,\)"),
        ({"source_embeddings": [[0, np.nan]]}, "source_embeddings holds 1 values"),
        ({"source_labels": np.eye(4)}, r"source_labels of shape \(5, k\) with k >= 1, got \(4, 4\)"),
        ({"source_labels": [0.5, 1.0, 0.5, 1.0, 2.0]}, "whole numbers or strings as labels"),
        ({"label_embeddings": np.ones((2, 3, 3))}, r"\(n_encoders, 2, width\), got \(2, 3, 3\)"),
        ({"label_embeddings": np.ones((2, 3))}, r"\(n_encoders, 2, width\), got \(2, 3\)"),
        ({"label_embeddings": np.full((1, 2, 1), np.inf)}, "label_embeddings holds 2 values"),
        ({"sample_label_embeddings": np.ones((1, 4, 1))}, "got both"),
        ({"labels": None, "targets": [0.1] * 4}, "label_embeddings belong to classes"),
        ({"source_error": -0.1}, "source_error to be one finite number, at least 0, got -0.1"),
        ({"target_error": np.nan}, "target_error to be one finite number"),
        ({"lipschitz": [1.0, 2.0]}, "lipschitz to be one finite number"),
        ({"lipschitz": "1"}, "lipschitz to be one finite number"),
    ],
)
def test_further_inputs_that_do_not_fit_are_refused(arguments: dict[str, Any], message: str) -> None:
    """Each further input is checked against the samples and classes that it belongs to."""
    good = {"embeddings": FEATURES, "labels": LABELS} | FURTHER
    with pytest.raises(MetricInputError, match=message):
        prepare_inputs(**(good | arguments))


def test_some_samples_are_their_own_inputs() -> None:
    """Rows that are taken are as if prepared: what belongs to samples is cut, the rest stays whole."""
    rng = np.random.default_rng(0)
    rows = np.array([0, 2, 3, 5, 7])
    whole: dict[str, Any] = {
        "reference_embeddings": rng.normal(size=(5, 3)),
        "label_embeddings": rng.normal(size=(2, 2, 4)),
        "target_error": 0.5,
    }
    split = {"embeddings": rng.normal(size=(8, 3)), "source_logits": rng.normal(size=(8, 4))}
    labels = np.arange(8) % 2
    taken = prepare_inputs(labels=labels, **split, **whole).take(rows)
    direct = prepare_inputs(
        labels=labels[rows], **{name: values[rows] for name, values in split.items()}, **whole
    )
    for field in dataclasses.fields(taken):
        if not field.init:  # where the part comes from
            continue
        np.testing.assert_array_equal(getattr(taken, field.name), getattr(direct, field.name))
    assert not taken.embeddings.flags.writeable
    assert taken.decomposition.n_samples == 5


def test_targets_and_sample_codes_are_cut_too() -> None:
    """Regression targets and label embeddings of each sample follow the rows."""
    rng = np.random.default_rng(0)
    codes, targets = rng.normal(size=(2, 6, 4)), rng.normal(size=(6, 2))
    inputs = prepare_inputs(rng.normal(size=(6, 3)), targets=targets, sample_label_embeddings=codes)
    taken = inputs.take(np.array([1, 4]))
    np.testing.assert_array_equal(taken.targets, targets[[1, 4]])
    np.testing.assert_array_equal(taken.sample_label_embeddings, codes[:, [1, 4]])


def test_a_class_cannot_be_left_behind() -> None:
    """Rows without a sample of some class are refused: its code would be a gap."""
    inputs = prepare_inputs(np.eye(6), labels=[0, 0, 1, 1, 2, 2])
    with pytest.raises(MetricInputError, match="Some class has no sample"):
        inputs.take(np.array([0, 1, 2, 3]))
