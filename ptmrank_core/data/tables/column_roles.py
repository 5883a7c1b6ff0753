"""The role of each column of a table of samples: text, label, group, feature."""

from __future__ import annotations

from collections.abc import Sequence

from ptmrank_core.data.tables.column_names import (
    GROUP_NAMES,
    LABEL_NAMES,
    PREDICTED_WORDS,
    TAG_NAMES,
    WORDS_NAMES,
    find_named,
    has_word,
    plain,
)
from ptmrank_core.data.tables.columns.features import FeaturePlan, plan_features
from ptmrank_core.data.tables.columns.identifiers import why_identifier
from ptmrank_core.data.tables.columns.kinds import tidy, why_no_category
from ptmrank_core.data.tables.columns.labels import (
    LabelChoice,
    ask_for_label,
    choose_label,
    choose_recurring,
    is_constant,
    is_plain_class,
    label_candidates,
)
from ptmrank_core.data.tables.columns.measures import read_measures
from ptmrank_core.data.tables.columns.roles import Roles, with_ignored
from ptmrank_core.data.tables.columns.texts import find_text
from ptmrank_core.data.tables.media_rows import BESIDE_ROWS, find_media_roles
from ptmrank_core.data.tables.role_rules import (
    AS_ASKED,
    check_ignored,
    find_group,
    list_columns,
    match_reading,
    unclear_column,
)
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.data.tables.vectors import refuse_numbers_as_text
from ptmrank_core.errors import InputField, SamplesError
from ptmrank_core.records import Reading

__all__ = ["Roles", "find_roles"]


def find_roles(table: InputTable, reading: Reading) -> Roles:
    """Find the role of each column: from the reading, or else from names and contents.

    - Text: the two columns of a pair (sentence1 and sentence2, premise and hypothesis, ...), the one column
      named text, sentence, review, ... (else title, question, ...), the only column of long different texts,
      or the only column of words beside the label.
    - Words with tags: columns tokens and tags (or ner_tags, ...) that hold lists; every CoNLL file. There the
      tag is the last column, or the second where the last is constant.
    - Label: the one column named label, class, target, ... (else sentiment, score, stars, ...); of a column
      of numbers and one that names the same classes the latter; beside a text also all columns of zeros and
      ones, the only other column, or the only one whose values recur; beside numbers also the only column of
      words, where they recur.
    - Group: a column named group, speaker, patient, ... of at least two groups, one of them of two samples.
    - Features: where there is no text, all other columns of numbers or categories, as ``plan_features``
      chooses them; as they stand, all columns of numbers.
    - None of these: columns that number or name the rows.

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
    UnclearReadingError
        If several columns could have a role.
    SamplesError
        If none could.
    """
    reading = match_reading(table, reading)
    check_ignored(reading)
    media = find_media_roles(table, reading)
    if media is not None:
        return media
    named = (*reading.text_columns, *reading.label_columns, reading.group_column)
    if reading.modality not in {None, "text", "tabular"}:
        raise SamplesError(
            f"{table.name!r} is a table of texts or numbers; its rows cannot be {reading.modality} samples.",
            hint="Such rows are of the modality text or tabular.",
            fields=[InputField.MODALITY],
        )
    if reading.modality == "tabular" and reading.text_columns:
        raise SamplesError("A text column was named for tabular samples.", hint="Name one or the other.")
    ignored = dict.fromkeys(reading.ignored_columns, AS_ASKED)
    spoken_for = {*named, *ignored}  # made once: tables have tens of thousands of columns
    for column in table.columns:
        if column not in spoken_for and not table.sentences:
            why = why_identifier(table, column, as_is=reading.columns_as_is)
            ignored |= {column: why} if why else {}
    ignored |= dict.fromkeys(table.media, BESIDE_ROWS)
    columns = [column for column in table.columns if column not in ignored]
    found = None
    if reading.modality != "tabular":
        found = _find_word_roles(table, reading, columns) or _find_text_roles(table, reading, columns)
    roles = with_ignored(table, found or _find_tabular_roles(table, reading, columns), ignored)
    if not roles.text and not roles.features:
        raise _no_features(table, roles)
    return roles


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
        taken = {*texts}
        rest = [column for column in lists if column not in taken]
        named = reading.label_columns or find_named(rest, TAG_NAMES)
        if len(texts) != 1 or not named or not _holds_lists(table, named[0]):
            return None
        if len(named) > 1:
            raise unclear_column(table, "tags", named, InputField.LABEL_COLUMNS)
        words, tags = texts[0], named[0]
    tags = reading.label_columns[0] if reading.label_columns else tags
    group = find_group(table, reading, [c for c in columns if c not in {words, tags}])
    return Roles("text", (words,), (tags,), group, has_words=True)


def _find_tag_column(table: InputTable) -> str:
    """Find the tags of a CoNLL file: the last column, or the second where the last is constant."""
    columns = [column for column in table.columns if column.isdigit()]
    is_constant = len(set(table.cells(columns[-1]))) == 1
    return columns[1] if is_constant else columns[-1]


