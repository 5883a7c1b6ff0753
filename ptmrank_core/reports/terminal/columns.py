"""Rows of words and numbers for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["align", "say_number"]


def align(rows: Sequence[Sequence[str]]) -> str:
    """Align rows; the first column to the left, numbers to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            row[0].ljust(widths[0]),
            *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True)),
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def say_number(value: float | None) -> str:
    """Four digits; unknown is a dash."""
    return "-" if value is None else f"{value:.4g}"
