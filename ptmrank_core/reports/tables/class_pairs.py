"""Distances between pairs of classes, as a table."""

from __future__ import annotations

from typing import Any

from ptmrank_core.reports.tables.table import SIGNIFICANT, Column, Table
from ptmrank_core.results.class_pairs import ClassPairs

__all__ = ["class_pairs_table"]


def class_pairs_table(pairs: ClassPairs) -> Table:
    """List the distance of each pair under each model, the closest pair under any model first."""
    columns = [Column("first", "class"), Column("second", "and class")]
    columns += [
        Column(f"distance{index}", f"{model}, distance", "number", SIGNIFICANT)
        for index, model in enumerate(pairs.distances)
    ]
    records: list[dict[str, Any]] = []
    for i, first in enumerate(pairs.names):
        for j in range(i + 1, len(pairs.names)):
            distances = {
                f"distance{k}": float(matrix[i, j]) for k, matrix in enumerate(pairs.distances.values())
            }
            records.append({"first": first, "second": pairs.names[j], **distances})
    records.sort(
        key=lambda record: min(value for name, value in record.items() if name.startswith("distance"))
    )
    return Table.of("class_pairs", "Pairs of classes", columns, records)
