"""Plain arrays -> checked ``MetricInputs``: the one place where a metric's inputs are checked.

In ``MetricInputs`` everything is float64, finite and read-only, and labels are 0..C-1; the arrays are copies,
so that the caller's are never changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, TypeAlias, TypeVar, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ptmrank_core.errors import MetricInputError
from ptmrank_core.metrics.inputs.auxiliary import AuxiliaryInputs, Target, check_auxiliary
from ptmrank_core.metrics.inputs.checks import check_labels, check_matrix, check_source
from ptmrank_core.metrics.numerics.decomposition import Decomposition
from ptmrank_core.records import SAMPLE_ARRAYS, take_rows

__all__ = ["MetricInputs", "Task", "prepare_inputs"]

Task: TypeAlias = Literal["classification", "regression", "multilabel"]
Array: TypeAlias = NDArray[np.float64]
T = TypeVar("T")


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
    reference_embeddings, label_embeddings, sample_label_embeddings, source_embeddings
        float64 arrays of the shapes in :class:`~ptmrank_core.metrics.inputs.auxiliary.AuxiliaryInputs`, or
        ``None``.
    source_labels
        float64 array of shape (n_source, c), classes as one-hot, or ``None``.
    source_error, target_error, lipschitz
        Numbers, at least 0, or ``None``.
    """

    embeddings: Array
    task: Task
    labels: NDArray[np.int64] | None = None
    n_classes: int = 0
    targets: Array | None = None
    source_logits: Array | None = None
    source_probs: Array | None = None
    reference_embeddings: Array | None = None
    label_embeddings: Array | None = None
    sample_label_embeddings: Array | None = None
    source_embeddings: Array | None = None
    source_labels: Array | None = None
    source_error: float | None = None
    target_error: float | None = None
    lipschitz: float | None = None
    # The inputs that these are a part of, and which of their samples. Only `take` sets it: inputs with other
    # arrays (`dataclasses.replace`) are a part of nothing.
    _origin: tuple[MetricInputs, NDArray[np.int64]] | None = field(default=None, init=False, repr=False)

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
        names = {name for name in AuxiliaryInputs.__annotations__ if getattr(self, name) is not None}
        return frozenset(names if self.source_probs is None else names | {"source_logits"})

    def take(self, rows: NDArray[np.int64]) -> MetricInputs:
        """Return the inputs of some of the samples, which need no further checks.

        What does not depend on which samples there are is computed once, for these inputs and all of their
        parts: take parts from the same inputs rather than prepare each of them.

        Parameters
        ----------
        rows
            Different indices of samples, of shape (k,), k >= 2.

        Raises
        ------
        MetricInputError
            A class without a sample among them: the codes of the others would have a gap.
        """
        if self.labels is not None and (np.bincount(self.labels[rows], minlength=self.n_classes) == 0).any():
            raise MetricInputError(
                "Some class has no sample among those that were taken.", hint="Take some of every class."
            )
        taken = take_rows({name: getattr(self, name) for name in SAMPLE_ARRAYS}, rows)
        for values in taken.values():
            if values is not None:
                values.setflags(write=False)
        part = replace(self, **taken)
        object.__setattr__(part, "_origin", (self, rows))
        return part

    @cached_property
    def decomposition(self) -> Decomposition:
        """Statistics shared by the metrics, each computed when it is first asked for."""
        whole = None if self._origin is None else (self._origin[0].decomposition, self._origin[1])
        return Decomposition(self.embeddings, labels=self.labels, targets=self.targets, part_of=whole)

    @cached_property
    def _kept(self) -> dict[Callable[[MetricInputs], Any], Any]:
        """What :meth:`fixed` and :meth:`by_sample` have computed."""
        return {}

    def fixed(self, make: Callable[[MetricInputs], T]) -> T:
        """Return ``make(inputs)``, computed once for these inputs and whatever they are a part of.

        Parameters
        ----------
        make
            A function of a module (its identity is the key) that reads nothing of the samples.
        """
        if self._origin is not None:
            return self._origin[0].fixed(make)
        if make not in self._kept:
            self._kept[make] = make(self)
        value: T = self._kept[make]
        return value

    def by_sample(self, make: Callable[[MetricInputs], NDArray[Any]]) -> NDArray[Any]:
        """Return ``make(inputs)``, of shape (n_samples, ...): the rows of the whole's where these are a part.

        Parameters
        ----------
        make
            A function of a module (its identity is the key) whose row of a sample depends on no other sample.
        """
        if make not in self._kept:
            origin = self._origin
            self._kept[make] = make(self) if origin is None else origin[0].by_sample(make)[origin[1]]
        rows: NDArray[Any] = self._kept[make]
        return rows

    @cached_property
    def label_notes(self) -> tuple[str, ...]:
        """What is odd about the labels, one sentence each."""
        if self.labels is None:
            return ()
        n_single = int(np.count_nonzero(self.decomposition.class_counts == 1))
        if n_single == 0:
            return ()
        return (f"{n_single} of {self.n_classes} classes have one sample only.",)

    @property
    def width_notes(self) -> tuple[str, ...]:
        """What to say where a fit to the training samples themselves grows with the width of the features."""
        if 2 * self.n_features < self.n_samples:
            return ()
        counts = f"{self.n_samples} samples for {self.n_features} features"
        return (f"Only {counts}: wide features score well whatever they hold.",)

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
    **auxiliary: Unpack[AuxiliaryInputs],
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
    **auxiliary
        What single metrics need, by name: see
        :class:`~ptmrank_core.metrics.inputs.auxiliary.AuxiliaryInputs`.

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
    n_samples, n_features = features.shape
    if n_samples < 2:
        raise MetricInputError(
            f"Expected at least 2 samples, got embeddings {features.shape}.",
            hint="A metric compares samples: add some.",
        )
    if (labels is None) == (targets is None):
        came = "neither" if labels is None else "both"
        raise MetricInputError(
            f"Expected either labels or targets, got {came}.",
            hint="Pass classes as labels, real or 0/1 values as targets.",
        )
    logits, probs = check_source(n_samples, source_logits, source_probs)
    task: Task = "classification"
    codes = class_names = checked = None
    if labels is not None:
        codes, class_names = check_labels(labels, n_samples)
    else:
        checked, task = _check_targets(targets, n_samples)
    target = Target(n_samples, n_features, class_names, task == "regression")
    return MetricInputs(
        features,
        task,
        labels=codes,
        n_classes=0 if class_names is None else len(class_names),
        targets=checked,
        source_logits=logits,
        source_probs=probs,
        **check_auxiliary(target, auxiliary),
    )


def _check_targets(targets: ArrayLike | None, n_samples: int) -> tuple[Array, Task]:
    """Return targets of shape (n_samples, n_targets) and what they are."""
    columns = np.asarray(targets)
    columns = columns[:, None] if columns.ndim == 1 else columns
    checked = check_matrix("targets", columns, n_samples)
    is_binary = checked.shape[1] >= 2 and bool(np.isin(checked, (0.0, 1.0)).all())
    return checked, "multilabel" if is_binary else "regression"
