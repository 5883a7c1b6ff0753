"""Which of several columns holds the labels: one that names the classes of another, or a question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ptmrank_core.data.labels.numbers import is_missing
from ptmrank_core.data.labels.targets import MIN_NUMBERS, Targets, read_targets
from ptmrank_core.data.tables.column_names import (
    GROUP_NAMES,
    LABEL_NAMES,
    PREDICTED_WORDS,
    WEAK_LABEL_NAMES,
    find_named,
    has_word,
    plain,
)
from ptmrank_core.data.tables.columns.kinds import are_dates, are_texts
from ptmrank_core.data.tables.role_rules import unclear_column
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.errors import InputField, ReadingOption, SamplesError, UnclearReadingError
from ptmrank_core.records import Reading

__all__ = [
    "LabelChoice",
    "ask_for_label",
    "choose_label",
    "choose_recurring",
    "is_constant",
    "is_plain_class",
    "label_candidates",
]

MAX_OPTIONS, SHOWN, CELL_CHARS = 6, 5, 60


@dataclass(frozen=True, slots=True)
class LabelChoice:
    """The label column, and what became of the others that could be it.

    Parameters
    ----------
    columns
        The label column.
    ignored
        Why the others are not used.
    notes
        What was decided, one sentence each.
    """

    columns: tuple[str, ...]
    ignored: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def choose_label(
    table: InputTable, columns: Sequence[str], reading: Reading, *, hint: str = ""
) -> LabelChoice | None:
    """Choose the label column by the names of columns.

    A column that numbers the classes and one that names them one to one are one question: the words are
    taken. Other columns are several questions, and the user is asked.

    Parameters
    ----------
    table
        The table.
    columns
        Its columns that have no other role.
    reading
        What the labels are, where the user said so. Its ``label_columns`` must be empty.
    hint
        What else can be done where it is not clear.

    Returns
    -------
    LabelChoice or None
        ``None`` where no column has the name of a label.

    Raises
    ------
    UnclearReadingError
        If several columns have such a name and are not one to one.
    """
    named = _named(table, columns)
    if not named:
        return None
    rest = [column for column in columns if column not in named]
    if {*map(plain, named)} <= WEAK_LABEL_NAMES and label_candidates(table, rest):
        raise ask_for_label(table, [*label_candidates(table, rest), *named], reading, hint=hint)
    first, *others = named
    partners = [column for column in others if _are_one(table, first, column)]
    if len(partners) < len(others):
        raise ask_for_label(table, named, reading, hint=hint)
    rest = [column for column in columns if column not in named]
    twins = [
        column for column in rest if find_named([column], LABEL_NAMES) and _are_one(table, first, column)
    ]
    if not any(column in table.words for column in [*named, *twins]):
        twins += [column for column in rest if column not in twins and _names_classes(table, first, column)][
            :1
        ]
    return _join(table, [*named, *twins])


def _named(table: InputTable, columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns with the names of labels, constant ones only where no other name is as plain."""
    if _is_coordinate(table, columns):
        columns = [column for column in columns if plain(column) != "y"]
    named = find_named(columns, LABEL_NAMES)
    varied = [column for column in columns if not is_constant(table, column)]
    there = [column for column in named if _is_mostly_there(table, column)]
    named = tuple(there) or named  # what stands beside a table on its sheet is none of its columns
    plainest = find_named(columns, LABEL_NAMES[:1])
    return (
        tuple(column for column in named if column in varied) or plainest or find_named(varied, LABEL_NAMES)
    )


def _is_coordinate(table: InputTable, columns: Sequence[str]) -> bool:
    """Whether y stands beside x and other columns, all of numbers, and so is one of two coordinates."""
    numbers = {plain(column): table.numbers[column] for column in columns if column in table.numbers}
    return len(columns) > 2 and {"x", "y"} <= numbers.keys() and bool((numbers["y"] % 1 > 0).any())


def _is_mostly_there(table: InputTable, column: str) -> bool:
    cells = table.cells(column)
    return 2 * sum(map(is_missing, cells)) < len(cells)


def choose_recurring(table: InputTable, columns: Sequence[str]) -> LabelChoice | None:
    """Choose the label among columns of any name; ``None`` where they are not one to one."""
    if not columns or not all(_are_one(table, columns[0], column) for column in columns[1:]):
        return None
    return _join(table, columns)


def _join(table: InputTable, same: Sequence[str]) -> LabelChoice:
    """Take the first column of words among columns that hold the same classes."""
    words = next((column for column in same if column in table.words), same[0])
    others = [column for column in same if column != words]
    if not others:
        return LabelChoice((words,))
    verb = "holds" if len(others) == 1 else "hold"
    note = f"The classes are named by {words!r}; {', '.join(map(repr, others))} {verb} the same ones."
    return LabelChoice(
        (words,), dict.fromkeys(others, f"holds the classes of {words!r}, one to one"), (note,)
    )


def label_candidates(table: InputTable, columns: Sequence[str]) -> list[str]:
    """List the columns that may hold the labels by their contents: values that recur, no dates or texts."""
    rest = [column for column in columns if plain(column) not in GROUP_NAMES]
    return [column for column in rest if not is_constant(table, column) and _recurs(table, column)]


