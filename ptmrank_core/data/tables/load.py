"""A table file -> Samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ptmrank_core.data.deduplication import count_reasons, describe_changes, describe_flaws
from ptmrank_core.data.labels.targets import read_targets
from ptmrank_core.data.media.kinds import MEDIA
from ptmrank_core.data.quality import group_column_warning
from ptmrank_core.data.sources.entries import Entry
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.assemble import assemble
from ptmrank_core.data.tables.column_roles import Roles, find_roles
from ptmrank_core.data.tables.columns.kinds import DATES
from ptmrank_core.data.tables.columns.leaks import find_leaks, leak_offers, leak_warnings
from ptmrank_core.data.tables.dialects.numbers import number_question
from ptmrank_core.data.tables.items import TableItems, read_items
from ptmrank_core.data.tables.media_rows import offer_texts
from ptmrank_core.data.tables.reading import open_table
from ptmrank_core.data.tables.role_rules import AS_ASKED
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.data.tables.vectors import refuse_numbers_as_text
from ptmrank_core.errors import InputField, SamplesError, UnclearReadingError
from ptmrank_core.records import Reading, Samples

__all__ = ["load_table", "table_samples"]


def load_table(source: str, entry: Entry, reading: Reading, limits: Limits) -> Samples:
    """Load the rows of a table as labelled texts, pairs of texts, words or rows of numbers.

    Parameters
    ----------
    source
        Where the table comes from; kept in the samples.
    entry
        A spreadsheet, or a ``.csv``, ``.tsv``, ``.jsonl``, ``.ndjson``, ``.json``, ``.parquet``, ``.conll``
        or ``.txt`` file (the last two with a word on each line).
    reading
        Which columns hold what, where the user said so.
    limits
        Bounds on what the table may hold.

    Returns
    -------
    Samples
        Of modality text or tabular, in the order of the table, named ``"FILE:LINE"`` (of a word in a list
        ``"FILE:LINE:WORD"``; Parquet rows and elements of an array count from one). Every row is a sample or
        is in ``left_out``; a table in any format gives the same fingerprint. Numbers are not standardised.

    Raises
    ------
    UnknownNameError
        If the reading names a column that is not there.
    SamplesError
        If the file cannot be read, the roles of its columns are ambiguous, or too few samples are left.
    """
    return table_samples(source, open_table(entry, limits, reading), reading, limits)


def table_samples(source: str, table: InputTable, reading: Reading, limits: Limits) -> Samples:
    """Make samples of the rows of a table in memory; parameters as those of :func:`load_table`."""
    roles = _find_roles(table, reading)
    names_classes = len(roles.labels) == 1 and table.classes.issuperset(roles.labels)
    if reading.target_kind is None and (roles.has_words or names_classes):  # numbers there number the classes
        reading = replace(reading, target_kind="classification")
    if roles.has_words and reading.unlabelled is None:  # a point or a question mark has a tag of its own
        reading = replace(reading, unlabelled="class")
    items = read_items(table, roles, limits)
    if not items.items:
        raise _no_items(table, items)
    targets = read_targets(items.labels, reading)
    leaks = find_leaks(table, items.rows, targets, roles) if items.rows else []
    notes = (*table.notes, *roles.notes, *describe_changes(items.decoded))
    try:
        samples = assemble(source, roles.modality, items, reading, notes, targets)
    except SamplesError as error:
        if not leaks:
            raise
        hint = f"{leak_warnings(leaks)[0]} {error.hint}".strip()
        raise SamplesError(error.message, hint=hint, fields=error.fields) from error
    return replace(
        samples,
        warnings=(*samples.warnings, *_doubts(table, roles, items, reading), *leak_warnings(leaks)),
        columns=roles.report(),
        offers=(*samples.offers, *leak_offers(leaks, roles, reading), *offer_texts(table, roles)),
    )


def _doubts(table: InputTable, roles: Roles, items: TableItems, reading: Reading) -> tuple[str, ...]:
    """Warn of doubtful pictures and recordings, and of groups that nobody named."""
    is_asked = reading.group_column is None and not roles.group and not roles.has_words
    warning = group_column_warning(_unused(table, roles)) if is_asked else ""
    flaws = zip(items.names, (one.flaw for one in items.decoded), strict=True) if roles.file else ()
    said = describe_flaws(MEDIA[roles.modality].plural, flaws) if roles.file else ()
    return (*said, *([warning] if warning else []))


def _no_items(table: InputTable, items: TableItems) -> SamplesError:
    """Make the error of a table none of whose rows is a sample."""
    return SamplesError(
        f"{table.name!r} holds no row that can be a sample. Left out: {count_reasons(items.left_out)}.",
        fields=[InputField.TEXT_COLUMNS, InputField.LABEL_COLUMNS],
    )


def _find_roles(table: InputTable, reading: Reading) -> Roles:
    """Find the roles of the columns; ask about those that matter and whose numbers are unclear."""
    question = number_question(table, {*table.columns} - {*reading.ignored_columns})
    try:
        roles = find_roles(table, reading)
    except UnclearReadingError:
        raise
    except SamplesError as error:
        raise (question or error) from error
    refuse_numbers_as_text(table, roles.text)
    if question is not None and (roles.modality == "tabular" or {*roles.text} & {*table.unclear}):
        raise question
    return roles


def _unused(table: InputTable, roles: Roles) -> dict[str, Sequence[str]]:
    """Return the cells of the columns that are not used."""
    return {
        column: table.cells(column)
        for column, why in roles.ignored.items()
        if why not in {AS_ASKED, DATES} and column not in table.media
    }
