"""Repeating the race of a run card: its doses in their order, where time allows."""

from __future__ import annotations

from collections.abc import Sequence

from ptmrank_core.benchmark.race.choice import NextDose, Stop, final_seconds
from ptmrank_core.benchmark.race.runners import RaceFacts, Runner
from ptmrank_core.records import RaceDose, RaceOrder, RaceTurn

__all__ = ["next_turn", "repeated_doses"]

REPEATED = "The race that is repeated took this dose."
DECIDED = "The race that is repeated was decided after these doses."


def next_turn(order: RaceOrder | None, doses: Sequence[RaceDose]) -> RaceTurn | None:
    """Return the turn that follows the doses so far; ``None`` where they have left the order, or ended it."""
    if order is None or len(doses) >= len(order.turns):
        return None
    begun = zip(doses, order.turns[: len(doses)], strict=True)
    kept = all(
        (dose.model, dose.stage, dose.rate) == (turn.model, turn.stage, turn.rate) for dose, turn in begun
    )
    return order.turns[len(doses)] if kept else None


def repeated_doses(
    order: RaceOrder | None,
    doses: Sequence[RaceDose],
    runners: Sequence[Runner],
    leader: str,
    facts: RaceFacts,
    *,
    seconds_left: float,
    n_at_once: int,
) -> tuple[NextDose, ...] | Stop | None:
    """Make the steps of the next turns, of as many as can be trained side by side.

    Parameters
    ----------
    order, doses
        As :func:`next_turn` has them.
    runners
        Every candidate.
    leader
        The model that is ahead.
    facts
        What is the same for all.
    seconds_left
        Time that is left, the final training included.
    n_at_once
        Doses that are trained at a time.

    Returns
    -------
    tuple of NextDose, Stop or None
        ``None`` where no turn is left, or it cannot be taken here, or not in the time that is left.
    """
    if order is None or next_turn(order, doses) is None:
        return None
    steps: list[NextDose] = []
    for turn in order.turns[len(doses) :][:n_at_once]:
        step = _step_of(turn, runners, leader, facts, seconds_left=seconds_left)
        if not isinstance(step, NextDose):
            return tuple(steps) or step
        # A dose goes on from the last one of its model, and another rate is compared with that.
        if steps and (step.rate != 1.0 or turn.model in {own.model for own in steps}):
            break
        steps.append(step)
    return tuple(steps)


def _step_of(
    turn: RaceTurn, runners: Sequence[Runner], leader: str, facts: RaceFacts, *, seconds_left: float
) -> NextDose | Stop | None:
    """Make the step of a turn; ``None`` where it cannot be taken here, or not in the time that is left."""
    by_model = {runner.model: runner for runner in runners if not runner.problem}
    if turn.stage == "final":
        return Stop(DECIDED) if turn.model == leader else None
    if turn.model not in by_model or leader not in by_model or not turn.epochs:
        return None
    runner = by_model[turn.model]
    goes_on = turn.rate == 1.0 and runner.trained and runner.trained.stage == turn.stage
    done = runner.trained.epochs if runner.trained and goes_on else 0.0
    seconds = max(0.0, turn.epochs - done) * runner.seconds_per_epoch
    if seconds + final_seconds(by_model[leader], facts) > seconds_left:
        return None
    return NextDose(turn.model, turn.stage, turn.epochs, seconds, REPEATED, turn.rate)
