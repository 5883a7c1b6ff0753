"""Labels of the files of a source: from tables beside them, or from their folders."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from ptmrank_core.data.files.labels import Labelling
from ptmrank_core.data.files.manifest import FileRows, match_files, read_labels
from ptmrank_core.data.files.manifests import Manifests, find_manifests
from ptmrank_core.data.labels.spelling import common_spellings
from ptmrank_core.data.layouts.folders import FolderLabels, label_by_folder, parts_by_folder
from ptmrank_core.data.layouts.levels import FOLDER_COLUMN
from ptmrank_core.data.layouts.part_column import find_part_column
from ptmrank_core.data.layouts.sample_tables import names_table, table_key
from ptmrank_core.data.layouts.taking import not_taken, take_parts
from ptmrank_core.data.sources.entries import Entry, common_root, suffix_of
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.errors import SamplesError, UnclearReadingError
from ptmrank_core.records import LeftOut, Reading

__all__ = ["FoundLabels", "find_labels", "label_entries", "listed_parts"]

LABELS_FEW = "labels only some of the files, which lie in class folders"
FEWEST = 2  # classes, and files of one


@dataclass(frozen=True, slots=True)
class FoundLabels:
    """Where the labels of files are, before any is read.

    Parameters
    ----------
    manifests
        The tables that label files; none where folders do.
    files
        Names of the files that can be samples.
    has_classes
        Whether folders give at least two classes.
    """

    manifests: Manifests
    files: tuple[str, ...]
    has_classes: bool


def find_labels(
    entries: Sequence[Entry], suffixes: Collection[str], reading: Reading, limits: Limits
) -> FoundLabels:
    """Find where the labels of files are.

    Parameters
    ----------
    entries
        The files of a source, hidden ones left out.
    suffixes
        Suffixes of what is to be labelled.
    reading
        The columns and parts that the user named.
    limits
        Bounds on what a table may hold.
    """
    names = [entry.name for entry in entries if suffix_of(entry.name) in suffixes]
    has_classes = _have_classes(names, suffixes)
    manifests = find_manifests(entries, reading, limits, has_classes=has_classes)
    tables = {manifest.name for manifest in (*manifests.tables, *manifests.partitions)}
    tables |= {one.name for one in manifests.left_out}
    files = tuple(entry.name for entry in entries if entry.name not in tables)
    return FoundLabels(manifests, files, has_classes)


def _have_classes(names: Sequence[str], suffixes: Collection[str]) -> bool:
    """Whether folders give at least two classes of two files, on whatever level."""
    try:
        labels = label_by_folder(names, suffixes, Reading()).labels
    except UnclearReadingError:
        return True
    except SamplesError:
        return False
    counts = Counter(label for label in labels.values() if label is not None)
    return sum(count >= FEWEST for count in counts.values()) >= FEWEST


def label_entries(
    entries: Sequence[Entry], suffixes: Collection[str], reading: Reading, limits: Limits
) -> Labelling:
    """Find the label of each file.

    Parameters
    ----------
    entries
        The files of a source, hidden ones left out.
    suffixes
        Suffixes of what is to be labelled.
    reading
        Which columns of a table hold what, what the labels are, which parts are taken.
    limits
        Bounds on what a table may hold.

    Returns
    -------
    Labelling
        Every file but the tables of labels is either in ``labels`` or in ``left_out``.

    Raises
    ------
    UnclearReadingError
        If either of two columns, tables or levels of folders may hold the labels.
    SamplesError
        If a table cannot be used, or there is none though its columns are asked for.
    """
    found = find_labels(entries, suffixes, reading, limits)
    names = {names_table(table_key(table.name), reading.parts) for table in found.manifests.tables}
    reading = replace(reading, parts=tuple(part for part in reading.parts if part not in names))
    if found.manifests.tables:
        rows = match_files(found.manifests.tables, found.files, reading, has_classes=found.has_classes)
        rows = _with_parts(rows, found, suffixes, reading)
        both = _beyond_folders(rows, found, suffixes, reading)
        if both is not None:
            labelling = _label_by_folder(both, suffixes, reading, listed_parts(found, reading))
        elif not rows.columns.labels:
            labelling = _label_with_table(rows, found, suffixes, reading)
        elif _labels_few(rows, found, suffixes) and not reading.label_columns:
            folders = label_by_folder(found.files, suffixes, reading)
            few = tuple(LeftOut(table.name, LABELS_FEW) for table in found.manifests.tables)
            folders = replace(folders, left_out=(*folders.left_out, *few))
            labelling = _label_by_folder(folders, suffixes, reading, listed_parts(found, reading))
        else:
            labelling = _read_from_table(rows, found, reading)
    else:
        _refuse_columns(reading)
        folders = label_by_folder(found.files, suffixes, reading)
        labelling = _label_by_folder(folders, suffixes, reading, listed_parts(found, reading))
    if labelling.targets is None and reading.join_classes:
        labelling = join_alike(labelling)
    notes = (*_name_partitions(found), *labelling.notes)
    return replace(labelling, left_out=(*labelling.left_out, *found.manifests.left_out), notes=notes)


def _name_partitions(found: FoundLabels) -> tuple[str, ...]:
    """Say which tables tell the parts of the data set."""
    names = ", ".join(manifest.name for manifest in found.manifests.partitions)
    return (f"The parts are read from {names}.",) if names else ()


def _labels_few(rows: FileRows, found: FoundLabels, suffixes: Collection[str]) -> bool:
    """Whether tables within class folders label no more than half of the files."""
    n_files = sum(suffix_of(name) in suffixes for name in found.files)
    tables = [table.name for table in found.manifests.tables]
    root = common_root([*found.files, *tables])  # folders around all of it do not matter
    at_top = any(posixpath.dirname(name) == root for name in tables)
    return found.has_classes and not at_top and 2 * len(rows.row_of) <= n_files


def _read_from_table(rows: FileRows, found: FoundLabels, reading: Reading) -> Labelling:
    """Read the labels from tables; where folders give classes too, say which of them count."""
    labelling = read_labels(rows, reading)
    if not found.has_classes:
        return labelling
    note = f"The labels are read from {rows.first.name}, not from the folders."
    return replace(labelling, notes=(note, *labelling.notes))


def _with_parts(rows: FileRows, found: FoundLabels, suffixes: Collection[str], reading: Reading) -> FileRows:
    """Give rows without a part that of a table of parts, or else of their file's folder."""
    if any(row.part for row in rows.row_of.values()):
        return rows
    parts = listed_parts(found, reading)
    if not parts:
        samples = [name for name in found.files if suffix_of(name) in suffixes]
        parts = parts_by_folder(samples or found.files, suffixes)
    row_of = {name: replace(row, part=parts.get(name, "")) for name, row in rows.row_of.items()}
    return replace(rows, row_of=row_of)


