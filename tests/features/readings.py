"""Samples of texts and recordings, the specification of a saved checkpoint, and extraction that forgets."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ptmrank_core.features import FeatureCache, extract
from ptmrank_core.records import ExtractionOptions, Features, Modality, ModelSpec, Samples

CPU = ExtractionOptions(device="cpu", dtype="float32", batch_size=8)
HALVES = ("bfloat16", "float16")


@dataclass(frozen=True, eq=False)
class Ready:
    """A sample that is decoded already."""

    value: Any
    size: int = 1

    def decode(self) -> Any:
        """Return it."""
        return self.value


def samples_of(values: Sequence[Any], modality: Modality) -> Samples:
    """Samples of two classes."""
    return Samples(
        modality=modality,
        names=tuple(str(i) for i in range(len(values))),
        items=tuple(Ready(value) for value in values),
        labels=np.arange(len(values)) % 2,
        class_names=("even", "odd"),
        digests=tuple(hashlib.sha256(f"{i}".encode()).hexdigest() for i in range(len(values))),
        left_out=(),
        source="test",
    )


def spec_of(folder: Path, modality: Modality) -> ModelSpec:
    """Specification of a checkpoint; the name of its class tells whether it has a head."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    architecture = (config.get("architectures") or [None])[0]
    has_head = str(architecture).endswith("Classification")
    return ModelSpec(
        id=folder.name,
        source="local",
        modality=modality,
        revision=str(folder),
        path=str(folder),
        model_type=config["model_type"],
        architecture=architecture,
        n_source_classes=3 if has_head else None,
    )


class Door:
    """The public door, with nothing remembered from the call before."""

    def __init__(self, cache: FeatureCache) -> None:
        self._cache = cache
        self._n_calls = 0

    def __call__(
        self, samples: Samples, spec: ModelSpec, options: ExtractionOptions = CPU, **changes: Any
    ) -> Features:
        """Extract what this revision has never given."""
        self._n_calls += 1
        fresh = replace(spec, revision=f"{spec.revision}-{self._n_calls}")
        features = extract(samples, fresh, options=replace(options, **changes), cache=self._cache)
        assert features.report.cache_hits == 0
        return features


def check_formats(door: Door, samples: Samples, spec: ModelSpec) -> Features:
    """Check that halves give nearly the vectors of float32, or those with a note; return float32's."""
    full = door(samples, spec)
    assert full.report.dtype == "float32"
    assert not any("Ran in float32" in note for note in full.report.notes)
    assert (full.source_logits is not None) == (spec.n_source_classes is not None and _answers(spec))
    for dtype in HALVES:
        half = door(samples, spec, dtype=dtype)
        assert half.embeddings.dtype == np.float32
        assert np.isfinite(half.embeddings).all()
        told = [note for note in half.report.notes if note.startswith("Ran in float32")]
        if half.report.dtype == dtype:
            assert not told
            assert _cosine(full.embeddings, half.embeddings) > 0.99
        else:
            assert len(told) == 1
            np.testing.assert_array_equal(half.embeddings, full.embeddings)
    return full


def _answers(spec: ModelSpec) -> bool:
    """Whether a head answers for whole samples: one for words has no logits of texts."""
    return not (spec.architecture or "").endswith("TokenClassification")


def _cosine(first: Any, second: Any) -> float:
    scale = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    return float(((first * second).sum(1) / scale).min())
