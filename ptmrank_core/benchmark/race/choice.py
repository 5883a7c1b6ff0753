"""Which model a race trains next, and for how long; or why it trains no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ptmrank_core.benchmark.race.beliefs import Beliefs, RaceFacts, Runner
from ptmrank_core.records import DoseStage

__all__ = ["FINAL_EPOCHS", "NextDose", "Stop", "final_epochs", "next_dose"]

SURE = 0.1
STEPS = (1.0, 2.0, 4.0, 8.0)
FINAL_EPOCHS = 10


@dataclass(frozen=True, slots=True)
class NextDose:
    """The dose to take next.

    Parameters
    ----------
    model, stage
        What to train.
    epochs
        Passes over the training part to reach in all in this stage; 0 for a head.
    seconds
        What it is expected to take.
    reason
        Why, in one sentence.
    """

    model: str
    stage: DoseStage
    epochs: float
    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class Stop:
    """No more doses are taken.

    Parameters
    ----------
    reason
        Why, in one sentence.
    """

    reason: str


def next_dose(
    runners: Sequence[Runner], beliefs: Beliefs, facts: RaceFacts, *, seconds_left: float
) -> NextDose | Stop:
    """Choose the next dose.

    Parameters
    ----------
    runners
        Every candidate.
    beliefs
        What :func:`~ptmrank_core.benchmark.race.beliefs.standings` said of them.
    facts
        What is the same for all.
    seconds_left
        Time that is left, the final training of the winner included.
    """
    if not beliefs.leader or beliefs.chance_other is None:
        return Stop("No model is left that can be trained.")
    by_model = {runner.model: runner for runner in runners}
    left = [by_model[own.model] for own in beliefs.standings if not own.is_out]
    if beliefs.chance_other < SURE:
        return Stop(
            f"The probability that another model is better than {beliefs.leader} by more than a point is "
            f"{beliefs.chance_other:.0%}."
        )
    leader = by_model[beliefs.leader]
    reserved = FINAL_EPOCHS * leader.seconds_per_epoch * facts.growth
    options = []
    for place, runner in enumerate(left):
        passed = 0.0 if runner.trained is None else runner.trained.epochs
        following = next((step for step in STEPS if step > passed), None)
        if following is None:
            continue
        seconds = (following - passed) * runner.seconds_per_epoch
        if seconds + reserved <= seconds_left:
            options.append((following, place, runner.model, seconds))
    if not options:
        return Stop("The models left are trained to the end, or the time left is for the winner.")
    epochs, _, model, seconds = min(options)
    return NextDose(model, "full", epochs, seconds, f"It is the least trained of {len(left)} models left.")


def final_epochs(runner: Runner, facts: RaceFacts, *, seconds_left: float) -> int:
    """Choose the passes of the final training: as many as fit into the time, and no more than needed."""
    seconds = runner.seconds_per_epoch * facts.growth
    return max(1, min(FINAL_EPOCHS, int(seconds_left / seconds))) if seconds > 0 else FINAL_EPOCHS
