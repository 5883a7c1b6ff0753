"""Labels of the files of a source: from a manifest, or from their folders."""

from __future__ import annotations

import posixpath
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import replace

from ptmrank_core.data.files.manifest import Labelling, find_manifest, read_manifest
from ptmrank_core.data.labels.spelling import common_spellings
from ptmrank_core.data.sources.entries import Entry, common_root, suffix_of
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import LeftOut, Reading

__all__ = ["NO_FOLDER_REASON", "label_entries"]

NO_FOLDER_REASON = "not inside a class folder"


def _label_by_folder(names: Sequence[str], suffixes: Collection[str]) -> Labelling:
    """Label each file with the name of its folder.

    The folder that contains all samples is not a class, unless it is the only folder: a stray file beside the
    class folders has no label.
    """
    samples = [name for name in names if suffix_of(name) in suffixes] or names
    root = common_root(samples)
    is_flat = all(posixpath.dirname(name) == root for name in samples)
    labels: dict[str, str | None] = {}
    left_out = []
    for name in names:
        folder = posixpath.dirname(name)
        if folder and (folder != root or is_flat):
            labels[name] = unicodedata.normalize("NFC", posixpath.basename(folder))
        elif suffix_of(name) in suffixes:
            left_out.append(LeftOut(name, NO_FOLDER_REASON))
        else:  # most likely no sample at all, and then reading it gives the better reason
            labels[name] = None
    return Labelling(labels, tuple(left_out))


def join_alike(labelling: Labelling) -> Labelling:
    """Give classes that differ in case or blanks alone the most frequent of their names."""
    spellings = common_spellings(label for label in labelling.labels.values() if label is not None)
    labels = {
        name: label if label is None else spellings.get(label, label)
        for name, label in labelling.labels.items()
    }
    return replace(labelling, labels=labels)


def _refuse_columns(reading: Reading) -> None:
    """Refuse requests for columns or targets that need a table."""
    columns = [*reading.label_columns, *filter(None, [reading.group_column])]
    if columns or reading.target_kind not in {None, "classification"}:
        wanted = f"columns {', '.join(map(repr, columns))}" if columns else f"a {reading.target_kind}"
        raise SamplesError(
            f"There is no table beside the files to read {wanted} from; folders give classes only.",
            hint="Put a table with a file column and these columns beside the files.",
        )


def label_entries(
    entries: Sequence[Entry], suffixes: Collection[str], reading: Reading, limits: Limits
) -> Labelling:
    """Find the label of each file.

    Parameters
    ----------
    entries
        The files of a source, hidden ones left out.
    suffixes
        Suffixes of what is to be labelled.
    reading
        Which columns of a manifest hold what, and what the labels are.
    limits
        Bounds on what a manifest may hold.

    Returns
    -------
    Labelling
        Every file but the manifest is either in ``labels`` or in ``left_out``.

    Raises
    ------
    SamplesError
        If there are several manifests, one that cannot be used, or none though its columns are asked for.
    """
    manifest = find_manifest(entries, limits)
    if manifest is None:
        _refuse_columns(reading)
        labelling = _label_by_folder([entry.name for entry in entries], suffixes)
        return join_alike(labelling) if reading.join_classes else labelling
    files = [entry.name for entry in entries if entry is not manifest]
    return read_manifest(manifest, files, reading, limits)
