"""A trainer that replays recorded curves on a recorded clock, and can be killed at any moment."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ptmrank_core.benchmark.race.trainer import MakeTrainer, OnProgress, TrainingGround
from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.events import raise_if_cancelled
from ptmrank_core.features.training.doses import TaskResult, TrainingTask

HEAD_SECONDS = 0.5


@dataclass(frozen=True)
class Recorded:
    """A learning curve: accuracy before training and after very many passes, and how long a pass takes.

    ``gains`` is what other rates add to the accuracy: factor on the usual rate -> gain.
    """

    start: float
    end: float
    seconds: float
    fails_at: str = ""  # a stage
    gains: Mapping[float, float] = field(default_factory=dict)
    fails_at_rate: float = 0.0

    def after(self, passes: float) -> float:
        """Accuracy after some passes."""
        return self.end - (self.end - self.start) * float(np.exp(-passes / 2))


class KilledError(SystemExit):
    """The worker was killed: of all that can be raised, what ends a process is not caught."""


@dataclass
class Moments:
    """Counts moments at which a worker can be killed, and kills it at one of them."""

    fatal: int | None = None
    passed: int = 0
    tasks: list[TrainingTask] = field(default_factory=list)

    def pass_one(self) -> None:
        """Go on, or be killed."""
        self.passed += 1
        if self.passed == self.fatal:
            raise KilledError


class ReplayTrainer:
    """Reads what training would give from recorded curves.

    A state holds the passes behind it, and training goes on from there: a dose that continued the wrong state
    would give another value.
    """

    def __init__(self, ground: TrainingGround, curves: Mapping[str, Recorded], moments: Moments) -> None:
        self._ground, self._curves, self._moments = ground, curves, moments
        self._now = 0.0

    def clock(self) -> float:
        """Recorded seconds so far."""
        return self._now

    def train(self, task: TrainingTask, *, on_progress: OnProgress) -> TaskResult:
        """Read one dose."""
        self._moments.tasks.append(task)
        self._moments.pass_one()
        recorded = self._curves[task.spec.id]
        state = {"stage": "", "epochs": 0.0, "passes": 0.0}
        if task.continues is not None:
            state = json.loads((task.continues / "state.json").read_text(encoding="utf-8"))
        before = state["epochs"] if state["stage"] == task.stage else 0.0
        added = 0.0 if task.stage == "head" else task.epochs - before
        share = len(task.rows) / max(1, self._ground.samples.n_samples)
        self._now += HEAD_SECONDS + added * recorded.seconds * share
        if recorded.fails_at == task.stage or recorded.fails_at_rate == task.rate:
            raise UnsupportedModelError("Its loss is not finite.", hint="Try a lower rate.")
        raise_if_cancelled(self._ground.cancel)
        on_progress(0.5)
        passes = state["passes"] + added * share
        assert not task.keeps.exists()
        task.keeps.mkdir()
        self._moments.pass_one()  # the state is there in part
        kept = {"stage": task.stage, "epochs": task.epochs, "passes": passes}
        (task.keeps / "state.json").write_text(json.dumps(kept), encoding="utf-8")
        self._moments.pass_one()  # the state is whole, the dose is not stored
        on_progress(1.0)
        return self._result(task, recorded, passes)

    def _result(self, task: TrainingTask, recorded: Recorded, passes: float) -> TaskResult:
        """Get so many samples right as the curve says."""
        value = min(1.0, recorded.after(passes) + recorded.gains.get(task.rate, 0.0))
        luck = np.random.default_rng(len(task.tested)).random(len(task.tested))
        right = luck < np.sort(luck)[min(len(luck) - 1, round(value * len(luck)))]
        labels = self._ground.samples.labels[task.tested]
        n_classes = len(self._ground.samples.class_names)
        outputs = np.eye(n_classes, dtype=np.float32)[np.where(right, labels, (labels + 1) % n_classes)]
        reached = float(right.mean())
        return TaskResult(
            outputs=outputs,
            curve=((task.epochs, reached),),
            measure="accuracy",
            value=reached,
            standard_error=float(np.sqrt(reached * (1 - reached) / len(right))),
            losses=tuple((~right).astype(float).tolist()),
            epochs=task.epochs,
            learning_rate=0.0 if task.stage == "head" else 1e-4 * task.rate,
            seconds=0.0,
            n_parameters=1000,
            dtype="float32",
            accumulated=1,
        )


def replay(curves: Mapping[str, Recorded], moments: Moments | None = None) -> MakeTrainer:
    """Make trainers that read these curves."""
    own = moments or Moments()

    return lambda ground: ReplayTrainer(ground, curves, own)


def with_moments(write: Callable[..., None], moments: Moments) -> Callable[..., None]:
    """Let the worker be killed before and after it stores findings."""

    def write_and_pass(*arguments: object) -> None:
        moments.pass_one()
        write(*arguments)
        moments.pass_one()

    return write_and_pass
