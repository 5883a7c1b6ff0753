"""Tables of pictures, recordings or videos: which column holds them, which the labels; and decoding them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ptmrank_core.data.media.kinds import MEDIA, Checked, check_entry
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.column_names import (
    FILE_NAMES,
    LABEL_NAMES,
    TEXT_NAMES,
    find_named,
    order_by_name,
    plain,
)
from ptmrank_core.data.tables.role_rules import find_group, list_columns, unclear_column
from ptmrank_core.data.tables.table import InputTable, MediaColumn
from ptmrank_core.errors import InputField, ReadingOption, UnclearReadingError, UnknownNameError
from ptmrank_core.records import LeftOut, Modality, Reading

__all__ = ["WORDS", "MediaRoles", "find_media_roles", "offer_texts", "read_media_rows"]

WORDS: dict[Modality, str] = {"image": "Pictures", "audio": "Recordings", "video": "Videos"}


@dataclass(frozen=True, slots=True)
class MediaRoles:
    """The columns of a table whose rows are pictures, recordings or videos.

    Parameters
    ----------
    modality
        What the rows are.
    file
        The column that holds them.
    labels
        The label columns.
    group
        The column with the sample's group; ``None`` where there is none.
    """

    modality: Modality
    file: str
    labels: tuple[str, ...]
    group: str | None


def find_media_roles(table: InputTable, reading: Reading) -> MediaRoles | None:
    """Find the column of pictures, recordings or videos, and the labels beside it.

    - A table with such a column is a table of them, whatever texts and numbers stand beside: as in a folder
      of files with a table of their labels. The reading may say that its texts or numbers are the samples.
    - Labels: the column named label, class, ...; or else the only one whose names of classes are in the
      schema, several of zeros and ones, or the only other column.

    Parameters
    ----------
    table
        The table.
    reading
        The columns that the user named, spelled as the table does.

    Returns
    -------
    MediaRoles or None
        ``None`` where the rows are something else.

    Raises
    ------
    UnknownNameError
        If the reading names a column of files that is none.
    SamplesError
        If several columns could have a role, or none.
    """
    wanted = reading.modality
    media = {name: column for name, column in table.media.items() if wanted in {None, column.modality}}
    if not media or (reading.text_columns and wanted is None):
        return None
    file = _find_file(table, media, reading)
    rest = [c for c in table.columns if c not in table.media and c not in reading.ignored_columns]
    rest = [c for c in rest if c != reading.group_column]
    labels = reading.label_columns or _find_labels(table, rest)
    group = find_group(table, reading, [column for column in rest if column not in labels])
    return MediaRoles(media[file].modality, file, labels, group)


def _find_file(table: InputTable, media: dict[str, MediaColumn], reading: Reading) -> str:
    """Find the column that holds the samples: the one that the user named, or the only one so called."""
    if reading.file_column is not None:
        alike = [name for name in media if plain(name) == plain(reading.file_column)]
        if reading.file_column not in media and len(alike) != 1:
            fields = [InputField.FILE_COLUMN]
            raise UnknownNameError("column of files", reading.file_column, media, fields=fields)
        return reading.file_column if reading.file_column in media else alike[0]
    named = order_by_name([*media], FILE_NAMES)
    if len(media) == 1 or len(named) == 1:
        return next(iter(named or media))
    raise UnclearReadingError(
        f"Several columns of {table.name!r} hold pictures, recordings or videos: {list_columns([*media])}.",
        [
            ReadingOption(f"The {WORDS[media[name].modality].lower()} in {name!r}.", {"file_column": name})
            for name in (named or media)
        ],
        fields=[InputField.FILE_COLUMN],
    )


def _find_labels(table: InputTable, columns: Sequence[str]) -> tuple[str, ...]:
    """Find the labels beside pictures, recordings or videos."""
    classes = [column for column in columns if column in table.classes]
    for named in (find_named(columns, LABEL_NAMES[:1]), tuple(classes), find_named(columns, LABEL_NAMES)):
        both = tuple(column for column in named if column in classes)
        if len(named) == 1 or len(both) == 1:
            return both if len(both) == 1 else named
        if named:
            raise unclear_column(table, "label", named, InputField.LABEL_COLUMNS)
    inner = [column for column in columns if plain(column.rpartition(".")[2]) in LABEL_NAMES[0]]
    binary = [column for column in columns if _is_binary(table, column)]
    found = inner if len(inner) == 1 else binary if len(binary) > 1 else columns
    if found is columns and len(columns) != 1:
        raise unclear_column(table, "label", (), InputField.LABEL_COLUMNS)
    return tuple(found)


def _is_binary(table: InputTable, column: str) -> bool:
    """Whether a column holds zeros and ones, or true and false."""
    return {cell.lower() for cell in table.cells(column)} in ({"0", "1"}, {"true", "false"})


def offer_texts(table: InputTable, file: str | None, labels: Sequence[str]) -> tuple[ReadingOption, ...]:
    """Offer to take the texts beside pictures or recordings as the samples.

    Parameters
    ----------
    table
        The table.
    file
        The column that is taken; ``None`` where the table holds no files.
    labels
        The label columns.
    """
    if file is None:
        return ()
    words = [column for column in table.words if column not in {*labels, *table.classes}]
    named = find_named(words, TEXT_NAMES)
    changes = {"modality": "text", "label_columns": tuple(labels)}
    return tuple(
        ReadingOption(
            f"The texts in column {name!r} are the samples, instead of {file!r}.",
            {**changes, "text_columns": (name,)},
            preview=tuple(cell[:80] for cell in table.cells(name, 2)),
        )
        for name in named
    )


def read_media_rows(column: MediaColumn, limits: Limits) -> Iterator[Checked | str]:
    """Decode each cell of a column once, as a check.

    Parameters
    ----------
    column
        The pictures, recordings or videos.
    limits
        Bounds on their sizes.

    Yields
    ------
    Checked or str
        The cell that can be decoded, or why it is no sample.
    """
    kind = MEDIA[column.modality]
    for entry in column.entries:
        checked = entry if isinstance(entry, str) else check_entry(entry, kind, limits)
        yield checked.reason if isinstance(checked, LeftOut) else checked
