"""Which layout of a dataset a source has: saved, cached, or a repository of the Hub as it was downloaded."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ptmrank_core.data.hub.cards import CARD, Configuration, expand, read_card
from ptmrank_core.data.hub.groups import DESCRIBES, Dataset, PartTables
from ptmrank_core.data.hub.saved import find_cached, find_saved
from ptmrank_core.data.media.kinds import MEDIA
from ptmrank_core.data.parts import are_parts, part_of_stem
from ptmrank_core.data.sources.entries import Entry, suffix_of
from ptmrank_core.data.tables import TABLE_SUFFIXES
from ptmrank_core.errors import ReadingOption, UnclearReadingError, UnknownNameError
from ptmrank_core.records import LeftOut

__all__ = ["find_dataset"]

SHARD = re.compile(
    r"(?P<folder>(?:.*/)?)(?P<part>[^/]+?)-(?P<number>\d{5})-of-(?P<count>\d{5})(?:-[0-9a-f]+)?\.\w+"
)
CONVERTED = re.compile(r"(?P<folder>(?:.*/)?)(?:partial-)?(?P<part>[^/]+)/\d{4}\.parquet")
BESIDE = "beside the data set"
MEDIA_SUFFIXES = frozenset[str]().union(
    *(kind.formats.suffixes for kind in MEDIA.values() if kind.modality != "text")
)
TABLES = TABLE_SUFFIXES - {".txt", ".conll"}


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a source that may be a repository.

    Parameters
    ----------
    entries
        All of them.
    source
        Where they come from, for the places of configurations.
    config
        The configuration that the user named; ``None`` for none.
    """

    entries: Sequence[Entry]
    source: str
    config: str | None

    def tables(self, folder: str) -> dict[str, Entry]:
        """Return the tables below a folder, by their names within it."""
        return {
            entry.name.removeprefix(folder): entry
            for entry in self.entries
            if entry.name.startswith(folder) and suffix_of(entry.name) in TABLES
        }

    @property
    def has_media(self) -> bool:
        """Whether pictures, recordings or videos lie among them, which tables then describe."""
        return any(suffix_of(entry.name) in MEDIA_SUFFIXES for entry in self.entries)

    def matches_media(self, folder: str, config: Configuration) -> bool:
        """Whether the patterns of a configuration lead to pictures, recordings or videos."""
        inside = f"{folder}{config.folder}"
        names = [e.name.removeprefix(inside) for e in self.entries if e.name.startswith(inside)]
        found = (name for patterns in config.patterns.values() for name in expand(patterns, names))
        return any(suffix_of(name) in MEDIA_SUFFIXES for name in found)

    def unclear(self, configs: Sequence[str]) -> Exception:
        """Make the error of several configurations none of which was named, or of one that is not there."""
        if self.config is not None:
            return UnknownNameError("configuration", self.config, configs)
        return UnclearReadingError(
            f"The data set has {len(configs):,} configurations: {', '.join(map(repr, configs[:6]))}"
            f"{' ...' if len(configs) > 6 else ''}.",
            [
                ReadingOption(f"Configuration {name!r}.", {}, place=f"{self.source}:{name}")
                for name in configs
            ],
        )


def find_dataset(entries: Sequence[Entry], source: str = "", config: str | None = None) -> Dataset | None:
    """Find a data set in a layout of the Hugging Face ecosystem.

    - What ``save_to_disk`` wrote, of a ``Dataset`` or a ``DatasetDict``.
    - A folder of the cache of the library ``datasets``.
    - A repository of the Hub: the files of each part as its card says, or by their usual names
      (``data/train-00000-of-00002.parquet``).

    Parameters
    ----------
    entries
        The files of a source, hidden ones left out.
    source
        Where they come from, for the places that are offered.
    config
        The configuration to take, where the user named one.

    Returns
    -------
    Dataset or None
        ``None`` where the layout is another one.

    Raises
    ------
    UnknownNameError
        If there is no such configuration.
    UnclearReadingError
        If there are several configurations, and none was named.
    SamplesError
        If there are several data sets, or files are missing.
    """
    files = Files(entries, source, config)
    if config is None:
        found = find_saved(entries) or find_cached(entries)
        if found is not None:
            return found
    return _by_card(files) or _by_names(files)


