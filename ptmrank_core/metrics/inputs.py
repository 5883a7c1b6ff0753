"""Plain arrays -> checked ``MetricInputs``: the one place where a metric's inputs are checked.

Behind this door everything is float64, finite and read-only, labels are 0..C-1, and the caller's own
arrays can neither change nor be changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ptmrank_core.errors import MetricInputError
from ptmrank_core.metrics.checks import check_labels, check_matrix, check_source
from ptmrank_core.metrics.decomposition import Decomposition

__all__ = ["MetricInputs", "Task", "prepare_inputs"]

Task: TypeAlias = Literal["classification", "regression", "multilabel"]
Array: TypeAlias = NDArray[np.float64]


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
    features = check_matrix("embeddings", embeddings)
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
    checked = check_matrix("targets", columns, n_samples)
    is_binary = checked.shape[1] >= 2 and bool(np.isin(checked, (0.0, 1.0)).all())
    task: Task = "multilabel" if is_binary else "regression"
    return MetricInputs(features, task, targets=checked, source_logits=logits, source_probs=probs)
