"""A description of a source before its samples are read, for a user who corrects what was recognised."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from ptmrank_core.data.files.manifest import describe_manifest, find_manifest
from ptmrank_core.data.listing import absolute_source, list_source
from ptmrank_core.data.loading import find_table
from ptmrank_core.data.media.kinds import recognise_kind
from ptmrank_core.data.sources.limits import DEFAULT_LIMITS, Limits
from ptmrank_core.data.tables import TableDescription, describe_table
from ptmrank_core.records import AS_RECOGNISED, Modality, Reading

__all__ = ["SourceOverview", "preview"]

Layout: TypeAlias = Literal["folders", "manifest", "table"]


@dataclass(frozen=True, slots=True)
class SourceOverview:
    """What kind of source it is, and what its samples look like.

    Parameters
    ----------
    layout
        Where labels come from: the folders of the files, a table beside the files, or the table whose rows
        are the samples.
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
    """Describe a source without reading its samples.

    Parameters
    ----------
    source
        A path, as ``load_samples`` takes it.
    reading
        What the samples are and which columns hold what, where the user said so.
    limits
        Bounds on what the source may hold.

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
    table = find_table(entries, limits)
    if table is not None:
        description = describe_table(table, reading, limits)
        return SourceOverview("table", _modality_of(description), description)
    names = [entry.name for entry in entries]
    modality = recognise_kind(names).modality
    manifest = find_manifest(entries, limits)
    if manifest is None:
        return SourceOverview("folders", modality)
    files = [name for name in names if name != manifest.name]
    return SourceOverview("manifest", modality, describe_manifest(manifest, files, reading, limits=limits))


def _modality_of(table: TableDescription) -> Modality | None:
    """Tell what the rows of a table are, by the roles of its columns."""
    if "feature" in table.guesses:
        return "tabular"
    return "text" if "text" in table.guesses else None
