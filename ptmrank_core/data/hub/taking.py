"""A dataset on the Hub -> its tables on this machine: what was taken before, or taken now."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from ptmrank_core.config import load_settings
from ptmrank_core.data.hub.errors import UnreachableError
from ptmrank_core.data.hub.groups import Dataset, PartTables
from ptmrank_core.data.hub.places import HUB_PREFIX, HubPlace, is_hub_place, read_place
from ptmrank_core.data.hub.remote import (
    SAMPLES_OF_A_PART,
    RemoteDataset,
    find_commit,
    open_remote,
    take_samples,
)
from ptmrank_core.data.hub.store import (
    PartFacts,
    StoredDataset,
    find_stored,
    write_dataset,
    write_part,
)
from ptmrank_core.data.parts import choose_parts, part_of_stem
from ptmrank_core.data.sources.folders import list_file
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.columnar.media import holds_bytes
from ptmrank_core.records import Reading

__all__ = ["TakenDataset", "pin_dataset", "take_dataset"]

MEDIA_GROUP_ROWS, GROUP_ROWS = 64, 10_000


class TakenDataset:
    """The tables of a dataset that were taken from the Hub.

    Attributes
    ----------
    place
        Its name with the commit and the configuration, which finds the same samples again.
    dataset
        The parts that were asked for.
    counts
        Number of samples of each part on the Hub; where that is not known, of those that were read, which
        are none of a part that was not taken.
    """

    def __init__(self, stored: StoredDataset, parts: dict[str, str], limits: Limits) -> None:
        self.place = stored.place
        rest: list[str] = []
        tables, notes = [], [_describe(stored.place)]
        self.counts: dict[str, int] = {}
        for part, split in _name_parts(stored.splits).items():
            facts = stored.part(split)
            n_known = stored.splits[split] or (facts.n_samples or facts.n_read if facts else 0)
            self.counts[part] = n_known
            if part in parts and facts is not None:
                [entry] = list_file(stored.rows(split), limits).entries
                tables.append(
                    PartTables(part, (type(entry)(f"{split}.parquet", entry.size_bytes, entry.blob),))
                )
                notes.append(_count(split, facts))
            elif part not in parts:
                rest.append(split)
        if rest:
            notes.append(f"Not taken: {', '.join(map(repr, rest))}.")
        self.dataset = Dataset(tuple(tables), (), tuple(notes))


def pin_dataset(source: str) -> str:
    """Look up the commit of a dataset on the Hub; nothing is downloaded.

    Parameters
    ----------
    source
        Its name or address, with or without the prefix ``hf:``.

    Returns
    -------
    str
        Its name with the commit; without a network that of what was taken last.

    Raises
    ------
    SamplesError
        If there is no such dataset, or it cannot be reached and is not on this machine.
    """
    named = source if is_hub_place(source) else f"{HUB_PREFIX}{source}"
    place = read_place(named)
    if place.is_pinned:
        return str(place)
    try:
        return str(find_commit(place))
    except UnreachableError:
        stored = find_stored(load_settings().datasets_dir, place)
        if stored is None:
            raise
        return str(stored.place)


def take_dataset(place: HubPlace, reading: Reading, limits: Limits) -> TakenDataset:
    """Take the parts of a dataset that are asked for, of which some may be here already.

    Without a network, what was taken before is used.

    Parameters
    ----------
    place
        The dataset.
    reading
        Its ``parts`` are taken.
    limits
        Bounds on the tables.

    Raises
    ------
    UnknownNameError, UnclearReadingError, SamplesError
        As ``open_remote`` does; or if there is no such part.
    """
    datasets_dir = load_settings().datasets_dir
    known = find_stored(datasets_dir, place) if place.is_pinned else None
    if known is None:
        known, remote = _look_up(datasets_dir, place)
    else:
        remote = None
    parts = _name_parts(known.splits)
    wanted = {part: parts[part] for part in choose_parts(parts, reading.parts)}
    for split in wanted.values():
        if known.part(split) is None:
            remote = remote or open_remote(known.place, place)
            _take_part(known, remote, split)
    return TakenDataset(known, wanted, limits)


def _look_up(datasets_dir: Path, place: HubPlace) -> tuple[StoredDataset, RemoteDataset | None]:
    """Look up the present commit; where the Hub cannot be reached, what was looked up last."""
    try:
        found = find_commit(place)
    except UnreachableError:
        stored = find_stored(datasets_dir, place)
        if stored is None:
            raise
        return stored, None
    stored = find_stored(datasets_dir, place)
    if stored is not None and stored.place.revision == found.revision:
        return stored, None
    remote = open_remote(found, place)
    return write_dataset(datasets_dir, remote.place, place, remote.splits, time.time()), remote


def _take_part(stored: StoredDataset, remote: RemoteDataset, split: str) -> None:
    table, facts = take_samples(remote, split)
    has_media = any(holds_bytes(field.type) for field in table.schema)
    write_part(stored, split, table, facts, MEDIA_GROUP_ROWS if has_media else GROUP_ROWS)


def _name_parts(names: Iterable[str]) -> dict[str, str]:
    """Name the parts as ``part_of`` does, unless two splits would have one name; return the split of each."""
    names = list(names)
    known = {split: part_of_stem(split) or split for split in names}
    is_clear = len(set(known.values())) == len(known)
    return {known[split] if is_clear else split: split for split in names}


def _describe(place: HubPlace) -> str:
    config = f", configuration {place.config!r}" if place.config and place.config != "default" else ""
    return f"Read from {place.repository!r} on the Hub{config}, at commit {place.revision}."


def _count(split: str, facts: PartFacts) -> str:
    """Say how many samples of a part were taken, and how they were chosen."""
    total = "an unknown number of" if facts.n_samples is None else f"{facts.n_samples:,}"
    if facts.n_taken == facts.n_samples:
        return f"All {total} samples of {split!r} were taken."
    if facts.n_read == facts.n_samples:
        return f"{facts.n_taken:,} of {total} samples of {split!r} were taken, drawn at random."
    return (
        f"{facts.n_taken:,} of {total} samples of {split!r} were taken, drawn at random from the "
        f"{facts.n_read:,} that were read; at most {SAMPLES_OF_A_PART:,} of each part are taken."
    )
