"""Labels from a manifest: a table beside the files, with a column of paths and one or several of labels."""

from __future__ import annotations

import posixpath
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ptmrank_core.data.files.manifest_columns import (
    FileIndex,
    ManifestColumns,
    find_columns,
    find_file_column,
)
from ptmrank_core.data.labels.targets import Targets, read_targets
from ptmrank_core.data.sources.entries import Entry, common_root, suffix_of
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables import TABLE_SUFFIXES, TableDescription
from ptmrank_core.data.tables.assemble import write_labels
from ptmrank_core.data.tables.preview import preview_table
from ptmrank_core.data.tables.reading import DELIMITED_SUFFIXES, open_table
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.errors import InputError, SamplesError
from ptmrank_core.records import AS_RECOGNISED, LeftOut, Reading

__all__ = ["Labelling", "describe_manifest", "find_manifest", "lists_files", "read_manifest"]

MANIFEST_SUFFIXES = TABLE_SUFFIXES - {".txt", ".conll"}


@dataclass(frozen=True, slots=True)
class Labelling:
    """Which file has which label.

    Parameters
    ----------
    labels
        Label by name of the file; ``None`` for a file that has no label and is yet to be identified.
    left_out
        Files without a usable label, and rows that label no file.
    notes
        How the labels were read, one sentence each.
    groups
        Group of each file (speaker, patient, document), by its name; empty where no groups are known.
    targets
        The labels as numbers; ``None`` where folders give classes.
    rows
        Row of ``targets`` by name of the file.
    """

    labels: Mapping[str, str | None]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)
    targets: Targets | None = None
    rows: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One row of a manifest, with the line that it begins on."""

    line: int
    file: str
    labels: tuple[str, ...]
    group: str


def lists_files(entry: Entry, names: Sequence[str], limits: Limits) -> bool:
    """Whether a table names any of these files, and so is a manifest rather than a table of samples.

    Parameters
    ----------
    entry
        The table.
    names
        Names of the other files of the source.
    limits
        Bounds on what the table may hold.
    """
    try:
        table = open_table(entry, limits, is_manifest=True)
    except SamplesError:  # reported by whoever reads the table for good
        return False
    return find_file_column(table, FileIndex(names, entry.name)) is not None


def find_manifest(entries: Sequence[Entry], limits: Limits) -> Entry | None:
    """Find the table of labels at the top of a source.

    Parameters
    ----------
    entries
        All files. A single folder that contains everything else counts as the top.
    limits
        Bounds on what a table may hold.

    Returns
    -------
    Entry or None
        The manifest: a ``.csv`` or ``.tsv`` table, or one of another format that names files of the source.

    Raises
    ------
    SamplesError
        If it is not clear which of several tables it is.
    """
    root = common_root(entry.name for entry in entries)
    names = [entry.name for entry in entries]
    tables = [
        entry
        for entry in entries
        if posixpath.dirname(entry.name) == root and suffix_of(entry.name) in MANIFEST_SUFFIXES
    ]
    listing = {
        entry.name
        for entry in tables
        if len(tables) > 1 or suffix_of(entry.name) not in DELIMITED_SUFFIXES
        if lists_files(entry, [name for name in names if name != entry.name], limits)
    }
    delimited = {entry.name for entry in tables if suffix_of(entry.name) in DELIMITED_SUFFIXES}
    chosen = listing if len(listing) == 1 else listing | delimited
    if len(chosen) > 1:
        raise SamplesError(
            f"Several tables could hold the labels: {' and '.join(map(repr, sorted(chosen)))}; expected one.",
            hint="Keep one table beside the files.",
        )
    return next((entry for entry in tables if entry.name in chosen), None)


def describe_manifest(
    entry: Entry, names: Sequence[str], reading: Reading = AS_RECOGNISED, *, limits: Limits
) -> TableDescription:
    """Describe a manifest without reading the files.

    Parameters
    ----------
    entry
        The manifest.
    names
        Names of the other files of the source.
    reading
        Which columns hold what, where the user said so.
    limits
        Bounds on what the table may hold.

    Returns
    -------
    TableDescription
        Each column is ``"file"``, ``"label"``, ``"group"`` or nothing, or the description says what the
        problem is.

    Raises
    ------
    SamplesError
        If the table cannot be read.
    """
    table = open_table(entry, limits, reading, is_manifest=True)
    try:
        columns = find_columns(table, FileIndex(names, entry.name), reading)
    except InputError as error:
        return preview_table(table, [""] * len(table.columns), str(error))
    return preview_table(table, [columns.role_of(column) for column in table.columns])


def read_manifest(manifest: Entry, names: Sequence[str], reading: Reading, limits: Limits) -> Labelling:
    """Read the labels of files from a table.

    Parameters
    ----------
    manifest
        The table; paths in it are relative to its folder.
    names
        Names of the files that it can label.
    reading
        Which columns hold the labels and the groups, and what the labels are.
    limits
        Bounds on what the table may hold.

    Returns
    -------
    Labelling
        Rows that label no file are left out under the name ``labels.csv:LINE``.

    Raises
    ------
    UnknownNameError
        If the reading names a column that is not there.
    SamplesError
        If the table cannot be read or lacks the columns, or it is not clear what the labels are.
    """
    table = open_table(manifest, limits, reading, is_manifest=True)
    files = FileIndex(names, manifest.name)
    columns = find_columns(table, files, reading)
    row_of, left_out = _match_rows(_read_rows(table, columns), names, files, manifest.name)
    left_out += table.left_out
    notes = [*table.notes, *columns.notes]
    if not row_of:
        return Labelling({}, tuple(left_out), tuple(notes))
    labelled = [*row_of]
    cells = zip(*(row.labels for row in row_of.values()), strict=True)
    targets = read_targets(dict(zip(columns.labels, cells, strict=True)), reading)
    for index, reason in targets.left_out:
        line = row_of[labelled[index]].line
        left_out.append(LeftOut(labelled[index], f"{reason}: {manifest.name}, line {line}"))
    kept = [labelled[index] for index in targets.kept]
    groups = {} if columns.group is None else {name: row_of[name].group for name in kept}
    n_ungrouped = sum(not group for group in groups.values())
    if n_ungrouped:
        notes.append(f"Samples without a group, each a group of its own: {n_ungrouped}.")
    return Labelling(
        labels=dict(zip(kept, write_labels(targets), strict=True)),
        left_out=tuple(left_out),
        notes=(*notes, *targets.notes),
        groups={name: group or name for name, group in groups.items()},
        targets=targets,
        rows={name: row for row, name in enumerate(kept)},
    )


def _read_rows(table: InputTable, columns: ManifestColumns) -> list[ManifestRow]:
    """Read the columns that matter, of the rows that hold anything."""
    labels = zip(*(table.cells(column) for column in columns.labels), strict=True)
    groups = table.cells(columns.group) if columns.group else [""] * table.n_rows
    rows = [
        ManifestRow(line, file.strip(), tuple(map(str.strip, cells)), _clean(group))
        for line, file, cells, group in zip(
            table.lines, table.cells(columns.file), labels, groups, strict=True
        )
    ]
    return [row for row in rows if row.file or any(row.labels)]


def _clean(group: str) -> str:
    """Spell the name of a group in one way, however its accents are stored."""
    return unicodedata.normalize("NFC", group.strip())


def _match_rows(
    rows: Sequence[ManifestRow], names: Sequence[str], files: FileIndex, manifest: str
) -> tuple[dict[str, ManifestRow], list[LeftOut]]:
    """Find one row for each file, and report the other files and rows."""
    rows_of: dict[str, list[ManifestRow]] = defaultdict(list)
    left_out = []
    for row in rows:
        name = files.find(row.file)
        if name is not None:
            rows_of[name].append(row)
            continue
        problem = "no such file" if row.file else "no file name"
        left_out.append(LeftOut(f"{manifest}:{row.line}", f"{problem}: line {row.line} names {row.file!r}"))
    row_of = {}
    for name in names:
        if name not in rows_of:
            left_out.append(LeftOut(name, f"not in the manifest {manifest}"))
            continue
        chosen, problems = _choose_row(name, rows_of[name], manifest)
        left_out += problems
        if chosen is not None:
            row_of[name] = chosen
    return row_of, left_out


def _choose_row(
    name: str, rows: Sequence[ManifestRow], manifest: str
) -> tuple[ManifestRow | None, list[LeftOut]]:
    """Choose the row of a file that is listed once or several times, and report the others."""
    labelled = [row for row in rows if any(row.labels)]
    if not labelled:
        return None, [LeftOut(name, f"empty label: {manifest}, {_name_lines(rows)}")]
    labels = dict.fromkeys(row.labels for row in labelled)
    if len(labels) > 1:
        listed = ", ".join(repr(" ".join(cells)) for cells in labels)
        return None, [LeftOut(name, f"several labels: {listed} in {manifest}, {_name_lines(labelled)}")]
    repeated = [
        LeftOut(f"{manifest}:{row.line}", f"named once more: line {row.line} names {name!r}")
        for row in rows[1:]
    ]
    return labelled[0], repeated


def _name_lines(rows: Sequence[ManifestRow]) -> str:
    """``line 3``, ``lines 3 and 7``."""
    return f"line{'s' * (len(rows) > 1)} {' and '.join(str(row.line) for row in rows)}"
