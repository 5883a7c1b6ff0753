"""Which models a race trains next, and for how long; or why it trains no more.

The candidates for the next dose are plans: the k likeliest models, or one of them alone, are trained up to a
fraction of the final training. A plan is worth what it is expected to add to the value of the model that is
chosen after it (the knowledge gradient, by a simulation of the plan's outcomes), per second that it takes.
Whole plans are weighed, because one dose alone often tells nothing: models compare where they were trained
alike. The first dose of the best plan is taken, or the first few where they are trained side by side; after
them everything is weighed anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.benchmark.race.beliefs import POINT, Beliefs
from ptmrank_core.benchmark.race.posterior import DECIMALS, Posterior, noise_of
from ptmrank_core.benchmark.race.runners import RaceFacts, Runner, progress
from ptmrank_core.prediction import value_of
from ptmrank_core.records import DoseStage
from ptmrank_core.results.phrases import bidi_isolate, percent

__all__ = ["NextDose", "Stop", "final_epochs", "final_seconds", "next_doses"]

Array = NDArray[np.float64]

SURE = 0.1
LEAST_GAIN = 5e-4
N_OUTCOMES = 128
LONGER = 2
TOGETHER = (2, 3, 4, 5, 6, 8, 11, 16, 23, 32, 45, 64, 100)
ALONE = 8
# Passes that a dose may miss of those that were asked for.
SLACK = 0.05


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
    rate
        Factor on the usual peak learning rate of the model.
    """

    model: str
    stage: DoseStage
    epochs: float
    seconds: float
    reason: str
    rate: float = 1.0


