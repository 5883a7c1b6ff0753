"""A layout, what is expected of it, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ptmrank_core.data import load_samples
from ptmrank_core.errors import InputError, PTMRankError, UnclearReadingError
from ptmrank_core.records import AS_RECOGNISED, Modality, Reading, Samples, TargetKind
from ptmrank_core.reports import reading_payload

__all__ = ["Asked", "Layout", "Read", "Refused", "make", "outcome", "say"]


@dataclass(frozen=True)
class Read:
    """It is read.

    Parameters
    ----------
    modality, classes, target_kind
        What the samples are; number of samples by class, empty for a regression.
    parts
        Number found in each part.
    n_groups
        Number of groups; ``None`` for none.
    roles
        Some of the roles of columns, as the reading report has them.
    says
        What the notes say, among other things.
    left_out
        Pieces of reasons, by names of what is left out.
    offers
        The changes that are offered.
    """

    modality: Modality
    classes: Mapping[str, int]
    target_kind: TargetKind = "classification"
    parts: Mapping[str, int] = field(default_factory=dict)
    n_groups: int | None = None
    roles: Mapping[str, Any] = field(default_factory=dict)
    says: Sequence[str] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    offers: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Asked:
    """It is asked which of several readings is meant; ``changes`` are those of the options, in order."""

    says: str
    changes: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Refused:
    """It is refused with a sentence that holds these words."""

    says: str


@dataclass(frozen=True)
class Layout:
    """One way in which data lie.

    Parameters
    ----------
    title
        What it is.
    files
        Makes the files: bytes by name.
    expected
        What comes of it.
    reading
        How it is to be read, where that is asked for.
    place
        The file among them that is the source; empty for the folder.
    """

    title: str
    files: Callable[[], Mapping[str, bytes]]
    expected: Read | Asked | Refused
    reading: Reading = AS_RECOGNISED
    place: str = ""


def make(layout: Layout, folder: Path) -> Path:
    """Write the files of a layout into a new folder, and return the source."""
    for name, data in layout.files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder / layout.place if layout.place else folder


def outcome(source: Path, reading: Reading = AS_RECOGNISED) -> Samples | PTMRankError:
    """Read a source, or return why it is not read."""
    try:
        return load_samples(source, reading)
    except InputError as error:
        return error


def say(found: Samples | PTMRankError, place: str) -> str:
    """Write an outcome in one line, without the place of the source."""
    if isinstance(found, UnclearReadingError):
        options = " / ".join(
            ", ".join(f"{key}={value}" for key, value in o.changes.items()) for o in found.options
        )
        return f"asked: {found.message} [{options}]".replace(place, "SOURCE")
    if isinstance(found, PTMRankError):
        return f"refused: {found.message}".replace(place, "SOURCE")
    report = reading_payload(found)
    classes = ", ".join(f"{name} ({count})" for name, count in report["classes"].items())
    parts = ", ".join(f"{name} ({count})" for name, count in report["parts"].items())
    groups = len(set(found.groups))
    pieces = [
        f"{report['n']} {report['modality']} samples",
        classes or report["target_kind"],
        f"parts: {parts}" if parts else "",
        f"{groups} groups" if groups else "",
        f"left out: {len(found.left_out)}" if found.left_out else "",
    ]
    return f"read: {'; '.join(piece for piece in pieces if piece)}"
