"""Ways to choose a model: each returns the model and the share of the cost of fine-tuning all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import TypeAlias

import numpy as np

from ptmrank_core.benchmark.race.posterior import Knowledge
from tests.benchmarks.race.recorded import Task
from tests.benchmarks.race.replaying import TIME, Replay

Choice: TypeAlias = tuple[str, float]
Orders: TypeAlias = Mapping[str, Mapping[str, float]]
"""Name of an order -> model -> number, higher is better."""
Strategy: TypeAlias = Callable[[Task], Sequence[Choice]]
"""Several choices where chance has a part in them."""

N_ASHA = 5
ALL, RACE, BLIND = "fine-tune all, once", "the race", "the race without probes (curves alone)"
LOGME, VOTE, SIZE, PROBE = "LogME", "the consensus", "the size", "the linear probe"


def strategies(orders: Mapping[str, Orders], knowledge: Mapping[str, Knowledge]) -> dict[str, Strategy]:
    """Every row of the table.

    Parameters
    ----------
    orders
        Set -> name of an order -> model -> number, higher is better.
    knowledge
        Set -> what is known from the other sets.
    """

    def by(name: str, task: Task) -> list[str]:
        own = orders[task.set_name][name]
        return sorted(task.models, key=lambda model: (-own[model], model))

    def first(name: str) -> Strategy:
        return lambda task: [(by(name, task)[0], 0.0)]

    def tuned(name: str, count: int) -> Strategy:
        return lambda task: [after_passes(task, by(name, task)[:count])]

    def half(task: Task) -> list[str]:
        return by(LOGME, task)[: (len(task.models) + 1) // 2]

    def race(*, blind: bool = False, time: float = TIME) -> Strategy:
        def run(task: Task) -> list[Choice]:
            probes = {} if blind else orders[task.set_name][PROBE]
            return [Replay(task, knowledge[task.set_name], probes).run(time)]

        return run

    counted = [(name, count) for name in (LOGME, VOTE) for count in (2, 3)]
    return {
        **{f"first of {name}": first(name) for name in (SIZE, LOGME, VOTE, PROBE)},
        **{f"first {count} of {name}, fine-tuned": tuned(name, count) for name, count in counted},
        "better half of LogME, 1 pass": lambda task: [after_passes(task, half(task), 1.0)],
        "1 pass of all": lambda task: [after_passes(task, task.models, 1.0)],
        "successive halving from 1 pass": lambda task: [halving(task, rungs(task))],
        "successive halving to whole runs": lambda task: [halving(task, last_rungs(task))],
        "ASHA from 1 pass": lambda task: [asha(task, seed) for seed in range(N_ASHA)],
        BLIND: race(blind=True),
        RACE: race(),
        "the race, twice the time": race(time=2 * TIME),
        ALL: lambda task: [after_passes(task, task.models)],
    }


def after_passes(task: Task, models: Sequence[str], passes: float | None = None) -> Choice:
    """Take the best of some models after so many passes, or after whole runs."""
    at = {model: task.runs[model].epochs if passes is None else passes for model in models}
    cost = sum(task.runs[model].seconds[at[model]] for model in models)
    return max(models, key=lambda model: task.runs[model].values[at[model]]), cost / task.cost_of_all


def rungs(task: Task) -> list[float]:
    """Passes of the rungs of successive halving: each the double of the one before, as far as on record."""
    run = next(iter(task.runs.values()))
    found = [1.0]
    while 2 * found[-1] <= run.epochs and 2 * found[-1] in run.values:
        found.append(2 * found[-1])
    return [*found, *([run.epochs] if found[-1] < run.epochs else [])]


def last_rungs(task: Task) -> list[float]:
    """Passes of as many rungs as it takes to halve the models to one, the last a whole run."""
    return rungs(task)[-max(1, int(np.ceil(np.log2(len(task.models))))) :]


def halving(task: Task, steps: Sequence[float]) -> Choice:
    """Successive halving: at each rung the better half goes on."""
    left, cost, before = list(task.models), 0.0, 0.0
    for step in steps:
        cost += sum(_seconds(task, model, before, step) for model in left)
        left = _best(task, left, step)[: max(1, len(left) // 2)]
        before = step
        if len(left) == 1:
            break
    return left[0], cost / task.cost_of_all


def asha(task: Task, seed: int) -> Choice:
    """Asynchronous successive halving, one worker: the better half of a rung goes on at once."""
    steps = rungs(task)
    waiting = list(np.random.default_rng(seed).permutation(task.models))
    done: list[list[str]] = [[] for _ in steps]
    cost = 0.0
    while True:
        model, level = _promoted(task, done, steps)
        if not model:
            if not waiting:
                break
            model, level = str(waiting.pop()), 0
        cost += _seconds(task, model, steps[level - 1] if level else 0.0, steps[level])
        done[level].append(model)
    last = max(level for level, models in enumerate(done) if models)
    return _best(task, done[last], steps[last])[0], cost / task.cost_of_all


def _promoted(task: Task, done: Sequence[Sequence[str]], steps: Sequence[float]) -> tuple[str, int]:
    """Find the model to go on with and its next rung; none where every better half has gone on."""
    for level in reversed(range(len(steps) - 1)):
        better = _best(task, done[level], steps[level])[: len(done[level]) // 2]
        for model in better:
            if model not in done[level + 1]:
                return model, level + 1
    return "", 0


def _best(task: Task, models: Sequence[str], passes: float) -> list[str]:
    return sorted(models, key=lambda model: -task.runs[model].values[passes])


def _seconds(task: Task, model: str, before: float, passes: float) -> float:
    seconds = task.runs[model].seconds
    return seconds[passes] - (seconds[before] if before else 0.0)


def judged(task: Task, choices: Sequence[Choice]) -> tuple[float, float]:
    """Mean regret in points and mean cost of the choices of a strategy."""
    return fmean(task.regret(model) for model, _ in choices), fmean(cost for _, cost in choices)
