"""A source -> Samples."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from ptmrank_core.data.builtin.demo import DEMO_PREFIX, load_demo_samples
from ptmrank_core.data.deduplication import LabelledFile, drop_copies
from ptmrank_core.data.features.loading import FEATURES_PREFIX, load_first_features
from ptmrank_core.data.files.building import build_samples
from ptmrank_core.data.files.labelling import NO_FOLDER_REASON, label_entries
from ptmrank_core.data.files.manifest import lists_files
from ptmrank_core.data.listing import LAYOUT_HINT, absolute_source, list_source
from ptmrank_core.data.media.grey import with_one_white
from ptmrank_core.data.media.kinds import MEDIA, MediaKind, check_entry, recognise_kind, settle_encoding
from ptmrank_core.data.quality import with_warnings
from ptmrank_core.data.sources.entries import Entry, SourceListing, suffix_of
from ptmrank_core.data.sources.limits import DEFAULT_LIMITS, Limits
from ptmrank_core.data.subsampling import subsample
from ptmrank_core.data.tables import TABLE_SUFFIXES, load_table
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import AS_RECOGNISED, LeftOut, Reading, Samples

__all__ = ["find_table", "load_all_samples", "load_samples"]

BESIDE_TABLE_REASON = "beside a table of samples"


def find_table(entries: Sequence[Entry], limits: Limits) -> Entry | None:
    """Find the table that holds the samples themselves.

    Parameters
    ----------
    entries
        The files of a source.
    limits
        Bounds on what a table may hold.

    Returns
    -------
    Entry or None
        The only table among them, unless pictures, recordings or videos lie beside it or it lists the files
        beside it; or a single ``.txt`` file, which can only be words with their tags.

    Raises
    ------
    SamplesError
        If most of the files are tables, so that it is not clear which one is meant.
    """
    names = [entry.name for entry in entries]
    media = frozenset[str]().union(*(k.formats.suffixes for k in MEDIA.values() if k.modality != "text"))
    if any(suffix_of(name) in media for name in names):
        return None
    tables = [entry for entry in entries if suffix_of(entry.name) in TABLE_SUFFIXES - {".txt"}]
    if not tables and len(entries) == 1 and suffix_of(names[0]) == ".txt":
        return entries[0]  # a single text is no data set; words with their tags are
    if 2 * len(tables) > len(entries) and len(tables) > 1:
        raise SamplesError(
            f"{len(tables):,} tables could hold the samples: {tables[0].name!r}, {tables[1].name!r} ...; "
            "expected one.",
            hint="Keep one of them, or join them into one table.",
        )
    if len(tables) != 1:
        return None
    files = [name for name in names if name != tables[0].name]
    return None if lists_files(tables[0], files, limits) else tables[0]


def _load_table(
    source: str, table: Entry, listing: SourceListing, reading: Reading, limits: Limits
) -> Samples:
    """Load the samples of a table, and list the files beside it as left out."""
    samples = load_table(source, table, reading, limits)
    beside = [LeftOut(e.name, BESIDE_TABLE_REASON) for e in listing.entries if e is not table]
    left_out = sorted([*listing.left_out, *beside], key=lambda item: item.name)
    return dataclasses.replace(samples, left_out=(*samples.left_out, *left_out))


def _choose_kind(entries: Sequence[Entry], reading: Reading) -> MediaKind:
    """Choose the kind of the files: the one that the user named, or the one that they look like."""
    if reading.modality is None:
        return recognise_kind([entry.name for entry in entries])
    if reading.modality not in MEDIA:
        raise SamplesError(
            f"Samples of the modality {reading.modality} come as a table, and there is none.",
            hint=LAYOUT_HINT,
        )
    return MEDIA[reading.modality]


def _load_files(source: str, listing: SourceListing, reading: Reading, limits: Limits) -> Samples:
    """Load samples that are files."""
    kind = _choose_kind(listing.entries, reading)
    labelling = label_entries(listing.entries, kind.formats.suffixes, reading, limits)
    left_out = [*listing.left_out, *labelling.left_out]
    kind = settle_encoding(kind, (e for e in listing.entries if e.name in labelling.labels), reading)
    candidates = []
    for entry in listing.entries:
        if entry.name not in labelling.labels:
            continue
        checked = check_entry(entry, kind, limits)
        label = labelling.labels[entry.name]
        if isinstance(checked, LeftOut):
            left_out.append(checked)
        elif label is None:
            left_out.append(LeftOut(entry.name, NO_FOLDER_REASON))
        else:
            candidates.append(
                LabelledFile(entry.name, checked.item, label, checked.digest, checked.changes, checked.flaw)
            )
    kept, copies = drop_copies(with_one_white(candidates))
    return build_samples(source, kind, labelling, kept, left_out + copies)


def load_samples(
    source: str | Path, reading: Reading = AS_RECOGNISED, *, limits: Limits = DEFAULT_LIMITS
) -> Samples:
    """Load labelled samples.

    Every file of the source becomes a sample, is the manifest, or is in ``left_out`` with a reason. It is
    decoded once as a check; its bytes are read again when they are needed.

    Parameters
    ----------
    source
        The name of demo samples (``"demo:digits"``); a ``.zip`` file or a folder of pictures, recordings,
        videos or texts; a table of texts, pairs, words or numbers, alone or in a ``.zip`` file or a folder.
        Labels of files come from a table at the top (``.csv``, ``.tsv``, ``.jsonl``, ``.parquet``), or else
        from their folders. ``"features:PATH"`` for the labels in a file of ready-made features.
    reading
        What the samples are and which columns hold what, where the user said so.
    limits
        Bounds on what the source may hold.

    Returns
    -------
    Samples
        In the order of names; a folder and a zip archive of it give the same. At most as many as the reading
        allows, with warnings of what may make a ranking on them unreliable.

    Raises
    ------
    UnknownNameError
        If there are no demo samples of this name.
    ArchiveError
        If an archive is unsafe or damaged.
    SamplesError
        If there is no such source, it cannot be read as asked, its labels are ambiguous, or too few samples
        are left: fewer than two classes of two samples.
    """
    whole = load_all_samples(source, reading, limits=limits)
    return with_warnings(subsample(whole, reading.max_samples))


def load_all_samples(
    source: str | Path, reading: Reading = AS_RECOGNISED, *, limits: Limits = DEFAULT_LIMITS
) -> Samples:
    """Load every sample of a source, without drawing some of them and without looking for warnings."""
    text = str(source)
    if text.startswith(FEATURES_PREFIX):
        return load_first_features(text, reading)
    if text.startswith(DEMO_PREFIX):
        return load_demo_samples(text, reading)
    path = absolute_source(text)
    listing = list_source(path, limits)
    table = find_table(listing.entries, limits)
    if table is not None:
        return _load_table(path, table, listing, reading, limits)
    return _load_files(path, listing, reading, limits)
