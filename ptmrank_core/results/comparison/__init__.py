"""Runs side by side: two in detail, or up to six at a glance."""

from ptmrank_core.results.comparison.pair import (
    Comparison,
    Difference,
    Likeness,
    Move,
    compare_runs,
    comparison_sentence,
)
from ptmrank_core.results.comparison.several import (
    MOST_COMPARED,
    Feature,
    SeveralRuns,
    compare_several,
    several_sentence,
)

__all__ = [
    "MOST_COMPARED",
    "Comparison",
    "Difference",
    "Feature",
    "Likeness",
    "Move",
    "SeveralRuns",
    "compare_runs",
    "compare_several",
    "comparison_sentence",
    "several_sentence",
]
