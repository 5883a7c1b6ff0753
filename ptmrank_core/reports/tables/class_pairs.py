"""Distances between pairs of classes, as a table."""

from __future__ import annotations

from typing import Any

from ptmrank_core.reports.tables.table import SIGNIFICANT, Column, Table
from ptmrank_core.results.class_pairs import ClassPairs

__all__ = ["class_pairs_table"]


def class_pairs_table(pairs: ClassPairs) -> Table:
    """Give the distance of each pair under each model, the pair first that some model tells apart least."""
    columns = [Column("first", "class"), Column("second", "and class")]
    columns += [
        Column(f"distance{index}", f"{model}, distance", "number", SIGNIFICANT)
        for index, model in enumerate(pairs.distances)
    ]
    records: list[dict[str, Any]] = []
    for i, first in enumerate(pairs.names):
        for j in range(i + 1, len(pairs.names)):
            own = {f"distance{k}": float(each[i, j]) for k, each in enumerate(pairs.distances.values())}
            records.append({"first": first, "second": pairs.names[j], **own})
    records.sort(
        key=lambda record: min(value for name, value in record.items() if name.startswith("distance"))
    )
    return Table.of("class_pairs", "Pairs of classes", columns, records)
