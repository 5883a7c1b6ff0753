"""Which column of a manifest holds the files, the labels and the groups."""

from __future__ import annotations

import posixpath
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from ptmrank_core.data.tables.column_names import FILE_NAMES, LABEL_NAMES, find_named, order_by_name
from ptmrank_core.data.tables.role_rules import find_group, list_columns, match_reading, unclear_column
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.errors import InputField, SamplesError
from ptmrank_core.records import Reading

__all__ = ["FileIndex", "ManifestColumns", "find_columns", "find_file_column"]

LABEL_HINT = "Rename the columns, or remove the table and use one folder for each class."


class FileIndex:
    """The files of a source, found by the paths that a manifest gives.

    Parameters
    ----------
    names
        Names of the files.
    manifest
        Name of the manifest; paths in it are relative to its folder.
    """

    def __init__(self, names: Sequence[str], manifest: str) -> None:
        self._folder = posixpath.dirname(manifest)
        self._names = {_normalise(name): name for name in names}

    def find(self, path: str) -> str | None:
        """Return the name of the file that a path of the manifest leads to, if there is one."""
        if not path:
            return None
        joined = posixpath.join(self._folder, path.replace("\\", "/"))
        return self._names.get(_normalise(posixpath.normpath(joined)))


def _normalise(path: str) -> str:
    """Spell a path as paths are compared: macOS stores letters and their accents separately."""
    return unicodedata.normalize("NFC", path)


@dataclass(frozen=True, slots=True)
class ManifestColumns:
    """What the columns of a manifest hold.

    Parameters
    ----------
    file
        The column of paths.
    labels
        The label columns.
    group
        The column with the group of each file (speaker, patient, document); ``None`` where there is none.
    notes
        What was recognised by something else than the usual name, one sentence each.
    """

    file: str
    labels: tuple[str, ...]
    group: str | None
    notes: tuple[str, ...] = ()

    def role_of(self, column: str) -> str:
        """Return ``"file"``, ``"label"``, ``"group"``, or nothing."""
        if column in self.labels:
            return "label"
        return {self.file: "file", self.group: "group"}.get(column, "")


def find_file_column(table: InputTable, files: FileIndex) -> str | None:
    """Find the column of a table that names files of the source.

    Parameters
    ----------
    table
        The table.
    files
        The files beside it.

    Returns
    -------
    str or None
        The first column with a usual name for files that names any; else the first of any other name whose
        cells mostly name files; ``None`` where no column does, so that the table is no manifest.
    """
    named = order_by_name(table.columns, FILE_NAMES)
    for column in named:
        if any(files.find(cell.strip()) for cell in table.cells(column)):
            return column
    others = (column for column in table.words if column not in named)
    return next((column for column in others if _mostly_names_files(table.words[column], files)), None)


def _mostly_names_files(cells: Sequence[str], files: FileIndex) -> bool:
    n_named = sum(files.find(cell.strip()) is not None for cell in cells)
    return 2 * n_named > len(cells)


def find_columns(table: InputTable, files: FileIndex, reading: Reading) -> ManifestColumns:
    """Find the columns that matter: those that the user named, or those with a usual name.

    Parameters
    ----------
    table
        The manifest.
    files
        The files that it may list.
    reading
        Which columns hold the labels and the groups, where the user said so.

    Raises
    ------
    UnknownNameError
        If the reading names a column that is not there.
    SamplesError
        If there is no column of files, or it is not clear which column holds the labels.
    """
    reading = match_reading(
        table, Reading(label_columns=reading.label_columns, group_column=reading.group_column)
    )
    named = order_by_name(table.columns, FILE_NAMES)
    file = find_file_column(table, files) or next(iter(named), None)
    if file is None:
        raise SamplesError(
            f"{table.name!r} has the columns {list_columns(table.columns)}; expected a file column "
            f"({', '.join(FILE_NAMES[:5])}, ...) and a label column ({', '.join(LABEL_NAMES[0][:5])}, ...).",
            hint=LABEL_HINT,
            fields=[InputField.LABEL_COLUMNS],
        )
    rest = [column for column in table.columns if column not in {file, reading.group_column}]
    labels = reading.label_columns or find_named(rest, LABEL_NAMES)
    if not labels or (len(labels) > 1 and not reading.label_columns):
        raise unclear_column(table, "label", labels, InputField.LABEL_COLUMNS, hint=LABEL_HINT)
    group = find_group(table, reading, [column for column in rest if column not in labels])
    notes = []
    if file not in named:
        notes.append(f"The names of the files are read from column {file!r} of {table.name}.")
    if not reading.label_columns and not find_named(labels, LABEL_NAMES[:1]):
        notes.append(f"The labels are read from column {labels[0]!r} of {table.name}.")
    if group is not None and reading.group_column is None:
        notes.append(f"The groups are read from column {group!r} of {table.name}.")
    return ManifestColumns(file, labels, group, tuple(notes))