def is_plain_class(table: InputTable, chosen: LabelChoice, columns: Sequence[str]) -> bool:
    """Whether the only column of words beside numbers is the label: the last one, and no number is likelier.

    Parameters
    ----------
    table, chosen
        The table, and its only column of words that recur.
    columns
        All columns that have no other role. A price, a value or a count among them may be the label as well.
    """
    rest = [column for column in columns if column not in chosen.ignored]
    return rest[-1:] == [*chosen.columns] and not any(
        column in table.numbers and has_word(column, PREDICTED_WORDS) for column in rest
    )


def _recurs(table: InputTable, column: str) -> bool:
    cells = [cell for cell in table.cells(column) if cell.strip()]
    if column in table.words and (are_texts(cells) or are_dates(cells)):
        return False
    return 0 < 2 * len(set(cells)) <= len(cells)


def is_constant(table: InputTable, column: str) -> bool:
    """Whether a column has the same cell in every row."""
    numbers = table.numbers.get(column)
    if numbers is not None:
        return bool(np.isnan(numbers).all() or (numbers == numbers[0]).all())
    return len(set(table.cells(column))) < 2


def _pairs(table: InputTable, one: str, other: str) -> set[tuple[str, str]]:
    """Return the different pairs of cells, of rows with both labels."""
    cells = zip(table.cells(one), table.cells(other), strict=True)
    return {(a.strip(), b.strip()) for a, b in cells if not (_is_no_label(a) or _is_no_label(b))}


def _is_no_label(cell: str) -> bool:
    return is_missing(cell) or cell.strip() == "-1"


def _are_one(table: InputTable, one: str, other: str) -> bool:
    """Whether the values of two columns, which recur, stand for each other."""
    pairs = _pairs(table, one, other)
    n_one, n_other = len({a for a, _ in pairs}), len({b for _, b in pairs})
    return 1 < len(pairs) == n_one == n_other and 2 * len(pairs) <= table.n_rows


def _names_classes(table: InputTable, numbered: str, column: str) -> bool:
    """Whether a column of words with the name of a label in its own names the classes of integers."""
    return column in table.words and plain(numbered) in plain(column) and _are_one(table, numbered, column)


def ask_for_label(
    table: InputTable, candidates: Sequence[str], reading: Reading, *, hint: str = ""
) -> SamplesError:
    """Make the error of labels that several columns may hold, or none.

    Parameters
    ----------
    table
        The table.
    candidates
        The columns that may hold them, the likelier first.
    reading, hint
        As in ``choose_label``.

    Returns
    -------
    SamplesError
        With an option for each column that can be read as labels, where there are two.
    """
    readable = _options(table, candidates, reading)
    if len(readable) < 2:  # of the kind that was named; a column may hold labels of another kind
        readable = _options(table, candidates, replace(reading, target_kind=None))
    are_called_so = len(candidates) > 1 and all(find_named([column], LABEL_NAMES) for column in candidates)
    named = candidates if are_called_so or (readable and len(candidates) > 1) else ()
    plainly = unclear_column(table, "label", named, InputField.LABEL_COLUMNS, hint=hint)
    if len(readable) < 2:
        return plainly
    return UnclearReadingError(plainly.message, readable, hint=plainly.hint, fields=plainly.fields)


def _options(table: InputTable, candidates: Sequence[str], reading: Reading) -> list[ReadingOption]:
    """Describe those of the columns that can be read as labels."""
    options = (_option(table, column, reading) for column in candidates[:MAX_OPTIONS])
    return [option for option in options if option is not None]


def _option(table: InputTable, column: str, reading: Reading) -> ReadingOption | None:
    """Describe one column as the labels; ``None`` where it cannot be read as labels."""
    cells = {column: table.cells(column)}
    changes: dict[str, object] = {"label_columns": (column,)}
    try:
        targets = read_targets(cells, reading)
    except SamplesError:
        changes["target_kind"] = "regression"
        try:
            targets = read_targets(cells, replace(reading, target_kind="regression"))
        except SamplesError:
            return None
    if not _is_enough(targets):
        return None
    preview = tuple(cell[:CELL_CHARS] for cell in cells[column][:SHOWN])
    return ReadingOption(f"The labels are in {column!r}: {_summary(targets)}.", changes, preview)


def _is_enough(targets: Targets) -> bool:
    """Whether there are two classes of two samples, a label that varies, or three different numbers."""
    if targets.kind == "classification":
        return int((np.bincount(targets.labels) > 1).sum()) > 1
    if targets.kind == "multilabel":
        counts = targets.labels.sum(axis=0)
        return bool((np.minimum(counts, len(targets.labels) - counts) > 1).any())
    return len(np.unique(targets.labels)) >= MIN_NUMBERS


def _summary(targets: Targets) -> str:
    """Write classes with counts, or the range of numbers."""
    if targets.kind == "regression":
        numbers = targets.labels
        return f"numbers to predict from {numbers.min():g} to {numbers.max():g}"
    if targets.kind == "multilabel":
        counts = dict(zip(targets.class_names, targets.labels.sum(axis=0).astype(int).tolist(), strict=True))
    else:
        counts = dict(Counter(targets.class_names[label] for label in targets.labels.tolist()))
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    more = f" and {len(ordered) - SHOWN:,} more" if len(ordered) > SHOWN else ""
    listed = ", ".join(f"{name} ({count:,})" for name, count in ordered[:SHOWN])
    return f"{'labels' if targets.kind == 'multilabel' else 'classes'} {listed}{more}"
