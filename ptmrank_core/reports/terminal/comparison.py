"""Runs compared, for a terminal."""

from __future__ import annotations

from ptmrank_core.reports.tables.comparison import (
    agreement_table,
    features_table,
    metrics_table,
    moves_table,
    places_table,
)
from ptmrank_core.reports.tables.table import Table
from ptmrank_core.reports.terminal.columns import align
from ptmrank_core.results.comparison import Comparison, SeveralRuns, comparison_sentence, several_sentence

__all__ = ["comparison_text", "several_text"]


def comparison_text(comparison: Comparison) -> str:
    """Write a comparison for a terminal."""
    parts = [
        f"first: run {comparison.first}\nsecond: run {comparison.second}",
        comparison_sentence(comparison),
    ]
    parts += [_aligned(table.known()) for table in (moves_table(comparison), metrics_table(comparison))]
    parts.append(
        "\n".join(
            f"{difference.name}: {difference.first or 'none'} | {difference.second or 'none'}"
            for difference in comparison.differences
        )
        or "Nothing else differs."
    )
    return "\n\n".join(parts)


def several_text(several: SeveralRuns) -> str:
    """Write a comparison of several runs for a terminal."""
    parts = ["\n".join(f"{number}: run {run}" for number, run in enumerate(several.runs, start=1))]
    parts += [several_sentence(several), _aligned(places_table(several)), _aligned(agreement_table(several))]
    parts.append(_aligned(features_table(several)) if several.features else "Nothing else differs.")
    return "\n\n".join(parts)


def _aligned(table: Table) -> str:
    rows = [["-" if value is None else _cell(value) for value in row] for row in table.rows]
    return align([[column.title for column in table.columns], *rows])


def _cell(value: str | float) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)
