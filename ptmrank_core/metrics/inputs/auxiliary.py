"""The inputs that single metrics need besides embeddings and targets: their names and their checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias, TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ptmrank_core.errors import MetricInputError
from ptmrank_core.metrics.inputs.checks import check_matrix, plain_labels

__all__ = [
    "LABEL_EMBEDDINGS",
    "REFERENCE_EMBEDDINGS",
    "SOURCE_EMBEDDINGS",
    "SOURCE_LOGITS",
    "AuxiliaryInputs",
    "Target",
    "check_auxiliary",
]

Array: TypeAlias = NDArray[np.float64]

# Names of inputs as ``MetricSpec.needs`` and ``MetricSpec.uses`` have them.
LABEL_EMBEDDINGS = "label_embeddings"
REFERENCE_EMBEDDINGS = "reference_embeddings"
SOURCE_EMBEDDINGS = "source_embeddings"
SOURCE_LOGITS = "source_logits"


class AuxiliaryInputs(TypedDict, total=False):
    """Arrays by name, as :func:`~ptmrank_core.metrics.prepare_inputs` takes them and an ``.npz`` names them.

    Parameters
    ----------
    reference_embeddings
        (n_reference, n_features): a general set of inputs under the same model.
    label_embeddings
        (n_encoders, n_classes, width): the class names under some text encoders; classes in the order of
        the sorted unique labels.
    sample_label_embeddings
        (n_encoders, n_samples, width): the same for each sample; at most one of the two.
    source_embeddings
        (n_source, n_features): samples that the model was trained on.
    source_labels
        (n_source,) classes (real values in regression) or (n_source, c): one-hot, soft or real.
    source_error
        A number, at least 0: the model's error on its source task.
    target_error
        A number, at least 0: the error on the target task without this model.
    lipschitz
        A number, at least 0: Lipschitz constant of the target head.
    """

    reference_embeddings: ArrayLike | None
    label_embeddings: ArrayLike | None
    sample_label_embeddings: ArrayLike | None
    source_embeddings: ArrayLike | None
    source_labels: ArrayLike | None
    source_error: ArrayLike | None
    target_error: ArrayLike | None
    lipschitz: ArrayLike | None


@dataclass(frozen=True, eq=False)
class Target:
    """What the auxiliary inputs have to agree with.

    Parameters
    ----------
    n_samples, n_features
        Shape of the embeddings.
    class_names
        Sorted unique labels; ``None`` unless classification.
    is_real
        Whether the targets are real numbers (regression).
    """

    n_samples: int
    n_features: int
    class_names: NDArray[Any] | None
    is_real: bool


def check_auxiliary(target: Target, given: AuxiliaryInputs) -> dict[str, Any]:
    """Check the auxiliary inputs against the samples they belong to.

    Parameters
    ----------
    target
        What is known of the samples.
    given
        The inputs by name; what is ``None`` is as if it were not there.

    Returns
    -------
    dict
        Read-only float64 arrays (``source_labels`` of shape (n_source, c)) and floats, by name.

    Raises
    ------
    MetricInputError
        An unknown name, a shape that does not agree, or a value that cannot be used.
    """
    unknown = sorted(given.keys() - AuxiliaryInputs.__annotations__.keys())
    if unknown:
        raise MetricInputError(
            f"No metric takes {', '.join(unknown)}.",
            hint=f"Expected some of {', '.join(AuxiliaryInputs.__annotations__)}.",
        )
    checked: dict[str, Any] = {}
    for name in (REFERENCE_EMBEDDINGS, SOURCE_EMBEDDINGS):
        if (values := given.get(name)) is not None:
            checked[name] = _check_embeddings(name, values, target.n_features)  # type: ignore[arg-type]
    for name in ("source_error", "target_error", "lipschitz"):
        if (values := given.get(name)) is not None:
            checked[name] = _check_number(name, values)  # type: ignore[arg-type]
    if (labels := given.get("source_labels")) is not None:
        n_source = len(checked[SOURCE_EMBEDDINGS]) if SOURCE_EMBEDDINGS in checked else None
        checked["source_labels"] = _check_source_labels(labels, n_source, target)
    return checked | _check_encodings(target, given)


def _check_embeddings(name: str, values: ArrayLike, n_features: int) -> Array:
    """Check features of other samples under the same model."""
    checked = check_matrix(name, values)
    if checked.shape[1] != n_features:
        raise MetricInputError(
            f"Expected {name} of shape (m, {n_features}), got {checked.shape}.",
            hint="They are features of other samples under the same model as embeddings.",
        )
    return checked


def _check_number(name: str, value: ArrayLike) -> float:
    """Check a single number, at least 0."""
    array = np.asarray(value)
    is_number = array.dtype.kind in "biuf" and array.size == 1
    if not is_number or not 0 <= (number := float(array.reshape(()))) < np.inf:
        raise MetricInputError(
            f"Expected {name} to be one finite number, at least 0, got {value!r}.",
            hint="Errors are shares or losses; a Lipschitz constant is a bound on a slope.",
        )
    return number


def _check_source_labels(labels: ArrayLike, n_source: int | None, target: Target) -> Array:
    """Return source labels as vectors: real columns as they are, classes as one-hot."""
    array = np.asarray(labels)
    if array.ndim == 1 and target.is_real:
        array = array[:, None]
    elif array.ndim == 1:
        array = _indicators(array, target.class_names)
    return check_matrix("source_labels", array, n_source)


def _indicators(labels: NDArray[Any], class_names: NDArray[Any] | None) -> Array:
    """One-hot source classes; where all of them are target classes, a class has the same column in both."""
    names = plain_labels(labels)
    classes, codes = np.unique(names, return_inverse=True)
    same_kind = class_names is not None and (classes.dtype.kind in "US") == (class_names.dtype.kind in "US")
    if class_names is not None and same_kind and np.isin(classes, class_names).all():
        return np.eye(len(class_names))[np.searchsorted(class_names, names)]
    return np.eye(len(classes))[codes]


def _check_encodings(target: Target, given: AuxiliaryInputs) -> dict[str, Array]:
    """Check the label embeddings, given for each class or for each sample."""
    by_class, by_sample = given.get("label_embeddings"), given.get("sample_label_embeddings")
    if by_class is not None and by_sample is not None:
        raise MetricInputError(
            "Expected label_embeddings or sample_label_embeddings, got both.",
            hint="Repeat those of the classes for their samples to combine them.",
        )
    if by_class is not None:
        if target.class_names is None:
            raise MetricInputError(
                "label_embeddings belong to classes, but there are targets instead of labels.",
                hint="Pass one embedding for each sample as sample_label_embeddings.",
            )
        return {LABEL_EMBEDDINGS: _check_stack(LABEL_EMBEDDINGS, by_class, len(target.class_names))}
    if by_sample is not None:
        name = "sample_label_embeddings"
        return {name: _check_stack(name, by_sample, target.n_samples)}
    return {}


def _check_stack(name: str, values: ArrayLike, n_rows: int) -> Array:
    """Check one matrix for each text encoder."""
    array = np.asarray(values)
    if array.ndim != 3 or 0 in array.shape or array.shape[1] != n_rows:
        raise MetricInputError(
            f"Expected {name} of shape (n_encoders, {n_rows}, width), got {array.shape}.",
            hint="Encoders come first; a single one needs an axis of length 1.",
        )
    checked = check_matrix(name, array.reshape(-1, array.shape[2]))
    return checked.reshape(array.shape)
