"""A source -> Samples."""

from __future__ import annotations

import dataclasses
import posixpath
from collections.abc import Sequence
from pathlib import Path

from ptmrank_core.data.builtin.demo import DEMO_PREFIX, load_demo_samples
from ptmrank_core.data.decisions import apply_corrections
from ptmrank_core.data.deduplication import LabelledFile, drop_copies
from ptmrank_core.data.features.loading import FEATURES_PREFIX, load_first_features
from ptmrank_core.data.files.building import build_samples
from ptmrank_core.data.files.labelling import label_entries
from ptmrank_core.data.files.manifests import lists_files
from ptmrank_core.data.hub.loading import HubRows, load_rows, look_at
from ptmrank_core.data.layouts.folders import NO_FOLDER_REASON
from ptmrank_core.data.layouts.name_groups import group_by_names
from ptmrank_core.data.layouts.rows import load_tables
from ptmrank_core.data.listing import LAYOUT_HINT
from ptmrank_core.data.media.grey import with_one_white
from ptmrank_core.data.media.kinds import MEDIA, MediaKind, check_entry, settle_encoding
from ptmrank_core.data.media.recognition import recognise_kind
from ptmrank_core.data.parts import part_of_stem
from ptmrank_core.data.quality import with_warnings
from ptmrank_core.data.sources.entries import Entry, SourceListing, suffix_of
from ptmrank_core.data.sources.limits import DEFAULT_LIMITS, Limits
from ptmrank_core.data.sources.signatures import is_archive
from ptmrank_core.data.subsampling import subsample
from ptmrank_core.data.tables import TABLE_SUFFIXES
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import AS_RECOGNISED, OBJECTS_PREFIXES, LeftOut, Reading, Samples

__all__ = ["find_tables", "finish_samples", "load_all_samples", "load_samples"]

FEW_FILES = 3  # fewer than two classes of two
ARCHIVE_REASON = "an archive, which has to be unpacked beside the other files"
BESIDE_TABLE_REASON = "beside a table of samples"


def find_tables(
    entries: Sequence[Entry], limits: Limits, reading: Reading = AS_RECOGNISED
) -> tuple[Entry, ...]:
    """Find the tables that hold the samples themselves.

    Parameters
    ----------
    entries
        The files of a source.
    limits
        Bounds on what a table may hold.
    reading
        The column of files, where the user named it.

    Returns
    -------
    tuple of Entry
        The tables, unless pictures, recordings or videos lie beside them or they list the files beside them;
        or ``.txt`` files with the names of parts, or a single one, which can only be words with their tags.
        None where the samples are files.
    """
    suffixes = [suffix_of(entry.name) for entry in entries]
    media = frozenset[str]().union(*(k.formats.suffixes for k in MEDIA.values() if k.modality != "text"))
    n_media = sum(suffix in media for suffix in suffixes)
    if n_media > FEW_FILES:  # a logo or a figure beside a table is no data set
        return ()
    tables = tuple(entry for entry in entries if suffix_of(entry.name) in TABLE_SUFFIXES - {".txt"})
    texts = tuple(entry for entry in entries if suffix_of(entry.name) == ".txt")
    if not tables and n_media:
        return ()
    if not tables:
        # A single text is no data set; words with their tags are.
        parts = {part_of_stem(posixpath.splitext(posixpath.basename(entry.name))[0]) for entry in texts}
        are_tables = len(texts) == len(parts) if None not in parts else len(entries) == 1
        return texts if are_tables else ()
    if len(tables) > 1 and len(texts) > len(tables):
        return ()
    is_table = {entry.name for entry in tables}
    files = [entry.name for entry in entries if entry.name not in is_table]
    may_list = files or reading.file_column
    return () if may_list and any(lists_files(entry, files, reading, limits) for entry in tables) else tables


def _load_tables(
    source: str, tables: Sequence[Entry], listing: SourceListing, reading: Reading, limits: Limits
) -> Samples:
    """Load the samples of tables, and list the files beside them as left out."""
    samples = load_tables(source, tables, reading, limits)
    beside = [LeftOut(e.name, BESIDE_TABLE_REASON) for e in listing.entries if e not in tables]
    left_out = sorted([*listing.left_out, *beside], key=lambda item: item.name)
    return dataclasses.replace(samples, left_out=(*samples.left_out, *left_out))


def _choose_kind(entries: Sequence[Entry], reading: Reading) -> MediaKind:
    """Choose the kind of the files: the one that the user named, or the one that they look like."""
    if reading.modality is None:
        return recognise_kind(entries)
    if reading.modality not in MEDIA:
        raise SamplesError(
            f"Samples of the modality {reading.modality} come as a table, and there is none.",
            hint=LAYOUT_HINT,
        )
    return MEDIA[reading.modality]


def _load_files(source: str, listing: SourceListing, reading: Reading, limits: Limits) -> Samples:
    """Load samples that are files."""
    entries = [entry for entry in listing.entries if not is_archive(entry.name)]
    packed = [LeftOut(entry.name, ARCHIVE_REASON) for entry in listing.entries if is_archive(entry.name)]
    kind = _choose_kind(entries, reading)
    labelling = label_entries(entries, kind.formats.suffixes, reading, limits)
    left_out = [*listing.left_out, *packed, *labelling.left_out]
    kind = settle_encoding(kind, (e for e in entries if e.name in labelling.labels), reading)
    candidates = []
    for entry in entries:
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
        from their folders. ``"hf:owner/name"`` for a dataset on the Hub; ``"features:PATH"`` for the labels
        in a file of ready-made features.
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
    return finish_samples(load_all_samples(source, reading, limits=limits), reading)


def finish_samples(whole: Samples, reading: Reading) -> Samples:
    """Draw as many samples as are wanted, correct their labels, and look for warnings.

    Corrections come after the draw, or they would change which of the others are drawn: features that are
    cached would be of no use.

    Parameters
    ----------
    whole
        Every sample of a source.
    reading
        How it is read.

    Raises
    ------
    InputError
        If too few are asked for, or they cannot be corrected so.
    """
    return with_warnings(apply_corrections(subsample(whole, reading.max_samples), reading.corrections))


def load_all_samples(
    source: str | Path, reading: Reading = AS_RECOGNISED, *, limits: Limits = DEFAULT_LIMITS
) -> Samples:
    """Load every sample of a source, without drawing or correcting some and without warnings."""
    text = str(source)
    if text.startswith(FEATURES_PREFIX):
        return load_first_features(text, reading)
    if text.startswith(DEMO_PREFIX):
        return load_demo_samples(text, reading)
    if text.startswith(OBJECTS_PREFIXES):
        raise SamplesError(
            "The samples were in the memory of a script, which alone has them.",
            hint="Run it again: what was computed is kept.",
        )
    seen = look_at(text, reading, limits)
    tables = () if isinstance(seen, HubRows) else find_tables(seen.listing.entries, limits, reading)
    if isinstance(seen, HubRows):
        samples = load_rows(seen, reading, limits)
    elif tables:
        samples = _load_tables(seen.source, tables, seen.listing, reading, limits)
    else:
        samples = _load_files(seen.source, seen.listing, reading, limits)
    return group_by_names(samples, reading.group_in_names)
