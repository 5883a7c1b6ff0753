"""Two runs compared, for a terminal."""

from __future__ import annotations

from ptmrank_core.reports.tables.comparison import metrics_table, moves_table
from ptmrank_core.reports.terminal.columns import align
from ptmrank_core.results.comparison import Comparison, comparison_sentence

__all__ = ["comparison_text"]


def comparison_text(comparison: Comparison) -> str:
    """Write a comparison for a terminal."""
    parts = [
        f"first: run {comparison.first}\nsecond: run {comparison.second}",
        comparison_sentence(comparison),
    ]
    for table in (moves_table(comparison), metrics_table(comparison)):
        known = table.known()
        head = [column.title for column in known.columns]
        rows = [["-" if value is None else _cell(value) for value in row] for row in known.rows]
        parts.append(align([head, *rows]))
    parts.append(
        "\n".join(
            f"{difference.name}: {difference.first or 'none'} | {difference.second or 'none'}"
            for difference in comparison.differences
        )
        or "Nothing else differs."
    )
    return "\n\n".join(parts)


def _cell(value: str | float) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)
