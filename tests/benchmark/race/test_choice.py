"""Which dose a race takes next, and when it takes none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pytest

from ptmrank_core.benchmark.race.beliefs import Runner, standings
from ptmrank_core.benchmark.race.choice import (
    NextDose,
    Stop,
    final_epochs,
    final_seconds,
    next_doses,
)
from ptmrank_core.prediction import value_of
from tests.benchmark.race.made_up import FACTS, dose, runner

PLENTY = 1e6


def choose(runners: list[Runner], seconds_left: float = PLENTY) -> NextDose | Stop:
    """Choose by what is believed."""
    return first_of(next_doses(runners, standings(runners, FACTS), FACTS, seconds_left=seconds_left))


def first_of(steps: tuple[NextDose, ...] | Stop) -> NextDose | Stop:
    """The one dose of a choice, or why there is none."""
    if isinstance(steps, Stop):
        return steps
    (step,) = steps
    return step


def test_it_stops_where_there_is_nothing_to_choose() -> None:
    """No model, one model, one that is surely the best, all trained to the end."""
    failed = replace(runner("x", 0.9), failed="It is a Python function.")
    assert choose([failed]) == Stop("No model is left that can be trained.")
    assert choose([runner("a", 0.9), failed]) == Stop("\u2068a\u2069 is the only model that can be trained.")
    assert choose([runner("a", 0.95, {8: 0.97}), runner("b", 0.4, {8: 0.5})]) == Stop(
        "The chance that another model is better than \u2068a\u2069 by more than a point is under 1 %."
    )
    assert choose([runner("a", 0.8, {8: 0.8}), runner("b", 0.8, {8: 0.8})]) == Stop(
        "Every model that could still win has been trained as long as the final training takes."
    )


def test_the_final_training_of_the_leader_has_its_time() -> None:
    """A dose fits beside it, or there is none."""
    runners = [runner("a", 0.8), runner("b", 0.8)]
    reserved = final_seconds(runners[0], FACTS)
    assert reserved == pytest.approx(8 * 480 / 360)
    assert choose(runners, reserved + 0.1) == Stop(
        "The time that is left is needed for the final training of \u2068a\u2069."
    )
    step = choose(runners, reserved + 1.1)
    assert isinstance(step, NextDose)
    assert step.seconds <= 1.1


def test_training_that_would_change_nothing_is_not_done() -> None:
    """A dozen models might be better, but six samples could not show which of them."""
    facts = replace(FACTS, parts=replace(FACTS.parts, choosing=6))
    others = [runner(f"m{place}", 0.85, {4: 0.78}) for place in range(12)]
    runners = [runner("a", 0.95, {8: 0.93}), *others]
    beliefs = standings(runners, facts)
    assert beliefs.chance_other is not None
    assert beliefs.chance_other > 0.1
    assert next_doses(runners, beliefs, facts, seconds_left=PLENTY) == Stop(
        "More training of the plausible models is expected to gain less than 0.05 points."
    )


def test_the_cheaper_of_two_equal_models_is_trained_first() -> None:
    """What a dose tells is weighed against what it takes."""
    slow, fast = runner("slow", 0.8, seconds=30.0), runner("fast", 0.8, seconds=1.0)
    for runners in ([slow, fast], [fast, slow]):
        step = choose(runners)
        assert isinstance(step, NextDose)
        assert step.model == "fast"


def test_a_dose_goes_on_where_the_last_one_ended() -> None:
    """It comes to a step of the ladder, costs what is missing, and says why."""
    step = choose([runner("a", 0.8, {2: 0.75}), runner("b", 0.8, {2: 0.75})])
    assert isinstance(step, NextDose)
    assert step.stage == "full"
    assert step.epochs in {4.0, 8.0}
    assert step.seconds == pytest.approx(step.epochs - 2)
    assert step.reason.startswith("It is the best with a probability of ")
    assert f"up to {step.epochs:g} passes should gain " in step.reason


def test_models_that_are_out_are_not_trained() -> None:
    """Neither one that failed nor one that cannot win, however cheap it is."""
    failed = replace(runner("x", 0.99, seconds=1e-3), failed="It is a Python function.")
    weak = runner("weak", 0.15, seconds=1e-3)
    step = choose([failed, weak, runner("a", 0.8), runner("b", 0.8)])
    assert isinstance(step, NextDose)
    assert step.model in {"a", "b"}


def test_the_final_training_fits_into_the_time() -> None:
    """As planned where there is time, fewer passes where there is less, and one in any case."""
    own = runner("a", 0.8, seconds=3.0)
    assert final_epochs(own, FACTS, seconds_left=PLENTY) == 8
    assert final_epochs(own, FACTS, seconds_left=5 * 4.0 + 0.1) == 5
    assert final_epochs(own, FACTS, seconds_left=0.5) == 1


def test_a_curve_that_still_rises_calls_for_a_longer_final_training() -> None:
    """More than a point in the second half of a long dose; a short or flat curve says nothing."""

    def passes(*curve: tuple[float, float]) -> int:
        last = replace(dose("a", curve[-1][0], curve[-1][1]), curve=curve)
        return final_epochs(Runner("a", 0.8, 1.0, (last,)), FACTS, seconds_left=PLENTY)

    assert passes((1, 0.5), (2, 0.6), (3, 0.65), (4, 0.7)) == 16
    assert passes((1, 0.5), (2, 0.7), (3, 0.7), (4, 0.705)) == 8
    assert passes((1, 0.5), (2, 0.7)) == 8


@dataclass
class MadeUp:
    """A set of models whose ends and curves follow the formula."""

    ends: Mapping[str, float]
    probes: Mapping[str, float]
    curves: Mapping[str, Mapping[float, float]]


def make_up(seed: int, n_models: int = 10) -> MadeUp:
    """Draw the models of a set."""
    rng = np.random.default_rng(seed)
    probes = rng.normal(0.5, 0.8, size=n_models)
    ends = 0.9 + 0.6 * probes + 0.7 * rng.normal() + 0.4 * rng.normal(size=n_models)
    steps = np.array(FACTS.doses)
    gaps = 0.2 * np.log2(8 / steps) ** 1.5
    spreads = np.hypot(0.15, 0.35 * gaps)
    drawn = ends[:, None] * (1 + 0.6 * gaps) - gaps + spreads * rng.normal(size=(n_models, len(steps)))
    values = rng.binomial(400, value_of(drawn, 0.1)) / 400
    names = [f"m{place}" for place in range(n_models)]
    return MadeUp(
        dict(zip(names, value_of(ends, 0.1).tolist(), strict=True)),
        dict(zip(names, value_of(probes, 0.1).tolist(), strict=True)),
        {
            name: dict(zip(FACTS.doses, row.tolist(), strict=True))
            for name, row in zip(names, values, strict=True)
        },
    )


def race(made_up: MadeUp, limit: float) -> tuple[str, list[tuple[str, float]]]:
    """Race by made-up curves; return the leader and the doses."""
    runners = {model: Runner(model, probe, 1.0) for model, probe in made_up.probes.items()}
    taken: list[tuple[str, float]] = []
    used = 0.0
    while True:
        beliefs = standings(list(runners.values()), FACTS)
        left = limit - used + final_seconds(runners[beliefs.leader], FACTS)
        step = first_of(next_doses(list(runners.values()), beliefs, FACTS, seconds_left=left))
        if isinstance(step, Stop):
            return beliefs.leader, taken
        own = runners[step.model]
        used += step.epochs - (own.trained.epochs if own.trained else 0.0)
        new = dose(step.model, step.epochs, made_up.curves[step.model][step.epochs])
        runners[step.model] = replace(own, doses=(*own.doses, new))
        taken.append((step.model, step.epochs))


def test_a_race_finds_better_models_than_the_probes_do() -> None:
    """Over made-up sets it loses a third at most, in a fifth of the time that training all takes."""
    lost: dict[str, list[float]] = {"probe": [], "race": []}
    for seed in range(25):
        made_up = make_up(seed)
        best = max(made_up.ends.values())
        leader, taken = race(made_up, limit=0.2 * 8 * len(made_up.ends))
        reached: dict[str, float] = {}
        for model, epochs in taken:
            assert epochs > reached.get(model, 0.0)
            reached[model] = epochs
        assert sum(reached.values()) <= 0.2 * 8 * len(made_up.ends) + 1e-9
        lost["probe"].append(
            best - made_up.ends[max(made_up.probes, key=lambda model: made_up.probes[model])]
        )
        lost["race"].append(best - made_up.ends[leader])
    assert np.mean(lost["race"]) < np.mean(lost["probe"]) / 3


def test_the_same_race_takes_the_same_doses() -> None:
    """So that one that was killed goes on as it would have."""
    assert race(make_up(1), 20.0) == race(make_up(1), 20.0)
