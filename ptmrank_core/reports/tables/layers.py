"""Hidden layers, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ptmrank_core.metrics import METRICS
from ptmrank_core.reports.tables.table import Column, Table, shared_format
from ptmrank_core.results.scores import summarise_layers

__all__ = ["layer_table"]


def layer_table(metric: str, scores: Mapping[str, Sequence[float | None]]) -> Table:
    """Write the score of every hidden layer and the mean of its model; the parameters are the figure's."""
    known = [value for values in scores.values() for value in values]
    means = {model: own.mean for model, own in summarise_layers(metric, scores).items()}
    columns = (
        Column("model", "model"),
        Column("layer", "layer", "integer"),
        Column("n_layers", "of", "integer"),
        Column("score", METRICS[metric].title, "number", shared_format(known)),
        Column("mean", "mean of all layers", "number", shared_format([*known, *means.values()])),
    )
    records = [
        {
            "model": model,
            "layer": layer,
            "n_layers": len(values) - 1,
            "score": value,
            "mean": means.get(model),
        }
        for model, values in scores.items()
        for layer, value in enumerate(values)
    ]
    return Table.of("layers", "Hidden layers", columns, records)
