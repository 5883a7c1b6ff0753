"""Which column of a table in memory holds the pictures, recordings or videos, if any does."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path

from ptmrank_core.data.media.kinds import MEDIA
from ptmrank_core.data.objects.options import ObjectReading
from ptmrank_core.data.objects.values import Values, is_missing_value
from ptmrank_core.data.sources.entries import suffix_of
from ptmrank_core.data.tables.column_names import FILE_NAMES, TEXT_NAMES, find_named, order_by_name, plain
from ptmrank_core.data.tables.role_rules import list_columns
from ptmrank_core.errors import InputField, ReadingOption, SamplesError, UnclearReadingError, UnknownNameError
from ptmrank_core.records import Modality

__all__ = ["PLURALS", "find_media_column"]

PLURALS: Mapping[Modality, str] = {"image": "Pictures", "audio": "Recordings", "video": "Videos"}
LOOKED_AT = 20
"""Values of a column that tell what it holds."""


def find_media_column(
    name: str,
    columns: Mapping[str, Values],
    media: Mapping[str, Modality],
    wanted: ObjectReading,
) -> tuple[str, Modality] | None:
    """Find the column that holds the samples, where they are pictures, recordings or videos.

    The column that was named; else the only one whose type tells, or the only one of them with a usual name
    for files; else the one of paths.

    Parameters
    ----------
    name
        What messages call the table.
    columns
        All columns whose type does not tell that they hold media.
    media
        The others, and what they hold.
    wanted
        What the user said.

    Returns
    -------
    (str, str) or None
        The column and its modality; ``None`` where the samples are texts or rows of numbers.

    Raises
    ------
    UnknownNameError
        If there is no column of the name that was given.
    SamplesError
        If several columns may hold the samples, or none.
    """
    paths = {c: m for c, values in columns.items() if (m := _modality_of_paths(values)) is not None}
    if wanted.reading.file_column is not None:
        return _named(name, wanted.reading.file_column, columns, {**media, **paths}, wanted)
    if wanted.modality not in {None, *PLURALS}:
        return None
    for found in (media, paths):
        fitting = {c: m for c, m in found.items() if wanted.modality in {None, m}}
        column = _choose(name, fitting)
        if column is not None:
            _refuse_texts_beside(name, column, fitting[column], columns, wanted)
            return column, fitting[column]
    if wanted.modality is None:
        return None
    known = [*columns, *media]
    raise SamplesError(
        f"No column of {name!r} holds {PLURALS[wanted.modality].lower()} or their paths; it has "
        f"{list_columns(known)}.",
        fields=[InputField.FILE_COLUMN],
    )


def _modality_of_paths(values: Values) -> Modality | None:
    """Recognise a column of paths: texts that all end as files of one kind do."""
    first = list(itertools.islice((value for value in values if not is_missing_value(value)), LOOKED_AT))
    if not first or not all(isinstance(value, str | Path) for value in first):
        return None
    suffixes = {suffix_of(str(value)) for value in first}
    kinds = (kind for kind in MEDIA.values() if kind.modality in PLURALS)
    return next((kind.modality for kind in kinds if suffixes <= kind.formats.suffixes), None)


def _named(
    name: str,
    column: str,
    columns: Mapping[str, Values],
    found: Mapping[str, Modality],
    wanted: ObjectReading,
) -> tuple[str, Modality]:
    """Return the column that was named, and what it holds."""
    known = [*columns, *(other for other in found if other not in columns)]
    alike = [column] if column in known else [other for other in known if plain(other) == plain(column)]
    if len(alike) != 1:
        raise UnknownNameError("column", column, known, fields=[InputField.FILE_COLUMN])
    modality = wanted.modality or found.get(alike[0])
    if modality is None or modality not in PLURALS:
        raise SamplesError(
            f"It is not clear what column {alike[0]!r} of {name!r} holds: pictures, recordings or videos.",
            fields=[InputField.MODALITY],
        )
    return alike[0], modality


def _choose(name: str, found: Mapping[str, Modality]) -> str | None:
    """Choose among columns that may hold the samples: the only one, or the only one with a usual name."""
    if len(found) < 2:
        return next(iter(found), None)
    named = order_by_name(list(found), FILE_NAMES)
    if len(named) != 1:
        raise UnclearReadingError(
            f"Several columns of {name!r} may hold the samples: {list_columns(list(found))}.",
            [
                ReadingOption(f"{PLURALS[modality]} in column {column!r}.", {"file_column": column})
                for column, modality in found.items()
            ],
            fields=[InputField.FILE_COLUMN],
        )
    return named[0]


def _refuse_texts_beside(
    name: str,
    column: str,
    modality: Modality,
    columns: Mapping[str, Values],
    wanted: ObjectReading,
) -> None:
    """Ask what the samples are, where texts lie beside the pictures and nobody said which is meant."""
    texts = [c for c in find_named(list(columns), TEXT_NAMES) if c != column]
    if wanted.modality is None and texts:
        raise UnclearReadingError(
            f"{name!r} has {PLURALS[modality].lower()} in column {column!r} and texts in {texts[0]!r}; "
            "either may be the samples.",
            [
                ReadingOption(f"{PLURALS[modality]} in column {column!r}.", {"modality": modality}),
                ReadingOption(f"Texts in column {texts[0]!r}.", {"modality": "text"}),
            ],
            fields=[InputField.MODALITY],
        )
