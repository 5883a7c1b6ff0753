"""The race on a recorded task: its doses are read from the record and cost what they took then."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ptmrank_core.benchmark.race.beliefs import Beliefs, RaceFacts, Runner, standings
from ptmrank_core.benchmark.race.choice import Stop, final_seconds, next_doses
from ptmrank_core.benchmark.race.posterior import Knowledge
from ptmrank_core.benchmark.race.runners import passes_to
from ptmrank_core.records import RaceDose, RaceParts
from tests.benchmarks.race.recorded import CHANCE, Task

TIME = 0.15  # of what fine-tuning all takes, for the doses


class Replay:
    """One race on a recorded task.

    Parameters
    ----------
    task
        The task.
    knowledge
        What is known from other sets.
    probes
        Model -> accuracy of the linear probe of the ranking; empty for a race that knows curves alone.
    """

    def __init__(self, task: Task, knowledge: Knowledge, probes: Mapping[str, float]) -> None:
        self.doses: list[RaceDose] = []
        self._task, self._knowledge, self._probes = task, knowledge, probes
        whole = next(iter(task.runs.values())).epochs

        parts = RaceParts(task.n_train, task.n_tested, task.n_tested, task.seed)

        self._facts = RaceFacts("accuracy", CHANCE, parts, int(whole), task.steps)

    def run(self, time: float = TIME) -> tuple[str, float]:
        """Race until it stops; return the model that leads then, and the share of the cost of all."""
        limit = time * self._task.cost_of_all
        while True:
            runners = [self._runner(model) for model in self._task.models]
            beliefs = standings(runners, self._facts, self._knowledge)
            leader = next(runner for runner in runners if runner.model == beliefs.leader)
            left = limit - self.seconds + final_seconds(leader, self._facts)
            step = next_doses(runners, beliefs, self._facts, seconds_left=left)
            if isinstance(step, Stop):
                return beliefs.leader, self.seconds / self._task.cost_of_all
            self.doses += [self._train(own.model, own.epochs) for own in step]

    def after(self, step: float) -> Beliefs:
        """Return what is believed after one dose of every model; at a fraction of 0 by the probes alone."""
        self.doses = []
        for model in self._task.models if step else ():
            self.doses.append(self._train(model, passes_to(step, self._facts.final_epochs)))
        return standings([self._runner(model) for model in self._task.models], self._facts, self._knowledge)

    @property
    def seconds(self) -> float:
        """What all doses so far took."""
        return sum(dose.seconds for dose in self.doses)

    def _runner(self, model: str) -> Runner:
        run = self._task.runs[model]
        own = tuple(dose for dose in self.doses if dose.model == model)
        per_epoch = run.seconds[run.epochs] / run.epochs
        return Runner(model, self._probes.get(model), per_epoch, own)

    def _train(self, model: str, epochs: float) -> RaceDose:
        run = self._task.runs[model]
        before = [dose.epochs for dose in self.doses if dose.model == model]
        seconds = run.seconds[epochs] - (run.seconds[before[-1]] if before else 0.0)
        value = run.values[epochs]
        error = float(np.sqrt(value * (1 - value) / self._task.n_tested))
        return RaceDose(
            model=model,
            number=len(self.doses),
            stage="full",
            measure="accuracy",
            value=value,
            standard_error=error,
            losses=(),
            curve=((epochs, value),),
            n_train=self._task.n_train,
            epochs=epochs,
            learning_rate=0.001,
            seconds=seconds,
        )
