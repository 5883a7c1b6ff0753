"""Which file has which label: the record that folders and tables give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ptmrank_core.data.labels.targets import Targets
from ptmrank_core.errors import ReadingOption
from ptmrank_core.records import ColumnRoles, LeftOut

__all__ = ["Labelling"]


@dataclass(frozen=True, slots=True)
class Labelling:
    """Which file has which label.

    Parameters
    ----------
    labels
        Label by name of the file; ``None`` for a file that has no label and is yet to be identified.
    left_out
        Files without a usable label, and rows that label no file.
    notes
        How the labels were read, one sentence each.
    groups
        Group of each file (speaker, patient, document), by its name; empty where no groups are known.
    targets
        The labels as numbers; ``None`` where folders give classes.
    rows
        Row of ``targets`` by name of the file.
    parts
        Number of labelled files in each part of the data set; empty where it has no parts.
    columns
        What each column of the table was used for; ``None`` where there was none.
    offers
        Other ways to read the files that the user may prefer.
    """

    labels: Mapping[str, str | None]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)
    targets: Targets | None = None
    rows: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, int] = field(default_factory=dict)
    columns: ColumnRoles | None = None
    offers: tuple[ReadingOption, ...] = ()
