"""Plain arrays -> checked ``MetricInputs``: the one place where a metric's inputs are checked.

Behind this door everything is float64, finite and read-only, labels are 0..C-1, and the caller's own
arrays can neither change nor be changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import softmax

from ptmrank_core.errors import MetricInputError
from ptmrank_core.metrics.decomposition import Decomposition

__all__ = ["MetricInputs", "Task", "check_labels", "check_source", "prepare_inputs"]

Task: TypeAlias = Literal["classification", "regression", "multilabel"]
Array: TypeAlias = NDArray[np.float64]

# Statistics of fourth order of larger values leave the range of float64; no float32 network gets there alive.
LARGEST_VALUE = 1e70
# Probabilities of a half-precision softmax over 1,000 classes sum to 1 only this closely.
ROW_SUM_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class MetricInputs:
    """What a metric reads; made by :func:`prepare_inputs` alone. All arrays are read-only.

    Parameters
    ----------
    embeddings
        float64 array of shape (n_samples, n_features).
    task
        What the targets are.
    labels
        int64 array of shape (n_samples,), codes 0..n_classes-1; ``None`` unless classification.
    n_classes
        Number of classes, at least 2; 0 unless classification.
    targets
        float64 array of shape (n_samples, n_targets); ``None`` in classification.
    source_logits
        float64 array of shape (n_samples, n_source_classes), or ``None``.
    source_probs
        float64 array of the same shape, rows sum to 1; there whenever either of the two was given.
    """

    embeddings: Array
    task: Task
    labels: NDArray[np.int64] | None = None
    n_classes: int = 0
    targets: Array | None = None
    source_logits: Array | None = None
    source_probs: Array | None = None

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return len(self.embeddings)

    @property
    def n_features(self) -> int:
        """Width of the embeddings."""
        return int(self.embeddings.shape[1])

    @property
    def available(self) -> frozenset[str]:
        """Extra inputs that are there, by the names of ``MetricSpec.needs``."""
        return frozenset() if self.source_probs is None else frozenset({"source_logits"})

    @cached_property
    def decomposition(self) -> Decomposition:
        """Statistics shared by the metrics, each computed when it is first asked for."""
        return Decomposition(self.embeddings, labels=self.labels, targets=self.targets)

    @cached_property
    def label_notes(self) -> tuple[str, ...]:
        """What is odd about the labels, one sentence each."""
        if self.labels is None:
            return ()
        n_single = int(np.count_nonzero(self.decomposition.class_counts == 1))
        if n_single == 0:
            return ()
        return (f"{n_single} of {self.n_classes} classes have one sample only.",)

    @cached_property
    def feature_notes(self) -> tuple[str, ...]:
        """What is odd about the embeddings, one sentence each."""
        n_constant = int(np.count_nonzero(self.decomposition.constant_columns))
        if n_constant == self.n_features:
            return ("All samples have the same features: nothing can be told from them.",)
        if 2 * n_constant >= self.n_features:
            return (f"{n_constant} of {self.n_features} features are the same for all samples.",)
        return ()


def prepare_inputs(
    embeddings: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    targets: ArrayLike | None = None,
    source_logits: ArrayLike | None = None,
    source_probs: ArrayLike | None = None,
) -> MetricInputs:
    """Check arrays and make them the inputs of every metric.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features), n_samples >= 2: features of one model.
    labels
        Array of shape (n_samples,): integer, boolean or string classes, at least 2 different ones.
    targets
        Array of shape (n_samples,) or (n_samples, n_targets): real targets (regression). Two or more
        columns of zeros and ones are multi-label targets. Exactly one of ``labels``, ``targets``.
    source_logits
        Array of shape (n_samples, n_source_classes): the model's own head before its softmax.
    source_probs
        The same after the softmax. At most one of the two.

    Returns
    -------
    MetricInputs
        Copies in float64, read-only.

    Raises
    ------
    MetricInputError
        Wrong shape or type, not finite, one class only, rows of probabilities that do not sum to 1.
    """
    features = _check_matrix("embeddings", embeddings)
    n_samples = features.shape[0]
    if n_samples < 2:
        raise MetricInputError(f"Expected at least 2 samples, got embeddings {features.shape}.")
    if (labels is None) == (targets is None):
        came = "neither" if labels is None else "both"
        raise MetricInputError(f"Expected either labels or targets, got {came}.")
    logits, probs = check_source(n_samples, source_logits, source_probs)
    if labels is not None:
        codes, n_classes = check_labels(labels, n_samples)
        return MetricInputs(
            features,
            "classification",
            labels=codes,
            n_classes=n_classes,
            source_logits=logits,
            source_probs=probs,
        )
    columns = np.asarray(targets)
    columns = columns[:, None] if columns.ndim == 1 else columns
    checked = _check_matrix("targets", columns, n_samples)
    is_binary = checked.shape[1] >= 2 and bool(np.isin(checked, (0.0, 1.0)).all())
    task: Task = "multilabel" if is_binary else "regression"
    return MetricInputs(features, task, targets=checked, source_logits=logits, source_probs=probs)


def check_labels(labels: ArrayLike, n_samples: int | None = None) -> tuple[NDArray[np.int64], int]:
    """Map class labels to 0..C-1 in sorted order, so that gaps, negatives and strings are harmless.

    Parameters
    ----------
    labels
        Array of shape (n_samples,).
    n_samples
        Expected length; any where ``None``.

    Returns
    -------
    codes, n_classes
        Read-only int64 array of shape (n_samples,) and the number C of classes, at least 2.

    Raises
    ------
    MetricInputError
        Wrong shape or type, or fewer than two classes.
    """
    names = np.asarray(labels)
    if names.ndim != 1 or (n_samples is not None and len(names) != n_samples):
        wanted = "n_samples" if n_samples is None else n_samples
        raise MetricInputError(f"Expected labels of shape ({wanted},), got {names.shape}.")
    classes, codes = np.unique(_plain_labels(names), return_inverse=True)
    if len(classes) < 2:
        raise MetricInputError(
            f"Expected at least 2 classes, got {len(classes)}.",
            hint="A metric asks how well classes can be told apart: add samples of another one.",
        )
    return _freeze(codes.astype(np.int64)), len(classes)


def check_source(
    n_samples: int, source_logits: ArrayLike | None, source_probs: ArrayLike | None
) -> tuple[Array | None, Array | None]:
    """Check what the source head says; probabilities come with the logits.

    Parameters
    ----------
    n_samples
        Expected number of rows.
    source_logits, source_probs
        Arrays of shape (n_samples, n_source_classes), n_source_classes >= 2; at most one of them.

    Returns
    -------
    logits, probs
        Read-only float64 arrays; rows of ``probs`` sum to 1.

    Raises
    ------
    MetricInputError
        Both given, wrong shape, not finite, negative, or rows that do not sum to 1.
    """
    if source_logits is not None and source_probs is not None:
        raise MetricInputError("Expected source_logits or source_probs, got both.")
    if source_logits is not None:
        logits = _check_matrix("source_logits", source_logits, n_samples, least_columns=2)
        return logits, _freeze(softmax(logits, axis=1))
    if source_probs is None:
        return None, None
    probs = _check_matrix("source_probs", source_probs, n_samples, least_columns=2)
    if probs.min() < 0:
        raise MetricInputError(
            f"source_probs holds {np.count_nonzero(probs < 0)} negative values.",
            hint="Pass values before the softmax as source_logits.",
        )
    sums = probs.sum(axis=1, keepdims=True)
    wrong = np.flatnonzero(np.abs(sums - 1) > ROW_SUM_TOLERANCE)
    if wrong.size:
        raise MetricInputError(
            f"{wrong.size} rows of source_probs do not sum to 1 (row {wrong[0]}: {sums[wrong[0], 0]:.6g}).",
            hint="Pass values before the softmax as source_logits.",
        )
    return None, _freeze(probs / sums)


def _check_matrix(
    name: str, values: ArrayLike, n_samples: int | None = None, *, least_columns: int = 1
) -> Array:
    """Return a finite, read-only float64 copy of shape (n_samples, k), k >= ``least_columns``."""
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise MetricInputError(f"{name} is not an array: {error}.") from error
    if array.dtype.kind not in "biuf":
        raise MetricInputError(f"Expected real numbers in {name}, got dtype {array.dtype}.")
    rows = "n_samples" if n_samples is None else n_samples
    is_matrix = array.ndim == 2 and array.shape[0] > 0 and array.shape[1] >= least_columns
    if not is_matrix or (n_samples is not None and array.shape[0] != n_samples):
        raise MetricInputError(
            f"Expected {name} of shape ({rows}, k) with k >= {least_columns}, got {array.shape}.",
            hint="One row per sample; pool or flatten further axes first.",
        )
    copy = np.array(array, dtype=np.float64, order="C")
    unusable = ~(np.abs(copy) <= LARGEST_VALUE)
    if unusable.any():
        row, column = np.argwhere(unusable)[0]
        raise MetricInputError(
            f"{name} holds {np.count_nonzero(unusable)} values that are NaN, infinite or beyond"
            f" {LARGEST_VALUE:g} (the first at row {row}, column {column}: {copy[row, column]}).",
            hint="Half precision overflows easily: extract in float32, or leave these samples out.",
        )
    return _freeze(copy)


def _plain_labels(labels: NDArray[Any]) -> NDArray[Any]:
    """Return labels of a type that sorts by value; object arrays become strings or integers."""
    kind = labels.dtype.kind
    if kind in "biuUS":
        return labels
    if kind == "f" and np.isfinite(labels).all() and (labels == np.rint(labels)).all():
        return labels
    if kind == "O" and all(isinstance(label, str) for label in labels):
        return labels.astype(np.str_)
    if kind == "O" and all(isinstance(label, int | np.integer) for label in labels):
        return labels.astype(np.int64)
    raise MetricInputError(
        f"Expected whole numbers or strings as labels, got {labels.dtype} with other values.",
        hint="Pass real-valued targets as targets=.",
    )


def _freeze(array: NDArray[Any]) -> NDArray[Any]:
    """Make an array of our own read-only."""
    array.setflags(write=False)
    return array
