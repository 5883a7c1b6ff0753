"""The label columns of a table beside files where several columns, or none, are called so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ptmrank_core.data.labels.numbers import read_numbers
from ptmrank_core.data.labels.targets import Targets, read_targets
from ptmrank_core.data.tables.column_names import GROUP_NAMES, ID_NAMES, plain
from ptmrank_core.data.tables.role_rules import unclear_column
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.errors import InputField, ReadingOption, SamplesError, UnclearReadingError
from ptmrank_core.records import Reading, TargetKind

__all__ = ["ask_for_labels", "find_other_labels", "one_labelling"]

FEWEST = 2  # classes, and samples of one
MOST_CLASSES = 12  # listed in an option
MOST_OPTIONS = 8


def one_labelling(
    table: InputTable, labels: Sequence[str], columns: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Reduce columns that say the same to the one that names the classes.

    Parameters
    ----------
    table
        The table.
    labels
        Columns that are called like labels, at least one.
    columns
        All columns without another role: one of any name may name the classes that a label column numbers.

    Returns
    -------
    kept, twins
        The label columns that remain, and those that say the same as the one that remains.
    """
    numbered = [column for column in labels if _are_integers(table.cells(column))]
    pool = [*labels, *(column for column in columns if column not in labels and column in table.words)]
    if len(numbered) == 1:
        [first] = numbered
        names = [
            c for c in pool if c != first and not _are_integers(table.cells(c)) and _same(table, first, c)
        ]
        if names and {*labels} <= {first, *names}:
            return (names[0],), tuple(c for c in dict.fromkeys([*labels, *names]) if c != names[0])
        return tuple(labels), ()
    alike = all(_same(table, labels[0], other) for other in labels[1:])
    if len(labels) > 1 and alike:
        worded = [column for column in labels if column not in numbered] or [*labels]
        return (worded[0],), tuple(column for column in labels if column != worded[0])
    return tuple(labels), ()


def _are_integers(cells: Sequence[str]) -> bool:
    """Whether a column holds integers alone."""
    numbers = read_numbers(list(cells))
    return numbers is not None and bool((numbers == numbers.round()).all())


def _same(table: InputTable, one: str, other: str) -> bool:
    """Whether two columns give rows the same classes under different names."""
    pairs = set(zip(table.cells(one), table.cells(other), strict=True))
    firsts, seconds = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    return len(pairs) >= FEWEST and len(firsts) == len(pairs) == len(seconds) and len(pairs) < table.n_rows


def find_other_labels(table: InputTable, columns: Sequence[str]) -> tuple[str, ...]:
    """Find the labels where no column is called so: all of zeros and ones, or the only one that fits.

    Parameters
    ----------
    table
        The table.
    columns
        Columns without another role.
    """
    free = [column for column in columns if plain(column) not in {*GROUP_NAMES, *ID_NAMES}]
    binary = [column for column in free if {*table.cells(column)} <= {"0", "1", "0.0", "1.0"}]
    if len(binary) > 1 and len(binary) == len(free):
        return tuple(binary)
    able = [column for column in free if _describe(table, column) is not None]
    if len(able) != 1:
        return ()
    # Beside other content, such as the sentence that was read aloud, one of few columns need not be meant.
    others = [column for column in free if column not in able and len(set(table.cells(column))) > 1]
    n_able = sum(_describe(table, column) is not None for column in columns)
    return () if others and n_able > 1 else tuple(able)


def ask_for_labels(
    table: InputTable, columns: Sequence[str], *, several: bool = False, hint: str
) -> SamplesError:
    """Make the question which column holds the labels.

    Parameters
    ----------
    table
        The table.
    columns
        Columns that could hold them.
    several
        Whether all of them are called so.
    hint
        What else can be done.

    Returns
    -------
    SamplesError
        With options where at least two columns can be labels.
    """
    options = [option for column in columns if (option := _describe(table, column)) is not None]
    plain_error = unclear_column(
        table, "label", columns if several else (), InputField.LABEL_COLUMNS, hint=hint
    )
    if len(options) < FEWEST:
        return plain_error
    return UnclearReadingError(
        plain_error.message, options[:MOST_OPTIONS], hint=hint, fields=[InputField.LABEL_COLUMNS]
    )


def _describe(table: InputTable, column: str) -> ReadingOption | None:
    """Say what the labels are if a column holds them; ``None`` where it cannot."""
    kinds: tuple[TargetKind | None, ...] = (None, "regression")
    for kind in kinds:
        try:
            targets = read_targets({column: table.cells(column)}, Reading(target_kind=kind))
        except SamplesError:
            continue
        text = _summary(targets)
        changes: dict[str, Any] = {"label_columns": (column,)} | ({"target_kind": kind} if kind else {})
        return ReadingOption(f"The labels are in column {column!r}: {text}.", changes) if text else None
    return None


def _summary(targets: Targets) -> str:
    """List classes with counts, or count the numbers; empty where they are too few."""
    if targets.kind == "regression":
        n_values = len({*targets.labels.ravel().tolist()})
        return f"{n_values:,} different numbers" if n_values > FEWEST else ""
    if targets.kind == "multilabel":
        return f"several of {len(targets.class_names):,} labels each"
    counts = Counter(targets.class_names[label] for label in targets.labels.tolist())
    large = {name: count for name, count in counts.items() if count >= FEWEST}
    if len(large) < FEWEST:
        return ""
    listed = ", ".join(f"{name} ({large[name]:,})" for name in sorted(large)[:MOST_CLASSES])
    return listed + (f" and {len(large) - MOST_CLASSES:,} more" if len(large) > MOST_CLASSES else "")
