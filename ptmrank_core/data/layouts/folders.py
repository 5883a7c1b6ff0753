"""What the folders of files say: parts of the data set, classes, groups."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ptmrank_core.data.layouts.levels import read_levels
from ptmrank_core.data.layouts.storage import is_aside, refuse_pieces, without_copies
from ptmrank_core.data.layouts.taking import take_parts
from ptmrank_core.data.naming import name_some
from ptmrank_core.data.parts import are_parts, part_of, part_of_stem, parts_among, split_part
from ptmrank_core.data.sources.entries import common_root, suffix_of
from ptmrank_core.errors import ReadingOption, SamplesError
from ptmrank_core.records import ClassFolders, LeftOut, Reading

__all__ = ["NO_FOLDER_REASON", "FolderLabels", "label_by_folder", "parts_by_folder"]

NO_FOLDER_REASON = "not inside a class folder"
# Folders that only say what kind of files they hold: n01443537/images/0.jpg, val/images/0.jpg.
HOLDERS = frozenset(
    {"images", "image", "img", "imgs", "pictures", "photos", "audio", "audios", "wav", "wavs"}
    | {"clips", "recordings", "videos", "files", "data"}
)
# Folders of what is marked in the pictures beside them.
MARKS = frozenset(
    {"masks", "mask", "labels", "label", "annotations", "annotation", "segmentation", "segmentations", "gt"}
    | {"groundtruth", "ground_truth", "targets", "target", "seg", "depth", "edges"}
)
UNLABELLED_PARTS = frozenset({"test", "validation", "unsup"})
MAYBE_CLASSES = frozenset({"dev", "eval"})  # departments, tasks
PARTS_TOGETHER = frozenset({"train", "validation", "test"})


@dataclass(frozen=True, slots=True)
class FolderLabels:
    """What the folders of files say.

    Parameters
    ----------
    labels
        Class of each file by its name; ``None`` for a file that is most likely no sample at all.
    parts
        Part of each labelled file; empty where there are no parts.
    groups
        Group of each labelled file; empty where there are none.
    left_out
        Files without a class, and why.
    notes, offers
        As of samples.
    level
        Which of two levels of folders names the classes; ``None`` where there is but one.
    """

    labels: Mapping[str, str | None]
    parts: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    offers: tuple[ReadingOption, ...] = ()
    level: ClassFolders | None = None


def _folders(name: str) -> list[str]:
    return [unicodedata.normalize("NFC", folder) for folder in name.split("/")[:-1]]


def _paths(names: Sequence[str]) -> dict[str, list[str]]:
    """Return the folders above each file; ``train_cat`` beside ``test_cat`` is a class within a part."""
    paths = without_copies({name: _folders(name) for name in names})
    for depth in range(max(map(len, paths.values()), default=0)):
        here = {path[depth] for path in paths.values() if len(path) > depth}
        split = {folder: split_part(folder) for folder in here}
        rests = Counter(rest for _, rest in split.values())
        is_grid = len(rests) > 1 and min(rests.values()) > 1 and all(part for part, _ in split.values())
        if is_grid and not {rest.casefold() for rest in rests} <= HOLDERS | MARKS:
            return {
                name: [*path[:depth], *split[path[depth]], *path[depth + 1 :]] if len(path) > depth else path
                for name, path in paths.items()
            }
    return paths


def _find_part_level(paths: Collection[Sequence[str]]) -> int | None:
    """Find the level of folders that are parts; ``None`` where there is none."""
    for depth in range(max(map(len, paths), default=0)):
        names = {path[depth] for path in paths if len(path) > depth}
        above = {tuple(path[:depth]) for path in paths if len(path) > depth}
        # Below classes, every class has its parts: a single folder called test is a stray.
        is_whole = depth == 0 or len(above) == 1 or all(len(path) > depth for path in paths if path)
        plain = {part_of_stem(name) for name in parts_among(names)} & PARTS_TOGETHER
        if is_whole and (are_parts(names) or ("train" in plain and len(plain) > 1)):
            return depth
    return None


def parts_by_folder(names: Sequence[str], suffixes: Collection[str]) -> dict[str, str]:
    """Return the part of each file that lies in the folder of one; empty where folders are no parts."""
    samples = [name for name in names if suffix_of(name) in suffixes] or names
    above = _paths(names)
    depth = _find_part_level([above[name] for name in samples])
    if depth is None:
        return {}
    return {name: _part(path[depth]) for name, path in above.items() if len(path) > depth}


def _part(folder: str) -> str:
    """Return the part that a folder stands for; one beside parts (``extra``) is a part of its own name."""
    return part_of_stem(folder) or folder


def label_by_folder(names: Sequence[str], suffixes: Collection[str], reading: Reading) -> FolderLabels:
    """Label each file with the name of a folder that it lies in.

    Folders of parts (``train``, ``test``) are never classes: the level below them is. The folder that
    contains all samples is no class, unless it is the only folder.

    Parameters
    ----------
    names
        Names of all files.
    suffixes
        Suffixes of what is to be labelled.
    reading
        The level of the classes and the parts that are taken, where the user said so.

    Returns
    -------
    FolderLabels
        Every file is in ``labels`` or in ``left_out``.

    Raises
    ------
    UnclearReadingError
        If either of two levels may name the classes.
    SamplesError
        If there are parts, and no classes in any of them.
    """
    is_sample = {name: suffix_of(name) in suffixes for name in names}
    if not any(is_sample.values()):
        is_sample = dict.fromkeys(names, True)
    parts = parts_by_folder(names, suffixes)
    paths = _class_paths(names, is_sample, parts)
    _refuse_parts_without_classes(paths, parts, is_sample)
    _refuse_marks({path[0] for name, path in paths.items() if path and is_sample[name]})
    unlabelled, stray = _find_unlabelled(paths, parts, is_sample)
    labelled = {name: path for name, path in paths.items() if path and name not in unlabelled}
    if reading.class_folders is None and max(map(len, labelled.values()), default=0) == 1:
        refuse_pieces({path[0] for name, path in labelled.items() if is_sample[name]})
    sure = {name: path for name, path in labelled.items() if is_sample[name]} or labelled
    taken = take_parts((parts.get(name, "") for name in sure), reading.parts if parts else ())
    chosen = {name: path for name, path in sure.items() if not parts or parts.get(name) in taken.parts}
    levels = read_levels(chosen or sure, reading)
    # Classes of the other parts and of files that are no samples by their suffix are on the same level.
    depth = levels.depth
    labels = {name: path[depth] if len(path) > depth else path[-1] for name, path in labelled.items()}
    left_out = [LeftOut(name, reason) for name, reason in unlabelled.items()]
    other = {name: None for name in paths if name not in labelled and name not in unlabelled}
    return FolderLabels(
        labels={name: labels.get(name) for name in names if name in labels or name in other},
        parts={name: parts.get(name, "") for name in labels} if parts else {},
        groups=levels.groups,
        left_out=tuple(left_out),
        notes=(*stray, *levels.notes),
        offers=levels.offers,
        level=levels.level,
    )


def _class_paths(
    names: Sequence[str], is_sample: Mapping[str, bool], parts: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Return the folders of each file that may be classes: without shared ones, parts and holders."""
    sure = [name for name in names if is_sample[name]]
    paths = _paths(names)
    while (depth := _find_part_level([paths[name] for name in sure])) is not None:  # train/train/1.png
        paths = {name: path[:depth] + path[depth + 1 :] for name, path in paths.items()}
    root = _shared([paths[name] for name in sure])
    bare = {
        name: tuple(path[len(root) :]) if path[: len(root)] == root else () for name, path in paths.items()
    }
    if root and not parts and not any(bare[name] for name in sure):
        root = root[:-1]  # a single folder: one class
        bare = {
            name: tuple(path[len(root) :]) if path[: len(root)] == root else ()
            for name, path in paths.items()
        }
    return _without_holders(bare, sure, parts)


