"""Which parts of a data set are taken, and what is said of it."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ptmrank_core.data.parts import choose_parts, part_of, part_of_stem

__all__ = ["Taken", "not_taken", "part_of_path", "take_parts"]

ORDER = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class Taken:
    """The parts of a data set.

    Parameters
    ----------
    counts
        Number of labelled samples in each part, training first.
    parts
        The parts that are taken.
    notes
        Which parts were found and which are taken; empty where all of them are one part, or none.
    """

    counts: Mapping[str, int]
    parts: tuple[str, ...]
    notes: tuple[str, ...]


def take_parts(parts: Iterable[str], wanted: Sequence[str]) -> Taken:
    """Choose among the parts of labelled samples.

    Parameters
    ----------
    parts
        The part of each labelled sample; empty for a sample that belongs to none.
    wanted
        What the user asked for, as ``choose_parts`` takes it.

    Raises
    ------
    UnknownNameError
        If a part is asked for that is not there.
    """
    found = Counter(parts)
    n_without = found.pop("", 0)
    counts = {part: found[part] for part in sorted(found, key=_place)}
    taken = choose_parts(counts, wanted)
    if not counts or (len(counts) == 1 and not n_without):
        return Taken(counts, taken, ())
    listed = ", ".join(f"{part} ({count:,})" for part, count in counts.items())
    rest = [part for part in counts if part not in taken]
    which = f"taken: {', '.join(taken)}" if rest else "all of them are taken"
    return Taken(counts, taken, (f"Parts of the data set: {listed}; {which}.",))


def _place(part: str) -> tuple[int, int, str]:
    """Return the place of a part in lists: training, validation, test, folds by number, others."""
    if part in ORDER:
        return ORDER.index(part), 0, part
    number = part.removeprefix("fold")
    return (3, int(number), part) if number.isdecimal() else (4, 0, part)


def not_taken(part: str) -> str:
    """Say why something is left out."""
    return f"part {part!r} was not taken"


def part_of_path(name: str) -> str | None:
    """Tell which part a file belongs to: by its own name, or else by that of a folder above it.

    Parameters
    ----------
    name
        Name of the file within its source: ``"data/train-00000-of-00002.parquet"``, ``"test/metadata.csv"``.
    """
    *folders, file = name.split("/")
    stem = posixpath.splitext(file)[0]
    found = part_of_stem(stem) or part_of(file.rpartition(".")[2])  # conll2003 has eng.train
    return found or next((part for part in map(part_of_stem, folders) if part), None)
