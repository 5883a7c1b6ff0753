"""Which columns of a table hold the text, or the two texts of a pair."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ptmrank_core.data.tables.column_names import (
    FILE_NAMES,
    GROUP_NAMES,
    LABEL_NAMES,
    PAIR_NAMES,
    TEXT_NAMES,
    find_named,
    has_word,
    plain,
)
from ptmrank_core.data.tables.columns.kinds import (
    MAX_CATEGORIES,
    are_dates,
    are_mostly_numbers,
    are_texts,
    is_long,
)
from ptmrank_core.data.tables.columns.measures import read_measures
from ptmrank_core.data.tables.role_rules import list_columns, unclear_column
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.data.tables.vectors import refuse_numbers_as_text
from ptmrank_core.errors import InputField, ReadingOption, SamplesError, UnclearReadingError
from ptmrank_core.records import Reading

__all__ = ["find_text"]

ADDRESS = re.compile(r"(?:https?://|www\.|[\w.~-]*[/\\])\S*|\S+@\S+\.\w+")
NO_TEXT_WORDS = frozenset(
    {"name", "names", "surname", "address", "street", "city", "url", "link", "ticket", "file", "filename"}
)
SEVERAL_NUMBERS = 3
MAX_OPTIONS, SHOWN, CELL_CHARS = 6, 3, 80


def find_text(table: InputTable, reading: Reading, columns: Sequence[str]) -> tuple[str, ...]:
    """Find the text among some columns.

    The two columns of one pair; or the one column with the name of a text; or the only column of long
    different texts; or, where there are no numbers, the only column of words that is nothing else.

    Parameters
    ----------
    table
        The table.
    reading
        Its modality and label columns are used.
    columns
        Columns that have no other role and do not name the rows.

    Returns
    -------
    tuple of str
        One column, two of a pair, or none.

    Raises
    ------
    UnclearReadingError
        If several columns may be it.
    SamplesError
        If none is, and texts were asked for.
    """
    words = [c for c in columns if c in table.words and not _are_lists(table.words[c])]
    pairs = _find_pairs(
        [c for c in words if is_long(table.words[c]) or len({*table.words[c]}) > MAX_CATEGORIES]
    )
    pairs = pairs or _find_pairs(words)
    first_choice = find_named(words, TEXT_NAMES[:1])
    if len(pairs) == 1 and set(first_choice) <= set(pairs[0]):
        return pairs[0]
    # A title, a response or a note may be a category as well.
    likely = [c for c in words if is_long(table.words[c]) or _is_varied(table.words[c])]
    chosen = first_choice or find_named(likely, TEXT_NAMES[1:])
    if len(chosen) > 1 and not pairs:  # a title that is one word in every row is no text
        chosen = tuple(c for c in chosen if len(set(table.words[c])) > 1) or chosen
    rest = [c for c in words if not find_named([c], LABEL_NAMES) and plain(c) not in GROUP_NAMES]
    rest = [c for c in rest if any(map(str.strip, table.words[c]))]
    if pairs:
        chosen = tuple(dict.fromkeys([*chosen, *(column for pair in pairs for column in pair)]))
    elif not chosen:
        chosen = tuple(column for column in rest if _reads_as_text(table, column))
        if len(chosen) == 1 and reading.modality is None:
            _check_beside_numbers(table, chosen, columns)
    chosen = chosen or _only_words(table, reading, columns, rest)
    if len(chosen) > 1 or (not chosen and reading.modality == "text"):
        raise _ask_for_text(table, chosen, pairs)
    return chosen


def _find_pairs(words: Sequence[str]) -> list[tuple[str, ...]]:
    by_name = {plain(column): column for column in reversed(words)}
    return [tuple(by_name[name] for name in pair) for pair in PAIR_NAMES if by_name.keys() >= set(pair)]


def _reads_as_text(table: InputTable, column: str) -> bool:
    """Whether a column without a telling name holds texts, rather than addresses or names of persons."""
    if has_word(column, NO_TEXT_WORDS):
        return False
    cells = table.words[column]
    if _are_lists(cells):
        return False
    n_addresses = sum(ADDRESS.fullmatch(cell.strip()) is not None for cell in cells)
    return 2 * n_addresses < len(cells) and are_texts(cells)


def _check_beside_numbers(table: InputTable, text: tuple[str, ...], columns: Sequence[str]) -> None:
    """Ask what the samples are where several columns of numbers stand beside a column that may be a text."""
    numbers = [c for c in columns if c in table.numbers and not find_named([c], LABEL_NAMES)]
    if len(numbers) < SEVERAL_NUMBERS:
        return
    raise UnclearReadingError(
        f"Each row of {table.name!r} may be a text, {text[0]!r}, or a row of numbers and categories.",
        [
            _option(table, text),
            ReadingOption(
                f"Each sample is a row of numbers and categories: {list_columns(numbers)} and others.",
                {"modality": "tabular"},
            ),
        ],
        fields=[InputField.MODALITY, InputField.TEXT_COLUMNS],
    )


def _only_words(
    table: InputTable, reading: Reading, columns: Sequence[str], rest: Sequence[str]
) -> tuple[str, ...]:
    """Return the only column of words, if it may be a text; the only column of a table would be the label."""
    has_numbers = any(c in table.numbers and not find_named([c], LABEL_NAMES) for c in columns)
    if has_numbers and reading.modality != "text":
        return ()
    rest = [c for c in rest if not are_dates(table.words[c]) and not are_mostly_numbers(table.words[c])]
    rest = [c for c in rest if read_measures(table.words[c]) is None]
    if len(rest) > 1:  # a text says something else in nearly every row
        rest = [c for c in rest if plain(c) not in FILE_NAMES and _is_varied(table.words[c])]
    rest = [c for c in rest if not _are_lists(table.words[c])]
    return tuple(rest) if len(rest) == 1 and (len(columns) > 1 or reading.label_columns) else ()


def _are_lists(cells: Sequence[str]) -> bool:
    """Whether all cells that are not empty are lists: of numbers, of spans, of words."""
    return {cell[:1] + cell[-1:] for cell in map(str.strip, cells) if cell} == {"[]"}


def _is_varied(cells: Sequence[str]) -> bool:
    return 2 * len(set(cells)) > len(cells)


def _ask_for_text(
    table: InputTable, candidates: Sequence[str], pairs: Sequence[tuple[str, ...]]
) -> SamplesError:
    """Make the error of a text that several columns may hold, or none."""
    if not candidates:
        refuse_numbers_as_text(table, table.columns)
    plainly = unclear_column(table, "text", candidates, InputField.TEXT_COLUMNS)
    if len(candidates) < 2:
        return plainly
    choices = [*pairs, *((column,) for column in candidates)]
    if not pairs and len(candidates) == 2:
        choices.append(tuple(candidates))
    options = [_option(table, choice) for choice in choices[:MAX_OPTIONS]]
    return UnclearReadingError(plainly.message, options, hint=plainly.hint, fields=plainly.fields)


def _option(table: InputTable, columns: tuple[str, ...]) -> ReadingOption:
    cells = zip(*(table.cells(column, SHOWN) for column in columns), strict=True)
    preview = tuple(" | ".join(cell[:CELL_CHARS] for cell in row) for row in cells)
    what = f"The text is {columns[0]!r}"
    if len(columns) > 1:
        what = f"Each sample is a pair of texts, {columns[0]!r} and {columns[1]!r}"
    return ReadingOption(f"{what}.", {"text_columns": columns}, preview)