def listed_parts(found: FoundLabels, reading: Reading) -> dict[str, str]:
    """Return the part of each file by tables and lists of parts; empty where there are none.

    Parameters
    ----------
    found
        Where the labels are, with these tables. A file that none of them names is for training, where they
        name none that is.
    reading
        The columns that the user named.
    """
    parts: dict[str, str] = {}
    for manifest in found.manifests.partitions:
        column, of_row = find_part_column(manifest.table, reading) or ("", [])
        [files] = [name for name in manifest.table.columns if name != column]
        places = map(manifest.files.find, manifest.table.cells(files))
        parts |= {name: part for name, part in zip(places, of_row, strict=True) if name}
    if parts and "train" not in parts.values():
        parts = {name: parts.get(name, "train") for name in found.files}
    return parts


def _label_with_table(
    rows: FileRows, found: FoundLabels, suffixes: Collection[str], reading: Reading
) -> Labelling:
    """Label files by their folders; a table without labels gives groups, or nothing."""
    folders = label_by_folder(found.files, suffixes, replace(reading, group_column=""))
    labelling = _label_by_folder(folders, suffixes, reading, {n: row.part for n, row in rows.row_of.items()})
    if rows.columns.group is None:
        unused = [
            LeftOut(table.name, "has no column of labels or groups") for table in found.manifests.tables
        ]
        return replace(labelling, left_out=(*labelling.left_out, *unused))
    groups = {name: rows.row_of[name].group if name in rows.row_of else "" for name in labelling.labels}
    note = f"The classes are read from the folders: {rows.first.name} has no column of labels."
    return replace(
        labelling,
        groups={name: group or name for name, group in groups.items()},
        notes=(*rows.notes, note, *labelling.notes),
        columns=rows.columns.roles(rows.first.table),
    )


