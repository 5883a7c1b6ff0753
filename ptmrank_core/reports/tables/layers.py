"""Hidden layers, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ptmrank_core.metrics import METRICS
from ptmrank_core.reports.tables.table import Column, Table, shared_format

__all__ = ["layer_table"]


def layer_table(metric: str, scores: Mapping[str, Sequence[float | None]]) -> Table:
    """Write the score of every hidden layer; the parameters are those of the figure."""
    known = [value for values in scores.values() for value in values]
    columns = (
        Column("model", "model"),
        Column("layer", "layer", "integer"),
        Column("n_layers", "of", "integer"),
        Column("score", METRICS[metric].title, "number", shared_format(known)),
    )
    records = [
        {"model": model, "layer": layer, "n_layers": len(values) - 1, "score": value}
        for model, values in scores.items()
        for layer, value in enumerate(values)
    ]
    return Table.of("layers", "Hidden layers", columns, records)
