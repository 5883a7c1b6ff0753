"""Features of one model -> the arrays that metrics read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.records import (
    ExtractionReport,
    Features,
    FloatArray,
    ModelSpec,
    ReadyFeatures,
    Samples,
    SetFeatures,
    TargetKind,
)

__all__ = [
    "REFERENCE",
    "SOURCE",
    "AuxiliarySets",
    "Extracted",
    "extracted_arrays",
    "metric_arrays",
    "n_broken_logits",
    "ready_arrays",
]

# Names under which auxiliary sets of samples are extracted.
REFERENCE, SOURCE = "reference", "source"


@dataclass(frozen=True, eq=False, slots=True)
class AuxiliarySets:
    """The inputs of metrics besides the samples.

    Parameters
    ----------
    reference
        Samples of the general reference set.
    source
        Labelled samples of the model's training data.
    label_embeddings
        float32 array of shape (1, n_classes, width): embeddings of the class names under a text model.
    """

    reference: Samples | None = None
    source: Samples | None = None
    label_embeddings: FloatArray | None = None

    def samples(self) -> dict[str, Samples]:
        """List the sets whose features have to be extracted, by name."""
        sets = {REFERENCE: self.reference, SOURCE: self.source}
        return {name: samples for name, samples in sets.items() if samples is not None}


@dataclass(frozen=True, eq=False, slots=True)
class Extracted:
    """The features of one model, and the arrays that its metrics read.

    Parameters
    ----------
    features
        The features, with the report of their extraction.
    arrays
        Keyword arguments of ``prepare_inputs``.
    layers
        The same for each hidden layer, if layers were requested.
    """

    features: Features
    arrays: Mapping[str, Any]
    layers: tuple[Mapping[str, Any], ...] = ()


def extracted_arrays(features: Features, target_kind: TargetKind, auxiliary: AuxiliarySets) -> Extracted:
    """Make the arrays for metrics from extracted features, for the model and for each of its layers.

    A layer has no head and no auxiliary sets: it has only its features, the labels and the class names.
    """
    arrays = metric_arrays(features, target_kind, auxiliary)
    shared = {name: arrays[name] for name in ("labels", "targets", "label_embeddings") if name in arrays}
    layers = tuple({"embeddings": layer, **shared} for layer in features.layer_embeddings)
    return Extracted(features, arrays, layers)


def ready_arrays(ready: ReadyFeatures, spec: ModelSpec, samples: Samples, seconds: float) -> Extracted:
    """Make the arrays for metrics from features that the user supplied.

    Metrics read the values of the file; the ``Features`` record holds them in float32, for display.

    Parameters
    ----------
    ready
        The arrays of the file.
    spec
        The model.
    samples
        The samples of the features.
    seconds
        Time taken to read the file.
    """
    embeddings = ready.arrays["embeddings"]
    with np.errstate(over="ignore"):
        shown = embeddings.astype(np.float32)
    features = Features(
        embeddings=shown,
        source_logits=None,
        labels=samples.labels,
        report=ExtractionReport(
            dtype=str(embeddings.dtype),
            seconds={"load": seconds, "preprocess": 0.0, "forward": 0.0},
            n_run=0,
            notes=ready.notes,
            key=spec.revision or "",
        ),
    )
    return Extracted(features, ready.arrays)


def metric_arrays(features: Features, target_kind: TargetKind, auxiliary: AuxiliarySets) -> dict[str, Any]:
    """Collect the arrays of a model under the names that metrics use.

    Parameters
    ----------
    features
        Features of the samples and of the auxiliary sets.
    target_kind
        Kind of the labels.
    auxiliary
        The auxiliary sets.

    Returns
    -------
    dict
        Keyword arguments of ``prepare_inputs``.
    """
    is_class = target_kind == "classification"
    arrays: dict[str, Any] = {
        "embeddings": features.embeddings,
        "labels" if is_class else "targets": features.labels,
        "source_logits": features.source_logits if n_broken_logits(features) == 0 else None,
        "label_embeddings": auxiliary.label_embeddings,
    }
    if REFERENCE in features.auxiliary:
        arrays["reference_embeddings"] = features.auxiliary[REFERENCE].embeddings
    if auxiliary.source is not None:
        arrays |= _transfer_arrays(features, auxiliary.source)
        arrays["target_error"] = _constant_error(features.labels) if is_class else None
    return arrays


def n_broken_logits(features: Features) -> int:
    """Count the samples for which the head of a model gives NaN or infinity."""
    logits = features.source_logits
    return 0 if logits is None else int(np.count_nonzero(~np.isfinite(logits).all(axis=1)))


def _transfer_arrays(features: Features, source: Samples) -> Mapping[str, Any]:
    """Collect the arrays that metrics read of the source samples."""
    source_features = features.auxiliary[SOURCE]
    return {
        "source_embeddings": source_features.embeddings,
        "source_labels": source.labels,
        "source_error": _head_error(source_features, features.source_class_names, source),
    }


def _head_error(source_features: SetFeatures, head_names: tuple[str, ...], source: Samples) -> float | None:
    """Return the error rate of the model's source head on the source samples.

    ``None`` if there is no head, if its output is not finite, or if its class names do not include those of
    the source samples.
    """
    logits = source_features.source_logits
    if logits is None or source.target_kind != "classification" or not np.isfinite(logits).all():
        return None
    number = {name.strip().casefold(): i for i, name in enumerate(head_names)}
    codes = [number.get(name.strip().casefold()) for name in source.class_names]
    if None in codes:
        return None
    true_codes = np.asarray(codes)[source.labels]
    return float(np.mean(logits.argmax(axis=1) != true_codes))


def _constant_error(labels: NDArray[Any]) -> float:
    """Return the error rate of always predicting the most frequent class: that of no model at all."""
    return float(1 - np.bincount(labels).max() / len(labels))
