"""Columns in memory -> Samples: which of them holds the samples, the labels and the groups."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.layouts.part_column import PART_COLUMN_REASON
from ptmrank_core.data.layouts.rows import RowsTaken, take_part_rows
from ptmrank_core.data.layouts.sample_tables import OpenTables
from ptmrank_core.data.objects.cells import has_cells, table_of_columns
from ptmrank_core.data.objects.gathering import LabelledValues, finish, samples_of_values
from ptmrank_core.data.objects.media_columns import PLURALS, find_media_column
from ptmrank_core.data.objects.options import ObjectReading
from ptmrank_core.data.objects.targets import settle_reading
from ptmrank_core.data.objects.values import Values, as_array, is_missing_value, modality_of
from ptmrank_core.data.quality import group_column_warning
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.column_roles import Roles, find_roles
from ptmrank_core.data.tables.load import table_samples
from ptmrank_core.data.tables.nested import expand_objects
from ptmrank_core.data.tables.role_rules import list_columns
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.data.tables.vectors import expand_vectors
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import Modality, Reading, Samples

__all__ = ["Columns", "samples_of_columns"]

NOT_THE_SAMPLES = "is not the column that holds the samples"
LOOKED_AT = 20
"""Values of a column that tell what it holds."""


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Columns in memory.

    Parameters
    ----------
    name
        What messages call them: ``"frame"``, ``"dataset"``.
    values
        Each column, of one length.
    media
        Columns whose type says that they hold pictures, recordings or videos.
    classes
        Columns whose type says that they hold classes.
    notes
        How they were found, one sentence each.
    label
        The label column, where it is known.
    parts
        Number of rows in each part, where the parts that are wanted have been chosen already.
    """

    name: str
    values: Mapping[str, Values]
    media: Mapping[str, Modality]
    classes: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    parts: Mapping[str, int] = field(default_factory=dict)


def samples_of_columns(columns: Columns, wanted: ObjectReading, limits: Limits) -> Samples:
    """Find the roles of columns in memory and make samples of their rows.

    Pictures, recordings and arrays are recognised by their type, paths and all other columns by the same
    names and rules as the columns of a file.

    Parameters
    ----------
    columns
        The columns.
    wanted
        What the user said about them.
    limits
        Bounds on what is read.

    Raises
    ------
    UnknownNameError
        If a column was named that is not there.
    SamplesError
        If several columns could have a role, or none, or too few samples are left.
    """
    if columns.label and not wanted.reading.label_columns:
        wanted = replace(wanted, reading=replace(wanted.reading, label_columns=columns.label))
    if wanted.modality is None and wanted.reading.text_columns:
        wanted = wanted.of("text")
    media = {name: modality for name, modality in _objects(columns, wanted, limits).items() if modality}
    plain = {name: values for name, values in columns.values.items() if name not in media}
    chosen = find_media_column(columns.name, plain, media, wanted)
    other = [name for name, values in plain.items() if not has_cells(values)]
    if other:
        plain = {name: values for name, values in plain.items() if name not in other}
        note = f"Not read: {list_columns(other)}, which hold neither texts nor numbers."
        columns = replace(columns, notes=(*columns.notes, note))
    if chosen is None:
        if not plain:
            raise SamplesError(f"No column of {columns.name!r} can be read: it has {list_columns(other)}.")
        return _of_table(columns, plain, wanted, limits)
    column, modality = chosen
    columns = replace(columns, media={name: kind for name, kind in media.items() if name != column})
    return _of_media(columns, column, plain, wanted.of(modality), limits)


def _objects(columns: Columns, wanted: ObjectReading, limits: Limits) -> dict[str, Modality]:
    """Recognise the columns of pictures, recordings and videos by their type, and by their first values."""
    found = dict(columns.media)
    for name, values in columns.values.items():
        if name in found or _is_plain(values):
            continue
        there = (value for value in values if not is_missing_value(value))
        first = list(itertools.islice(there, LOOKED_AT))
        if not first or isinstance(first[0], str):
            continue
        modalities = {_modality_of(value, wanted, limits) for value in first}
        modality = modalities.pop() if len(modalities) == 1 else None
        if modality is not None and modality in PLURALS:
            found[name] = modality
    return found


def _is_plain(values: Values) -> bool:
    """Whether a column is an array of numbers."""
    return isinstance(values, np.ndarray) and values.dtype.kind in "biuf"


def _modality_of(value: Any, wanted: ObjectReading, limits: Limits) -> Modality | None:
    """Recognise a value; an array is what the user says that the samples are."""
    is_array = isinstance(value, np.ndarray) or hasattr(value, "detach")
    if is_array and wanted.modality in {"image", "audio"} and np.ndim(value):
        return wanted.modality
    return modality_of(value, wanted.sampling_rate, limits)


def _unfolded(values: Mapping[str, Values]) -> dict[str, Values]:
    """Replace a column of vectors of one length by a column for each of their numbers."""
    flat: dict[str, Values] = {}
    for name, column in values.items():
        vectors = None if _is_plain(column) else _vectors(column)
        if vectors is None:
            flat[name] = column
        else:
            flat |= {f"{name}_{i}": np.ascontiguousarray(vectors[:, i]) for i in range(vectors.shape[1])}
    return flat