def _find_text_roles(table: InputTable, reading: Reading, columns: Sequence[str]) -> Roles | None:
    """Find text and labels; ``None`` where no column is a text and the user named none."""
    taken = {*reading.label_columns, reading.group_column}
    text = reading.text_columns or find_text(table, reading, [c for c in columns if c not in taken])
    if not text:
        return None
    if len(text) > 2:
        raise SamplesError(
            f"{len(text)} text columns were named; expected one, or the two of a pair.",
            fields=[InputField.TEXT_COLUMNS],
        )
    rest = [c for c in columns if c not in text and c != reading.group_column]
    choice = (
        LabelChoice(reading.label_columns) if reading.label_columns else _find_labels(table, rest, reading)
    )
    labels = {*choice.columns}
    group = find_group(table, reading, [c for c in rest if c not in labels])
    return Roles("text", text, choice.columns, group, notes=choice.notes, ignored=choice.ignored)


def _find_labels(table: InputTable, columns: Sequence[str], reading: Reading) -> LabelChoice:
    """Find the labels beside a text."""
    choice = choose_label(table, columns, reading)
    if choice is not None:
        return choice
    rest = [column for column in columns if plain(column) not in GROUP_NAMES]
    varied = [column for column in rest if not is_constant(table, column)]
    binary = [column for column in varied if _is_binary(table, column)]
    binary = [column for column in binary if column in table.numbers] or binary
    if len(binary) > 1:
        return LabelChoice(tuple(binary))
    candidates = label_candidates(table, rest)
    if len(rest) == 1 or len(varied) == 1:
        return LabelChoice(tuple(varied or rest))
    known = {*candidates}
    others = [column for column in varied if column not in known and column in table.numbers]
    chosen = None if others else choose_recurring(table, candidates)
    if chosen is not None:
        return chosen
    raise ask_for_label(table, [*candidates, *others], reading)


def _is_binary(table: InputTable, column: str) -> bool:
    """Whether a column holds zeros and ones, or true and false."""
    if column in table.numbers:
        return set(table.numbers[column].tolist()) <= {0.0, 1.0}
    return {cell.lower() for cell in table.words[column]} <= {"true", "false"}


def _find_tabular_roles(table: InputTable, reading: Reading, columns: Sequence[str]) -> Roles:
    """Find features and labels in a table without a text; there may be no feature among them."""
    rest = [column for column in columns if column != reading.group_column]
    if not table.numbers and reading.modality != "tabular" and not _are_categories(table, reading, rest):
        refuse_numbers_as_text(table, rest)
        raise unclear_column(table, "text", (), InputField.TEXT_COLUMNS)
    given = LabelChoice(reading.label_columns) if reading.label_columns else None
    choice = given or choose_label(table, rest, reading) or _find_class_column(table, rest, reading)
    taken = {*choice.columns, *choice.ignored}
    rest = [column for column in rest if column not in taken]
    group = find_group(table, reading, rest)
    rest = [column for column in rest if column != group]
    plan = FeaturePlan() if reading.columns_as_is else plan_features(table, rest)
    features = [encoding.column for encoding in plan.encodings]
    if reading.columns_as_is:
        features = [column for column in rest if column in table.numbers]
    return Roles(
        "tabular",
        (),
        choice.columns,
        group,
        tuple(features),
        notes=choice.notes,
        encodings=tuple(plan.encodings),
        ignored={**choice.ignored, **plan.ignored},
    )


def _are_categories(table: InputTable, reading: Reading, columns: Sequence[str]) -> bool:
    """Whether all columns of a table of words are categories or numbers, beside a label that is called so."""
    labels = reading.label_columns or find_named(columns, LABEL_NAMES)
    others = [column for column in columns if column not in labels and not is_constant(table, column)]
    return (
        bool(labels and others)
        and not reading.columns_as_is
        and all(map(_is_feature, (tidy(table.words[column]) for column in others)))
    )


def _is_feature(cells: Sequence[str]) -> bool:
    """Whether a column of words holds categories, or numbers."""
    return not why_no_category(cells) or read_measures(cells) is not None


def _no_features(table: InputTable, roles: Roles) -> SamplesError:
    """Make the error of a table whose columns are all of no use as features."""
    reasons = "; ".join(f"{column!r} {why}" for column, why in roles.ignored.items())
    return SamplesError(
        f"{table.name!r} has no column of numbers beside the label; it has {list_columns(table.columns)}."
        + (f" Not used: {reasons}." if reasons else ""),
        hint="Write numbers with a decimal point.",
        fields=[InputField.TEXT_COLUMNS, *([InputField.COLUMNS_AS_IS] if roles.ignored else [])],
    )


def _find_class_column(table: InputTable, columns: Sequence[str], reading: Reading) -> LabelChoice:
    """Find the labels beside numbers by their contents: the only column of words, where they recur."""
    candidates = [c for c in label_candidates(table, columns) if c in table.words]
    words = [c for c in columns if c in table.words and plain(c) not in GROUP_NAMES]
    chosen = choose_recurring(table, candidates)
    is_only = len(words) == 1 or not reading.columns_as_is
    if chosen is not None and is_only and is_plain_class(table, chosen, columns):
        return chosen
    # The last column is the likeliest, then the first.
    varied = [c for c in columns if not is_constant(table, c)]
    numbers = [c for c in varied if c in table.numbers]
    predicted = [c for c in numbers if has_word(c, PREDICTED_WORDS)]
    if reading.target_kind == "regression":
        likely = [*predicted, *reversed(numbers)]
    elif candidates:
        likely = [*varied[-1:], *candidates, *predicted]
    else:
        likely = [*varied[-1:], *varied[:1], *(label_candidates(table, columns) or reversed(columns))]
    raise ask_for_label(table, list(dict.fromkeys(likely)), reading)
