"""How long training takes: for a race as a whole, and for a pass of one model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.records import Finding, ModelOutcome, Race, RaceDose

__all__ = ["granted_seconds", "guessed_seconds", "loading_seconds", "seconds_of_pass"]

# Analyses before a race count towards its time limit, but leave it at least this share.
LEAST_SHARE = 0.5
# Forward and backward pass take about three times as long as the forward pass alone.
TRAINING_COST = 3.0
# A model of which nothing is known: a rare case, as every candidate has run here or was cached.
UNKNOWN_SECONDS = 0.05


def granted_seconds(limit: float, findings: Iterable[Finding]) -> float:
    """Return the time of a race that begins in the run that asked for it.

    Parameters
    ----------
    limit
        Time for everything after the first ranking.
    findings
        What the analyses before it have found, with their durations.
    """
    spent = sum(own.seconds for own in findings if own.kind not in {Race.KIND, RaceDose.KIND})
    return max(LEAST_SHARE * limit, limit - spent)


def guessed_seconds(context: AnalysisContext, n_train: int) -> dict[str, float]:
    """Guess the duration of a pass over the training samples, for each candidate, from its forward passes."""
    speeds = context.run_context.store.speeds()
    known = {
        model: TRAINING_COST * n_train * (_own_seconds(outcome) or speeds[model].seconds)
        for model, outcome in context.outcomes.items()
        if _own_seconds(outcome) or model in speeds
    }
    slowest = max(known.values(), default=UNKNOWN_SECONDS * n_train)
    return {model: known.get(model, slowest) for model in context.specs}


def _own_seconds(outcome: ModelOutcome) -> float | None:
    """Return the seconds of one sample where this run measured them."""
    report = outcome.report
    if not report.n_run:
        return None
    return (report.seconds.get("preprocess", 0.0) + report.seconds.get("forward", 0.0)) / report.n_run


def seconds_of_pass(doses: Sequence[RaceDose], n_train: int, guess: float) -> float:
    """Return the duration of a pass over the training samples.

    Parameters
    ----------
    doses
        Doses of one model, in their order.
    n_train
        Number of training samples.
    guess
        What is taken where no dose of all weights has been measured.
    """
    for place in reversed(range(len(doses))):
        dose = doses[place]
        if dose.stage == "head" or dose.value is None:
            continue
        before = [own.epochs for own in doses[:place] if own.stage == dose.stage and own.value is not None]
        passes = dose.epochs - (before[-1] if before else 0.0)
        training = dose.seconds - dose.loading_seconds
        if passes > 0 and training > 0:
            return training / passes * n_train / dose.n_train
    return guess


def loading_seconds(doses: Sequence[RaceDose]) -> float:
    """Return what loading a model took last; 0 before the first dose."""
    return doses[-1].loading_seconds if doses else 0.0
