"""Selected samples as a table, to take away."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ptmrank_core.records import Samples
from ptmrank_core.reports.tables.table import Column, Table
from ptmrank_core.results.phrases import say_label

__all__ = ["selection_table"]


def selection_table(
    samples: Samples, rows: Sequence[int], tags: Mapping[str, Collection[int]] | None = None
) -> Table:
    """List selected samples with their labels, and with their tags where the run has any.

    Parameters
    ----------
    samples, rows
        All samples, and the indices of those that are selected.
    tags
        Tag -> indices of its samples.
    """
    columns = [Column("number", "number", "integer"), Column("sample", "sample"), Column("label", "label")]
    if samples.groups:
        columns.append(Column("group", "group"))
    if tags:
        columns.append(Column("tags", "tags"))
    records = [
        {
            "number": row + 1,
            "sample": samples.names[row],
            "label": say_label(samples, row),
            "group": samples.groups[row] if samples.groups else None,
            "tags": ", ".join(tag for tag, members in (tags or {}).items() if row in members),
        }
        for row in rows
    ]
    return Table.of("selection", "Selected samples", columns, records)
