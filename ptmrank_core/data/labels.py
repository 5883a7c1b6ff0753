"""Labels of the files of a source: from a manifest, or from the folders that they lie in."""

from __future__ import annotations

import posixpath
import unicodedata
from collections.abc import Sequence

from ptmrank_core.data.entries import Entry, common_root, suffix_of
from ptmrank_core.data.images import IMAGE_SUFFIXES
from ptmrank_core.data.manifest import Labelling, find_manifest, read_manifest
from ptmrank_core.records import LeftOut

__all__ = ["NO_FOLDER_REASON", "label_entries"]

NO_FOLDER_REASON = "not inside a class folder"


def _label_by_folder(names: Sequence[str]) -> Labelling:
    """Label each file with the folder that it lies in.

    The folder that holds all pictures is no class, unless it is the only one: a stray picture
    beside the class folders has no label.
    """
    pictures = [name for name in names if suffix_of(name) in IMAGE_SUFFIXES] or names
    root = common_root(pictures)
    is_flat = all(posixpath.dirname(name) == root for name in pictures)
    labels: dict[str, str | None] = {}
    left_out = []
    for name in names:
        folder = posixpath.dirname(name)
        if folder and (folder != root or is_flat):
            labels[name] = unicodedata.normalize("NFC", posixpath.basename(folder))
        elif suffix_of(name) in IMAGE_SUFFIXES:
            left_out.append(LeftOut(name, NO_FOLDER_REASON))
        else:  # most likely a text file, which deserves the better reason
            labels[name] = None
    return Labelling(labels, tuple(left_out))


def label_entries(entries: Sequence[Entry]) -> Labelling:
    """Find out which file has which label.

    Parameters
    ----------
    entries
        The files of a source, hidden ones left out.

    Returns
    -------
    Labelling
        Every file but the manifest is either in ``labels`` or in ``left_out``.

    Raises
    ------
    SamplesError
        If there are two manifests, or one that cannot be used.
    """
    names = [entry.name for entry in entries]
    manifest = find_manifest(names)
    if manifest is None:
        return _label_by_folder(names)
    table = entries[names.index(manifest)]
    return read_manifest(table, [name for name in names if name != manifest])
