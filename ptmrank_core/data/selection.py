"""Which files become samples: no copies, and no class of one."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from ptmrank_core.records import Item, LeftOut

__all__ = ["Candidate", "Change", "Label", "count_reasons", "drop_copies", "drop_single"]

PARTICULARS = re.compile(r"[:;('\"0-9].*", re.DOTALL)
# The name of a class, or the numbers of a regression or of several labels.
Label: TypeAlias = str | tuple[float, ...]


class Change(Protocol):
    """What decoding changes."""

    @property
    def name(self) -> str:
        """Its place among the notes, by the alphabet."""
        ...

    def sentence(self, count: int) -> str:
        """Tell how many samples were changed this way."""
        ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """A labelled file that can be decoded.

    Parameters
    ----------
    name
        Name of its entry.
    item
        The sample itself.
    label
        Name of its class, or its numbers.
    digest
        SHA-256 (hex) of its content.
    changes
        What decoding changes.
    group
        Whose it is: speaker, patient, document; empty where that is not known.
    """

    name: str
    item: Item
    label: Label
    digest: str
    changes: frozenset[Change]
    group: str = ""


def _write_label(label: Label) -> str:
    """Write a label as messages show it."""
    return repr(label) if isinstance(label, str) else ", ".join(f"{number:g}" for number in label)


def _reason_to_drop(candidate: Candidate, same: Sequence[Candidate]) -> str:
    """Why a candidate is not kept beside those of the same content; empty if it is."""
    other = next((twin for twin in same if twin.label != candidate.label), None)
    if other is not None:
        return f"same content as {other.name!r} under another label ({_write_label(other.label)})"
    return "" if candidate is same[0] else f"same content as {same[0].name!r}"


def drop_copies(candidates: Sequence[Candidate]) -> tuple[list[Candidate], list[LeftOut]]:
    """Keep the first of equal samples, and none where their labels differ.

    Parameters
    ----------
    candidates
        In the order of names.

    Returns
    -------
    kept, left_out
        Both in the same order.
    """
    groups: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        groups[candidate.digest].append(candidate)
    kept, left_out = [], []
    for candidate in candidates:
        reason = _reason_to_drop(candidate, groups[candidate.digest])
        if reason:
            left_out.append(LeftOut(candidate.name, reason))
        else:
            kept.append(candidate)
    return kept, left_out


def drop_single(candidates: Sequence[Candidate]) -> tuple[list[Candidate], list[LeftOut]]:
    """Leave out classes of a single sample: nothing within them can be compared.

    Parameters
    ----------
    candidates
        Without copies.

    Returns
    -------
    kept, left_out
        Both in the same order.
    """
    sizes = Counter(candidate.label for candidate in candidates)
    kept = [candidate for candidate in candidates if sizes[candidate.label] > 1]
    left_out = [
        LeftOut(
            candidate.name,
            f"the only sample of class {candidate.label!r}; at least two are needed",
        )
        for candidate in candidates
        if sizes[candidate.label] == 1
    ]
    return kept, left_out


def count_reasons(left_out: Iterable[LeftOut]) -> str:
    """Count what was left out by reason, without the particulars of each.

    Parameters
    ----------
    left_out
        Entries and their reasons.

    Returns
    -------
    str
        ``"3 x not an image, 1 x same content as ..."``, the most frequent first.
    """
    counts = Counter(PARTICULARS.sub("", item.reason).strip() for item in left_out)
    return ", ".join(f"{count} x {reason}" for reason, count in counts.most_common())