def _shared(paths: Sequence[Sequence[str]]) -> list[str]:
    """Return the outermost folders that all files share."""
    root = common_root("/".join([*path, "x"]) for path in paths if path)
    return root.split("/") if root else []


def _without_holders(
    paths: Mapping[str, tuple[str, ...]], sure: Sequence[str], parts: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Take away innermost folders that only say what they hold, where that is plain."""
    last = {paths[name][-1] for name in sure if len(paths[name]) > 1}
    holders = last & HOLDERS if len(last & HOLDERS) == 1 else set()
    trimmed = {
        name: path[:-1] if len(path) > 1 and path[-1] in holders else path for name, path in paths.items()
    }
    of_part: dict[str, set[tuple[str, ...]]] = {}
    for name in sure:
        if parts.get(name):
            of_part.setdefault(parts[name], set()).add(trimmed[name])
    flat = {
        part
        for part, own in of_part.items()
        if len(own - {()}) == 1 and all(path[-1] in HOLDERS for path in own if path)
    }
    return {name: () if parts.get(name) in flat else path for name, path in trimmed.items()}


def _refuse_parts_without_classes(
    paths: Mapping[str, tuple[str, ...]], parts: Mapping[str, str], is_sample: Mapping[str, bool]
) -> None:
    """Refuse a source whose parts hold files and no classes."""
    sizes = Counter(parts[name] for name in parts if is_sample[name])
    if not sizes or any(path for name, path in paths.items() if is_sample[name]):
        return
    listed = ", ".join(f"{part} ({size:,} files)" for part, size in sizes.items())
    raise SamplesError(
        f"The folders are the parts of a data set, {listed}, with the files directly in them: there is "
        "neither a folder for each class nor a table that labels the files.",
        hint="Put a folder for each class into each part (train/cat/1.png), or a table beside the files with "
        "a column of file names and a label column.",
    )


def _refuse_marks(outer: Collection[str]) -> None:
    """Refuse pictures beside their masks, which are no classes."""
    plain = {folder.casefold() for folder in outer}
    if plain & MARKS and plain <= HOLDERS | MARKS and len(outer) > 1:
        raise SamplesError(
            f"The folders {name_some(sorted(outer))} hold files and what is marked in them, which are no "
            "classes; such data (segmentation) are not ranked on.",
            hint="Expected a folder for each class, or a table of files and labels.",
        )


def _find_unlabelled(
    paths: Mapping[str, tuple[str, ...]], parts: Mapping[str, str], is_sample: Mapping[str, bool]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Find the samples without a class, each with the reason, and what is said of them."""
    reasons = {}
    labelled_parts = {parts.get(name) for name, path in paths.items() if path and is_sample[name]}
    for name, path in paths.items():
        if path or not is_sample[name]:
            continue
        part = parts.get(name)
        flat = part is not None and part not in labelled_parts
        reasons[name] = f"no label: part {part!r} has no class folders" if flat else NO_FOLDER_REASON
    outer = {path[0] for name, path in paths.items() if path and is_sample[name]}
    aside = {folder for folder in outer if is_aside(folder)}
    if len(outer - aside) > 1:
        for name, path in paths.items():
            if path and path[0] in aside and is_sample[name]:
                reasons[name] = f"no class: the folder {path[0]!r} is marked as material beside the classes"
        outer -= aside
    beside = {folder for folder in outer if part_of(folder) in UNLABELLED_PARTS} - MAYBE_CLASSES
    deep = {path[0] for path in paths.values() if len(path) > 1}
    alone = {folder for folder in beside if folder not in deep}
    if len(outer - alone) < 2:
        return reasons, ()
    for name, path in paths.items():
        if path and path[0] in alone and is_sample[name]:
            reasons[name] = f"no label: the folder {path[0]!r} has the name of a part of a data set"
    notes = tuple(
        f"The folder {folder!r} beside the class folders has the name of a part of a data set: its files are "
        "left out as unlabelled. Rename it if it is a class."
        for folder in sorted(alone)
    )
    return reasons, notes
