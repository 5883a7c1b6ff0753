"""The checks of ``prepare_inputs``: each takes an array of the caller and returns what a metric can use."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from ptmrank_core.errors import MetricInputError

__all__ = ["check_labels", "check_matrix", "check_source", "plain_labels"]

Array: TypeAlias = NDArray[np.float64]

# Statistics of fourth order of larger values leave the range of float64; no float32 network gets there alive.
LARGEST_VALUE = 1e70
# Probabilities of a half-precision softmax over 1,000 classes sum to 1 only this closely.
ROW_SUM_TOLERANCE = 1e-3


def check_matrix(
    name: str, values: ArrayLike, n_samples: int | None = None, *, least_columns: int = 1
) -> Array:
    """Copy a matrix to float64, refusing what no metric can use.

    Parameters
    ----------
    name
        What the message calls it.
    values
        Array of shape (n_samples, k) of real numbers.
    n_samples
        Expected number of rows; any where ``None``.
    least_columns
        Smallest k.

    Returns
    -------
    ndarray
        Read-only float64 array of the same shape, no value beyond 1e70.

    Raises
    ------
    MetricInputError
        Wrong shape or type, or a value that is not finite.
    """
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise MetricInputError(
            f"{name} is not an array: {error}.", hint="Rows of a matrix are of equal length."
        ) from error
    if array.dtype.kind not in "biuf":
        raise MetricInputError(
            f"Expected real numbers in {name}, got dtype {array.dtype}.",
            hint="Convert it to floats; classes belong into labels.",
        )
    rows = "n_samples" if n_samples is None else n_samples
    is_matrix = array.ndim == 2 and array.shape[0] > 0 and array.shape[1] >= least_columns
    if not is_matrix or (n_samples is not None and array.shape[0] != n_samples):
        raise MetricInputError(
            f"Expected {name} of shape ({rows}, k) with k >= {least_columns}, got {array.shape}.",
            hint="One row per sample; pool or flatten further axes first.",
        )
    with np.errstate(invalid="ignore", over="ignore"):  # what becomes NaN or infinite is refused below
        copy = np.array(array, dtype=np.float64, order="C")
    # Least and largest need no copy of a matrix that may be large; NaN is either, and fits no bound.
    if not (copy.min(initial=0.0) >= -LARGEST_VALUE and copy.max(initial=0.0) <= LARGEST_VALUE):
        unusable = ~(np.abs(copy) <= LARGEST_VALUE)
        row, column = np.argwhere(unusable)[0]
        raise MetricInputError(
            f"{name} holds {np.count_nonzero(unusable)} values that are NaN, infinite or beyond"
            f" {LARGEST_VALUE:g} (the first at row {row}, column {column}: {copy[row, column]}).",
            hint="Half precision overflows easily: extract in float32, or leave these samples out.",
        )
    return _freeze(copy)


def check_labels(labels: ArrayLike, n_samples: int | None = None) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Map class labels to 0..C-1 in sorted order, so that gaps, negatives and strings are harmless.

    Parameters
    ----------
    labels
        Array of shape (n_samples,).
    n_samples
        Expected length; any where ``None``.

    Returns
    -------
    codes, classes
        Read-only int64 array of shape (n_samples,) and the C >= 2 sorted unique labels that they stand for.

    Raises
    ------
    MetricInputError
        Wrong shape or type, or fewer than two classes.
    """
    names = np.asarray(labels)
    if names.ndim != 1 or (n_samples is not None and len(names) != n_samples):
        wanted = "n_samples" if n_samples is None else n_samples
        raise MetricInputError(
            f"Expected labels of shape ({wanted},), got {names.shape}.",
            hint="Pass one label per sample, in the order of the embeddings.",
        )
    classes, codes = np.unique(plain_labels(names), return_inverse=True)
    if len(classes) < 2:
        raise MetricInputError(
            f"Expected at least 2 classes, got {len(classes)}.",
            hint="A metric asks how well classes can be told apart: add samples of another one.",
        )
    return _freeze(codes.astype(np.int64)), classes


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
        raise MetricInputError(
            "Expected source_logits or source_probs, got both.", hint="The logits alone say everything."
        )
    if source_logits is not None:
        logits = check_matrix("source_logits", source_logits, n_samples, least_columns=2)
        return logits, _freeze(scipy.special.softmax(logits, axis=1))
    if source_probs is None:
        return None, None
    probs = check_matrix("source_probs", source_probs, n_samples, least_columns=2)
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


def plain_labels(labels: NDArray[Any]) -> NDArray[Any]:
    """Make labels sortable by value.

    Parameters
    ----------
    labels
        Whole numbers, booleans or strings, of any dtype.

    Returns
    -------
    ndarray
        The same labels; object arrays become strings or integers.

    Raises
    ------
    MetricInputError
        Labels of another kind.
    """
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
    """Make an array read-only."""
    array.setflags(write=False)
    return array
