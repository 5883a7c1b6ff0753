"""Which column of a table beside files holds the files, the labels, the groups and the parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ptmrank_core.data.files.file_index import FileIndex
from ptmrank_core.data.files.manifest_labels import find_manifest_labels
from ptmrank_core.data.layouts.part_column import PART_COLUMN_REASON, find_part_column
from ptmrank_core.data.media.kinds import names_media
from ptmrank_core.data.tables.column_names import FILE_NAMES, LABEL_NAMES, find_named, order_by_name, plain
from ptmrank_core.data.tables.role_rules import find_group, list_columns, match_reading
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.errors import InputField, SamplesError, UnknownNameError
from ptmrank_core.records import ColumnRoles, Reading

__all__ = ["ManifestColumns", "find_columns", "find_file_column", "match_columns"]

LABEL_HINT = "Rename the columns, or remove the table and use one folder for each class."
NOT_USED = "not used"


@dataclass(frozen=True, slots=True)
class ManifestColumns:
    """What the columns of a table beside files hold.

    Parameters
    ----------
    file
        The column of paths.
    labels
        The label columns; empty where folders give the classes.
    group
        The column with the group of each file (speaker, patient, document); ``None`` where there is none.
    part
        The column that says which part of the data set each file belongs to.
    notes
        What was recognised by something else than the usual name, one sentence each.
    ignored
        Why other columns are not used.
    """

    file: str
    labels: tuple[str, ...]
    group: str | None
    part: str | None = None
    notes: tuple[str, ...] = ()
    ignored: Mapping[str, str] = field(default_factory=dict)

    def role_of(self, column: str) -> str:
        """Return ``"file"``, ``"label"``, ``"group"``, or nothing."""
        if column in self.labels:
            return "label"
        return {self.file: "file", self.group: "group"}.get(column, "")

    def roles(self, table: InputTable) -> ColumnRoles:
        """Return what each column of the table was used for."""
        used = {self.file, self.group, *self.labels}
        ignored = {
            column: PART_COLUMN_REASON if column == self.part else self.ignored.get(column, NOT_USED)
            for column in table.columns
            if column not in used
        }
        return ColumnRoles(label=self.labels, group=self.group, file=self.file, ignored=ignored)


def match_columns(table: InputTable, reading: Reading) -> Reading:
    """Spell the columns that the user named as the table does, the column of files too.

    Raises
    ------
    UnknownNameError
        If the table has no such column.
    """
    named = match_reading(table, replace(reading, text_columns=()))
    if reading.file_column is None:
        return named
    alike = [column for column in table.columns if plain(column) == plain(reading.file_column)]
    file = reading.file_column if reading.file_column in table.columns else next(iter(alike), None)
    if file is None:
        raise UnknownNameError("column", reading.file_column, table.columns, fields=[InputField.FILE_COLUMN])
    return replace(named, file_column=file)


def find_file_column(table: InputTable, files: FileIndex, named: str | None = None) -> str | None:
    """Find the column of a table that names files of the source.

    Parameters
    ----------
    table
        The table.
    files
        The files beside it.
    named
        The column that the user named.

    Returns
    -------
    str or None
        The first column with a usual name for files that mostly names files, or names any; else the one of
        any other name whose cells name most files; ``None`` where no column does, so that the table is about
        something else.
    """
    if named is not None:
        return named
    usual = order_by_name(table.columns, FILE_NAMES)
    found = {column: _names_files(table.cells(column), files) for column in usual}
    best = next((column for column, share in found.items() if share > 0.5), None)
    if best is not None:
        return best
    whole_names = (column for column, share in found.items() if share and names_media(table.cells(column)))
    others = {
        column: _names_files(table.cells(column), files, distinct=True)
        for column in table.columns
        if column not in usual and not find_named([column], LABEL_NAMES)
    }
    best = max(others, key=lambda column: others[column], default=None)
    if best is not None and others[best] > 0.5:
        return best
    return next(whole_names, next((column for column, share in found.items() if share), None))


def _names_files(cells: Sequence[str], files: FileIndex, *, distinct: bool = False) -> float:
    """Return the share of cells that name files; numbers that recur are no names."""
    counts = Counter(cell.strip() for cell in cells)
    counts.pop("", None)
    if not counts or (distinct and 2 * len(counts) <= len(cells) and not names_media([*counts])):
        return 0.0
    n_named = sum(count for cell, count in counts.items() if files.locate(cell) is not None)
    return n_named / sum(counts.values())


def find_columns(
    table: InputTable, files: FileIndex, reading: Reading, *, has_classes: bool = False
) -> ManifestColumns:
    """Find the columns that matter: those that the user named, or those with a usual name.

    Parameters
    ----------
    table
        The table.
    files
        The files that it may list.
    reading
        Which columns hold what, where the user said so.
    has_classes
        Whether folders give the classes where no column has the name of a label.

    Raises
    ------
    UnknownNameError
        If the reading names a column that is not there.
    UnclearReadingError
        If several columns could hold the labels.
    SamplesError
        If there is no column of files, or none that could hold the labels.
    """
    reading = match_columns(table, reading)
    usual = order_by_name(table.columns, FILE_NAMES)
    file = find_file_column(table, files, reading.file_column) or next(iter(usual), None)
    if file is None:
        raise SamplesError(
            f"{table.name!r} has the columns {list_columns(table.columns)}; expected a file column "
            f"({', '.join(FILE_NAMES[:5])}, ...) and a label column ({', '.join(LABEL_NAMES[0][:5])}, ...).",
            hint=LABEL_HINT,
            fields=[InputField.FILE_COLUMN, InputField.LABEL_COLUMNS],
        )
    parts = find_part_column(table, replace(reading, file_column=file))
    part = parts[0] if parts is not None else None
    taken = {file, part, reading.group_column, *reading.ignored_columns}
    rest = [column for column in table.columns if column not in taken]
    choice = find_manifest_labels(table, rest, reading, has_classes=has_classes, hint=LABEL_HINT)
    group = find_group(table, reading, [column for column in rest if column not in choice.columns])
    notes = []
    if file not in usual and reading.file_column is None:
        notes.append(f"The names of the files are read from column {file!r} of {table.name}.")
    notes += choice.notes
    if group is not None and reading.group_column is None:
        notes.append(f"The groups are read from column {group!r} of {table.name}.")
    return ManifestColumns(file, choice.columns, group, part, tuple(notes), choice.ignored)
