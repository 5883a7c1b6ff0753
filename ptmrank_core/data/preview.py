"""A description of a source before its samples are read, for a user who corrects what was recognised."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from ptmrank_core.data.files.labelling import FoundLabels, find_labels, listed_parts
from ptmrank_core.data.files.manifest import describe_manifest
from ptmrank_core.data.files.manifests import Manifest
from ptmrank_core.data.hub.loading import HubRows, look_at
from ptmrank_core.data.layouts.folders import label_by_folder, parts_by_folder
from ptmrank_core.data.layouts.part_column import find_part_column
from ptmrank_core.data.layouts.rows import RowsTaken, open_rows
from ptmrank_core.data.layouts.taking import take_parts
from ptmrank_core.data.loading import find_tables
from ptmrank_core.data.media.kinds import MEDIA
from ptmrank_core.data.media.recognition import recognise_kind
from ptmrank_core.data.parts import choose_parts, part_of
from ptmrank_core.data.sources.limits import DEFAULT_LIMITS, Limits
from ptmrank_core.data.tables import TableDescription
from ptmrank_core.data.tables.preview import describe_rows
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.records import AS_RECOGNISED, ClassFolders, Modality, Reading

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
    parts
        Number of files or rows in each part of the data set (training, test, ...), as folders and tables
        tell; empty where there are none.
    class_folders
        Which of two levels of folders names the classes; ``None`` where there is but one level, or none.
    """

    layout: Layout
    modality: Modality | None
    table: TableDescription | None = None
    parts: Mapping[str, int] = field(default_factory=dict)
    class_folders: ClassFolders | None = None


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
    UnclearReadingError
        If either of two tables or levels of folders may be meant.
    SamplesError
        If there is no such source, or its table cannot be read.
    """
    seen = look_at(str(source), reading, limits)
    if isinstance(seen, HubRows):
        return _describe(seen.rows, reading)
    entries = seen.listing.entries
    tables = find_tables(entries, limits, reading)
    if tables:
        return _describe(open_rows(tables, reading, limits), reading)
    kind = MEDIA.get(reading.modality) if reading.modality is not None else None
    kind = kind or recognise_kind(entries)
    found = find_labels(entries, kind.formats.suffixes, reading, limits)
    if not found.manifests.tables:
        folders = label_by_folder(found.files, kind.formats.suffixes, reading)
        of_files = folders.parts or listed_parts(found, reading)
        counts = take_parts(of_files.values(), ()).counts
        return SourceOverview("folders", kind.modality, None, counts, folders.level)
    first = _first_taken(found, reading)
    description = describe_manifest(first, reading, has_classes=found.has_classes)
    parts = _parts_of_files(found, kind.formats.suffixes, reading)
    return SourceOverview("manifest", kind.modality, description, parts)


def _first_taken(found: FoundLabels, reading: Reading) -> Manifest:
    """Choose the table whose rows are shown: the first one of a part that is taken."""
    tables = found.manifests.tables
    parts = dict.fromkeys(table.part for table in tables if table.part)
    named = {part_of(name) or name for name in reading.parts}
    taken = [part for part in parts if part in named] or choose_parts(parts, ())
    return next((table for table in tables if table.part in taken), tables[0])


def _parts_of_files(found: FoundLabels, suffixes: Collection[str], reading: Reading) -> Mapping[str, int]:
    """Count the rows of the tables beside files in each part, by a column, by table or by folder."""
    tables = (*found.manifests.tables, *found.manifests.partitions)
    columns = [find_part_column(manifest.table, reading) for manifest in tables]
    parts = [part for column in columns if column is not None for part in column[1]]
    if not parts:
        parts = [manifest.part for manifest in tables for _ in manifest.table.lines]
    by_folder = parts_by_folder(found.files, suffixes).values()  # tells more where a table labels one part
    return take_parts(by_folder if len({*by_folder}) > len({*parts} - {""}) else parts, ()).counts


def _describe(rows: RowsTaken, reading: Reading) -> SourceOverview:
    """Describe a source whose samples are the rows of tables."""
    description = describe_rows(rows.table, reading)
    modality = _modality_of(description, rows.table)
    return SourceOverview("table", modality, description, rows.parts)


def _modality_of(description: TableDescription, table: InputTable) -> Modality | None:
    """Tell what the rows of a table are, by the roles of its columns."""
    roles = dict(zip(description.guesses, description.columns, strict=True))
    if "file" in roles:
        return table.media[roles["file"]].modality
    if "feature" in roles:
        return "tabular"
    return "text" if "text" in roles else None
