"""What is kept beside the runs: listed with its uses, and swept away once nobody uses it."""

from ptmrank_core.benchmark.housekeeping.kept import Kept, KeptKind, list_kept
from ptmrank_core.benchmark.housekeeping.leftovers import Leftover, LeftoverKind, find_leftovers
from ptmrank_core.benchmark.housekeeping.sweeping import SweepReport, discard, sweep

__all__ = [
    "Kept",
    "KeptKind",
    "Leftover",
    "LeftoverKind",
    "SweepReport",
    "discard",
    "find_leftovers",
    "list_kept",
    "sweep",
]
