"""Labels from a table: a ``.csv`` or ``.tsv`` file with a file column and one or several label columns."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ptmrank_core.data.files.manifest_rows import Row, normal, read_files, read_rows
from ptmrank_core.data.labels.targets import Targets, read_targets
from ptmrank_core.data.sources.entries import Entry, common_root, suffix_of
from ptmrank_core.data.tables.assemble import write_labels
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import LeftOut, Reading

__all__ = ["Labelling", "find_manifest", "names_a_file", "read_manifest"]

MANIFEST_SUFFIXES = frozenset({".csv", ".tsv"})


@dataclass(frozen=True, slots=True)
class Labelling:
    """Which file has which label.

    Parameters
    ----------
    labels
        Label by name of the entry; ``None`` for a file that no label is known for and that
        has yet to be looked at.
    left_out
        Entries without a usable label, and rows that label nothing.
    notes
        What was understood on the way, one sentence each.
    groups
        Whose each entry is, by its name; empty where that is not known.
    targets
        The labels as numbers; ``None`` where folders give classes.
    rows
        Row of ``targets`` by name of the entry.
    """

    labels: Mapping[str, str | None]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)
    targets: Targets | None = None
    rows: Mapping[str, int] = field(default_factory=dict)


def find_manifest(names: Sequence[str]) -> str | None:
    """Find the table of labels at the top of a source.

    Parameters
    ----------
    names
        Names of all files. A folder that wraps everything is looked through.

    Returns
    -------
    str or None
        Name of the manifest, if there is one.

    Raises
    ------
    SamplesError
        If two files could be it.
    """
    root = common_root(names)
    found = [
        name for name in names if posixpath.dirname(name) == root and suffix_of(name) in MANIFEST_SUFFIXES
    ]
    if len(found) > 1:
        raise SamplesError(
            f"Two tables could hold the labels: {' and '.join(map(repr, found))}; expected one.",
            hint="Keep one .csv or .tsv file beside the files.",
        )
    return found[0] if found else None


def _listed(lines: Sequence[int]) -> str:
    """``line 3``, ``lines 3 and 7``."""
    return f"line{'s' * (len(lines) > 1)} {' and '.join(map(str, lines))}"


def _settle(name: str, rows: Sequence[Row], manifest: str) -> tuple[Row | None, list[LeftOut]]:
    """Row whose label the rows of one file agree on, and what is to be said of the rows."""
    labelled = [row for row in rows if any(row.labels)]
    if not labelled:
        lines = _listed([row.line for row in rows])
        return None, [LeftOut(name, f"empty label: {manifest}, {lines}")]
    labels = dict.fromkeys(row.labels for row in labelled)
    if len(labels) > 1:
        lines = _listed([row.line for row in labelled])
        told = ", ".join(repr(" ".join(cells)) for cells in labels)
        return None, [LeftOut(name, f"several labels: {told} in {manifest}, {lines}")]
    repeated = [
        LeftOut(f"{manifest}:{row.line}", f"named once more: line {row.line} names {name!r}")
        for row in rows[1:]
    ]
    return labelled[0], repeated


def _find_entry(file: str, manifest: str, known: Mapping[str, str]) -> str | None:
    """Name of the entry that a row means: its path is relative to the manifest's folder."""
    path = posixpath.join(posixpath.dirname(manifest), file.replace("\\", "/"))
    return known.get(normal(posixpath.normpath(path))) if file else None


def _match_rows(
    rows: Sequence[Row], names: Sequence[str], manifest: str
) -> tuple[dict[str, Row], list[LeftOut]]:
    """One row for each file, and what is to be said of the other files and rows."""
    known = {normal(name): name for name in names}
    rows_of: dict[str, list[Row]] = defaultdict(list)
    left_out = []
    for row in rows:
        name = _find_entry(row.file, manifest, known)
        if name is not None:
            rows_of[name].append(row)
            continue
        said = "no such file" if row.file else "no file name"
        left_out.append(LeftOut(f"{manifest}:{row.line}", f"{said}: line {row.line} names {row.file!r}"))
    settled = {}
    for name in names:
        if name not in rows_of:
            left_out.append(LeftOut(name, f"not in the manifest {manifest}"))
            continue
        row_of_name, said_of_rows = _settle(name, rows_of[name], manifest)
        left_out += said_of_rows
        if row_of_name is not None:
            settled[name] = row_of_name
    return settled, left_out


def names_a_file(table: Entry, names: Sequence[str]) -> bool:
    """Whether a table names any of these files, which makes a manifest of it."""
    known = {normal(name): name for name in names}
    return any(_find_entry(file, table.name, known) for file in read_files(table))


def read_manifest(manifest: Entry, names: Sequence[str], reading: Reading) -> Labelling:
    """Read the labels of files from a table.

    Parameters
    ----------
    manifest
        The table; paths in it are relative to its folder.
    names
        Names of the files that it can label.
    reading
        Which columns hold the labels and the groups, and what the labels are.

    Returns
    -------
    Labelling
        Rows that label nothing are left out under the name ``labels.csv:LINE``.

    Raises
    ------
    SamplesError
        If it cannot be read, lacks the columns, or has labels of which it is not clear what they are.
    """
    rows, columns, notes = read_rows(manifest, reading)
    settled, left_out = _match_rows(rows, names, manifest.name)
    if not settled:
        return Labelling({}, tuple(left_out), tuple(notes))
    named = [*settled]
    cells = zip(*(row.labels for row in settled.values()), strict=True)
    targets = read_targets(dict(zip(columns.labels, cells, strict=True)), reading)
    for index, reason in targets.left_out:
        line = settled[named[index]].line
        left_out.append(LeftOut(named[index], f"{reason}: {manifest.name}, line {line}"))
    kept = [named[index] for index in targets.kept]
    groups = {} if columns.group is None else {name: settled[name].group for name in kept}
    ungrouped = sum(not group for group in groups.values())
    if ungrouped:
        notes.append(f"Samples without a group, each a group of its own: {ungrouped}.")
    return Labelling(
        labels=dict(zip(kept, write_labels(targets), strict=True)),
        left_out=tuple(left_out),
        notes=(*notes, *targets.notes),
        groups={name: group or name for name, group in groups.items()},
        targets=targets,
        rows={name: row for row, name in enumerate(kept)},
    )
