"""Labels from tables beside the files, each with a column of paths and one or several of labels."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ptmrank_core.data.files.labels import Labelling
from ptmrank_core.data.files.manifest_columns import ManifestColumns, find_columns, find_file_column
from ptmrank_core.data.files.manifest_rows import ManifestRow, match_rows
from ptmrank_core.data.files.manifests import Manifest
from ptmrank_core.data.labels.targets import read_targets
from ptmrank_core.data.layouts.part_column import find_part_column
from ptmrank_core.data.layouts.taking import not_taken, take_parts
from ptmrank_core.data.tables import TableDescription
from ptmrank_core.data.tables.assemble import write_labels
from ptmrank_core.data.tables.preview import preview_table
from ptmrank_core.errors import InputError
from ptmrank_core.records import LeftOut, Reading

__all__ = ["FileRows", "describe_manifest", "match_files", "read_labels"]

SHOWN = 3


@dataclass(frozen=True, slots=True)
class FileRows:
    """The row of each file, from all tables beside the files.

    Parameters
    ----------
    columns
        What the columns of the first table hold.
    first
        The first table.
    row_of
        The row of each file, by its name.
    left_out
        Rows that name no file, and files that no row names or that several rows label differently.
    notes
        How the tables were read.
    """

    columns: ManifestColumns
    first: Manifest
    row_of: Mapping[str, ManifestRow]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]


def describe_manifest(manifest: Manifest, reading: Reading, *, has_classes: bool) -> TableDescription:
    """Describe a table beside files without reading the files.

    Parameters
    ----------
    manifest
        The table.
    reading
        Which columns hold what, where the user said so.
    has_classes
        Whether folders give the classes where the table does not.

    Returns
    -------
    TableDescription
        Each column is ``"file"``, ``"label"``, ``"group"`` or nothing, or the description says what the
        problem is.
    """
    table = manifest.table
    try:
        columns = find_columns(table, manifest.files, reading, has_classes=has_classes)
    except InputError as error:
        return preview_table(table, [""] * len(table.columns), str(error))
    return preview_table(table, [columns.role_of(column) for column in table.columns])


def match_files(
    manifests: Sequence[Manifest], names: Sequence[str], reading: Reading, *, has_classes: bool
) -> FileRows:
    """Find the row of each file.

    Parameters
    ----------
    manifests
        The tables, at least one.
    names
        Names of the files.
    reading
        Which columns hold the files, the labels and the groups.
    has_classes
        Whether folders give the classes where the tables do not.

    Raises
    ------
    UnknownNameError
        If the reading names a column that is not there.
    UnclearReadingError, SamplesError
        If a table lacks the columns, or it is not clear which they are.
    """
    first = _first(manifests)
    columns = find_columns(first.table, first.files, reading, has_classes=has_classes)
    rows: list[tuple[Manifest, ManifestRow]] = []
    left_out: list[LeftOut] = []
    notes = [*first.table.notes, *columns.notes]
    for manifest in manifests:
        own = _own_columns(manifest, columns, first, left_out)
        if own is not None:
            rows += [(manifest, row) for row in _read_rows(manifest, own, reading)]
        left_out += manifest.table.left_out
    if len(manifests) > 1:
        listed = ", ".join(manifest.name for manifest in manifests[:SHOWN])
        notes.append(f"{len(manifests):,} tables are read: {listed}{' ...' * (len(manifests) > SHOWN)}.")
    row_of, unmatched = match_rows(rows, names, _name_tables(manifests))
    return FileRows(columns, first, row_of, (*left_out, *unmatched), tuple(notes))


def _first(manifests: Sequence[Manifest]) -> Manifest:
    """Choose the table whose columns say what those of all tables hold: that of training, or the widest."""
    training = [manifest for manifest in manifests if manifest.part == "train"]
    return training[0] if training else max(manifests, key=lambda manifest: len(manifest.table.columns))


def _name_tables(manifests: Sequence[Manifest]) -> str:
    """Write ``the manifest labels.csv``, or ``any of 3 manifests``."""
    one = f"the manifest {manifests[0].name}"
    return one if len(manifests) == 1 else f"any of {len(manifests):,} manifests"


def _own_columns(
    manifest: Manifest, columns: ManifestColumns, first: Manifest, left_out: list[LeftOut]
) -> ManifestColumns | None:
    """Find the same columns in another table; ``None`` where it has no labels, which is left out."""
    there = manifest.table.columns
    missing = [label for label in columns.labels if label not in there]
    if missing:
        left_out.append(
            LeftOut(manifest.name, f"no label: it has no column {missing[0]!r}, as {first.name} has")
        )
        return None
    file = columns.file if columns.file in there else find_file_column(manifest.table, manifest.files)
    if file is None:
        left_out.append(LeftOut(manifest.name, f"no column {columns.file!r}, as {first.name} has"))
        return None
    group = columns.group if columns.group in there else None
    return replace(columns, file=file, group=group, part=columns.part if columns.part in there else None)


def _read_rows(manifest: Manifest, columns: ManifestColumns, reading: Reading) -> list[ManifestRow]:
    """Read the columns that matter, of the rows that hold anything."""
    table = manifest.table
    labels = [table.cells(column) for column in columns.labels]
    groups = table.cells(columns.group) if columns.group else [""] * table.n_rows
    found = find_part_column(table, replace(reading, file_column=columns.file)) if columns.part else None
    parts = found[1] if found is not None else [manifest.part] * table.n_rows
    files = table.cells(columns.file)
    rows = [
        ManifestRow(
            table=table.name,
            line=line,
            file=files[i].strip(),
            labels=tuple(cells[i].strip() for cells in labels),
            group=unicodedata.normalize("NFC", groups[i].strip()),
            part=parts[i],
        )
        for i, line in enumerate(table.lines)
    ]
    return [row for row in rows if row.file or any(row.labels)]


def read_labels(found: FileRows, reading: Reading) -> Labelling:
    """Read the labels of files from their rows, of the parts that are taken.

    Parameters
    ----------
    found
        The row of each file.
    reading
        What the labels are, and which parts are taken.

    Returns
    -------
    Labelling
        Rows that label no file are left out under the name ``labels.csv:LINE``.

    Raises
    ------
    SamplesError
        If it is not clear what the labels are.
    """
    left_out, notes = list(found.left_out), list(found.notes)
    columns = found.columns.roles(found.first.table)
    if not found.row_of:
        return Labelling({}, tuple(left_out), tuple(notes), columns=columns)
    taken = take_parts((row.part for row in found.row_of.values()), reading.parts)
    row_of = {}
    for name, row in found.row_of.items():
        if not taken.counts or row.part in taken.parts:
            row_of[name] = row
        else:
            left_out.append(LeftOut(name, not_taken(row.part) if row.part else "no part"))
    labelled = [*row_of]
    cells = zip(*(row.labels for row in row_of.values()), strict=True)
    targets = read_targets(dict(zip(found.columns.labels, cells, strict=True)), reading)
    for index, reason in targets.left_out:
        row = row_of[labelled[index]]
        left_out.append(LeftOut(labelled[index], f"{reason}: {row.table}, line {row.line}"))
    kept = [labelled[index] for index in targets.kept]
    groups = {} if found.columns.group is None else {name: row_of[name].group for name in kept}
    n_ungrouped = sum(not group for group in groups.values())
    if n_ungrouped:
        notes.append(f"Samples without a group, each a group of its own: {n_ungrouped}.")
    return Labelling(
        labels=dict(zip(kept, write_labels(targets), strict=True)),
        left_out=tuple(left_out),
        notes=(*notes, *taken.notes, *targets.notes),
        groups={name: group or name for name, group in groups.items()},
        targets=targets,
        rows={name: row for row, name in enumerate(kept)},
        parts=taken.counts,
        columns=columns,
    )
