"""The words below the ranking overview."""

from __future__ import annotations

from ptmrank_core.reports.figures.ranking_overview_data import SIGNS, OverviewLayout
from ptmrank_core.results.phrases import percent

__all__ = ["say_overview"]

WHAT_IT_IS = (
    "A number in a cell is the rank under that metric, 1 the best: the better, the stronger its colour. "
    "The wider a column, the heavier its vote; narrow ones have none."
)


def say_overview(layout: OverviewLayout) -> str:
    """Explain the marks of the overview, only those that are in it."""
    sentences = [WHAT_IT_IS]
    kinds = {cell.kind for row in layout.rows for cell in row.cells if cell.rank is None}
    if kinds:
        sentences.append(f"Grey cells: {', '.join(f'{SIGNS[kind]} {kind}' for kind in sorted(kinds))}.")
    if any(cell.is_decisive for row in layout.rows for cell in row.cells):
        sentences.append(
            "In a red frame: the metric itself warns of this score, and its vote decides on one of the first "
            "places."
        )
    if layout.references:
        more = f" {layout.n_left_out} more of them are in the table." if layout.n_left_out else ""
        sentences.append(f"References are never ranked: a number there is the place it would take.{more}")
    if layout.level is not None:
        sentences.append(
            f"The line at a place holds it in {percent(layout.level)} of all cases with other samples of "
            "this kind and number; models beside one grey stroke are not told apart by these samples."
        )
    return " ".join(sentences)
