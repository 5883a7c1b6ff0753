"""Label alignment: how much the similarities of the samples' features resemble those of their labels."""

from __future__ import annotations

from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ptmrank_core.metrics import papers, traits
from ptmrank_core.metrics.agreements import recorded_agreement
from ptmrank_core.metrics.inputs.inputs import MetricInputs, prepare_inputs
from ptmrank_core.records import EVERY_TASK, Formula, MetricOutput, MetricSpec

__all__ = ["SPECS", "label_alignment", "label_alignment_output"]

Array: TypeAlias = NDArray[np.float64]


def label_alignment(
    embeddings: ArrayLike, labels: ArrayLike | None = None, *, targets: ArrayLike | None = None
) -> float:
    """Centred kernel alignment of the features with the labels: a correlation of similarities, without a fit.

    Two samples are similar by the product of their centred features, and by having the same label (classes)
    or similar targets. The score is the cosine between these two tables of similarities.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features).
    labels
        Array of shape (n_samples,): classes.
    targets
        Array of shape (n_samples,) or (n_samples, n_targets): real or 0/1; instead of ``labels``.

    Returns
    -------
    float
        In [0, 1]: higher is better; 1 where the features are the labels but for rotation and unit.

    Raises
    ------
    MetricInputError
        The arrays do not fit.

    Notes
    -----
    The linear kernel of Kornblith et al. on both sides. With F and Y centred it is
    ||F'Y||^2 / (||F'F|| ||Y'Y||), Frobenius norms: ||F'F|| = ||F F'|| is that of the smaller Gram matrix, and
    nothing larger is formed. Real targets are standardised, so that their units do not count. On few samples
    the features of wide noise are all dissimilar, which agrees with the labels to sqrt((C - 1)/n) for C
    classes of equal size.

    References
    ----------
    .. [1] Cristianini, Shawe-Taylor, Elisseeff, Kandola: On Kernel-Target Alignment. NIPS 2001.
    .. [2] Kornblith, Norouzi, Lee, Hinton: Similarity of Neural Network Representations Revisited. ICML
       2019. arXiv:1905.00414

    Examples
    --------
    >>> features = [[2.0, 0.1], [1.8, -0.1], [-2.1, 0.2], [-1.9, 0.0]]
    >>> round(label_alignment(features, ["a", "a", "b", "b"]), 3)
    0.997
    >>> round(label_alignment(features, ["a", "b", "a", "b"]), 3)
    0.003
    """
    return label_alignment_output(prepare_inputs(embeddings, labels=labels, targets=targets)).value


def label_alignment_output(inputs: MetricInputs) -> MetricOutput:
    """Return :func:`label_alignment` with the alignment of features that are all dissimilar."""
    statistics = inputs.decomposition
    if inputs.task == "classification":
        crossed = statistics.class_counts[:, None] * statistics.class_offsets
        own, trace = _class_norm(statistics.class_counts)
    else:
        columns = _standardise(statistics.targets, is_real=inputs.task == "regression")
        crossed = columns.T @ statistics.centred
        own, trace = _norm(columns), float(np.vdot(columns, columns))
    unit = np.sqrt(statistics.total_scatter) or 1.0
    norm = float(np.linalg.norm(statistics.centred_gram / unit**2)) * own
    value = float(np.sum(np.square(crossed / unit))) / norm if norm else 0.0
    apart = trace / (own * np.sqrt(inputs.n_samples - 1)) if own else 0.0
    components = MappingProxyType({"all_dissimilar": float(apart)})
    return MetricOutput(min(1.0, value), components, (*inputs.label_notes, *inputs.feature_notes))


def _class_norm(class_counts: NDArray[np.int64]) -> tuple[float, float]:
    """Frobenius norm and trace of Y'Y, Y centred one-hot classes: n_c [c = d] - n_c n_d / n, never formed."""
    counts = class_counts.astype(object)  # Python integers: no sum of squares rounds or overflows
    n = int(counts.sum())
    squares = counts**2
    total = squares.sum()
    norm = sum(s * (n - c) ** 2 + s * (total - s) for s, c in zip(squares, counts, strict=True)) / n**2
    return float(np.sqrt(float(norm))), float((n * n - total) / n)


def _standardise(targets: Array, *, is_real: bool) -> Array:
    """Centre targets; divide real ones by their deviations. Constant ones are exactly 0."""
    centred = np.where((targets == targets[0]).all(axis=0), 0.0, targets - targets.mean(axis=0))
    deviations = centred.std(axis=0)
    return centred / np.where(deviations > 0, deviations, 1.0) if is_real else centred


def _norm(columns: Array) -> float:
    """Frobenius norm of Y'Y or Y Y', whichever is smaller."""
    n_rows, n_columns = columns.shape
    return float(np.linalg.norm(columns.T @ columns if n_columns <= n_rows else columns @ columns.T))


SPECS = (
    MetricSpec(
        name="label_alignment",
        position=220,
        title="Label alignment (CKA)",
        kind="evidence",
        function=label_alignment_output,
        tasks=EVERY_TASK,
        higher_is_better=True,
        bounds=(0.0, 1.0),
        cost="decomposition",
        measured_seconds=0.002,
        prior_agreement=recorded_agreement("label_alignment"),
        idea="How much the similarities of the samples' features resemble those of their labels.",
        fails_when="A few directions of large variance hold no label, groups of samples are alike for another"
        " reason than their label, or samples are few: noise then has an alignment above 0.",
        paper=papers.LABEL_ALIGNMENT,
        formula=Formula(
            r"\frac{\lVert F^\top Y\rVert^2}{\lVert F^\top F\rVert\;\lVert Y^\top Y\rVert}",
            r"$F$: centred features, one row for each sample; $Y$: centred one-hot classes, or targets;"
            r" Frobenius norms.",
            "Samples of one label should be similar and others dissimilar: the correlation of the two tables"
            " of similarities, also called centred kernel alignment.",
        ),
        traits=traits.LABEL_ALIGNMENT,
        version=1,
    ),
)
