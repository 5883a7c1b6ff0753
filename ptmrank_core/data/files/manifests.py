"""The tables beside files that label them: which of the tables of a source they are."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ptmrank_core.data.files.file_index import FileIndex
from ptmrank_core.data.files.manifest_columns import find_file_column
from ptmrank_core.data.files.text_lists import open_lists
from ptmrank_core.data.layouts.part_column import find_part_column
from ptmrank_core.data.layouts.sample_tables import SUBMISSION_REASON, is_submission, names_table, table_key
from ptmrank_core.data.layouts.taking import part_of_path
from ptmrank_core.data.media.kinds import names_media
from ptmrank_core.data.parts import are_parts
from ptmrank_core.data.sources.entries import Entry, common_root, suffix_of
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.column_names import FILE_NAMES, LABEL_NAMES, find_named, order_by_name, plain
from ptmrank_core.data.tables.reading import DELIMITED_SUFFIXES, TABLE_SUFFIXES, open_table
from ptmrank_core.data.tables.role_rules import list_columns
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.errors import InputField, ReadingOption, SamplesError, UnclearReadingError
from ptmrank_core.records import LeftOut, Reading

__all__ = ["Manifest", "Manifests", "find_manifests", "lists_files"]

MANIFEST_SUFFIXES = TABLE_SUFFIXES - {".txt", ".conll"}
MOST_TABLES = 200
NOT_OF_A_PART = "beside the tables of the parts of the data set"
NO_LABELS_THERE = "beside the table that labels the files"
NAMES_NO_FILE = "names none of the files"


@dataclass(frozen=True, slots=True)
class Manifest:
    """An open table that labels files.

    Parameters
    ----------
    table
        The table.
    files
        The files that it may name.
    part
        The part of the data set that it is about; empty for none.
    """

    table: InputTable
    files: FileIndex
    part: str

    @property
    def name(self) -> str:
        """Name of its file."""
        return self.table.name


@dataclass(frozen=True, slots=True)
class Manifests:
    """The tables that label the files, and tables that do not.

    Parameters
    ----------
    tables
        Those that label files.
    left_out
        Tables about something else, and why.
    partitions
        Tables that only say which part of the data set each file belongs to.
    """

    tables: tuple[Manifest, ...]
    left_out: tuple[LeftOut, ...] = ()
    partitions: tuple[Manifest, ...] = ()


def lists_files(entry: Entry, names: Sequence[str], reading: Reading, limits: Limits) -> bool:
    """Whether a table names files, and so is about them rather than a table of samples.

    Parameters
    ----------
    entry
        The table.
    names
        Names of the other files of the source.
    reading
        The column of files, where the user named it.
    limits
        Bounds on what the table may hold.
    """
    if not names and reading.file_column is None:  # nothing that it could list
        return False
    try:
        table = open_table(entry, limits, reading, is_manifest=True)
    except UnclearReadingError:
        raise
    except SamplesError:  # reported by whoever reads the table for good
        return False
    if table.media:  # it holds the files itself
        return False
    manifest = Manifest(table, FileIndex(names, entry.name), "")
    if names and _lists(manifest, reading):
        return True
    # Names of pictures or texts that are not there are no samples either.
    usual = order_by_name(table.columns, FILE_NAMES)
    return bool(names) and any(names_media(table.cells(column)) for column in usual)


def find_manifests(
    entries: Sequence[Entry], reading: Reading, limits: Limits, *, has_classes: bool
) -> Manifests:
    """Find the tables of labels of a source.

    Parameters
    ----------
    entries
        All files.
    reading
        The column of files and the parts, where the user named them.
    limits
        Bounds on what a table may hold.
    has_classes
        Whether folders give at least two classes, so that a table about something else is no error.

    Returns
    -------
    Manifests
        Tables at any depth that name files of the source: one, one for each part, or several that label
        different files. A single ``.csv`` or ``.tsv`` table at the top counts even where it names none.

    Raises
    ------
    UnclearReadingError
        If several tables label the same files.
    SamplesError
        If it is not clear which of several tables is meant.
    """
    tables = [entry for entry in entries if suffix_of(entry.name) in MANIFEST_SUFFIXES]
    root = common_root(entry.name for entry in entries)
    top = {entry.name for entry in tables if posixpath.dirname(entry.name) == root}
    if len(tables) > MOST_TABLES:  # a file of annotations beside each picture
        tables = [entry for entry in tables if entry.name in top]
    submissions = [entry for entry in tables if is_submission(entry.name)]
    left_out = [LeftOut(entry.name, SUBMISSION_REASON) for entry in submissions]
    is_table = {entry.name for entry in tables}
    names = [entry.name for entry in entries if entry.name not in is_table]
    opened, broken = _open([entry for entry in tables if entry not in submissions], names, reading, limits)
    lists = [
        _manifest(table, [n for n in names if n != table.name])
        for table in open_lists(entries, names, reading, limits)
    ]
    parts_only = [manifest for manifest in lists if _is_partition(manifest, reading)]
    opened += [manifest for manifest in lists if manifest not in parts_only]
    listing = [manifest for manifest in opened if _lists(manifest, reading)]
    rest = [manifest for manifest in opened if manifest not in listing]
    if listing:
        left_out += [LeftOut(manifest.name, NAMES_NO_FILE) for manifest in rest if manifest.name in top]
        partitions = [manifest for manifest in listing if _is_partition(manifest, reading)]
        about_labels = [manifest for manifest in listing if manifest not in partitions]
        kept = _choose(about_labels or listing, reading, left_out)
        partitions = [*(partitions if about_labels else ()), *parts_only]
        return Manifests(tuple(kept), tuple(left_out), tuple(partitions))
    found = _without_listing(rest, broken, top, left_out, has_classes=has_classes)
    return replace(found, partitions=tuple(parts_only))


def _open(
    entries: Sequence[Entry], names: Sequence[str], reading: Reading, limits: Limits
) -> tuple[list[Manifest], dict[str, SamplesError]]:
    """Open tables; with the error of each that cannot be read."""
    opened, broken = [], {}
    for entry in entries:
        try:
            table = open_table(entry, limits, reading, is_manifest=True)
        except UnclearReadingError:
            raise
        except SamplesError as error:
            broken[entry.name] = error
            continue
        opened.append(_manifest(table, names))
    return opened, broken


def _manifest(table: InputTable, names: Sequence[str]) -> Manifest:
    part = part_of_path(table.name) or ""
    return Manifest(table, FileIndex(names, table.name, part or None), part)


def _lists(manifest: Manifest, reading: Reading) -> bool:
    """Whether a table names files of the source."""
    columns = map(plain, manifest.table.columns)
    named = reading.file_column if reading.file_column and plain(reading.file_column) in columns else None
    return find_file_column(manifest.table, manifest.files, named) is not None


def _is_partition(manifest: Manifest, reading: Reading) -> bool:
    """Whether a table has a column of files and one of parts, and nothing else."""
    return len(manifest.table.columns) == 2 and find_part_column(manifest.table, reading) is not None


def _without_listing(
    tables: Sequence[Manifest],
    broken: dict[str, SamplesError],
    top: Collection[str],
    left_out: list[LeftOut],
    *,
    has_classes: bool,
) -> Manifests:
    """Take the only table at the top though it names no file; reading it says what is wrong."""
    candidates = {manifest.name: manifest for manifest in tables if manifest.name in top}
    delimited = sorted(
        name for name in (*candidates, *broken) if name in top and suffix_of(name) in DELIMITED_SUFFIXES
    )
    about_files = [
        name
        for name in delimited
        if name in broken or order_by_name(candidates[name].table.columns, FILE_NAMES)
    ]
    if has_classes and not about_files:
        return Manifests((), (*left_out, *(LeftOut(name, NAMES_NO_FILE) for name in delimited)))
    if len(delimited) > 1:
        raise SamplesError(
            f"Several tables could hold the labels: {' and '.join(map(repr, delimited))}; expected one.",
            hint="Keep one table beside the files.",
        )
    if delimited and delimited[0] in broken:
        raise broken[delimited[0]]
    return Manifests(tuple(candidates[name] for name in delimited), tuple(left_out))


def _choose(tables: Sequence[Manifest], reading: Reading, left_out: list[LeftOut]) -> list[Manifest]:
    """Choose among tables that name files."""
    named = [m for m in tables if names_table(table_key(m.name), reading.parts)]
    if named:
        return _keep(tables, named, NO_LABELS_THERE, left_out)
    kept = list(tables)
    parted = [manifest for manifest in kept if manifest.part]
    if any(manifest.part == "train" for manifest in parted) and len(parted) < len(kept):
        kept = _keep(kept, parted, NOT_OF_A_PART, left_out)
    labelled = [manifest for manifest in kept if find_named(manifest.table.columns, LABEL_NAMES)]
    if labelled and _name_many(labelled, kept) and not all(manifest.part for manifest in kept):
        kept = _keep(kept, labelled, NO_LABELS_THERE, left_out)
    if len(kept) > 1 and _overlap(kept):
        raise _question(kept)
    return kept


def _name_many(labelled: Sequence[Manifest], tables: Sequence[Manifest]) -> bool:
    """Whether tables with a column of labels are no shorter than half of the longest one."""
    longest = max(manifest.table.n_rows for manifest in tables)
    return 2 * max(manifest.table.n_rows for manifest in labelled) >= longest


def _keep(
    tables: Sequence[Manifest], kept: Sequence[Manifest], reason: str, left_out: list[LeftOut]
) -> list[Manifest]:
    left_out += [LeftOut(manifest.name, reason) for manifest in tables if manifest not in kept]
    return list(kept)


def _overlap(tables: Sequence[Manifest]) -> bool:
    """Whether several tables are about the same files, and are no parts of one data set."""
    if are_parts([manifest.part for manifest in tables]) and len({m.part for m in tables}) == len(tables):
        return False
    counts: Counter[str] = Counter()
    for manifest in tables:
        column = find_file_column(manifest.table, manifest.files)
        cells = manifest.table.cells(column) if column is not None else ()
        counts.update({name for cell in set(cells) if (name := manifest.files.find(cell))})
    return any(count > 1 for count in counts.values())


def _question(tables: Sequence[Manifest]) -> UnclearReadingError:
    """Ask which of several tables labels the files."""
    keys = [table_key(manifest.name) for manifest in tables]
    short = [posixpath.basename(key) for key in keys]
    options = [
        ReadingOption(
            f"The labels are in {manifest.name}: {manifest.table.n_rows:,} rows with the columns "
            f"{list_columns(manifest.table.columns)}.",
            {"parts": (short[i] if short.count(short[i]) == 1 else keys[i],)},
        )
        for i, manifest in enumerate(tables)
    ]
    return UnclearReadingError(
        f"Several tables could hold the labels: {' and '.join(map(repr, sorted(m.name for m in tables)))}; "
        "expected one.",
        options,
        hint="Keep one table beside the files.",
        fields=[InputField.PARTS],
    )
