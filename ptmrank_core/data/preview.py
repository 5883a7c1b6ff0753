"""What a source looks like before it is read: for a reader who corrects what was recognised."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from ptmrank_core.data.files.manifest import find_manifest
from ptmrank_core.data.files.manifest_rows import guess_columns
from ptmrank_core.data.listing import absolute_source, list_source
from ptmrank_core.data.loading import find_table
from ptmrank_core.data.media.kinds import recognise_kind
from ptmrank_core.data.sources.entries import Entry
from ptmrank_core.data.sources.limits import DEFAULT_LIMITS, Limits
from ptmrank_core.data.tables import TableDescription, describe_table
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import AS_RECOGNISED, Modality, Reading

__all__ = ["SourceOverview", "preview"]

Layout: TypeAlias = Literal["folders", "manifest", "table"]


@dataclass(frozen=True, slots=True)
class SourceOverview:
    """A source at a glance.

    Parameters
    ----------
    layout
        Where labels come from: the folders that the files lie in, a table of files, or the table that the
        samples are the rows of.
    modality
        What the samples look like; ``None`` where the columns of a table do not tell.
    table
        The table, if there is one.
    """

    layout: Layout
    modality: Modality | None
    table: TableDescription | None = None


def preview(
    source: str | Path, reading: Reading = AS_RECOGNISED, *, limits: Limits = DEFAULT_LIMITS
) -> SourceOverview:
    """Look at a source without reading its samples.

    Parameters
    ----------
    source
        A path, as ``load_samples`` takes it.
    reading
        What is known about it.
    limits
        Bounds on what it may hold.

    Returns
    -------
    SourceOverview
        Where columns are not recognised, the description of the table says what the problem is.

    Raises
    ------
    ArchiveError
        If an archive is unsafe or damaged.
    SamplesError
        If there is no such source, or its table cannot be read.
    """
    entries = list_source(absolute_source(str(source)), limits).entries
    table = find_table(entries)
    if table is not None:
        description = describe_table(table, reading, limits)
        return SourceOverview("table", _modality_of(description), description)
    names = [entry.name for entry in entries]
    modality = recognise_kind(names).modality
    manifest = find_manifest(names)
    if manifest is None:
        return SourceOverview("folders", modality)
    described = _describe_manifest(entries[names.index(manifest)], reading, limits)
    return SourceOverview("manifest", modality, described)


def _modality_of(table: TableDescription) -> Modality | None:
    """Tell what the rows of a table are, by the roles of its columns."""
    if "feature" in table.guesses:
        return "tabular"
    return "text" if "text" in table.guesses else None


def _describe_manifest(entry: Entry, reading: Reading, limits: Limits) -> TableDescription:
    """Describe a table of files and labels: its columns have other roles than those of a table of samples."""
    description = describe_table(entry, replace(reading, modality=None), limits)
    try:
        return replace(description, guesses=guess_columns(entry, reading), problem="")
    except SamplesError as error:
        return replace(description, guesses=("",) * len(description.columns), problem=str(error))
