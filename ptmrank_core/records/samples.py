"""Labelled samples, and what a run stores of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import ReadingOption
from ptmrank_core.records.arrays import freeze
from ptmrank_core.records.names import printable, printable_names, tell_apart
from ptmrank_core.records.reading import ColumnRoles, Modality, TargetKind

__all__ = [
    "BUILT_IN_REFERENCES",
    "MEASURES",
    "OBJECTS_PREFIXES",
    "Blob",
    "BytesBlob",
    "Item",
    "LeftOut",
    "Measure",
    "Samples",
    "SamplesSummary",
    "Waveform",
    "WordInContext",
]

Measure: TypeAlias = Literal["accuracy", "r2", "average_precision"]
# How predictions of each kind of labels are judged.
MEASURES: Mapping[TargetKind, Measure] = MappingProxyType(
    {"classification": "accuracy", "regression": "r2", "multilabel": "average_precision"}
)
# Samples that exist only in the memory of a script: their source identifies them, but is no place. The
# second is that of runs that were made before there was the first.
OBJECTS_PREFIXES = ("memory:", "pairs:")
# The reference sets that are used if the user names none; ``data.reference`` generates them.
BUILT_IN_REFERENCES: Mapping[Modality, str] = MappingProxyType(
    {"image": "builtin:dead-leaves", "audio": "builtin:struck-objects", "text": "builtin:standard-library"}
)


class Blob(Protocol):
    """The bytes of one sample, read on demand."""

    def read(self) -> bytes:
        """Return the bytes."""
        ...


class Item(Protocol):
    """One sample, decoded on demand."""

    @property
    def size(self) -> int:
        """Its length, used only to sort samples: characters of a text, frames of a recording."""
        ...

    def decode(self) -> Any:
        """Return the sample in the form that models of its modality take.

        An RGB PIL image; a text, a pair of texts or a ``WordInContext``; a ``Waveform``; a ``VideoClip``
        (``sample(n)`` returns n of its frames); an array of numbers of shape (d,).
        """
        ...


@dataclass(frozen=True, slots=True)
class BytesBlob:
    """Bytes held in memory."""

    data: bytes

    def read(self) -> bytes:
        """Return the bytes."""
        return self.data


@dataclass(frozen=True, slots=True)
class WordInContext:
    """One word of a sentence: a sample of token classification."""

    words: tuple[str, ...]
    index: int


@dataclass(frozen=True, eq=False)
class Waveform:
    """A recording.

    Parameters
    ----------
    samples
        float32 array of shape (n_frames,), values in [-1, 1]: the mean of its channels.
    rate
        Sampling rate (Hz).
    """

    samples: NDArray[np.float32]
    rate: int

    def __post_init__(self) -> None:
        freeze(self, "samples", self.samples)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An entry of a source that was not used as a sample, and the reason; both are made printable."""

    name: str
    reason: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", printable(self.name))
        object.__setattr__(self, "reason", printable(self.reason))


@dataclass(frozen=True, slots=True)
class SamplesSummary:
    """What a run stores about its samples.

    Parameters
    ----------
    n_samples
        Number of samples.
    class_counts
        Number of samples of each class, or with each label for multi-label targets; empty for regression.
    left_out, notes
        Entries that were left out; how the samples were read and converted.
    modality, target_kind
        Modality of the samples and kind of their labels.
    n_groups
        Number of groups; ``None`` if no groups are known.
    warnings
        What may make a ranking on these samples unreliable, and what to do about it.
    parts
        Number of samples found in each part of the data set (train, test, ...), those of parts that were not
        taken included; empty where it has no parts, 0 for a part on the Hub whose size is not known.
    columns
        What each column of the table was used for; ``None`` where there was no table.
    """

    n_samples: int
    class_counts: Mapping[str, int]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]
    modality: Modality = "image"
    target_kind: TargetKind = "classification"
    n_groups: int | None = None
    warnings: tuple[str, ...] = ()
    parts: Mapping[str, int] = field(default_factory=dict)
    columns: ColumnRoles | None = None


