"""Classes that differ in case, blanks or the width of letters alone."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

__all__ = ["alike_names", "common_spellings", "fold_name"]


def fold_name(name: str) -> str:
    """Spell a class without case, blanks and invisible letters, and with letters of usual width."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(
        letter for letter in folded if not letter.isspace() and unicodedata.category(letter) != "Cf"
    )


def alike_names(names: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Group the names that are alike; names that are like no other are in no group."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name in dict.fromkeys(names):
        groups[fold_name(name)].append(name)
    return tuple(tuple(sorted(group)) for group in groups.values() if len(group) > 1)


def common_spellings(labels: Iterable[str]) -> Mapping[str, str]:
    """Choose one spelling for all that are alike: the most frequent, among equals the first in the alphabet.

    Parameters
    ----------
    labels
        The label of every sample.

    Returns
    -------
    mapping
        From each spelling that is not kept to the one that is.
    """
    counts = Counter(labels)
    spellings: dict[str, str] = {}
    for group in alike_names(counts):
        kept = min(group, key=lambda name: (-counts[name], name))
        spellings |= {name: kept for name in group if name != kept}
    return spellings
