"""How sure the ranking of a run is."""

from ptmrank_core.results.intervals.of_run import (
    assign_lanes,
    missing_intervals,
    tie_letters,
    why_no_intervals,
    with_intervals,
)

__all__ = ["assign_lanes", "missing_intervals", "tie_letters", "why_no_intervals", "with_intervals"]
