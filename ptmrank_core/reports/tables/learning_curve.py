"""Agreement by number of samples, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ptmrank_core.ranking import SizeCurve
from ptmrank_core.reports.tables.table import Column, Table, fixed
from ptmrank_core.results.evidence import contender_title

__all__ = ["sizes_table"]


def sizes_table(curves: Mapping[str, SizeCurve], shown: Sequence[str]) -> Table:
    """Write the curves of some contenders: a row for each number of samples."""
    columns = (
        Column("contender", "order by"),
        Column("n_samples", "samples", "integer"),
        Column("tau", "Kendall τ with the order on all", "number", fixed(2)),
        Column("low", "least of the draws", "number", fixed(2)),
        Column("high", "greatest", "number", fixed(2)),
    )
    records = [
        {"contender": contender_title(name), "n_samples": round(size), "tau": tau, "low": low, "high": high}
        for name in shown
        for size, tau, low, high in zip(
            curves[name].sizes, curves[name].tau, curves[name].low, curves[name].high, strict=True
        )
    ]
    return Table.of("sizes", "How the order settles", columns, records)
