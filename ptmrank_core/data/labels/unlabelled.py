"""Labels of a class column that say that a sample has none: -1, ``None``, ``N/A``, ``unlabelled``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ptmrank_core.data.labels.numbers import read_numbers
from ptmrank_core.errors import InputField, ReadingOption, UnclearReadingError
from ptmrank_core.records import Reading

__all__ = ["NONE_GIVEN", "Unlabelled", "find_unlabelled", "without_word_marks"]

NONE_GIVEN = frozenset({"", "nan"})
"""Cells that are empty, in lower case."""
MARKS = frozenset(
    {"n/a", "n.a.", "na", "#n/a", "#na", "<na>", "nat", "null", "(null)", "\\n", "?", "-1", "-1.0"}
    | {"unlabelled", "unlabeled", "not labelled", "not labeled", "no label", "no_label", "nolabel"}
    | {"unannotated", "not annotated", "missing label"}
)
DASHES = frozenset({"-", "--", "\u2013", "\u2014", ".", ".."})
"""Beside two classes or more that are words; beside ``+`` a dash is a class."""
PYTHON_NONE = "None"
"""As Python writes a missing value; in other spellings it is more often a class."""
MAYBE_MARKS = frozenset({"none", "unknown"})
MINUS_ONE = "-1"
PLAIN_NAMES = frozenset(["label", "labels", "labelid", "labelidx", "goldlabel", "y", "target", "targets"])
SCALES = ("sentiment", "polarity", "stance", "score", "rating", "opinion", "attitude", "tone", "vote")
SHOWN = 6


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """Which cells say that a sample has no label.

    Parameters
    ----------
    marks
        The cells, beside those that are empty.
    notes
        What was decided, one sentence each.
    offers
        The other decision, where there is one.
    """

    marks: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    offers: tuple[ReadingOption, ...] = ()


def without_word_marks(name: str, cells: list[str]) -> tuple[list[str], str]:
    """Empty the cells that say in words that there is no label, where all others are numbers.

    Returns
    -------
    cells, note
        The note is empty where there are none.
    """
    marked = {cell for cell in set(cells) if cell.lower() in MARKS and not cell.startswith(MINUS_ONE)}
    there = [cell for cell in cells if cell not in marked]
    if not marked or not any(there) or read_numbers(there) is None:
        return cells, ""
    counts = Counter(cell for cell in cells if cell in marked)
    return ["" if cell in marked else cell for cell in cells], _say_left_out(name, counts, marked)


def find_unlabelled(name: str, cells: Sequence[str], reading: Reading, *, are_integers: bool) -> Unlabelled:
    """Find the cells of a class column that say that a sample has no label.

    Words: ``N/A``, ``NA``, ``null``, ``None`` (in this spelling), ``?``, ``-1``, ``unlabelled`` and the like,
    a dash or a point beside two words or more; ``none`` and ``unknown`` are classes, with an offer. Integers:
    -1 beside at least three classes from 0 or 1 on; beside 0 and 1 in a column called label, target or the
    like, while it is a class where the column is called sentiment, stance, score or the like. Beside 1 alone,
    beside 0 alone and beside other negative numbers, -1 is a class. ``reading.unlabelled`` decides, if given.

    Parameters
    ----------
    name
        Name of the column.
    cells
        Its cells, integers without a point.
    reading
        Its ``unlabelled`` is used.
    are_integers
        Whether the classes are integers.

    Raises
    ------
    UnclearReadingError
        If -1 may be either.
    """
    counts = Counter(cell for cell in cells if cell.lower() not in NONE_GIVEN)
    marks = {cell for cell in counts if cell == PYTHON_NONE or (cell.lower() in MARKS)}
    words = counts.keys() - marks - DASHES
    if not all(any(map(str.isalnum, word)) for word in words):
        marks -= {"?"}
    elif len(words) > 1:
        marks |= counts.keys() & DASHES
    maybe = {cell for cell in counts if cell.lower() in MAYBE_MARKS} - marks
    if reading.unlabelled == "class":
        return Unlabelled()
    if reading.unlabelled == "left out":
        return _leave_out(name, counts, marks | maybe, asked=True)
    if are_integers:
        return _judge_minus_one(name, counts) if MINUS_ONE in counts else Unlabelled()
    if marks:
        return _leave_out(name, counts, marks)
    return Unlabelled(offers=(_as_missing(counts, maybe),)) if maybe and len(counts) > 2 else Unlabelled()


def _judge_minus_one(name: str, counts: Counter[str]) -> Unlabelled:
    """Judge -1 among integers, by the other integers and by the name of the column."""
    others = sorted(float(cell) for cell in counts if cell != MINUS_ONE)
    if len(others) < 2 or others[0] < 0:
        return Unlabelled()
    plain = "".join(filter(str.isalnum, name.rpartition(".")[2])).casefold()
    runs = others[0] in {0, 1} and others[-1] - others[0] == len(others) - 1
    if runs and (len(others) > 2 or (plain in PLAIN_NAMES and others == [0, 1])):
        return _leave_out(name, counts, {MINUS_ONE})
    if others == [0, 1] and any(word in plain for word in SCALES):
        note = f"In label column {name!r}, -1 is a class beside 0 and 1."
        return Unlabelled(notes=(note,), offers=(_as_missing(counts, {MINUS_ONE}),))
    raise UnclearReadingError(
        f"Label column {name!r} holds -1 beside {_count(counts, {MINUS_ONE})}; it may be a class, or say "
        "that a sample has no label.",
        [_as_missing(counts, {MINUS_ONE}), _as_class(counts, {MINUS_ONE})],
        fields=[InputField.UNLABELLED],
    )


def _leave_out(name: str, counts: Counter[str], marks: set[str], *, asked: bool = False) -> Unlabelled:
    """Leave some labels out, and say so."""
    if not marks:
        return Unlabelled()
    offers = () if asked else (_as_class(counts, marks),)
    return Unlabelled(frozenset(marks), (_say_left_out(name, counts, marks),), offers)


def _say_left_out(name: str, counts: Counter[str], marks: set[str]) -> str:
    n_rows = sum(counts[mark] for mark in marks)
    said = ", ".join(map(repr, sorted(marks)))
    rows = "one row is" if n_rows == 1 else f"{n_rows:,} rows are"
    say = "says" if len(marks) == 1 else "say"
    return f"In label column {name!r}, {said} {say} that there is no label: {rows} left out."


def _as_missing(counts: Counter[str], marks: set[str]) -> ReadingOption:
    said = ", ".join(sorted(marks))
    return ReadingOption(
        f"{said} says that a sample has no label: classes {_count(counts, marks)}.",
        {"unlabelled": "left out"},
    )


def _as_class(counts: Counter[str], marks: set[str]) -> ReadingOption:
    said = ", ".join(sorted(marks))
    return ReadingOption(
        f"{said} {'is a class' if len(marks) == 1 else 'are classes'}: {_count(counts, set())}.",
        {"unlabelled": "class"},
    )


def _count(counts: Counter[str], left_out: set[str]) -> str:
    """Write classes with counts."""
    kept = sorted(((cell, n) for cell, n in counts.items() if cell not in left_out), key=lambda one: -one[1])
    more = f" and {len(kept) - SHOWN:,} more" if len(kept) > SHOWN else ""
    return ", ".join(f"{cell} ({n:,})" for cell, n in kept[:SHOWN]) + more
