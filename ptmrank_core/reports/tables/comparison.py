"""Runs side by side, as tables."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ptmrank_core.metrics import METRICS
from ptmrank_core.reports.tables.table import Column, Table, fixed
from ptmrank_core.results.comparison import Comparison, SeveralRuns

__all__ = [
    "agreement_table",
    "differences_table",
    "features_table",
    "metrics_table",
    "moves_table",
    "places_table",
]


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
    """List what the runs differ in."""
    columns = (Column("name", "what"), Column("first", "first run"), Column("second", "second run"))
    return Table.of("differences", "What else was different", columns, map(asdict, comparison.differences))


def places_table(several: SeveralRuns) -> Table:
    """Every model of any run, with its place in each."""
    numbers = range(1, len(several.runs) + 1)
    columns = [Column(f"run_{number}", f"place in run {number}", "integer") for number in numbers]
    records = [
        {"model": model, **{f"run_{number}": place for number, place in enumerate(places, start=1)}}
        for model, places in several.places.items()
    ]
    return Table.of("places", "Places in each run", (Column("model", "model"), *columns), records)


def agreement_table(several: SeveralRuns) -> Table:
    """How alike the orders of each two runs are."""
    numbers = range(1, len(several.runs) + 1)
    columns = [Column(f"run_{number}", f"run {number}", "number", fixed(2)) for number in numbers]
    records = [
        {"run": f"run {number}", **{f"run_{other}": row[other - 1].tau for other in numbers}}
        for number, row in enumerate(several.agreement, start=1)
    ]
    return Table.of(
        "agreement", "Kendall τ between the runs", (Column("run", "Kendall τ"), *columns), records
    )


def features_table(several: SeveralRuns) -> Table:
    """List what not all runs have alike."""
    numbers = range(1, len(several.runs) + 1)
    columns = [Column(f"run_{number}", f"run {number}") for number in numbers]
    records = [
        {"name": one.name, **{f"run_{number}": value for number, value in enumerate(one.values, start=1)}}
        for one in several.features
    ]
    return Table.of("features", "What differs", (Column("name", "what"), *columns), records)
