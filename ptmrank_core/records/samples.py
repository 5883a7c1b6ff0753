"""Samples: what the user has."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.records.arrays import freeze

__all__ = [
    "BUILT_IN_REFERENCE",
    "Blob",
    "BytesBlob",
    "Item",
    "LeftOut",
    "Modality",
    "Samples",
    "SamplesSummary",
]

# The reference set that is used where the user names none; the data room makes it.
BUILT_IN_REFERENCE = "builtin:dead-leaves"

Modality: TypeAlias = Literal["image", "text", "audio", "video", "tabular"]


class Blob(Protocol):
    """The bytes of one sample, read when they are needed."""

    def read(self) -> bytes:
        """Return the bytes."""
        ...


class Item(Protocol):
    """One sample, decoded when it is needed."""

    def decode(self) -> Any:
        """Return what models of the modality read: an RGB PIL image, a text, a waveform."""
        ...


@dataclass(frozen=True, slots=True)
class BytesBlob:
    """Bytes that are in memory already."""

    data: bytes

    def read(self) -> bytes:
        """Return the bytes."""
        return self.data


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One entry of a source that did not become a sample, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class SamplesSummary:
    """What a run remembers of its samples."""

    n_samples: int
    class_counts: Mapping[str, int]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Samples:
    """Labelled samples of one modality.

    Parameters
    ----------
    modality
        What the items are.
    names
        n names, for people.
    items
        n samples, decoded when they are needed.
    labels
        Array of shape (n,): indices into ``class_names``.
    class_names
        Names of the classes.
    digests
        n SHA-256 digests (hex) of the items' bytes.
    skipped
        What was left out, and why.
    source
        Where they come from: ``"demo:digits"`` or a path.
    notes
        What was changed on the way in, one sentence each.
    """

    modality: Modality
    names: tuple[str, ...]
    items: tuple[Item, ...]
    labels: NDArray[np.int64]
    class_names: tuple[str, ...]
    digests: tuple[str, ...]
    skipped: tuple[LeftOut, ...]
    source: str
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        sizes = {len(self.names), len(self.items), len(self.labels), len(self.digests)}
        if len(sizes) != 1:
            raise ValueError(f"Expected names, items, labels, digests of one length, got {sizes}.")
        freeze(self, "labels", self.labels)

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return len(self.items)

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of the digests, labels and class names in their order."""
        digest = hashlib.sha256()
        for name in self.class_names:
            digest.update(f"{len(name)}:{name};".encode())
        for sample, label in zip(self.digests, self.labels.tolist(), strict=True):
            digest.update(f"{sample}={label};".encode())
        return digest.hexdigest()

    def summary(self) -> SamplesSummary:
        """Count the samples and tell what was left out."""
        counts = np.bincount(self.labels, minlength=len(self.class_names)).tolist()
        return SamplesSummary(
            n_samples=self.n_samples,
            class_counts=dict(zip(self.class_names, counts, strict=True)),
            left_out=self.skipped,
            notes=self.notes,
        )
