"""Two runs side by side, in words, tables and JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ptmrank_core.metrics import METRICS
from ptmrank_core.reports.columns import align
from ptmrank_core.reports.comparison import Comparison
from ptmrank_core.reports.table import Column, Table, fixed
from ptmrank_core.reports.wording import plural

__all__ = [
    "comparison_payload",
    "comparison_sentence",
    "comparison_text",
    "differences_table",
    "metrics_table",
    "moves_table",
]


def comparison_sentence(found: Comparison) -> str:
    """Say in a sentence or two what came of it."""
    placed = [move for move in found.moves if move.change is not None]
    if not placed:
        return "No model has a rank in both runs: there is nothing to compare."
    moved = [move for move in placed if move.change]
    best = [next(move.model for move in placed if getattr(move, run) == 1) for run in ("first", "second")]
    said = f"{len(moved)} of {plural(len(placed), 'model')} changed places"
    if found.order.tau is not None:
        said += f"; the orders agree with a Kendall τ of {found.order.tau:.2f}"
    if best[0] == best[1]:
        return f"{said}. {best[0]} is first in both."
    return f"{said}. {best[0]} is first in one, {best[1]} in the other."


def moves_table(found: Comparison) -> Table:
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
        for move in found.moves
    ]
    records += [{"model": model, "note": "in the first run only"} for model in found.only_first]
    records += [{"model": model, "note": "in the second run only"} for model in found.only_second]
    return Table.of("moves", "Places in both runs", columns, records)


def metrics_table(found: Comparison) -> Table:
    """How alike the orders under each metric are."""
    columns = (
        Column("metric", "metric"),
        Column("tau", "Kendall τ", "number", fixed(2)),
        Column("n_models", "models in both", "integer"),
        Column("note", "note"),
    )
    records: list[dict[str, Any]] = [
        {"metric": METRICS[name].title, "tau": own.tau, "n_models": own.n_models}
        for name, own in found.metrics.items()
    ]
    for names, note in (
        (found.metrics_only_first, "in the first run only"),
        (found.metrics_only_second, "in the second run only"),
    ):
        records += [{"metric": METRICS[name].title, "note": note} for name in names]
    return Table.of("metrics", "Agreement under each metric", columns, records)


def differences_table(found: Comparison) -> Table:
    """List what the runs differ in besides models and metrics."""
    columns = (Column("name", "what"), Column("first", "first run"), Column("second", "second run"))
    return Table.of("differences", "What else was different", columns, map(asdict, found.differences))


def comparison_payload(found: Comparison) -> dict[str, Any]:
    """Build the JSON of a comparison."""
    payload = asdict(found)
    payload["moves"] = [asdict(move) | {"change": move.change} for move in found.moves]
    return payload | {"sentence": comparison_sentence(found)}


def comparison_text(found: Comparison) -> str:
    """Write a comparison for a terminal."""
    parts = [f"first: run {found.first}\nsecond: run {found.second}", comparison_sentence(found)]
    for table in (moves_table(found), metrics_table(found)):
        known = table.known()
        head = [column.title for column in known.columns]
        rows = [["-" if value is None else _cell(value) for value in row] for row in known.rows]
        parts.append(align([head, *rows]))
    parts.append(
        "\n".join(f"{one.name}: {one.first or 'none'} | {one.second or 'none'}" for one in found.differences)
        or "Nothing else differs."
    )
    return "\n\n".join(parts)


def _cell(value: str | float) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)
