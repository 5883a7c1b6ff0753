"""Folders that only say how files were stored: pieces of one data set, copies of it, material beside it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from ptmrank_core.data.naming import name_some
from ptmrank_core.data.parts import are_parts, parts_among
from ptmrank_core.errors import InputField, SamplesError

__all__ = ["is_aside", "refuse_pieces", "without_copies"]

# What numbered folders are called that one data set was cut into: images_001, HAM10000_images_part_1.
PIECE_WORDS = frozenset(
    {"part", "parts", "piece", "batch", "chunk", "block", "shard", "volume", "vol", "disk", "folder", "dir"}
    | {"zip", "archive", "set", "subset", "images", "image", "img", "imgs", "pictures", "photos", "audio"}
    | {"wav", "wavs", "clips", "recordings", "videos", "texts", "files", "data"}
)
NUMBERED = re.compile(r"(.*?)[ _\-.]*\d+")
CAMERA = re.compile(r"\d{3}([A-Z0-9_]{5})")  # DCIM/100APPLE
LAST_WORD = re.compile(r"[^\W\d_]+$")
ASIDE = re.compile(r"_.+_")  # _background_noise_


def is_aside(folder: str) -> bool:
    """Whether a folder's name marks it as material beside the classes, as in Speech Commands."""
    return ASIDE.fullmatch(folder) is not None


def without_copies(paths: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Take away folders beside the parts of a data set that hold its parts once more.

    Parameters
    ----------
    paths
        The folders above each file, by its name: of ``set/train/cat`` and ``set/set/train/cat`` both are
        ``set/train/cat`` then.
    """
    paths = dict(paths)
    for depth in range(max(map(len, paths.values()), default=0) - 1):
        names = {path[depth] for path in paths.values() if len(path) > depth}
        parts = parts_among(names)
        if len(parts) < 2:
            continue
        for copy in names - parts:
            below = {
                path[depth + 1]
                for path in paths.values()
                if path[depth : depth + 1] == [copy] and path[depth + 1 :]
            }
            if are_parts(below):
                paths = {
                    name: path[:depth] + path[depth + 1 :] if path[depth : depth + 1] == [copy] else path
                    for name, path in paths.items()
                }
    return paths


def refuse_pieces(folders: Collection[str]) -> None:
    """Refuse files whose only folders are numbered pieces of one data set, which are no classes."""
    if not _are_pieces([*folders]):
        return
    raise SamplesError(
        f"The folders {name_some(sorted(folders))} are numbered pieces of one data set, which are no "
        "classes; expected a folder for each class, or a table beside the files.",
        hint="Put a table beside them with a column of file names and a label column, or give the folders "
        "the names of classes if they are.",
        fields=[InputField.CLASS_FOLDERS],
    )


def _are_pieces(folders: Sequence[str]) -> bool:
    """Whether folders differ in nothing but their numbers, and are called like pieces."""
    if len(folders) < 2:
        return False
    cameras = [CAMERA.fullmatch(folder) for folder in folders]
    if all(cameras):
        return len({one[1] for one in cameras if one}) == 1
    stems = {one[1].casefold() if (one := NUMBERED.fullmatch(folder)) else "" for folder in folders}
    word = LAST_WORD.search(next(iter(stems)))
    return len(stems) == 1 and word is not None and word[0] in PIECE_WORDS
