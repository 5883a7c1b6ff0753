"""The tables of a source whose rows are the samples: one, its shards, or one for each part."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ptmrank_core.data.layouts.taking import not_taken, part_of_path, take_parts
from ptmrank_core.data.parts import SHARD, part_of
from ptmrank_core.data.sources.entries import Entry
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.column_roles import find_roles
from ptmrank_core.data.tables.joining import describe_files, join_tables, take_rows
from ptmrank_core.data.tables.load import table_samples
from ptmrank_core.data.tables.reading import open_table
from ptmrank_core.data.tables.sheets.reading import sheets_as_parts
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.errors import InputError, InputField, ReadingOption, SamplesError, UnclearReadingError
from ptmrank_core.records import ALL_PARTS, LeftOut, Reading

__all__ = [
    "SUBMISSION_REASON",
    "OpenTables",
    "is_submission",
    "names_table",
    "open_sample_tables",
    "table_key",
]

SUBMISSION = re.compile(r"(?:sample|gender|example)?[ _-]?submission(?:[ _-]?(?:format|example|sample))?")
SUBMISSION_REASON = "an example of a submission, which holds no labels"
NOT_ONE_OF_THEM = "beside the tables that hold the samples"
MOST_OPTIONS = 6
HEAD_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class OpenTables:
    """The samples' table, and what was left out to make it.

    Parameters
    ----------
    table
        All rows that are taken.
    parts
        Number of rows in each part; empty where there are none.
    left_out
        Tables that are not taken, and why.
    notes
        Which tables were joined, which parts taken.
    """

    table: InputTable
    parts: Mapping[str, int]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]


def is_submission(name: str) -> bool:
    """Whether a table is the example of a submission to a competition (``sample_submission.csv``)."""
    return SUBMISSION.fullmatch(posixpath.splitext(posixpath.basename(name))[0].casefold()) is not None


def table_key(name: str) -> str:
    """Return what the shards of one table have in common: the name without suffix and number."""
    stem, suffix = posixpath.splitext(name)
    return name if part_of(suffix[1:]) else SHARD.sub("", stem)  # eng.train and eng.testa


def open_sample_tables(entries: Sequence[Entry], reading: Reading, limits: Limits) -> OpenTables:
    """Open the tables that hold the samples, and join those that are taken.

    - Shards of one table (``train-00000-of-00002``) are one table.
    - Tables named after parts (``train.csv``, ``test/data.csv``) are parts; one without the label column of
      the others is unlabelled.
    - Of several other tables the user has to choose.

    Parameters
    ----------
    entries
        The tables of the source, at least one.
    reading
        The parts to take, and which columns hold what.
    limits
        Bounds on what the tables may hold.

    Raises
    ------
    UnclearReadingError
        If it is not clear which table is meant.
    SamplesError
        If a table cannot be read, or several could hold the samples and none of them can be used.
    """
    entries = [one for entry in entries for one in sheets_as_parts(entry, reading, limits)]
    if len(entries) == 1:
        return OpenTables(open_table(entries[0], limits, reading), {}, (), ())
    tables, left_out = _open(entries, reading, limits)
    shards: dict[str, list[InputTable]] = {}
    for table in tables:
        shards.setdefault(table_key(table.name), []).append(table)
    joined = {key: join_tables(tables, limits) for key, tables in shards.items()}
    joined = _keep_named(joined, reading, left_out)
    parts = {key: part_of_path(f"{key}.x") or "" for key in joined}
    if any(parts.values()) and not all(parts.values()):
        left_out += [_beside(table) for key, table in joined.items() if not parts[key]]
        joined = {key: table for key, table in joined.items() if parts[key]}
    if len(joined) == 1:
        [(key, table)] = joined.items()
        counts = {parts[key]: table.n_rows} if parts[key] else {}
        take_parts(counts, reading.parts if counts else ())  # refuses a part that is not there
        return _finish(joined, counts, (), left_out)
    if not all(parts.values()) or len({parts[key] for key in joined}) < len(joined):
        return _choose(joined, reading, left_out, limits)
    return _take(joined, {parts[key]: key for key in joined}, reading, left_out, limits)


def _open(
    entries: Sequence[Entry], reading: Reading, limits: Limits
) -> tuple[list[InputTable], list[LeftOut]]:
    """Open the tables that can be read; the others, and examples of submissions, are left out."""
    left_out, tables, first_error = [], [], None
    wanted = [entry for entry in entries if not is_submission(entry.name)] or entries
    left_out = [LeftOut(entry.name, SUBMISSION_REASON) for entry in entries if entry not in wanted]
    for entry in wanted:
        try:
            tables.append(open_table(entry, limits, reading))
        except UnclearReadingError:
            raise
        except SamplesError as error:
            first_error = first_error or error
            left_out.append(LeftOut(entry.name, f"no table: {error.message}"))
    if not tables and first_error is not None:
        raise first_error
    return tables, left_out


def names_table(key: str, parts: Sequence[str]) -> str:
    """Return the word among the parts asked for that is the name of this table; empty for none."""
    return next((name for name in parts if name in {key, posixpath.basename(key)} and not part_of(name)), "")


def _keep_named(
    tables: dict[str, InputTable], reading: Reading, left_out: list[LeftOut]
) -> dict[str, InputTable]:
    """Keep the tables that the user named by their own names, where any is named."""
    named = {key for key in tables if names_table(key, reading.parts)}
    if not named:
        return tables
    left_out += [_beside(table) for key, table in tables.items() if key not in named]
    return {key: table for key, table in tables.items() if key in named}


def _beside(table: InputTable) -> LeftOut:
    return LeftOut(table.name, NOT_ONE_OF_THEM)


def _finish(
    tables: Mapping[str, InputTable],
    parts: Mapping[str, int],
    notes: tuple[str, ...],
    left_out: list[LeftOut],
) -> OpenTables:
    """Make the record of a single table, possibly of shards."""
    [table] = tables.values()
    notes = (*describe_files(table), *notes)
    return OpenTables(table, parts, tuple(left_out), notes)


def _take(
    tables: Mapping[str, InputTable],
    key_of: Mapping[str, str],
    reading: Reading,
    left_out: list[LeftOut],
    limits: Limits,
) -> OpenTables:
    """Take some of the tables, each of which is a part."""
    first = tables[key_of.get("train", max(tables, key=lambda key: len(tables[key].columns)))]
    labels = _labels_of(first, reading)
    for part, key in key_of.items():
        missing = [label for label in labels if label not in tables[key].columns]
        if missing:
            left_out.append(
                LeftOut(tables[key].name, f"no label: part {part!r} has no column {missing[0]!r}")
            )
    labelled = {part: tables[key] for part, key in key_of.items() if {*labels} <= {*tables[key].columns}}
    taken = take_parts((part for part, table in labelled.items() for _ in table.lines), reading.parts)
    for part, table in labelled.items():
        if part not in taken.parts:
            left_out.append(LeftOut(table.name, f"{not_taken(part)}: {table.n_rows:,} rows"))
    whole = join_tables([labelled[part] for part in taken.counts if part in taken.parts], limits)
    return OpenTables(whole, taken.counts, tuple(left_out), taken.notes)


def _labels_of(table: InputTable, reading: Reading) -> tuple[str, ...]:
    """Return the label columns of a table; none where it is not clear, which reading it then says."""
    try:
        return find_roles(table, reading).labels
    except InputError:
        return ()


def _choose(
    tables: Mapping[str, InputTable], reading: Reading, left_out: list[LeftOut], limits: Limits
) -> OpenTables:
    """Take the only table that can hold samples, or ask which one is meant."""
    able = {key: table for key, table in tables.items() if _can_be_read(table, reading, limits)}
    alike = len({frozenset(table.columns) for table in able.values()}) == 1 and len(able) > 1
    if alike and ALL_PARTS in reading.parts:
        left_out += [_beside(table) for key, table in tables.items() if key not in able]
        whole = join_tables([*able.values()], limits)
        return _finish({"": whole}, {}, (), left_out)
    if len(able) == 1:
        left_out += [_beside(table) for key, table in tables.items() if key not in able]
        [chosen] = able.values()
        note = (
            f"The samples are read from {chosen.name}, the only one of {len(tables):,} tables that holds any."
        )
        return _finish(able, {}, (note,), left_out)
    names = [table.name for table in tables.values()]
    problem = f"{len(names):,} tables could hold the samples: {names[0]!r}, {names[1]!r} ...; expected one."
    hint = "Keep one of them, or join them into one table."
    if not able:
        raise SamplesError(problem, hint=hint)
    options = [_option((name_of(key, able),), f"Only {table.name}", table) for key, table in able.items()]
    if alike:
        whole = join_tables([*able.values()], limits)
        options.append(_option((ALL_PARTS,), "All of them as one table", whole))
    raise UnclearReadingError(problem, options[:MOST_OPTIONS], hint=hint, fields=[InputField.PARTS])


def name_of(key: str, tables: Mapping[str, InputTable]) -> str:
    """Return the shortest name of a table that no other one has."""
    short = posixpath.basename(key)
    return short if sum(posixpath.basename(other) == short for other in tables) == 1 else key


def _option(parts: tuple[str, ...], subject: str, table: InputTable) -> ReadingOption:
    columns = ", ".join(table.columns[:6]) + (" ..." if len(table.columns) > 6 else "")
    return ReadingOption(f"{subject}: {table.n_rows:,} rows with the columns {columns}.", {"parts": parts})


def _can_be_read(table: InputTable, reading: Reading, limits: Limits) -> bool:
    """Whether the first rows of a table can be samples, possibly after a question."""
    head = take_rows(table, np.arange(min(table.n_rows, HEAD_ROWS)))
    try:
        table_samples(table.name, head, replace(reading, parts=()), limits)
    except UnclearReadingError:
        return True
    except InputError:
        return False
    return True
