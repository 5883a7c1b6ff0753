"""Tables of pictures, recordings or videos: which column holds them, which the labels; and decoding them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
from ptmrank_core.data.tables.columns.labels import (
    LabelChoice,
    ask_for_label,
    choose_label,
    label_candidates,
)
from ptmrank_core.data.tables.columns.roles import MEDIA_WORDS, Roles, with_ignored
from ptmrank_core.data.tables.role_rules import AS_ASKED, find_group, list_columns
from ptmrank_core.data.tables.table import InputTable, MediaColumn
from ptmrank_core.errors import InputField, ReadingOption, UnclearReadingError, UnknownNameError
from ptmrank_core.records import LeftOut, Modality, Reading

__all__ = ["BESIDE_ROWS", "find_media_roles", "offer_texts", "read_media_rows"]

CELL_CHARS, SHOWN = 80, 2
TEXTS_OF_THEIR_OWN = TEXT_NAMES[0]
"""Columns beside pictures that may as well be the samples; a caption describes the picture."""
BESIDE_ROWS = "holds pictures, recordings or videos"


def find_media_roles(table: InputTable, reading: Reading) -> Roles | None:
    """Find the column of pictures, recordings or videos, and the labels beside it.

    - A table with such a column is a table of them, as a folder of files with a table of their labels is:
      texts beside recordings are what is said in them, captions describe pictures. Where a column named text,
      sentence, review, ... lies beside pictures, the user is asked.
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
    Roles or None
        ``None`` where the rows are something else.

    Raises
    ------
    UnknownNameError
        If the reading names a column of files that is none.
    UnclearReadingError
        If several columns could have a role, or texts may be the samples as well.
    SamplesError
        If no column could be the label.
    """
    wanted = reading.modality
    media = {name: column for name, column in table.media.items() if wanted in {None, column.modality}}
    if not media or (reading.text_columns and wanted is None):
        return None
    file = _find_file(table, media, reading)
    modality = media[file].modality
    taken = {*table.media, *reading.ignored_columns, reading.group_column}
    rest = [column for column in table.columns if column not in taken]
    if wanted is None and reading.file_column is None and modality != "audio":
        _ask_about_texts(table, file, modality, rest)
    chosen = (
        LabelChoice(reading.label_columns) if reading.label_columns else _find_labels(table, rest, reading)
    )
    group = find_group(table, reading, [column for column in rest if column not in chosen.columns])
    ignored = {name: BESIDE_ROWS for name in table.media if name != file} | chosen.ignored
    ignored |= dict.fromkeys(reading.ignored_columns, AS_ASKED)
    roles = Roles(modality, (), chosen.columns, group, notes=chosen.notes, file=file)
    return with_ignored(table, roles, ignored)


def _ask_about_texts(table: InputTable, file: str, modality: Modality, columns: Sequence[str]) -> None:
    """Ask what the samples are, where texts lie beside the pictures and nobody said which is meant."""
    texts = find_named([column for column in columns if column in table.words], [TEXTS_OF_THEIR_OWN])
    word = MEDIA_WORDS[modality].lower()
    if texts:
        raise UnclearReadingError(
            f"{table.name!r} has {word} in column {file!r} and texts in {texts[0]!r}; either may be the "
            "samples.",
            [
                ReadingOption(f"The {word} in {file!r}.", {"modality": modality}),
                _texts_option(table, texts[0]),
            ],
            fields=[InputField.MODALITY],
        )


def _texts_option(table: InputTable, column: str) -> ReadingOption:
    shown = tuple(cell[:CELL_CHARS] for cell in table.cells(column, SHOWN))
    return ReadingOption(f"The texts in {column!r}.", {"modality": "text", "text_columns": (column,)}, shown)


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
            ReadingOption(
                f"The {MEDIA_WORDS[media[name].modality].lower()} in {name!r}.", {"file_column": name}
            )
            for name in (named or media)
        ],
        fields=[InputField.FILE_COLUMN],
    )


def _find_labels(table: InputTable, columns: Sequence[str], reading: Reading) -> LabelChoice:
    """Find the labels beside pictures, recordings or videos."""
    classes = [column for column in columns if column in table.classes]
    named = [column for column in find_named(columns, LABEL_NAMES[:1]) if column in classes]
    if len(named) == 1 or (len(classes) == 1 and not find_named(columns, LABEL_NAMES[:1])):
        return LabelChoice(tuple(named or classes))
    chosen = choose_label(table, columns, reading)
    if chosen is not None:
        return chosen
    if classes:
        raise ask_for_label(table, classes, reading)
    binary = [column for column in columns if _is_binary(table, column)]
    candidates = label_candidates(table, columns)
    if len(binary) > 1 or len(candidates) == 1:
        return LabelChoice(tuple(binary if len(binary) > 1 else candidates))
    raise ask_for_label(table, candidates, reading)


def _is_binary(table: InputTable, column: str) -> bool:
    """Whether a column holds zeros and ones, or true and false."""
    return {cell.lower() for cell in table.cells(column)} in ({"0", "1"}, {"true", "false"})


def offer_texts(table: InputTable, roles: Roles) -> tuple[ReadingOption, ...]:
    """Offer to take texts beside pictures or recordings as the samples.

    Parameters
    ----------
    table
        The table.
    roles
        What its columns were taken for.
    """
    if roles.file is None:
        return ()
    words = [column for column in table.words if column not in {*roles.labels, *table.classes}]
    return tuple(_texts_option(table, column) for column in find_named(words, TEXT_NAMES))


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
