"""Which kind of media the files of a source are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from ptmrank_core.data.media.kinds import MEDIA, MediaKind
from ptmrank_core.data.sources.entries import Entry, suffix_of
from ptmrank_core.errors import InputField, ReadingOption, SamplesError, UnclearReadingError
from ptmrank_core.records import Modality

__all__ = ["recognise_kind"]

CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
HEAD_BYTES, N_LOOKED_INTO = 4_096, 5
FEWEST_MEANT, MEANT_SHARE = 4, 0.9
"""Files of another kind, and their share of those of the first, from which either may be meant."""


def recognise_kind(entries: Sequence[Entry]) -> MediaKind:
    """Recognise the kind of the files of a source: the one with most suffixes.

    Parameters
    ----------
    entries
        The files; formats that are not read count too, so that the reason fits.

    Returns
    -------
    MediaKind
        Where most have no known suffix, texts if the first ones without any hold text (20 Newsgroups), else
        pictures: they are recognised by their bytes.

    Raises
    ------
    UnclearReadingError
        If there are about as many pictures as recordings or videos.
    """
    suffixes = Counter(suffix_of(entry.name) for entry in entries)
    counts = {
        modality: sum(suffixes[suffix] for suffix in kind.formats.all_suffixes)
        for modality, kind in MEDIA.items()
    }
    known = frozenset[str]().union(*(kind.formats.all_suffixes for kind in MEDIA.values()))
    n_unknown = sum(count for suffix, count in suffixes.items() if suffix not in known)
    best = max(MEDIA, key=lambda modality: counts[modality])
    # A few texts beside many files without a suffix are notes.
    if n_unknown > counts[best] and (best == "text" or not counts[best]):
        return MEDIA["text" if _hold_text(entries) else "image"]
    # A .gif may be a picture or a video: it is no file of another kind.
    shared = MEDIA[best].formats.all_suffixes
    others: dict[Modality, int] = {
        modality: sum(suffixes[suffix] for suffix in kind.formats.all_suffixes - shared)
        for modality, kind in MEDIA.items()
        if modality not in {best, "text"}
    }
    if best != "text":
        _ask_if_mixed(best, counts[best], others)
    return MEDIA[best]


def _hold_text(entries: Sequence[Entry]) -> bool:
    """Whether the first files without a suffix hold text."""
    bare = [entry for entry in entries if not suffix_of(entry.name)]
    try:
        heads = [entry.blob.read()[:HEAD_BYTES] for entry in bare[:N_LOOKED_INTO]]
    except SamplesError:  # told when the files are read
        return False
    return bool(heads) and not any(CONTROL.search(head) or not head for head in heads)


def _ask_if_mixed(first: Modality, n_first: int, others: Mapping[Modality, int]) -> None:
    """Ask which kind is meant where there are about as many files of another one."""
    second = max(others, key=lambda modality: others[modality])
    n_second = others[second]
    if n_second < max(FEWEST_MEANT, MEANT_SHARE * n_first):
        return
    raise UnclearReadingError(
        f"There are {n_first:,} {MEDIA[first].plural} and {n_second:,} {MEDIA[second].plural}; "
        "expected samples of one kind.",
        [
            ReadingOption(f"The {n:,} {MEDIA[modality].plural} are the samples.", {"modality": modality})
            for modality, n in ((first, n_first), (second, n_second))
        ],
        fields=[InputField.MODALITY],
    )
