"""Two runs side by side, as tables."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ptmrank_core.metrics import METRICS
from ptmrank_core.reports.tables.table import Column, Table, fixed
from ptmrank_core.results.comparison import Comparison

__all__ = ["differences_table", "metrics_table", "moves_table"]


def moves_table(comparison: Comparison) -> Table:
    """Every model of either run, with its places."""
    columns = (
        Column("model", "model"),
        Column("first", "place in the first", "integer"),
        Column("second", "place in the second", "integer"),
        Column("change", "places gained", "integer", "%+d"),
        Column("note", "note"),
    )
    records: list[dict[str, Any]] = [
        {
            "model": move.model,
            "first": move.first,
            "second": move.second,
            "change": move.change,
            "note": None if move.change is not None else "no rank in one of them",
        }
        for move in comparison.moves
    ]
    records += [{"model": model, "note": "in the first run only"} for model in comparison.only_first]
    records += [{"model": model, "note": "in the second run only"} for model in comparison.only_second]
    return Table.of("moves", "Places in both runs", columns, records)


def metrics_table(comparison: Comparison) -> Table:
    """How alike the orders under each metric are."""
    columns = (
        Column("metric", "metric"),
        Column("tau", "Kendall τ", "number", fixed(2)),
        Column("n_models", "models in both", "integer"),
        Column("note", "note"),
    )
    records: list[dict[str, Any]] = [
        {"metric": METRICS[name].title, "tau": likeness.tau, "n_models": likeness.n_models}
        for name, likeness in comparison.metrics.items()
    ]
    for names, note in (
        (comparison.metrics_only_first, "in the first run only"),
        (comparison.metrics_only_second, "in the second run only"),
    ):
        records += [{"metric": METRICS[name].title, "note": note} for name in names]
    return Table.of("metrics", "Agreement under each metric", columns, records)


def differences_table(comparison: Comparison) -> Table:
    """List what the runs differ in besides models and metrics."""
    columns = (Column("name", "what"), Column("first", "first run"), Column("second", "second run"))
    return Table.of("differences", "What else was different", columns, map(asdict, comparison.differences))
