"""Samples with other labels than their source gives them, or without some of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import SamplesError
from ptmrank_core.records import Correction, LeftOut, Samples

__all__ = ["apply_corrections"]

DECIDED = "left out by a decision on this sample"
NAMED = 10
HINT = "Mend the decision, or leave it out of the list."


def apply_corrections(samples: Samples, corrections: Sequence[Correction]) -> Samples:
    """Give samples the labels that were decided on, and leave out those that are to be left out.

    Parameters
    ----------
    samples
        n samples.
    corrections
        By the content of the samples; those of other content are passed over, and counted in a note.

    Returns
    -------
    Samples
        In their order; the same where nothing is corrected. Classes that are left with fewer than two samples
        go, with a reason.

    Raises
    ------
    SamplesError
        If a label is none of these samples, samples with several labels each are to be relabelled, or fewer
        than two classes of two samples are left.
    """
    if not corrections:
        return samples
    wanted = {correction.sample: correction for correction in corrections}
    found = {row: wanted[digest] for row, digest in enumerate(samples.digests) if digest in wanted}
    labels = np.array(samples.labels)
    for row, correction in found.items():
        if correction.label is not None:
            labels[row] = _code(samples, row, correction.label)
    dropped = {row: DECIDED for row, correction in found.items() if correction.label is None}
    changed = replace(samples, labels=labels)
    if samples.target_kind == "classification":
        dropped |= _single(changed, dropped)
    n_changed = int((labels != samples.labels).reshape(len(labels), -1).any(axis=1).sum())
    n_strangers = len(wanted) - len({samples.digests[row] for row in found})
    return _without(changed, dropped, _notes(n_changed, len(dropped), n_strangers))


def _code(samples: Samples, row: int, label: str) -> Any:
    """Read a label of a decision as the samples have it."""
    if samples.target_kind == "classification":
        if label not in samples.class_names:
            raise SamplesError(
                f"{samples.names[row]!r} was to become {label!r}, which is no class of these; expected "
                f"one of {', '.join(map(repr, samples.class_names[:NAMED]))}"
                f"{' ...' if len(samples.class_names) > NAMED else ''}.",
                hint=HINT,
            )
        return samples.class_names.index(label)
    if samples.labels.ndim > 1:
        raise SamplesError(
            f"{samples.names[row]!r} was to become {label!r}, but these samples have "
            f"{len(samples.class_names)} labels each, which are changed in their source.",
            hint="Leave the sample out instead, or change the source.",
        )
    try:
        number = float(label)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise SamplesError(f"{samples.names[row]!r} was to become {label!r}; expected a number.", hint=HINT)
    return number


def _single(samples: Samples, dropped: Mapping[int, str]) -> dict[int, str]:
    """Find the samples that would be alone in their class once others are gone."""
    kept = np.array([row for row in range(samples.n_samples) if row not in dropped], dtype=np.int64)
    counts = np.bincount(samples.labels[kept], minlength=len(samples.class_names))
    if (counts >= 2).sum() < 2:
        raise SamplesError(
            f"The decisions leave {int((counts >= 2).sum())} classes with two samples or more; expected two "
            "classes.",
            hint="Leave fewer samples out.",
        )
    alone = kept[counts[samples.labels[kept]] == 1]
    return {
        row: f"the only sample left of class {samples.class_names[samples.labels[row]]!r}"
        for row in alone.tolist()
    }


def _without(samples: Samples, dropped: Mapping[int, str], notes: Sequence[str]) -> Samples:
    """Leave samples out, and classes that are empty then."""
    kept = np.array([row for row in range(samples.n_samples) if row not in dropped], dtype=np.int64)
    left_out = [LeftOut(samples.names[row], reason) for row, reason in sorted(dropped.items())]
    taken = replace(
        samples.take(kept), left_out=(*samples.left_out, *left_out), notes=(*samples.notes, *notes)
    )
    return _without_empty_classes(taken) if samples.target_kind == "classification" else taken


def _without_empty_classes(samples: Samples) -> Samples:
    present: NDArray[Any]
    present, codes = np.unique(samples.labels, return_inverse=True)
    if len(present) == len(samples.class_names):
        return samples
    names = tuple(samples.class_names[code] for code in present.tolist())
    return replace(samples, labels=codes.astype(samples.labels.dtype), class_names=names)


def _notes(n_changed: int, n_dropped: int, n_strangers: int) -> list[str]:
    """Say what the decisions did."""
    changed, dropped = _count(n_changed, "label"), _count(n_dropped, "sample")
    notes = [f"By decisions on single samples, {changed} changed and {dropped} left out."]
    if n_strangers:
        notes.append(
            f"{n_strangers:,} of the decisions {'is' if n_strangers == 1 else 'are'} about samples that are "
            "not among these."
        )
    return notes


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun} was" if number == 1 else f"{number:,} {noun}s were"
