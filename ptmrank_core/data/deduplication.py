"""Selection of labelled items: no duplicates, and no class with a single sample."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from ptmrank_core.records import Item, LeftOut

__all__ = [
    "OTHER_LABEL",
    "DecodingChange",
    "Labelled",
    "LabelledFile",
    "count_reasons",
    "describe_changes",
    "describe_flaws",
    "drop_copies",
    "drop_single",
]

NAMED = 3
OTHER_LABEL = "under another label"
PART = re.compile(r"^part '(\w+)' was")  # which part was not taken is worth saying
PARTICULARS = re.compile(r"[:;('\"0-9].*", re.DOTALL)
REMEDY = re.compile(
    r"[:;,.] ((?:choose|convert|copy|decode|download|export|give|install|name|rename|run|save|use)\b.*)",
    re.IGNORECASE | re.DOTALL,
)


class Labelled(Protocol):
    """A labelled item as the selection sees it: name, label and digest of the content."""

    @property
    def name(self) -> str:
        """Name, for display."""
        ...

    @property
    def label(self) -> str:
        """Name of its class, or its numbers as text."""
        ...

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of its content."""
        ...


LabelledT = TypeVar("LabelledT", bound=Labelled)


class DecodingChange(Protocol):
    """One way in which decoding changes samples, reported in a note."""

    @property
    def name(self) -> str:
        """Name that the notes are sorted by."""
        ...

    def sentence(self, count: int) -> str:
        """Write the note on the number of samples that were changed this way."""
        ...


class Decoded(Protocol):
    """Whatever was decoded once, with the changes that this made."""

    @property
    def changes(self) -> frozenset[DecodingChange]:
        """How decoding changes it."""
        ...


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """A labelled file that can be decoded.

    Parameters
    ----------
    name
        Name of the file.
    item
        The sample itself.
    label
        Name of its class, or its numbers as text.
    digest
        SHA-256 (hex) of its content.
    changes
        How decoding changes it.
    flaw
        What makes it doubtful as a sample; empty for nothing.
    """

    name: str
    item: Item
    label: str
    digest: str
    changes: frozenset[DecodingChange]
    flaw: str = ""


def _reason_to_drop(sample: Labelled, first_of_label: Mapping[str, Labelled]) -> str:
    """Return why a sample is dropped among those of the same content; empty if it is kept."""
    other = next((twin for label, twin in first_of_label.items() if label != sample.label), None)
    if other is not None:
        return f"same content as {other.name!r} {OTHER_LABEL} ({other.label!r})"
    first = first_of_label[sample.label]
    return "" if sample is first else f"same content as {first.name!r}"


def drop_copies(samples: Sequence[LabelledT]) -> tuple[list[LabelledT], list[LeftOut]]:
    """Keep the first of several samples with the same content, and none of them where their labels differ.

    Parameters
    ----------
    samples
        In their order.

    Returns
    -------
    kept, left_out
        Both in the same order.
    """
    # Only the first of each label: comparing all samples of one content would take quadratic time.
    firsts: dict[str, dict[str, Labelled]] = defaultdict(dict)
    for sample in samples:
        firsts[sample.digest].setdefault(sample.label, sample)
    kept, left_out = [], []
    for sample in samples:
        found = firsts[sample.digest]
        is_alone = len(found) == 1 and found[sample.label] is sample
        reason = "" if is_alone else _reason_to_drop(sample, found)
        if reason:
            left_out.append(LeftOut(sample.name, reason))
        else:
            kept.append(sample)
    return kept, left_out


def drop_single(samples: Sequence[LabelledT]) -> tuple[list[LabelledT], list[LeftOut]]:
    """Leave out classes with a single sample: they have no variation to measure.

    Parameters
    ----------
    samples
        Without duplicates.

    Returns
    -------
    kept, left_out
        Both in the same order.
    """
    sizes = Counter(sample.label for sample in samples)
    kept = [sample for sample in samples if sizes[sample.label] > 1]
    left_out = [
        LeftOut(sample.name, f"the only sample of class {sample.label!r}; at least two are needed")
        for sample in samples
        if sizes[sample.label] == 1
    ]
    return kept, left_out


def count_reasons(left_out: Iterable[LeftOut]) -> str:
    """Count what was left out by reason, without what differs from entry to entry; what to do stays.

    Parameters
    ----------
    left_out
        Entries and their reasons.

    Returns
    -------
    str
        ``"3 x not an image, 1 x same content as ..."``, the most frequent first.
    """
    kinds = Counter(_kind_of(item.reason) for item in left_out)
    return ", ".join(f"{count} x {kind}" for kind, count in kinds.most_common())


def _kind_of(reason: str) -> str:
    """Take the details of an entry out of a reason; what to do about it stays."""
    kind = PARTICULARS.sub("", PART.sub(r"part \1 was", reason)).strip()
    remedy = REMEDY.search(reason)
    return kind if remedy is None else f"{kind}: {remedy[1].rstrip('.')}"


def describe_changes(decoded: Iterable[Decoded]) -> tuple[str, ...]:
    """Write one sentence for each way in which decoding changes samples."""
    counts = Counter(change for one in decoded for change in one.changes)
    return tuple(change.sentence(counts[change]) for change in sorted(counts, key=lambda c: c.name))


def describe_flaws(kind: str, flaws: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Write one warning for each flaw that samples have.

    Parameters
    ----------
    kind
        What the samples are called: ``"pictures"``.
    flaws
        Name of each sample, and what makes it doubtful (empty for nothing).
    """
    names: dict[str, list[str]] = defaultdict(list)
    for name, flaw in flaws:
        if flaw:
            names[flaw].append(name)
    return tuple(
        f"{len(flawed):,} of the {kind} {'is' if len(flawed) == 1 else 'are'} {flaw}: "
        f"{', '.join(map(repr, flawed[:NAMED]))}{' ...' if len(flawed) > NAMED else ''}. Such samples cannot "
        "show what their labels say; leave them out if they are mistakes."
        for flaw, flawed in sorted(names.items())
    )
