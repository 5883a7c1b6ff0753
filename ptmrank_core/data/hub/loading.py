"""A data set in a layout of the Hugging Face ecosystem -> Samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ptmrank_core.data.hub.groups import Dataset, name_classes
from ptmrank_core.data.hub.layouts import find_dataset
from ptmrank_core.data.hub.places import is_hub_place, read_place
from ptmrank_core.data.hub.taking import take_dataset
from ptmrank_core.data.layouts.rows import RowsTaken, refuse_missing_files
from ptmrank_core.data.layouts.taking import not_taken, take_parts
from ptmrank_core.data.listing import absolute_source, list_source
from ptmrank_core.data.parts import choose_parts
from ptmrank_core.data.sources.entries import Entry, SourceListing, suffix_of
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables import open_table
from ptmrank_core.data.tables.columnar.files import COLUMNAR_SUFFIXES, open_columnar
from ptmrank_core.data.tables.joining import describe_files, join_tables
from ptmrank_core.data.tables.load import table_samples
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.records import LeftOut, Reading, Samples

__all__ = ["HubRows", "Listed", "load_rows", "look_at", "split_config"]


@dataclass(frozen=True, slots=True)
class HubRows:
    """The rows of a data set that are taken.

    Parameters
    ----------
    source
        What finds the same rows again.
    rows
        The rows, and what was left out.
    """

    source: str
    rows: RowsTaken


@dataclass(frozen=True, slots=True)
class Listed:
    """The files of a source that is no such data set, and its absolute path."""

    source: str
    listing: SourceListing


def split_config(path: str) -> tuple[str, str | None]:
    """Split the path of a downloaded repository from the configuration named after it: ``FOLDER:NAME``.

    Parameters
    ----------
    path
        A path; one that exists names no configuration.
    """
    folder, colon, config = path.rpartition(":")
    if not colon or not config or not folder or Path(path).exists() or not Path(folder).exists():
        return path, None
    return folder, config


def look_at(source: str, reading: Reading, limits: Limits) -> HubRows | Listed:
    """Look at a source: a dataset on the Hub, a data set in a folder, or any other files.

    Parameters
    ----------
    source
        ``"hf:owner/name"`` and the like, or a path; a configuration may follow the path of a downloaded
        repository (``"FOLDER:NAME"``).
    reading
        Its ``parts`` are taken.
    limits
        Bounds on what tables may hold.

    Returns
    -------
    HubRows or Listed
        The rows of the data set; or the files of the source, where they lie in another layout.
    """
    if is_hub_place(source):
        taken = take_dataset(read_place(source), reading, limits)
        return HubRows(str(taken.place), _take(taken.dataset, taken.counts, reading, limits))
    path = absolute_source(source)
    folder, config = split_config(path)
    listing = list_source(folder, limits)
    dataset = find_dataset(listing.entries, path, config)
    if dataset is None:
        return Listed(path, listing)
    rows = _take(dataset, {}, reading, limits)
    return HubRows(path, replace(rows, left_out=(*listing.left_out, *rows.left_out)))


def load_rows(found: HubRows, reading: Reading, limits: Limits) -> Samples:
    """Load the rows that were taken as samples.

    Parameters
    ----------
    found
        The rows.
    reading
        Which columns hold what.
    limits
        Bounds on the samples.
    """
    refuse_missing_files(found.rows.table, reading)
    samples = table_samples(found.source, found.rows.table, replace(reading, parts=()), limits)
    return replace(
        samples,
        left_out=(*samples.left_out, *found.rows.left_out),
        notes=(*found.rows.notes, *samples.notes),
        parts=found.rows.parts,
    )


def _take(dataset: Dataset, known: Mapping[str, int], reading: Reading, limits: Limits) -> RowsTaken:
    """Take some parts of a data set as one table."""
    entries = {part.part: part.entries for part in dataset.parts}
    wanted = choose_parts(filter(None, [*entries, *known]), reading.parts)
    tables = {
        part: [name_classes(open_table(entry, limits, reading), dataset.classes) for entry in shards]
        for part, shards in entries.items()
        if part in wanted or not part
    }
    left_out = [
        LeftOut(entry.name, not_taken(part))
        for part, shards in entries.items()
        if part not in tables
        for entry in shards
    ]
    counts = {
        part: known.get(part) or _count_rows(entries[part], tables.get(part), limits) for part in entries
    }
    counts = {**known, **counts}
    taken = take_parts((part for part, count in counts.items() for _ in range(count)), reading.parts)
    whole = join_tables([table for shards in tables.values() for table in shards], limits)
    notes = (*dataset.notes, *describe_files(whole), *taken.notes)
    unknown = {part: 0 for part, count in counts.items() if not count}
    return RowsTaken(whole, {**taken.counts, **unknown}, "", (*dataset.left_out, *left_out), notes)


def _count_rows(entries: Sequence[Entry], opened: Sequence[InputTable] | None, limits: Limits) -> int:
    """Count the rows of a part; those of a Parquet file stand in its description."""
    if opened is not None:
        return sum(table.n_rows for table in opened)
    return sum(
        sum(open_columnar(entry.blob, entry.name).group_sizes)
        if suffix_of(entry.name) in COLUMNAR_SUFFIXES
        else open_table(entry, limits).n_rows
        for entry in entries
    )