def _beyond_folders(
    rows: FileRows, found: FoundLabels, suffixes: Collection[str], reading: Reading
) -> FolderLabels | None:
    """Add the labels of a table to those of the folders: of the validation part of Tiny ImageNet, for one.

    ``None`` where the table labels files that lie in class folders, or has other classes than they.
    """
    if not found.has_classes or len(rows.columns.labels) != 1 or reading.label_columns:
        return None
    try:
        folders = label_by_folder(found.files, suffixes, reading)
    except SamplesError:
        return None
    classes = {*folders.labels.values()} - {None}
    own = {name: row.labels[0] for name, row in rows.row_of.items()}
    if not own or not {*own.values()} <= classes or any(folders.labels.get(name) for name in own):
        return None
    note = f"The classes are read from the folders, those of {len(own):,} other files from {rows.first.name}."
    return replace(
        folders,
        labels={**folders.labels, **own},
        parts=folders.parts and {**folders.parts, **{name: rows.row_of[name].part for name in own}},
        left_out=(
            *(one for one in folders.left_out if one.name not in own),
            *(one for one in rows.left_out if one.name not in found.files),  # rows that name no file
        ),
        notes=(note, *folders.notes),
    )


def _label_by_folder(
    found: FolderLabels, suffixes: Collection[str], reading: Reading, listed: Mapping[str, str]
) -> Labelling:
    """Label files by their folders, those of the parts that are taken; lists may tell the parts."""
    parts = {**(found.parts or listed)}
    sure = [name for name, label in found.labels.items() if label is not None and suffix_of(name) in suffixes]
    taken = take_parts((parts.get(name, "") for name in sure or found.labels), reading.parts)
    left_out = list(found.left_out)
    labels: dict[str, str | None] = {}
    for name, label in found.labels.items():
        if label is None or not taken.counts or parts.get(name, "") in taken.parts:
            labels[name] = label
        else:
            left_out.append(LeftOut(name, not_taken(parts.get(name, ""))))
    return Labelling(
        labels=labels,
        left_out=tuple(left_out),
        notes=(*taken.notes, *found.notes),
        groups={name: found.groups.get(name, name) for name in labels} if found.groups else {},
        parts=taken.counts,
        offers=found.offers,
    )


def join_alike(labelling: Labelling) -> Labelling:
    """Give classes that differ in case or blanks alone the most frequent of their names."""
    spellings = common_spellings(label for label in labelling.labels.values() if label is not None)
    labels = {
        name: label if label is None else spellings.get(label, label)
        for name, label in labelling.labels.items()
    }
    return replace(labelling, labels=labels)


def _refuse_columns(reading: Reading) -> None:
    """Refuse requests for columns or targets that need a table."""
    named = [reading.group_column] if reading.group_column not in {None, "", FOLDER_COLUMN} else []
    columns = [*reading.label_columns, *filter(None, [reading.file_column, *named])]
    if columns or reading.target_kind not in {None, "classification"}:
        wanted = f"columns {', '.join(map(repr, columns))}" if columns else f"a {reading.target_kind}"
        raise SamplesError(
            f"There is no table beside the files to read {wanted} from; folders give classes only.",
            hint="Put a table with a file column and these columns beside the files.",
        )
