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
    "ready_arrays",
]

# Names under which auxiliary sets of samples are extracted.
REFERENCE, SOURCE = "reference", "source"


@dataclass(frozen=True, eq=False, slots=True)
class AuxiliarySets:
    """What a run gives its metrics besides the samples.

    Parameters
    ----------
    reference
        Samples of anything.
    source
        Labelled samples of what the model was trained on.
    label_embeddings
        float32 array of shape (1, n_classes, width): the class names under a text model.
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
    """What one model gives its metrics.

    Parameters
    ----------
    features
        Its features, and what they cost.
    arrays
        Keyword arguments of ``prepare_inputs``.
    layers
        The same for each hidden layer, where they were asked for.
    """

    features: Features
    arrays: Mapping[str, Any]
    layers: tuple[Mapping[str, Any], ...] = ()


def extracted_arrays(features: Features, target_kind: TargetKind, auxiliary: AuxiliarySets) -> Extracted:
    """Name the arrays of a model that was run, and those of its layers.

    A layer has no head and no auxiliary sets: only its own features, the labels and the class names count.
    """
    arrays = metric_arrays(features, target_kind, auxiliary)
    shared = {name: arrays[name] for name in ("labels", "targets", "label_embeddings") if name in arrays}
    layers = tuple({"embeddings": layer, **shared} for layer in features.layer_embeddings)
    return Extracted(features, arrays, layers)


def ready_arrays(ready: ReadyFeatures, spec: ModelSpec, samples: Samples, seconds: float) -> Extracted:
    """Name the arrays of a model whose features the user brought.

    Metrics read them as they are in the file; the record holds them in float32, to be looked at.

    Parameters
    ----------
    ready
        The arrays of the file.
    spec
        The model.
    samples
        The samples they are of.
    seconds
        How long reading took.
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
    """Name the arrays of a model as metrics know them.

    Parameters
    ----------
    features
        Of the samples and of the auxiliary sets.
    target_kind
        What the labels are.
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
        "source_logits": features.source_logits,
        "label_embeddings": auxiliary.label_embeddings,
    }
    if REFERENCE in features.auxiliary:
        arrays["reference_embeddings"] = features.auxiliary[REFERENCE].embeddings
    if auxiliary.source is not None:
        arrays |= _transfer_arrays(features, auxiliary.source)
        arrays["target_error"] = _constant_error(features.labels) if is_class else None
    return arrays


def _transfer_arrays(features: Features, source: Samples) -> Mapping[str, Any]:
    """Name what metrics read of the source samples."""
    own = features.auxiliary[SOURCE]
    return {
        "source_embeddings": own.embeddings,
        "source_labels": source.labels,
        "source_error": _head_error(own, features.source_class_names, source),
    }


def _head_error(own: SetFeatures, head_names: tuple[str, ...], source: Samples) -> float | None:
    """Share of the source samples whose class the model's own head misses.

    ``None`` where there is no head, or where it does not know the classes of the source samples by name.
    """
    if own.source_logits is None or source.target_kind != "classification":
        return None
    number = {name.strip().casefold(): i for i, name in enumerate(head_names)}
    codes = [number.get(name.strip().casefold()) for name in source.class_names]
    if None in codes:
        return None
    right = np.asarray(codes)[source.labels]
    return float(np.mean(own.source_logits.argmax(axis=1) != right))


def _constant_error(labels: NDArray[Any]) -> float:
    """Error of always naming the most frequent class: what is had without any model."""
    return float(1 - np.bincount(labels).max() / len(labels))