def _vectors(column: Values) -> NDArray[Any] | None:
    """Stack a column of vectors; ``None`` where it holds anything else, such as lists of labels."""
    if not len(column) or isinstance(column[0], str) or is_missing_value(column[0]):
        return None
    arrays = [as_array(value) for value in column]
    shapes = {None if array is None else array.shape for array in arrays}
    shape = shapes.pop() if len(shapes) == 1 else None
    if shape is None or len(shape) != 1 or shape[0] < 2:
        return None
    stacked = np.stack([array for array in arrays if array is not None])
    return stacked if stacked.dtype.kind == "f" else None


def _of_table(
    columns: Columns, plain: Mapping[str, Values], wanted: ObjectReading, limits: Limits
) -> Samples:
    """Make samples of texts or of rows of numbers, as of a file."""
    taken = _take_parts(columns, _unfolded(plain), wanted)
    roles = find_roles(taken.table, wanted.reading)
    if _hold_objects(taken.table, [*roles.text, *roles.labels]):
        taken = replace(taken, table=expand_objects(taken.table))
        roles = find_roles(taken.table, wanted.reading)
    reading = _settle_kind(columns, wanted, taken.table, roles)
    samples = table_samples(columns.name, taken.table, reading, limits)
    return finish(_with_parts(samples, taken), wanted)


def _hold_objects(table: InputTable, columns: Sequence[str]) -> bool:
    """Whether one of some columns holds dictionaries, whose fields are meant."""
    return any(table.cells(column, 1)[0].startswith('{"') for column in columns)


def _take_parts(columns: Columns, values: Mapping[str, Values], wanted: ObjectReading) -> RowsTaken:
    """Make a table, and take the rows of the wanted parts, where a column says which part each belongs to."""
    table = expand_vectors(table_of_columns(columns.name, values, columns.notes))
    return take_part_rows(OpenTables(table, columns.parts, (), ()), wanted.reading)


def _with_parts(samples: Samples, taken: RowsTaken) -> Samples:
    """Say of samples which parts were found and which were taken."""
    report = samples.columns
    if report is not None and taken.part_column:
        report = replace(report, ignored={**report.ignored, taken.part_column: PART_COLUMN_REASON})
    return replace(
        samples,
        left_out=(*samples.left_out, *taken.left_out),
        notes=(*taken.notes, *samples.notes),
        parts=taken.parts,
        columns=report,
    )


def _settle_kind(columns: Columns, wanted: ObjectReading, table: InputTable, roles: Roles) -> Reading:
    """Return the reading, with the kind of labels that the type of their column tells."""
    labels = {column: table.cells(column) for column in roles.labels}
    reading = settle_reading(wanted, labels)
    is_class = reading.target_kind is None and len(labels) == 1 and columns.classes >= set(labels)
    return replace(reading, target_kind="classification") if is_class else reading


def _of_media(
    columns: Columns,
    column: str,
    plain: Mapping[str, Values],
    wanted: ObjectReading,
    limits: Limits,
) -> Samples:
    """Make samples of a column of pictures, recordings or videos; labels are found as beside a text.

    ``columns.media`` are the columns of this kind that are not used.
    """
    modality = wanted.modality or "image"
    values = columns.values[column]
    beside = {name: cells for name, cells in plain.items() if name != column}
    stand_in = {column: [f"{modality}:{number}" for number in range(1, len(values) + 1)]}
    taken = _take_parts(columns, stand_in | beside, wanted)
    table = taken.table
    asked = replace(wanted.reading, modality="text", text_columns=(column,), file_column=None)
    roles = find_roles(table, asked)
    if _hold_objects(table, roles.labels):
        table = expand_objects(table)
        roles = find_roles(table, asked)
    labels = {name: table.cells(name) for name in roles.labels}
    notes = [note.replace("Text is read", f"{PLURALS[modality]} are read") for note in roles.notes]
    unused = [*columns.media]
    notes += [f"Not used: {list_columns(unused)}; file_column chooses one of them."] if unused else []
    gathered = LabelledValues(
        f"column {column!r}",
        _rows(values, table.lines),
        labels,
        groups=table.cells(roles.group) if roles.group else None,
        notes=(*table.notes, *notes),
        left_out=table.left_out,
        source=columns.name,
    )
    settled = replace(wanted, reading=_settle_kind(columns, wanted, table, roles))
    samples = samples_of_values(gathered, settled, limits)
    used = {*roles.labels, roles.group, taken.part_column}
    left = {name: table.cells(name) for name in beside if name not in used and name in table.columns}
    is_asked = wanted.reading.group_column is None and not roles.group
    warning = group_column_warning(left) if is_asked else ""
    warnings = (warning, *samples.warnings) if warning else samples.warnings
    ignored = {**roles.report().ignored, **dict.fromkeys(unused, NOT_THE_SAMPLES)}
    report = replace(roles.report(), text=(), file=column, ignored=ignored)
    return _with_parts(replace(samples, warnings=warnings, columns=report), taken)


def _rows(values: Values, lines: Sequence[int]) -> Iterator[Any]:
    """Yield the values of the rows that the table has, reading each once."""
    wanted = set(lines)
    return (value for line, value in enumerate(values, start=1) if line in wanted)
