"""Samples of texts and recordings for tests, and the specification of a saved checkpoint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ptmrank_core.records import Modality, ModelSpec, Samples


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
