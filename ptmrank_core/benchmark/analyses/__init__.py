"""The analyses of the cached features that follow the first ranking of a run: one module for each."""

from __future__ import annotations

from collections.abc import Callable

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.analyses.controls import score_controls
from ptmrank_core.benchmark.analyses.fine_tuning import fine_tune_best
from ptmrank_core.benchmark.analyses.learning_curve import score_fewer_samples
from ptmrank_core.benchmark.analyses.neighbours import find_neighbours
from ptmrank_core.benchmark.analyses.probe import probe_models, probe_scored
from ptmrank_core.benchmark.analyses.projections import project_best
from ptmrank_core.benchmark.analyses.race import race_to_decision
from ptmrank_core.benchmark.analyses.rank_intervals import score_half_samples
from ptmrank_core.benchmark.analyses.recorded_truth import keep_recorded_truth
from ptmrank_core.benchmark.analyses.references import probe_references
from ptmrank_core.benchmark.analyses.seed_means import score_seeds
from ptmrank_core.benchmark.analyses.separability import separate_classes
from ptmrank_core.benchmark.execution.context import RunContext
from ptmrank_core.events import raise_if_cancelled

__all__ = ["analyse", "probe_scored"]

# In the order of execution; each stores findings, and skips those that are stored already.
ANALYSES: tuple[Callable[[AnalysisContext], None], ...] = (
    keep_recorded_truth,
    score_seeds,
    probe_models,
    probe_references,
    find_neighbours,
    score_half_samples,
    score_fewer_samples,
    score_controls,
    fine_tune_best,
    separate_classes,
    project_best,
    race_to_decision,
)


def analyse(run_context: RunContext) -> None:
    """Perform the analyses of a plan that are not done yet.

    Parameters
    ----------
    run_context
        Context of a run whose cells are all decided.

    Raises
    ------
    CancelledError
        If cancellation was requested; findings so far stay.
    """
    context = AnalysisContext(run_context)
    for analysis in ANALYSES:
        raise_if_cancelled(run_context.cancel)
        analysis(context)
