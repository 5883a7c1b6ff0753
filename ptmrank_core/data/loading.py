"""A source -> Samples."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from ptmrank_core.data.archives import open_archive
from ptmrank_core.data.demo import DEMO_PREFIX, load_demo_samples
from ptmrank_core.data.entries import HIDDEN_REASON, Entry, Listing, is_hidden
from ptmrank_core.data.folders import list_folder
from ptmrank_core.data.images import Change, ImageItem, check_image
from ptmrank_core.data.label_sets import sort_classes
from ptmrank_core.data.labels import NO_FOLDER_REASON, label_entries
from ptmrank_core.data.limits import DEFAULT_LIMITS, Limits
from ptmrank_core.data.ready_made import FEATURES_PREFIX, load_first_features
from ptmrank_core.data.selection import Picture, count_reasons, drop_copies, drop_single
from ptmrank_core.data.tables import load_table
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import AS_RECOGNISED, BytesBlob, LeftOut, Reading, Samples

__all__ = ["load_samples", "read_pictures"]

LAYOUT_HINT = (
    "Expected a .zip file or a folder with one folder of pictures for each class, or with a .csv or "
    ".tsv table of files and labels beside the pictures."
)


def _absolute(source: str) -> str:
    """Spell out a path, so that a process that starts elsewhere finds it; ``""`` stays empty."""
    if not source:
        return source
    try:
        path = Path(source).expanduser()
    except RuntimeError:  # '~name' without a user of that name
        path = Path(source)
    return str(path.absolute())


def _list_source(source: str, limits: Limits) -> Listing:
    """List the files of a folder or an archive."""
    path = Path(source)
    try:
        is_folder, is_there = path.is_dir(), path.exists()
    except OSError as error:
        raise SamplesError(f"{source!r} cannot be opened: {error}.", hint=LAYOUT_HINT) from error
    if not source or not is_there:
        raise SamplesError(f"There is no file or folder {source!r}.", hint=LAYOUT_HINT)
    return list_folder(path, limits) if is_folder else open_archive(path, source, limits)


def read_pictures(source: str, limits: Limits) -> tuple[list[Picture], list[LeftOut]]:
    """Read the pictures of a folder or an archive, wherever they lie, without labels.

    Parameters
    ----------
    source
        A ``.zip`` file or a folder.
    limits
        Bounds on what it may hold.

    Returns
    -------
    pictures, left_out
        In the order of names; every picture's label is empty.

    Raises
    ------
    ArchiveError, SamplesError
        If the source is not there, unsafe or damaged.
    """
    listing = _list_source(source, limits)
    pictures, left_out = [], [*listing.left_out]
    for entry in listing.entries:
        hidden = LeftOut(entry.name, HIDDEN_REASON)
        checked = hidden if is_hidden(entry.name) else _check_picture(entry, "", limits)
        if isinstance(checked, Picture):
            pictures.append(checked)
        else:
            left_out.append(checked)
    return pictures, left_out


def _check_picture(entry: Entry, label: str | None, limits: Limits) -> Picture | LeftOut:
    """Read and decode one entry."""
    try:
        data = entry.blob.read()
        changes = check_image(entry.name, data, limits.max_pixels)
    except SamplesError as error:
        return LeftOut(entry.name, error.message.removeprefix(f"{entry.name!r} "))
    if label is None:
        return LeftOut(entry.name, NO_FOLDER_REASON)
    digest = hashlib.sha256(data).hexdigest()
    item = ImageItem(entry.blob, digest, limits.max_pixels)
    return Picture(entry.name, item, label, digest, changes)


def _describe_changes(pictures: Iterable[Picture]) -> tuple[str, ...]:
    """One sentence for each way in which pictures were changed."""
    counts = Counter(change for picture in pictures for change in picture.changes)
    return tuple(change.sentence(counts[change]) for change in Change if counts[change])


def _require_classes(source: str, pictures: Sequence[Picture], left_out: Sequence[LeftOut]) -> None:
    """Refuse samples that no metric can tell apart."""
    sizes = Counter(picture.label for picture in pictures)
    if len(sizes) > 1:
        return
    left = "".join(f": {name!r} ({size} samples)" for name, size in sizes.items())
    why = f" Left out: {count_reasons(left_out)}." if left_out else ""
    raise SamplesError(
        f"{source!r} has {'only one' if sizes else 'no'} class left{left}; at least two classes of "
        f"two samples each are needed.{why}",
        hint=LAYOUT_HINT,
    )


def _build_samples(
    source: str, pictures: Sequence[Picture], left_out: Sequence[LeftOut], notes: tuple[str, ...]
) -> Samples:
    """Make the record."""
    classes = sort_classes(picture.label for picture in pictures)
    index = {name: i for i, name in enumerate(classes)}
    return Samples(
        modality="image",
        names=tuple(picture.name for picture in pictures),
        items=tuple(picture.item for picture in pictures),
        labels=np.array([index[picture.label] for picture in pictures], dtype=np.int64),
        class_names=classes,
        digests=tuple(picture.digest for picture in pictures),
        skipped=tuple(left_out),
        source=source,
        notes=notes + _describe_changes(pictures),
    )


def _load_pictures(source: str, limits: Limits) -> Samples:
    """Load pictures from a folder or an archive."""
    listing = _list_source(source, limits)
    visible = [entry for entry in listing.entries if not is_hidden(entry.name)]
    left_out = [*listing.left_out]
    left_out += [LeftOut(e.name, HIDDEN_REASON) for e in listing.entries if is_hidden(e.name)]
    labelling = label_entries(visible)
    left_out += labelling.left_out
    pictures = []
    for entry in visible:
        if entry.name not in labelling.labels:
            continue
        checked = _check_picture(entry, labelling.labels[entry.name], limits)
        if isinstance(checked, Picture):
            pictures.append(checked)
        else:
            left_out.append(checked)
    pictures, copies = drop_copies(pictures)
    pictures, single = drop_single(pictures)
    left_out = sorted(left_out + copies + single, key=lambda item: item.name)
    _require_classes(source, pictures, left_out)
    return _build_samples(source, pictures, left_out, labelling.notes)


def _load_rows(source: str, reading: Reading, limits: Limits) -> Samples:
    """Load the rows of a table."""
    try:
        data = Path(source).read_bytes()
    except OSError as error:
        raise SamplesError(
            f"The table {source!r} cannot be read: {error}.", hint="Expected a .csv, .tsv or .parquet file."
        ) from error
    return load_table(source, Entry(Path(source).name, len(data), BytesBlob(data)), reading, limits)


def load_samples(
    source: str | Path, reading: Reading = AS_RECOGNISED, *, limits: Limits = DEFAULT_LIMITS
) -> Samples:
    """Load labelled samples.

    Every entry of the source becomes a sample, is the manifest, or is in ``skipped`` with its
    reason. Every picture is decoded once; its bytes are then read again when they are needed.

    Parameters
    ----------
    source
        ``"demo:digits"``, a ``.zip`` file or a folder; ``"features:PATH"`` for the labels in a file of
        ready-made features. Labels come from a ``.csv`` or ``.tsv`` table
        at its top, or else from the folders that the pictures lie in.
    reading
        What the samples are and which columns hold what, where that is not to be recognised.
    limits
        Bounds on what the source may hold.

    Returns
    -------
    Samples
        In the order of names; a folder and a zip archive of it give the same.

    Raises
    ------
    UnknownNameError
        If there are no demo samples of this name.
    ArchiveError
        If an archive is unsafe or damaged.
    SamplesError
        If there is no such source, or fewer than two classes of two samples are in it.
    """
    text = str(source)
    if text.startswith(FEATURES_PREFIX):
        return load_first_features(text, reading)
    if reading.modality == "tabular":
        return _load_rows(_absolute(text), reading, limits)
    if reading.modality not in {None, "image"}:
        raise SamplesError(f"Samples that are {reading.modality} cannot be read yet.")
    if text.startswith(DEMO_PREFIX):
        return load_demo_samples(text)
    return _load_pictures(_absolute(text), limits)
