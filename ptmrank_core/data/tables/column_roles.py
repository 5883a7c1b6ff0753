"""The role of each column of a table of samples: text, label, group, feature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ptmrank_core.data.tables.column_names import (
    GROUP_NAMES,
    ID_NAMES,
    LABEL_NAMES,
    PAIR_NAMES,
    TAG_NAMES,
    TEXT_NAMES,
    WORDS_NAMES,
    find_named,
    plain,
)
from ptmrank_core.data.tables.media_rows import WORDS, find_media_roles
from ptmrank_core.data.tables.role_rules import find_group, list_columns, match_reading, unclear_column
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.errors import InputField, SamplesError
from ptmrank_core.records import Modality, Reading

__all__ = ["Roles", "find_roles"]

LONG_TEXT_CHARS = 20


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles of a table's columns.

    Parameters
    ----------
    modality
        Text or tabular.
    text
        The text column, or the two of a pair; in token classification the column of words or lists of words.
    labels
        The label columns.
    group
        The column with the sample's group (speaker, patient, document).
    features
        Columns of numbers whose rows are tabular samples.
    has_words
        Whether each word is a sample.
    notes
        Which column was read as what, one sentence each.
    file
        The column that holds the pictures, recordings or videos that are the samples.
    """

    modality: Modality
    text: tuple[str, ...]
    labels: tuple[str, ...]
    group: str | None
    features: tuple[str, ...] = ()
    has_words: bool = False
    notes: tuple[str, ...] = ()
    file: str | None = None


def find_roles(table: InputTable, reading: Reading) -> Roles:
    """Find the role of each column: from the reading, or else from names and contents.

    - Text: the two columns of a pair (sentence1 and sentence2, premise and hypothesis, ...), the one column
      named text, sentence, review, ... (else title, question, ...), the only column of long different texts,
      or the only column of words beside the label.
    - Words with tags: columns tokens and tags (or ner_tags, ...) that hold lists; every CoNLL file. There the
      tag is the last column, or the second where the last is constant.
    - Label: the one column named label, class, target, ... (else sentiment, score, stars, ...); beside a text
      also all columns of zeros and ones, or the only other column; beside numbers also the only column of
      words, where they recur.
    - Group: a column named group, speaker, patient, ... of at least two groups, one of them of two samples.
    - Features: where there is no text, all other columns of numbers except identifiers of the rows.

    Parameters
    ----------
    table
        The table.
    reading
        The columns that the user named; in any case, with or without blanks and underscores.

    Returns
    -------
    Roles
        With a note on which columns are used and which are not.

    Raises
    ------
    UnknownNameError
        If the reading names a column that is not there.
    SamplesError
        If several columns could have a role, or none.
    """
    reading = match_reading(table, reading)
    media = find_media_roles(table, reading)
    if media is not None:
        subject = f"{WORDS[media.modality]} are"
        notes = _describe(subject, table, (media.file,), media.labels, media.group)
        return Roles(media.modality, (), media.labels, media.group, notes=notes, file=media.file)
    named = (*reading.text_columns, *reading.label_columns, reading.group_column)
    if reading.modality not in {None, "text", "tabular"}:
        raise SamplesError(
            f"{table.name!r} is a table of texts or numbers; its rows cannot be {reading.modality} samples.",
            hint="Such rows are of the modality text or tabular.",
            fields=[InputField.MODALITY],
        )
    if reading.modality == "tabular" and reading.text_columns:
        raise SamplesError("A text column was named for tabular samples.", hint="Name one or the other.")
    columns = [column for column in table.columns if column not in table.media]
    columns = [column for column in columns if column in named or not _identifies_rows(table, column)]
    if reading.modality != "tabular":
        roles = _find_word_roles(table, reading, columns) or _find_text_roles(table, reading, columns)
        if roles is not None:
            return roles
    return _find_tabular_roles(table, reading, columns)


def _identifies_rows(table: InputTable, column: str) -> bool:
    """Whether a column numbers the rows, or holds an identifier for each."""
    if find_named([column], LABEL_NAMES):
        return False
    numbers = table.numbers.get(column)
    if plain(column) in ID_NAMES and len(set(table.cells(column))) == table.n_rows:
        return numbers is None or np.array_equal(numbers, np.floor(numbers))
    if numbers is None or len(numbers) < 3 or numbers[0] not in {0, 1}:
        return False
    return np.array_equal(numbers, np.arange(len(numbers)) + numbers[0])


def _holds_lists(table: InputTable, column: str) -> bool:
    """Whether every cell of a column is a JSON list."""
    cells = table.words.get(column, ())
    return bool(cells) and all(cell.startswith("[") for cell in cells if cell) and any(cells)


def _find_word_roles(table: InputTable, reading: Reading, columns: Sequence[str]) -> Roles | None:
    """Find words and their tags; ``None`` where rows are whole texts."""
    if table.sentences:
        words, tags = "1", _find_tag_column(table)
    else:
        lists = [column for column in columns if _holds_lists(table, column)]
        texts = [c for c in reading.text_columns or find_named(lists, WORDS_NAMES) if c in lists]
        rest = [column for column in lists if column not in texts]
        named = reading.label_columns or find_named(rest, TAG_NAMES)
        if len(texts) != 1 or not named or not _holds_lists(table, named[0]):
            return None
        if len(named) > 1:
            raise unclear_column(table, "tags", named, InputField.LABEL_COLUMNS)
        words, tags = texts[0], named[0]
    tags = reading.label_columns[0] if reading.label_columns else tags
    group = find_group(table, reading, [c for c in columns if c not in {words, tags}])
    notes = _describe("Words are", table, (words,), (tags,), group)
    return Roles("text", (words,), (tags,), group, has_words=True, notes=notes)


