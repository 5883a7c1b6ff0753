"""Two levels of folders: which one names the classes, and whether the other one names the groups."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ptmrank_core.data.naming import name_some
from ptmrank_core.errors import InputField, ReadingOption, UnclearReadingError
from ptmrank_core.records import ClassFolders, Reading

__all__ = ["FOLDER_COLUMN", "LevelReading", "read_levels"]

FOLDER_COLUMN = "folder"
"""What the group column is called where the other level of folders is the group."""
FEWEST = 2  # samples of a class, classes
RECURRING = 0.5  # the share of inner names under several outer ones from which they count as recurring
# What numbered folders of persons, visits and takes are called; others (class 3) may be classes.
GROUP_WORDS = frozenset(
    {"p", "pt", "pat", "patient", "s", "sub", "subj", "subject", "ses", "sess", "session"}
    | {"spk", "speaker", "id", "user", "person", "participant", "actor", "case", "day", "date"}
    | {"visit", "take", "run", "rec", "recording", "video", "vid", "clip", "cam", "camera"}
    | {"site", "scene", "slide", "batch", "sample", "trial", "seq", "sequence", "part", "fold"}
    | {"plate", "well", "frame", "frames"}
)
DATE = re.compile(r"(?:19|20)\d\d[-_.]?[01]\d[-_.]?[0-3]\d")
HASH = re.compile(r"[0-9a-f]{8,}(?:-[0-9a-f]+)*", re.IGNORECASE)
LONG_NUMBER = 3  # digits of a number that is an identifier rather than a class


@dataclass(frozen=True, slots=True)
class LevelReading:
    """What two levels of folders say.

    Parameters
    ----------
    classes
        Class of each file, by its name.
    groups
        Group of each file; empty where the other level names none.
    level
        Which level names the classes; ``None`` where there is but one, or it lies between two others.
    depth
        The same as an index, from the outermost level on; -1 for the innermost.
    notes
        Which level was taken for what.
    offers
        The other level as the group, where it may be.
    """

    classes: Mapping[str, str]
    groups: Mapping[str, str]
    level: ClassFolders | None
    notes: tuple[str, ...]
    offers: tuple[ReadingOption, ...] = ()
    depth: int = 0


def read_levels(folders: Mapping[str, Sequence[str]], reading: Reading) -> LevelReading:
    """Read classes, and groups where they are plain, from the folders of files.

    - One level names the classes.
    - Folders within some class folders, beside files directly in them, are ignored.
    - Of two levels, one with numbered names of persons or visits (p1, session 3) is the group and the other
      one the class. Otherwise the user has to choose.

    Parameters
    ----------
    folders
        By the name of each file the folders that it lies in, without those that all files share and those of
        parts; at least one.
    reading
        Its ``class_folders`` and ``group_column`` decide, where they are given.

    Raises
    ------
    UnclearReadingError
        If it is not clear which level names the classes.
    """
    outer = {name: levels[0] for name, levels in folders.items()}
    inner = {name: levels[-1] for name, levels in folders.items()}
    if all(len(levels) == 1 for levels in folders.values()):
        return LevelReading(outer, {}, None, _doubts({*outer.values()}))
    middle = _find_middle(folders) if reading.class_folders is None else 0
    if middle:
        classes = {name: levels[middle] for name, levels in folders.items()}
        found = _with_groups(classes, outer, "middle", reading)
        return replace(found, level=None, depth=middle)
    level = reading.class_folders or _find_level(folders, outer, inner)
    if level is None:
        raise _question(outer, inner)
    classes, others = (outer, _below(folders)) if level == "outer" else (inner, outer)
    found = _with_groups(classes, others, level, reading)
    return replace(found, level=level, depth=0 if level == "outer" else -1)


def _doubts(names: set[str]) -> tuple[str, ...]:
    """Say where the only folders look like persons, visits or days: the class may be told elsewhere."""
    if _score(names, recurs=False) < 2 and not all(map(DATE.fullmatch, names)):
        return ()
    said = (
        f"The folders ({name_some(sorted(names))}) are the classes, though they are called like persons, "
        "visits or days. If the label is told elsewhere, as in the names of files, put a table beside them."
    )
    return (said,)


def _find_middle(folders: Mapping[str, Sequence[str]]) -> int:
    """Find the only level of plain words between levels of persons and visits; 0 where there is none."""
    depths = set(map(len, folders.values()))
    if len(depths) > 1 or max(depths) < 3:
        return 0
    levels = [{name: path[depth] for name, path in folders.items()} for depth in range(max(depths))]
    recurs = [True, *(_recurs(levels[0], level) for level in levels[1:])]
    wordy = [i for i, level in enumerate(levels) if not _score(set(level.values()), recurs=recurs[i])]
    return (
        wordy[0]
        if len(wordy) == 1 and wordy[0] < max(depths) - 1 and _can_be_classes(levels[wordy[0]])
        else 0
    )


def _below(folders: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the folder below the outermost one of each file; empty where it has none."""
    return {name: levels[1] if len(levels) > 1 else "" for name, levels in folders.items()}