def _by_card(files: Files) -> Dataset | None:
    """Find the files of each part as the card has them."""
    card = read_card(files.entries)
    if card is None:
        return None
    folder, configs = card
    chosen = _choose(files, configs)
    tables = files.tables(f"{folder}{chosen.folder}")
    if chosen.patterns and files.matches_media(folder, chosen):
        return None
    if not chosen.patterns:
        within = tables if chosen.folder else _named_folder(tables, chosen.name)
        parts = _group(within)
        found = next(iter(parts.values())) if len(parts) == 1 else None
        return _finish(files, found, chosen) if found else None
    found = {part: [tables[name] for name in expand(p, [*tables])] for part, p in chosen.patterns.items()}
    found = {part: entries for part, entries in found.items() if entries}
    return _finish(files, found, chosen) if found else None


def _choose(files: Files, configs: Sequence[Configuration]) -> Configuration:
    """Choose a configuration: the one that was named, the only one, or the default."""
    if files.config is not None or len(configs) == 1:
        wanted = configs[0].name if files.config is None else files.config
        chosen = next((config for config in configs if config.name == wanted), None)
    else:
        chosen = next((config for config in configs if config.is_default), None)
    if chosen is None:
        raise files.unclear([config.name for config in configs])
    return chosen


def _named_folder(tables: Mapping[str, Entry], name: str) -> Mapping[str, Entry]:
    """Keep the tables below a folder of the configuration's name, where there is one."""
    own = {key: entry for key, entry in tables.items() if key.startswith(f"{name}/")}
    return own or tables


def _by_names(files: Files) -> Dataset | None:
    """Find shards that are named as on the Hub; several folders of them are several configurations."""
    tables = files.tables("")
    groups = _group(tables)
    if (
        files.has_media
        or not groups
        or sum(len(shards) for parts in groups.values() for shards in parts.values()) < len(tables)
    ):
        return None
    if len(groups) == 1 and files.config is None:
        [parts] = groups.values()
        return _finish(files, parts, None) if all(map(part_of_stem, parts)) else None
    names = {posixpath.basename(folder.rstrip("/")): folder for folder in groups}
    if are_parts(names) and len(names) == len(groups):
        return None  # a folder for each part
    if files.config not in names or len(names) < len(groups):
        raise files.unclear([*names] if len(names) == len(groups) else [f.rstrip("/") for f in groups])
    return _finish(files, groups[names[files.config]], Configuration(files.config))


def _group(tables: Mapping[str, Entry]) -> dict[str, dict[str, list[Entry]]]:
    """Group shards by folder, and by part within it."""
    groups: dict[str, dict[str, list[Entry]]] = {}
    for name, entry in sorted(tables.items()):
        match = SHARD.fullmatch(name) or CONVERTED.fullmatch(name)
        if match:
            groups.setdefault(match["folder"], {}).setdefault(match["part"], []).append(entry)
    return groups


def _finish(files: Files, found: Mapping[str, Sequence[Entry]], config: Configuration | None) -> Dataset:
    """Name the parts, leave out the other files, and say what was recognised."""
    known = {part: part_of_stem(part) or part for part in found}
    is_clear = len(set(known.values())) == len(known)
    parts = [PartTables(known[part] if is_clear else part, tuple(found[part])) for part in found]
    used = {entry.name for part in parts for entry in part.entries}
    left_out = tuple(
        LeftOut(e.name, DESCRIBES if posixpath.basename(e.name) == CARD else BESIDE)
        for e in files.entries
        if e.name not in used
    )
    which = f", configuration {config.name!r}" if config and config.name != "default" else ""
    notes = [f"Read as a repository of the Hub{which}.", *_missing_shards(parts)]
    return Dataset(tuple(parts), left_out, tuple(notes), config.classes if config else {})


def _missing_shards(parts: Sequence[PartTables]) -> list[str]:
    """Say where the names of shards tell that some are missing."""
    notes = []
    for part in parts:
        matches = [match for entry in part.entries if (match := SHARD.fullmatch(entry.name))]
        n_shards = max((int(match["count"]) for match in matches), default=0)
        if 0 < len(part.entries) < n_shards:
            notes.append(
                f"Part {part.part!r} is not complete: {len(part.entries)} of {n_shards} files are here."
            )
    return notes