def _find_tag_column(table: InputTable) -> str:
    """Find the tags of a CoNLL file: the last column, or the second where the last is constant."""
    columns = [column for column in table.columns if column.isdigit()]
    is_constant = len(set(table.cells(columns[-1]))) == 1
    return columns[1] if is_constant else columns[-1]


def _find_text_roles(table: InputTable, reading: Reading, columns: Sequence[str]) -> Roles | None:
    """Find text and labels; ``None`` where no column is a text and the user named none."""
    taken = {*reading.label_columns, reading.group_column}
    text = reading.text_columns or _find_text(table, reading, [c for c in columns if c not in taken])
    if not text:
        return None
    if len(text) > 2:
        raise SamplesError(
            f"{len(text)} text columns were named; expected one, or the two of a pair.",
            fields=[InputField.TEXT_COLUMNS],
        )
    rest = [c for c in columns if c not in text and c != reading.group_column]
    labels = reading.label_columns or _find_labels(table, rest)
    group = find_group(table, reading, [c for c in rest if c not in labels])
    return Roles("text", text, labels, group, notes=_describe("Text is", table, text, labels, group))


def _find_text(table: InputTable, reading: Reading, columns: Sequence[str]) -> tuple[str, ...]:
    """Find the text among some columns; empty where there is none."""
    words = [column for column in columns if column in table.words]
    by_name = {plain(column): column for column in reversed(words)}
    pairs = [tuple(by_name[name] for name in pair) for pair in PAIR_NAMES if by_name.keys() >= set(pair)]
    first_choice = find_named(words, TEXT_NAMES[:1])
    if len(pairs) == 1 and set(first_choice) <= set(pairs[0]):
        return pairs[0]
    chosen = first_choice or find_named(words, TEXT_NAMES)
    rest = [c for c in words if not find_named([c], LABEL_NAMES) and plain(c) not in GROUP_NAMES]
    if pairs:
        chosen = tuple(dict.fromkeys([*chosen, *(column for pair in pairs for column in pair)]))
    elif not chosen:
        chosen = tuple(column for column in rest if _is_long(table.words[column]))
    has_numbers = any(c in table.numbers and not find_named([c], LABEL_NAMES) for c in columns)
    if not chosen and len(rest) == 1 and (reading.modality == "text" or not has_numbers):
        # The only column of a table would be the label.
        chosen = tuple(rest) if len(columns) > 1 or reading.label_columns else ()
    if len(chosen) > 1 or (not chosen and reading.modality == "text"):
        raise unclear_column(table, "text", chosen, InputField.TEXT_COLUMNS)
    return chosen


def _is_long(cells: Sequence[str]) -> bool:
    """Whether cells are texts rather than names: long, and mostly different from each other."""
    n_chars = sum(map(len, cells))
    return n_chars >= LONG_TEXT_CHARS * len(cells) and 2 * len(set(cells)) > len(cells)


def _find_labels(table: InputTable, columns: Sequence[str]) -> tuple[str, ...]:
    """Find the labels beside a text."""
    named = find_named(columns, LABEL_NAMES)
    if len(named) == 1:
        return named
    if not named:
        rest = [column for column in columns if plain(column) not in GROUP_NAMES]
        binary = [column for column in rest if _is_binary(table, column)]
        if len(binary) > 1:
            return tuple(binary)
        if len(rest) == 1:
            return tuple(rest)
    raise unclear_column(table, "label", named, InputField.LABEL_COLUMNS)


def _is_binary(table: InputTable, column: str) -> bool:
    """Whether a column holds zeros and ones, or true and false."""
    if column in table.numbers:
        return bool(np.isin(table.numbers[column], (0, 1)).all())
    return {cell.lower() for cell in table.words[column]} <= {"true", "false"}


def _find_tabular_roles(table: InputTable, reading: Reading, columns: Sequence[str]) -> Roles:
    """Find features and labels in a table without a text."""
    if not table.numbers:
        raise unclear_column(table, "text", (), InputField.TEXT_COLUMNS)
    rest = [column for column in columns if column != reading.group_column]
    labels = reading.label_columns or find_named(rest, LABEL_NAMES)
    if not labels:
        words = [c for c in rest if c in table.words and plain(c) not in GROUP_NAMES]
        recurring = [c for c in words if 2 * len(set(table.words[c])) <= table.n_rows]
        labels = tuple(recurring) if len(words) == 1 else ()
    if not labels or (len(labels) > 1 and not reading.label_columns):
        raise unclear_column(table, "label", labels, InputField.LABEL_COLUMNS)
    rest = [column for column in rest if column not in labels]
    group = find_group(table, reading, rest)
    features = tuple(column for column in rest if column in table.numbers and column != group)
    if not features:
        raise SamplesError(
            f"{table.name!r} has no column of numbers beside the label; it has "
            f"{list_columns(table.columns)}.",
            hint="Write numbers with a decimal point.",
            fields=[InputField.TEXT_COLUMNS],
        )
    left = [c for c in table.columns if c not in {*features, *labels, group} and c in table.words]
    notes = _describe("Features are", table, features, labels, group)
    if left:
        notes += (f"Columns that are no numbers were left out: {list_columns(left)}.",)
    return Roles("tabular", (), labels, group, features, notes=notes)


def _describe(
    subject: str, table: InputTable, text: tuple[str, ...], labels: tuple[str, ...], group: str | None
) -> tuple[str, ...]:
    """Write the note on which columns are used and which are not."""
    groups = f", groups from {group!r}" if group else ""
    used = {*text, *labels, group}
    unused = [column for column in table.columns if column not in used]
    rest = f"; not used: {list_columns(unused)}" if unused else ""
    return (f"{subject} read from {list_columns(text)}, labels from {list_columns(labels)}{groups}{rest}.",)
