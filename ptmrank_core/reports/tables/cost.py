"""Costs, as a table."""

from __future__ import annotations

from collections.abc import Mapping

from ptmrank_core.records import Ranking
from ptmrank_core.reports.tables.table import COMPACT, Column, Table, fixed
from ptmrank_core.results.cost import COST_TITLES, ModelCost

__all__ = ["cost_table"]


def cost_table(costs: Mapping[str, ModelCost], ranking: Ranking) -> Table:
    """Write every cost that is known, best placed model first."""
    columns = (
        Column("place", "place", "integer"),
        Column("model", "model"),
        Column("n_parameters", "parameters", "integer", COMPACT),
        Column("size_bytes", "bytes on disk", "integer", COMPACT),
        Column("seconds_per_1000", "seconds per 1,000", "number", fixed(2)),
        Column("n_measured", "measured on", "integer"),
        Column("peak_memory_bytes", "peak memory (bytes)", "integer", COMPACT),
    )
    records = [
        {
            "place": ranking.order.index(model) + 1 if model in ranking.mean_ranks else None,
            "model": model,
            **{name: getattr(costs[model], name) for name in COST_TITLES},
            "n_measured": costs[model].n_measured or None,
        }
        for model in (*ranking.order, *ranking.unranked)
    ]
    return Table.of("cost", "What the models cost", columns, records).known()
