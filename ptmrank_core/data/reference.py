"""A general reference set: unrelated samples of the same modality, which the metric PED compares with.

No built-in set is downloaded: pictures and sounds are generated, texts are the first paragraphs of the
documentation strings in Python's standard library. None of them shares a sample with the demo samples.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import numpy as np

from ptmrank_core.data.builtin.demo import DEMO_PREFIX, load_demo_samples
from ptmrank_core.data.builtin.standard_library import standard_library_texts
from ptmrank_core.data.builtin.synthetic import N_FRAMES, dead_leaves, struck_objects
from ptmrank_core.data.listing import absolute_source, list_source
from ptmrank_core.data.loading import find_tables
from ptmrank_core.data.media.audio import AudioItem
from ptmrank_core.data.media.images import ImageItem
from ptmrank_core.data.media.kinds import MEDIA, Checked, MediaKind, check_entry
from ptmrank_core.data.media.text import TextItem, digest_text
from ptmrank_core.data.sources.entries import Entry
from ptmrank_core.data.sources.limits import DEFAULT_LIMITS, Limits
from ptmrank_core.data.tables.column_names import TEXT_NAMES, find_named
from ptmrank_core.data.tables.column_roles import Roles, find_roles
from ptmrank_core.data.tables.items import read_items
from ptmrank_core.data.tables.reading import open_table
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import BUILT_IN_REFERENCES, BytesBlob, Item, LeftOut, Modality, Reading, Samples

__all__ = ["load_reference"]

LABEL = "reference"
Named = tuple[str, Item, str]


def _leaves() -> list[Named]:
    """Return names, items and digests of the built-in pictures."""
    digests = [hashlib.sha256(data).hexdigest() for data in dead_leaves()]
    return [
        (f"leaves-{i:03d}.ppm", ImageItem(BytesBlob(data), digest), digest)
        for i, (data, digest) in enumerate(zip(dead_leaves(), digests, strict=True))
    ]


def _sounds() -> list[Named]:
    """Return names, items and digests of the built-in recordings."""
    digests = [hashlib.sha256(data).hexdigest() for data in struck_objects()]
    return [
        (f"struck-{i:03d}.wav", AudioItem(BytesBlob(data), digest, N_FRAMES), digest)
        for i, (data, digest) in enumerate(zip(struck_objects(), digests, strict=True))
    ]


def _texts() -> list[Named]:
    """Return names, items and digests of the built-in texts."""
    return [(name, TextItem(text), digest_text(text)) for name, text in standard_library_texts()]


BUILT_IN: dict[Modality, Callable[[], list[Named]]] = {"image": _leaves, "audio": _sounds, "text": _texts}


def load_reference(source: str, modality: Modality, *, limits: Limits = DEFAULT_LIMITS) -> Samples:
    """Load a reference set.

    Parameters
    ----------
    source
        A built-in set (``BUILT_IN_REFERENCES``), demo samples, a zip or folder of files of the modality, or a
        table; its labels and folders are ignored.
    modality
        Modality of the samples that it is compared with.
    limits
        Bounds on what the source may hold.

    Returns
    -------
    Samples
        At least two samples of a single class, without duplicates.

    Raises
    ------
    ArchiveError, SamplesError
        If the source cannot be read, is of another modality, or holds fewer than two samples.
    """
    if source in BUILT_IN_REFERENCES.values():
        if source != BUILT_IN_REFERENCES.get(modality):
            raise SamplesError(f"{source!r} is no reference set for the modality {modality}.")
        return _samples(source, modality, BUILT_IN[modality](), ())
    if source.startswith(DEMO_PREFIX):
        return _from_samples(load_demo_samples(source), modality)
    return _from_files(absolute_source(source), modality, limits)


def _from_samples(samples: Samples, modality: Modality) -> Samples:
    """Drop the labels of samples."""
    if samples.modality != modality:
        raise SamplesError(
            f"The reference set {samples.source!r} has the modality {samples.modality}; the samples have "
            f"{modality}.",
            hint="Choose a reference set of the same modality.",
        )
    named = [*zip(samples.names, samples.items, samples.digests, strict=True)]
    return _samples(samples.source, modality, named, samples.left_out)


def _from_files(source: str, modality: Modality, limits: Limits) -> Samples:
    """Read all files of a modality, in any folder."""
    listing = list_source(source, limits)
    tables = find_tables(listing.entries, limits)
    plural = MEDIA[modality].plural if modality in MEDIA else "rows of numbers"
    if tables:
        read = [_read_rows(table, modality, limits) for table in tables]
        named = [item for items, _ in read for item in items]
        left_out = [one for _, others in read for one in others]
    elif modality in MEDIA:
        named, left_out = _read_files(listing.entries, MEDIA[modality], limits)
    else:
        named, left_out = [], []
    unique = {digest: (name, item, digest) for name, item, digest in reversed(named)}
    if len(unique) < 2:
        raise SamplesError(
            f"The reference set {source!r} has {len(unique)} {plural} that can be read; expected at least 2.",
            hint=f"Use a zip or a folder of any {plural}.",
        )
    return _samples(source, modality, [*reversed(unique.values())], [*listing.left_out, *left_out])


def _read_files(
    entries: Sequence[Entry], kind: MediaKind, limits: Limits
) -> tuple[list[Named], list[LeftOut]]:
    """Return names, items and digests of files, and what cannot be read."""
    named, left_out = [], []
    for entry in entries:
        checked = check_entry(entry, kind, limits)
        if isinstance(checked, Checked):
            named.append((entry.name, checked.item, checked.digest))
        else:
            left_out.append(checked)
    return named, left_out


def _read_rows(entry: Entry, modality: Modality, limits: Limits) -> tuple[list[Named], list[LeftOut]]:
    """Return names, items and digests of the rows of a table, and what cannot be read."""
    table = open_table(entry, limits)
    try:
        roles = find_roles(table, Reading(modality=modality))
    except SamplesError:
        # Most likely it lacks a label, which is not needed here: the text column takes its place.
        words = [*table.words]
        text = find_named(words, TEXT_NAMES) or tuple(words)
        if modality != "text" or len(text) != 1:
            raise
        roles = Roles("text", text, text, None)
    items = read_items(table, roles, limits)
    return [*zip(items.names, items.items, items.digests, strict=True)], items.left_out


def _samples(source: str, modality: Modality, named: Sequence[Named], left_out: Sequence[LeftOut]) -> Samples:
    """Make the samples, with one class for all of them."""
    return Samples(
        modality=modality,
        names=tuple(name for name, _, _ in named),
        items=tuple(item for _, item, _ in named),
        labels=np.zeros(len(named), dtype=np.int64),
        class_names=(LABEL,),
        digests=tuple(digest for _, _, digest in named),
        left_out=tuple(left_out),
        source=source,
    )