def _find_level(
    folders: Mapping[str, Sequence[str]], outer: Mapping[str, str], inner: Mapping[str, str]
) -> ClassFolders | None:
    """Find the level of the classes; ``None`` where it is not clear."""
    direct = {levels[0] for levels in folders.values() if len(levels) == 1}
    deep = {levels[0] for levels in folders.values() if len(levels) > 1}
    if deep <= direct:
        return "outer"
    able = (_can_be_classes(outer), _can_be_classes(inner))
    if able != (True, True):
        return "outer" if able[0] or not able[1] else "inner"
    if direct:
        return None
    recurs = _recurs(outer, inner)
    like_groups = _score(set(outer.values()), recurs=recurs), _score(set(inner.values()), recurs=recurs)
    if like_groups[1] > max(like_groups[0], 0):
        return "outer"
    return "inner" if recurs and like_groups[0] > max(like_groups[1], 0) else None


def _can_be_classes(names: Mapping[str, str]) -> bool:
    """Whether at least two folders of a level hold two samples."""
    counts = Counter(names.values())
    return sum(count >= FEWEST for count in counts.values()) >= FEWEST


def _recurs(outer: Mapping[str, str], inner: Mapping[str, str]) -> bool:
    """Whether inner names come back under several outer ones."""
    above: dict[str, set[str]] = defaultdict(set)
    for name, folder in inner.items():
        above[folder].add(outer[name])
    n_recurring = sum(len(folders) > 1 for folders in above.values())
    return n_recurring >= RECURRING * len(above)


def _score(names: set[str], *, recurs: bool) -> int:
    """How much names look like those of groups: 2 for numbered persons, 1 for identifiers, else 0."""
    if not all(re.search(r"\d", name) for name in names):
        return 0
    words = {word for name in names for word in re.findall(r"[^\W\d_]+", name.casefold())}
    if all(map(HASH.fullmatch, names)):
        return 1
    if words and words <= GROUP_WORDS:
        return 2
    is_number = not words  # plain numbers, which may be digits to recognise where they recur
    return int(is_number and (not recurs or min(map(len, names)) >= LONG_NUMBER))


def _question(outer: Mapping[str, str], inner: Mapping[str, str]) -> UnclearReadingError:
    """Ask which level names the classes."""
    options = []
    levels: tuple[tuple[ClassFolders, Mapping[str, str]], ...] = (("outer", outer), ("inner", inner))
    for level, classes in levels:
        counts = Counter(classes.values())
        listed = ", ".join(f"{name} ({counts[name]:,})" for name in sorted(counts)[:8])
        more = f" and {len(counts) - 8:,} more" if len(counts) > 8 else ""
        shown = tuple(f"{name}: {classes[name]}" for name in _one_of_each(classes))
        text = f"The {level} folders are the {len(counts):,} classes: {listed}{more}."
        options.append(ReadingOption(text, {"class_folders": level}, shown))
    return UnclearReadingError(
        "The files lie in two levels of folders, and it is not clear which of them names the classes: "
        f"{name_some(sorted(set(outer.values())))}, or {name_some(sorted(set(inner.values())))}.",
        options,
        fields=[InputField.CLASS_FOLDERS],
    )


def _one_of_each(classes: Mapping[str, str], n_shown: int = 3) -> list[str]:
    """Return the name of one file of each of the first classes."""
    first: dict[str, str] = {}
    for name, label in classes.items():
        first.setdefault(label, name)
    return [first[label] for label in sorted(first)[:n_shown]]


def _with_groups(
    classes: Mapping[str, str], others: Mapping[str, str], level: str, reading: Reading
) -> LevelReading:
    """Take the other level for the groups where it is plain or asked for; else offer it where it may be."""
    names = sorted(set(others.values()) - {""})
    said = f"The {level} folders are the classes"
    other = "inner" if level == "outer" else "outer"
    groups = {name: others[name] or name for name in classes}
    is_whole = all(others.values())  # else some files lie in a class folder itself
    if not is_whole or not _can_be_groups(classes, groups) or reading.group_column == "":
        return LevelReading(classes, {}, None, (f"{said}; the {other} ones are not used.",))
    is_plain = _score(set(names), recurs=_recurs(classes, others)) > 0
    if reading.group_column == FOLDER_COLUMN or is_plain:
        note = f"{said}; the {other} ones ({name_some(names)}) are taken for the samples' groups."
        return LevelReading(classes, groups, None, (note,))
    offer = ReadingOption(
        f"The {other} folders ({name_some(names)}) are the samples' groups, which stay together.",
        {"group_column": FOLDER_COLUMN},
    )
    return LevelReading(classes, {}, None, (f"{said}; the {other} ones are not used.",), (offer,))


def _can_be_groups(classes: Mapping[str, str], groups: Mapping[str, str]) -> bool:
    """Whether there are several groups in every class, and two samples in one of them."""
    of_class: dict[str, set[str]] = defaultdict(set)
    for name, label in classes.items():
        of_class[label].add(groups[name])
    largest = max(Counter(groups.values()).values())
    return largest >= FEWEST and all(len(own) >= FEWEST for own in of_class.values())
