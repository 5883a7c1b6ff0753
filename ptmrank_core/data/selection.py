"""Which pictures become samples: no copies, and no class of one."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ptmrank_core.data.images import Change, ImageItem
from ptmrank_core.records import LeftOut

__all__ = ["Picture", "count_reasons", "drop_copies", "drop_single"]

PARTICULARS = re.compile(r"[:;('\"0-9].*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Picture:
    """A labelled picture that can be decoded.

    Parameters
    ----------
    name
        Name of its entry.
    item
        The picture itself.
    label
        Name of its class.
    digest
        SHA-256 (hex) of its bytes.
    changes
        What decoding changes.
    """

    name: str
    item: ImageItem
    label: str
    digest: str
    changes: frozenset[Change]


def _reason_to_drop(picture: Picture, same: Sequence[Picture]) -> str:
    """Why a picture is not kept beside those of the same content; empty if it is."""
    other = next((twin for twin in same if twin.label != picture.label), None)
    if other is not None:
        return f"same content as {other.name!r} under another label ({other.label!r})"
    return "" if picture is same[0] else f"same content as {same[0].name!r}"


def drop_copies(pictures: Sequence[Picture]) -> tuple[list[Picture], list[LeftOut]]:
    """Keep the first of equal pictures, and none where their labels differ.

    Parameters
    ----------
    pictures
        In the order of names.

    Returns
    -------
    kept, left_out
        Both in the same order.
    """
    groups: dict[str, list[Picture]] = defaultdict(list)
    for picture in pictures:
        groups[picture.digest].append(picture)
    kept, left_out = [], []
    for picture in pictures:
        reason = _reason_to_drop(picture, groups[picture.digest])
        if reason:
            left_out.append(LeftOut(picture.name, reason))
        else:
            kept.append(picture)
    return kept, left_out


def drop_single(pictures: Sequence[Picture]) -> tuple[list[Picture], list[LeftOut]]:
    """Leave out classes of a single picture: nothing within them can be compared.

    Parameters
    ----------
    pictures
        Without copies.

    Returns
    -------
    kept, left_out
        Both in the same order.
    """
    sizes = Counter(picture.label for picture in pictures)
    kept = [picture for picture in pictures if sizes[picture.label] > 1]
    left_out = [
        LeftOut(
            picture.name,
            f"the only sample of class {picture.label!r}; at least two are needed",
        )
        for picture in pictures
        if sizes[picture.label] == 1
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