@dataclass(frozen=True, slots=True)
class Stop:
    """No more doses are taken.

    Parameters
    ----------
    reason
        Why, in one sentence.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class _Plan:
    """Models that are trained up to a fraction, and the passes and seconds that each of them still needs."""

    places: tuple[int, ...]
    fraction: float
    epochs: float
    seconds: tuple[float, ...]


def next_doses(
    runners: Sequence[Runner],
    beliefs: Beliefs,
    facts: RaceFacts,
    *,
    seconds_left: float,
    n_at_once: int = 1,
) -> tuple[NextDose, ...] | Stop:
    """Choose the next dose, or the next doses that are trained side by side.

    Parameters
    ----------
    runners
        Every candidate.
    beliefs
        What :func:`~ptmrank_core.benchmark.race.beliefs.standings` says of them.
    facts
        What is the same for all of them.
    seconds_left
        Time that is left, the final training of the winner included.
    n_at_once
        Doses that are trained at a time; fewer are chosen where the best plan has no more models.
    """
    posterior, decided = beliefs.posterior, _decided(beliefs)
    if posterior is None or decided:
        return Stop(decided)
    by_model = {runner.model: runner for runner in runners}
    taking_part = [by_model[model] for model in posterior.models]
    free = seconds_left - final_seconds(by_model[beliefs.leader], facts)
    plans = list(_plans(taking_part, beliefs, facts))
    fitting = [plan for plan in plans if plan.seconds[0] <= free]
    if not plans:
        return Stop("Every model that could still win has been trained as long as the final training takes.")
    if not fitting:
        return Stop(
            f"The time that is left is needed for the final training of {bidi_isolate(beliefs.leader)}."
        )
    gains = [_gain(posterior, plan, facts) for plan in fitting]
    if max(gains) < LEAST_GAIN:
        least = f"{100 * LEAST_GAIN:g} points"
        return Stop(f"More training of the plausible models is expected to gain less than {least}.")
    durations = [_clock_seconds(plan, n_at_once) for plan in fitting]
    rates = [gain / seconds for gain, seconds in zip(gains, durations, strict=True)]
    chosen = int(np.argmax(rates))
    plan, gain, duration = fitting[chosen], gains[chosen], durations[chosen]
    together = [place for place in range(min(n_at_once, len(plan.places))) if plan.seconds[place] <= free]
    return tuple(_dose(taking_part, beliefs, plan, place, gain, duration) for place in together)


def final_epochs(runner: Runner, facts: RaceFacts, *, seconds_left: float) -> int:
    """Choose the passes of the winner's final training, by its curve and by the time.

    As many as planned; twice as many where its curve still rose by more than a point in the second half of
    at least half of them; and in any case no more than fit into the time that is left.
    """
    wanted = facts.final_epochs * (LONGER if _still_rises(runner, facts) else 1)
    seconds = _seconds_of_final_epoch(runner, facts)
    return max(1, min(wanted, int(seconds_left / seconds))) if seconds > 0 else wanted


def _still_rises(runner: Runner, facts: RaceFacts) -> bool:
    """Whether a curve as long as half of the final training rose by more than a point in its second half."""
    curve = {epochs: value for dose in runner.doses if dose.stage == "full" for epochs, value in dose.curve}
    last = max(curve, default=0.0)
    if last < facts.final_epochs / 2:
        return False
    before = [epochs for epochs in curve if epochs <= last / 2]
    return bool(before) and curve[last] - curve[max(before)] > POINT


def final_seconds(runner: Runner, facts: RaceFacts) -> float:
    """Duration of the final training of a model as planned."""
    return facts.final_epochs * _seconds_of_final_epoch(runner, facts)


def _seconds_of_final_epoch(runner: Runner, facts: RaceFacts) -> float:
    return runner.seconds_per_epoch * facts.n_final / facts.parts.training


def _decided(beliefs: Beliefs) -> str:
    """Say why nothing more needs to be known; empty where it does."""
    posterior, other = beliefs.posterior, beliefs.chance_other
    if posterior is None or other is None:
        return "No model is left that can be trained."
    if len(posterior.models) == 1:
        return f"{bidi_isolate(beliefs.leader)} is the only model that can be trained."
    if other < SURE:
        chance = percent(other) if other >= 0.01 else "under 1 %"
        leader = bidi_isolate(beliefs.leader)
        return f"The chance that another model is better than {leader} by more than a point is {chance}."
    return ""


def _plans(runners: Sequence[Runner], beliefs: Beliefs, facts: RaceFacts) -> Iterator[_Plan]:
    """Plans for the models that are in, the likeliest to be best first."""
    place = {runner.model: index for index, runner in enumerate(runners)}
    plausible = [own for own in beliefs.standings if not own.is_out]
    plausible.sort(key=lambda own: -own.chance_best)
    order = [place[own.model] for own in plausible]
    groups: list[tuple[int, ...]] = [(index,) for index in order[:ALONE]]
    groups += [tuple(order[:count]) for count in TOGETHER if count < len(order)]
    groups.append(tuple(order))
    for epochs in facts.doses:
        seen = set()
        for group in groups:
            left = tuple(index for index in group if _passed(runners[index], facts) < epochs - SLACK)
            if left and left not in seen:
                seen.add(left)
                seconds = tuple(_seconds(runners[index], epochs, facts) for index in left)
                yield _Plan(left, epochs / facts.final_epochs, epochs, seconds)


def _passed(runner: Runner, facts: RaceFacts) -> float:
    dose = runner.trained
    return 0.0 if dose is None else progress(dose, facts) * facts.final_epochs


def _seconds(runner: Runner, epochs: float, facts: RaceFacts) -> float:
    return max(1e-9, (epochs - _passed(runner, facts)) * runner.seconds_per_epoch)


def _gain(posterior: Posterior, plan: _Plan, facts: RaceFacts) -> float:
    """Simulate what a plan is expected to add to the value of the model that is chosen after it."""
    joint, size = posterior.joint, len(plan.places)
    column = posterior.fractions.index(round(plan.fraction, DECIMALS))
    at = joint.places(np.array(plan.places, dtype=np.int64), np.full(size, column))
    errors = np.array(
        [
            noise_of(float(value), facts, None, facts.parts.choosing)
            for value in value_of(joint.mean[at], facts.chance)
        ]
    )
    observed = joint.covariance[np.ix_(at, at)] + np.diag(errors**2)
    factor = np.linalg.cholesky(observed + 1e-9 * np.eye(size))
    moves = np.linalg.solve(factor, joint.covariance[at, : joint.n_models])
    half = np.random.default_rng(facts.parts.seed).normal(size=(N_OUTCOMES // 2, size))
    values = value_of(posterior.means + np.concatenate([half, -half]) @ moves, facts.chance)
    return float((values.max(axis=1) - values[:, int(posterior.means.argmax())]).mean())


def _clock_seconds(plan: _Plan, n_at_once: int) -> float:
    """Seconds of the clock that a plan takes in rounds of doses side by side, each as long as its longest."""
    rounds = range(0, len(plan.seconds), n_at_once)
    return sum(max(plan.seconds[first : first + n_at_once]) for first in rounds)


def _dose(
    runners: Sequence[Runner], beliefs: Beliefs, plan: _Plan, place: int, gain: float, duration: float
) -> NextDose:
    """Take a dose of a plan: the first is of its model that is likeliest to be best."""
    runner = runners[plan.places[place]]
    count = len(plan.places)
    others = f"{count - 1} next likeliest" if count > 2 else "next likeliest"
    what = "it" if count == 1 else f"it and the {others}"
    standing = next(own for own in beliefs.standings if own.model == runner.model)
    reason = (
        f"It is the best with a probability of {100 * standing.chance_best:.0f} %; training {what} up to "
        f"{plan.epochs:g} passes should gain {100 * gain:.2f} points in {duration:.0f} seconds."
    )
    return NextDose(runner.model, "full", plan.epochs, plan.seconds[place], reason)
