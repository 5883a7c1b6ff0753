"""The files of a source, found by the paths that a table gives."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from ptmrank_core.data.parts import part_of_stem
from ptmrank_core.records.names import printable

__all__ = ["FileIndex", "Match"]

SCHEME = re.compile(r"[a-z][a-z0-9+.\-]+://", re.IGNORECASE)
DRIVE = re.compile(r"[A-Za-z]:")
MOST_ALIKE = 100  # files of one name, of which no path without a folder can mean one
EXACT = 1_000  # components that match where the path is that of the file


@dataclass(frozen=True, slots=True)
class Match:
    """A file that a path leads to.

    Parameters
    ----------
    name
        Name of the file; empty where several files fit alike.
    closeness
        How many components of both paths agree, from their ends.
    """

    name: str
    closeness: int


class FileIndex:
    """The files of a source, found by the paths that a table gives.

    A path is relative to the table or to the source; or its end fits the file, however the folders above
    are called (a path of another machine), with or without the suffix of the file and in any case.

    Parameters
    ----------
    names
        Names of the files.
    manifest
        Name of the table; paths in it are relative to its folder.
    part
        The part of the data set that the table is about; files of that part are meant first.
    """

    def __init__(self, names: Sequence[str], manifest: str, part: str | None = None) -> None:
        self._folder = posixpath.dirname(manifest)
        self._part = part
        self._names = {_normalise(name): name for name in names}
        # Where the table's part has a folder of its own, files in the folder of another part are not meant.
        self._has_folder = part is not None and any(part in _parts_above(name) for name in names)
        # By the last two components and by the last one, with the suffix and without.
        self._ends: dict[str, list[str]] = defaultdict(list)
        for name in names:
            *above, end = _normalise(name).casefold().split("/")
            stem = posixpath.splitext(end)[0]
            for key in {end, stem, _number(stem)} - {""}:
                self._ends[key].append(name)
                if above:
                    self._ends[f"{above[-1]}/{key}"].append(name)

    def find(self, path: str) -> str | None:
        """Return the name of the file that a path of the table leads to, if there is one."""
        match = self.locate(path)
        return match.name or None if match is not None else None

    def locate(self, path: str) -> Match | None:
        """Find the file that a path leads to, and how closely it fits.

        Parameters
        ----------
        path
            A cell of the table.

        Returns
        -------
        Match or None
            Without a name where several files fit alike.
        """
        plain = _normalise(_without_scheme(path.strip())).replace("\\", "/")
        if not plain:
            return None
        for folder in dict.fromkeys([self._folder, ""]):
            name = self._names.get(posixpath.normpath(posixpath.join(folder, plain)))
            if name is not None:
                return Match(name, EXACT)
        return self._locate_by_end(plain)

    def _locate_by_end(self, path: str) -> Match | None:
        """Find the file whose path ends most like this one."""
        wanted = [
            part.casefold() for part in DRIVE.sub("", path, count=1).split("/") if part not in {"", ".", ".."}
        ]
        ends = self._candidates(wanted)
        if len(ends) > MOST_ALIKE:
            return Match("", 1)
        fits = {name: self._closeness(name, wanted) for name in ends}
        fits = {name: fit for name, fit in fits.items() if fit}
        if not fits:
            return None
        best = max(fits.values())
        closest = self._prefer([name for name, fit in fits.items() if fit == best])
        return Match(closest[0] if len(closest) == 1 else "", best)

    def _candidates(self, wanted: Sequence[str]) -> Sequence[str]:
        """Return the files that end like a path, in two components if any does."""
        if not wanted:
            return ()
        ends = (wanted[-1], _number(wanted[-1]))
        above = [f"{wanted[-2]}/{end}" for end in ends if end] if len(wanted) > 1 else []
        return next((self._ends[key] for key in (*above, *ends) if key in self._ends), ())

    def _closeness(self, name: str, wanted: Sequence[str]) -> int:
        """Count the components that agree, from the end; 0 where the paths name different parts."""
        folders = _normalise(name).casefold().split("/")[:-1]
        n_alike = 1
        for own, other in zip(reversed(folders), reversed(wanted[:-1]), strict=False):
            if own != other:
                break
            n_alike += 1
        own_parts = _parts_above(name)
        named = set(_parts_in("/".join(wanted[:-1])))
        named |= {self._part} if self._part is not None and self._has_folder else set()
        return 0 if own_parts and named and not own_parts & named else n_alike

    def _prefer(self, names: Sequence[str]) -> Sequence[str]:
        """Choose among files that fit alike those of the table's part, and those of its own folder."""
        if len(names) > 1 and self._part is not None:
            names = [name for name in names if self._part in _parts_above(name)] or names
        if len(names) > 1 and self._folder:
            names = [name for name in names if name.startswith(f"{self._folder}/")] or names
        return names


def _without_scheme(path: str) -> str:
    """Return the path of a URL, as annotation tools and downloads give it; any other path as it is."""
    if not SCHEME.match(path):
        return path
    return unquote(SCHEME.sub("", path).partition("?")[0])


def _number(stem: str) -> str:
    """Write a number without leading zeros, which spreadsheets drop; empty for anything else."""
    return f"#{int(stem)}" if stem.isdecimal() and len(stem) < 20 else ""


def _parts_above(name: str) -> frozenset[str]:
    """Return the parts that folders above a file are named after."""
    return _parts_in(name.rpartition("/")[0])


@lru_cache(maxsize=4_096)
def _parts_in(folder: str) -> frozenset[str]:
    return frozenset(part for part in map(part_of_stem, folder.split("/")) if part)


def _normalise(path: str) -> str:
    """Spell a path as paths are compared: macOS stores letters and their accents separately."""
    return unicodedata.normalize("NFC", printable(path))