@dataclass(frozen=True, eq=False)
class Samples:
    """Labelled samples of one modality.

    Names of samples, classes and groups are made printable; different classes and groups stay different.

    Parameters
    ----------
    modality
        Modality of the items.
    names
        n names, for display.
    items
        n samples, decoded on demand.
    labels
        Integer array of shape (n,), indices into ``class_names``; for regression float64 of shape (n,) or
        (n, k); for multi-label targets float64 of shape (n, k) with values 0 and 1.
    class_names
        Names of the classes, of the k labels, or of the k columns of a regression.
    digests
        n SHA-256 digests (hex) of the items' content.
    left_out
        Entries of the source that were left out, and the reasons.
    source
        Source of the samples: ``"demo:digits"`` or a path, as it is opened: it need not be printable.
    notes
        How the samples were read and converted, one sentence each.
    target_kind
        Kind of the labels.
    groups
        Group of each of the n samples (speaker, patient, document); empty if no groups are known.
    warnings
        What may make a ranking on these samples unreliable, and what to do about it.
    parts
        Number of samples found in each part of the data set (train, test, ...), those of parts that were not
        taken included; empty where it has no parts, 0 for a part on the Hub whose size is not known.
    columns
        What each column of the table was used for; ``None`` where there was no table.
    offers
        Other ways to read the source that the user may prefer, such as a part of the file names as the group.
    """

    modality: Modality
    names: tuple[str, ...]
    items: tuple[Item, ...]
    labels: NDArray[Any]
    class_names: tuple[str, ...]
    digests: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    source: str
    notes: tuple[str, ...] = ()
    target_kind: TargetKind = "classification"
    groups: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    parts: Mapping[str, int] = field(default_factory=dict)
    columns: ColumnRoles | None = None
    offers: tuple[ReadingOption, ...] = ()

    def __post_init__(self) -> None:
        sizes = {len(self.names), len(self.items), len(self.labels), len(self.digests)}
        sizes |= {len(self.groups)} if self.groups else set()
        if len(sizes) != 1:
            raise ValueError(f"Expected names, items, labels, digests, groups of one length, got {sizes}.")
        freeze(self, "labels", self.labels)
        for name in ("names", "notes", "warnings"):
            object.__setattr__(self, name, printable_names(getattr(self, name)))
        for name in ("class_names", "groups"):
            self._tell_apart(name)

    def _tell_apart(self, name: str) -> None:
        """Make the names of classes or groups printable, unless they are."""
        names: tuple[str, ...] = getattr(self, name)
        if printable_names(names) != names:
            safe = tell_apart(names)
            object.__setattr__(self, name, tuple(safe[one] for one in names))

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return len(self.items)

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of the digests, labels, class names and groups, in this order."""
        digest = hashlib.sha256(f"{self.target_kind};".encode())
        for name in (*self.class_names, *self.groups):
            digest.update(f"{len(name)}:{name};".encode())
        for sample, label in zip(self.digests, self.labels.tolist(), strict=True):
            digest.update(f"{sample}={label};".encode())
        return digest.hexdigest()

    def take(self, rows: NDArray[np.int64]) -> Samples:
        """Select samples by index, in the order of ``rows``."""
        taken = rows.tolist()
        return replace(
            self,
            names=tuple(self.names[row] for row in taken),
            items=tuple(self.items[row] for row in taken),
            labels=self.labels[rows],
            digests=tuple(self.digests[row] for row in taken),
            groups=tuple(self.groups[row] for row in taken) if self.groups else (),
        )

    def _class_counts(self) -> dict[str, int]:
        if self.target_kind == "regression":
            return {}
        if self.target_kind == "multilabel":
            counts = self.labels.sum(axis=0).astype(int).tolist()
        else:
            counts = np.bincount(self.labels, minlength=len(self.class_names)).tolist()
        return dict(zip(self.class_names, counts, strict=True))

    def summary(self) -> SamplesSummary:
        """Summarise the samples for the store and the reports."""
        return SamplesSummary(
            n_samples=self.n_samples,
            class_counts=self._class_counts(),
            left_out=self.left_out,
            notes=self.notes,
            modality=self.modality,
            target_kind=self.target_kind,
            n_groups=len(set(self.groups)) if self.groups else None,
            warnings=self.warnings,
            parts=self.parts,
            columns=self.columns,
        )
