"""What became of each column of a table, and the notes on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ptmrank_core.data.tables.columns.features import Encoding
from ptmrank_core.data.tables.columns.kinds import DATES, are_dates
from ptmrank_core.data.tables.columns.labels import is_constant
from ptmrank_core.data.tables.role_rules import AS_ASKED, MAX_LISTED, list_columns
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.records import ColumnRoles, Modality

__all__ = ["MEDIA_WORDS", "Roles", "with_ignored"]

MEDIA_WORDS: Mapping[Modality, str] = {"image": "Pictures", "audio": "Recordings", "video": "Videos"}


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
    encodings
        How the features become numbers; empty where columns of numbers are taken as they stand.
    ignored
        Why each of the other columns is not used.
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
    encodings: tuple[Encoding, ...] = ()
    ignored: Mapping[str, str] = field(default_factory=dict)
    file: str | None = None

    def report(self) -> ColumnRoles:
        """Return what a reading report says of the columns."""
        return ColumnRoles(self.features, self.text, self.labels, self.group, self.file, self.ignored)


def with_ignored(table: InputTable, roles: Roles, ignored: Mapping[str, str]) -> Roles:
    """Give every column without a role the reason, and write the notes.

    Parameters
    ----------
    table, roles
        The table, and the roles of its columns.
    ignored
        Reasons that are known, beside those of the roles.
    """
    used = {*roles.text, *roles.labels, *roles.features, roles.group, roles.file}
    known = {**roles.ignored, **ignored}
    unused = [column for column in table.columns if column not in used]
    reasons = {column: known.get(column) or _why_unused(table, roles, column) for column in unused}
    notes = (*_describe(roles, reasons), *roles.notes, *_describe_encodings(roles.encodings))
    return replace(roles, ignored=reasons, notes=notes)


def _why_unused(table: InputTable, roles: Roles, column: str) -> str:
    if not any(map(str.strip, table.cells(column))):
        return "is empty"
    if is_constant(table, column):
        return "is constant"
    if are_dates(table.words.get(column, ())):
        return DATES
    if roles.modality == "tabular":
        return "is no column of numbers"
    return f"has no role beside {'the samples' if roles.file else 'a text'}"


def _describe(roles: Roles, ignored: Mapping[str, str]) -> Iterable[str]:
    """Write the note on which columns are used, and those on the others."""
    subject = "Words are" if roles.has_words else "Features are" if roles.features else "Text is"
    subject = f"{MEDIA_WORDS[roles.modality]} are" if roles.file else subject
    columns = (roles.file,) if roles.file else roles.text or roles.features
    groups = f", groups from {roles.group!r}" if roles.group else ""
    rest = f"; not used: {list_columns(list(ignored))}" if ignored else ""
    yield (
        f"{subject} read from {list_columns(columns)}, labels from "
        f"{list_columns(roles.labels)}{groups}{rest}."
    )
    columns_of: dict[str, list[str]] = {}
    for column, why in ignored.items():
        if roles.features or not why.startswith(("has no role", AS_ASKED)):
            columns_of.setdefault(why, []).append(column)
    for why, alike in columns_of.items():
        yield (
            f"Not used: {list_columns(alike)}, which {why}."
            if len(alike) == 1
            else (f"Not used: {list_columns(alike)}; each {why}.")
        )


def _describe_encodings(encodings: Sequence[Encoding]) -> Iterable[str]:
    """Write the notes on categories and on gaps."""
    measures = [f"{one.column!r} ({one.how})" for one in encodings if one.how]
    if measures:
        yield f"Read as numbers: {_list(measures)}."
    words = [f"{one.column!r} ({len(one.names) - bool(one.n_gaps)})" for one in encodings if one.categories]
    if words:
        yield f"Categories became columns of zeros and ones: {_list(words)}."
    gaps = [f"{one.column!r} ({one.n_gaps:,})" for one in encodings if one.n_gaps]
    if gaps:
        yield (
            "Gaps were filled with the column's median or most frequent word, and marked by a column of "
            f"zeros and ones: {_list(gaps)}."
        )


def _list(columns: Sequence[str]) -> str:
    more = f" and {len(columns) - MAX_LISTED:,} more" if len(columns) > MAX_LISTED else ""
    return f"{', '.join(columns[:MAX_LISTED])}{more}"
