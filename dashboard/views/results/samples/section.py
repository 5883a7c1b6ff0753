"""The samples of a run, and those on which its models disagree."""

from __future__ import annotations

from dashboard import jobs
from dashboard.components.preflight import preflight
from dashboard.views.results.samples.disagreement import show_disagreement
from ptmrank_core.errors import PTMRankError
from ptmrank_core.records import Ranking, RunResult, Samples

__all__ = ["draw_samples"]


def draw_samples(result: RunResult, ranking: Ranking) -> None:
    """Draw the section."""
    loaded: Samples | None = None
    try:
        loaded = jobs.samples_of(result)
    except PTMRankError:
        loaded = None  # what the run keeps of them is shown all the same
    preflight(result.samples, loaded)
    show_disagreement(result, ranking, loaded)
