"""What the layouts of datasets have in common: tables of each part, and what is known of their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ptmrank_core.data.sources.entries import Entry
from ptmrank_core.data.tables.columnar.columns import name_class
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import LeftOut
from ptmrank_core.records.foreign import parse_json

__all__ = ["DESCRIBES", "Dataset", "PartTables", "folder_of", "name_classes", "read_object"]

DESCRIBES = "describes the data set"
MAX_DESCRIPTION_BYTES = 2**24


@dataclass(frozen=True, slots=True)
class PartTables:
    """The tables of one part of a data set.

    Parameters
    ----------
    part
        Its name; empty where the data set has no parts.
    entries
        Its shards, in their order.
    """

    part: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set in a recognised layout.

    Parameters
    ----------
    parts
        Its tables.
    left_out
        The other files, and why they are not read.
    notes
        Which layout was recognised, one sentence each.
    classes
        Names of classes by column, where a description beside the tables has them.
    """

    parts: tuple[PartTables, ...]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def folder_of(name: str) -> str:
    """Return the folder of an entry with a slash at its end; empty for the top."""
    head, slash, _ = name.rpartition("/")
    return head + slash


def read_object(entry: Entry) -> dict[str, Any]:
    """Read a description in JSON.

    Raises
    ------
    SamplesError
        If it is no JSON object.
    """
    try:
        is_short = entry.size_bytes <= MAX_DESCRIPTION_BYTES
        read = parse_json(entry.blob.read(), unique=True).value if is_short else None
    except ValueError as error:
        raise SamplesError(
            f"{entry.name!r} is damaged: it {error}.", hint="Save the data set again, or copy it again."
        ) from error
    if not isinstance(read, dict):
        raise SamplesError(f"{entry.name!r} is no JSON object.", hint="Save the data set again.")
    return read


def name_classes(table: InputTable, classes: Mapping[str, Sequence[str]]) -> InputTable:
    """Read the columns that number classes as the names of the classes.

    Parameters
    ----------
    table
        The table.
    classes
        Names by column; columns that are not there or hold words are left as they are.
    """
    found = {column: names for column, names in classes.items() if column in table.numbers}
    if not found:
        return table
    named = {
        column: [name_class(None if n != n else n, names) for n in table.numbers[column].tolist()]  # noqa: PLR0124
        for column, names in found.items()
    }
    numbers = {column: cells for column, cells in table.numbers.items() if column not in found}
    return replace(
        table, numbers=numbers, words={**table.words, **named}, classes=table.classes | found.keys()
    )
