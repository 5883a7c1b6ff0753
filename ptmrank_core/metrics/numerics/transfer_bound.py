"""A bound on the error after transfer: source error, distances of features and labels, largest loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import MetricInputError
from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.metrics.numerics.optimal_transport import TransportPlan, plan_transport

__all__ = ["LAMBDA", "TransferBound", "TransferPlans", "bound_transfer", "largest_loss", "plan_transfer"]

Array: TypeAlias = NDArray[np.float64]

# lambda of the bound.
LAMBDA = 0.5
# Classes that the official score counts whatever there are.
OFFICIAL_CLASSES = 100


@dataclass(frozen=True, eq=False)
class TransferPlans:
    """How the source samples are moved onto the target's.

    Parameters
    ----------
    features
        Of features scaled to length 1, all source samples onto all samples.
    labels
        Of the first n source labels onto the n target labels.
    unmatched
        Source labels beyond the first n, shape (n_source - n, c) or (0, c).
    lipschitz
        Lip.
    source_error
        Error of the model on its source task.
    """

    features: TransportPlan
    labels: TransportPlan
    unmatched: Array
    lipschitz: float
    source_error: float


@dataclass(frozen=True, slots=True)
class TransferBound:
    """The bound, term by term; it is their sum, less ``lipschitz``.

    Parameters
    ----------
    source_error
        Error of the model on its source task.
    feature_shift
        Lip lambda W_x, W_x the squared Wasserstein distance of the normalised features.
    label_shift
        W_y, that of the first n source labels and the n target labels.
    remainder
        Mean length of the source labels beyond the first n: 1 for hard ones, 0 where there are none.
    largest_loss
        Lip M exp(-lambda).
    lipschitz
        Lip itself.
    """

    source_error: float
    feature_shift: float
    label_shift: float
    remainder: float
    largest_loss: float
    lipschitz: float

    @property
    def bound(self) -> float:
        """Bound on the error after transfer."""
        shifts = self.feature_shift + self.label_shift + self.remainder
        return self.source_error + shifts + self.largest_loss


def plan_transfer(inputs: MetricInputs) -> TransferPlans:
    """Move source features and labels onto the target's, as the official code (qszhan/WDJE_TCYB) does.

    Parameters
    ----------
    inputs
        With source embeddings, labels and error; with ``lipschitz`` unless classification.

    Raises
    ------
    MetricInputError
        One of these is not there.
    NotApplicableError
        The transport plan is too large to be exact.
    """
    features, labels, error = inputs.source_embeddings, inputs.source_labels, inputs.source_error
    if features is None or labels is None or error is None:
        raise MetricInputError("WDJE expects source_embeddings, source_labels and source_error.")
    n_samples = inputs.n_samples
    target = _normalise(inputs.embeddings)
    lipschitz = _lipschitz(inputs, target)
    target_labels, source_labels = _pad(inputs.decomposition.targets, labels)
    return TransferPlans(
        plan_transport(_normalise(features), target),
        plan_transport(source_labels[:n_samples], target_labels),
        labels[n_samples:],
        lipschitz,
        error,
    )


def bound_transfer(plans: TransferPlans, greatest: float) -> TransferBound:
    """Compute the terms of the bound.

    Parameters
    ----------
    plans
        How the source samples are moved.
    greatest
        M, the largest loss.
    """
    unmatched = plans.unmatched
    return TransferBound(
        source_error=plans.source_error,
        feature_shift=plans.lipschitz * LAMBDA * plans.features.cost,
        label_shift=plans.labels.cost,
        remainder=float(np.linalg.norm(unmatched, axis=1).mean()) if len(unmatched) else 0.0,
        largest_loss=plans.lipschitz * greatest * float(np.exp(-LAMBDA)),
        lipschitz=plans.lipschitz,
    )


def largest_loss(inputs: MetricInputs, *, is_official: bool = True) -> float:
    """Return M: 1 for targets; for classes ln 100 as in the official code, or else ln C."""
    if inputs.labels is None:
        return 1.0
    return float(np.log(OFFICIAL_CLASSES if is_official else inputs.n_classes))


def _lipschitz(inputs: MetricInputs, target: Array) -> float:
    """Return ||F||_2 (C - 1) / (C n) of normalised features, or what was given for targets."""
    if inputs.labels is not None:
        n_samples, n_features = target.shape
        gram = target @ target.T if n_samples < n_features else target.T @ target
        largest = float(np.linalg.eigvalsh(gram)[-1])
        share = (inputs.n_classes - 1) / inputs.n_classes
        return float(np.sqrt(max(0.0, largest)) * share / n_samples)
    if inputs.lipschitz is None:
        raise MetricInputError("WDJE expects lipschitz with real or multi-label targets.")
    return inputs.lipschitz


def _normalise(features: Array) -> Array:
    """Scale rows to length 1; rows of zeros stay."""
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return features / np.where(lengths > 0, lengths, 1.0)


def _pad(target_labels: Array, source_labels: Array) -> tuple[Array, Array]:
    """Pad label vectors with zeros to the same width."""
    width = max(target_labels.shape[1], source_labels.shape[1])
    return (
        np.pad(target_labels, ((0, 0), (0, width - target_labels.shape[1]))),
        np.pad(source_labels, ((0, 0), (0, width - source_labels.shape[1]))),
    )
