"""Doses at work: each is trained, timed and described; a model that fails stops nothing.

Doses that are trained side by side are a round. It takes as long as its longest dose, and is stored as a
whole or not at all, so that a race that was killed decides on what it had decided on before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from typing import TypeAlias

from ptmrank_core.benchmark.race.trainer import Trainer
from ptmrank_core.events import raise_if_cancelled
from ptmrank_core.features.training.doses import TaskResult, TrainingTask
from ptmrank_core.pieces.scoring import CapturedError, run_guarded
from ptmrank_core.records import RaceDose

__all__ = ["DIGITS", "DoseWork", "RoundProgress", "Trained", "shares_of_clock", "train_together"]

DIGITS = 6  # of stored durations: to microseconds
Report: TypeAlias = Callable[[TrainingTask, float, float], None]
"""Receives a task, the seconds that it has taken, and the share of it that is done."""
Trained: TypeAlias = tuple[RaceDose, TaskResult | None]
"""What is stored of a dose, and the whole result if there is one."""


class DoseWork:
    """The work on one dose.

    Parameters
    ----------
    task
        What to train.
    number, reason
        Place of the dose in the race, and why it was chosen.
    measure
        Measure of the race, for a dose that fails.
    trainer
        Trains it.
    report
        Hears of its progress.

    Attributes
    ----------
    task
        What is trained.
    """

    def __init__(
        self, task: TrainingTask, number: int, reason: str, *, measure: str, trainer: Trainer, report: Report
    ) -> None:
        self.task, self._number, self._reason = task, number, reason
        self._measure, self._trainer, self._report = measure, trainer, report
        self._start = 0.0
        self._first_step: float | None = None
        self._share = 0.0

    def run(self) -> Trained:
        """Train it; return what is stored of it, and the whole result if there is one.

        Raises
        ------
        CancelledError
            If cancellation was requested.
        """
        self._start = self._trainer.clock()
        self._report(self.task, 0.0, 0.0)
        result = run_guarded(
            lambda: self._trainer.train(self.task, on_progress=self._hear),
            what=f"{RaceDose.KIND} {self.task.spec.id}",
        )
        seconds = round(self._elapsed(), DIGITS)
        if isinstance(result, CapturedError):
            return self._failed(seconds, f"{result.message} {result.hint}".strip()), None
        return self._trained(seconds, result), result

    def _elapsed(self) -> float:
        return self._trainer.clock() - self._start

    def _hear(self, share: float) -> None:
        """Pass progress on; the first of it tells how long the model took to load.

        Where training had to begin again, what it took before is no time of training either.
        """
        elapsed = self._elapsed()
        if (self._first_step is None and share > 0) or share < self._share:
            self._first_step = elapsed
        self._share = share
        self._report(self.task, elapsed, share)

    def _trained(self, seconds: float, result: TaskResult) -> RaceDose:
        return replace(
            self._failed(seconds, ""),
            measure=result.measure,
            value=result.value,
            standard_error=result.standard_error,
            losses=result.losses,
            curve=result.curve,
            epochs=result.epochs,
            learning_rate=result.learning_rate,
            loading_seconds=round(min(seconds, self._first_step or 0.0), DIGITS),
        )

    def _failed(self, seconds: float, problem: str) -> RaceDose:
        task = self.task
        return RaceDose(
            model=task.spec.id,
            number=self._number,
            stage=task.stage,
            rate=task.rate,
            measure=self._measure,
            value=None,
            standard_error=None,
            losses=(),
            curve=(),
            n_train=len(task.rows),
            epochs=0.0,
            learning_rate=0.0,
            seconds=seconds,
            reason=self._reason,
            problem=problem,
        )


class RoundProgress:
    """Tells of the dose that is the least far: the round waits for it.

    Parameters
    ----------
    report
        Hears of that dose.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._shares: dict[str, tuple[float, TrainingTask]] = {}
        self._lock = threading.Lock()
        self._is_over = threading.Event()

    def end(self) -> None:
        """End the round: whatever still trains is cancelled when it tells how far it is."""
        self._is_over.set()

    def hear(self, task: TrainingTask, elapsed: float, share: float) -> None:
        """Take the progress of a dose.

        Raises
        ------
        CancelledError
            If the round was ended.
        """
        raise_if_cancelled(self._is_over.is_set)
        with self._lock:
            self._shares[task.spec.id] = share, task
            least, last = min(self._shares.values(), key=lambda own: own[0])
            self._report(last, elapsed, least)

    def leave_out(self, task: TrainingTask) -> None:
        """Note that nobody waits for a dose any more."""
        with self._lock:
            self._shares.pop(task.spec.id, None)


def train_together(works: Sequence[DoseWork], progress: RoundProgress) -> list[Trained]:
    """Train doses side by side; return what is stored of each, in their order.

    Parameters
    ----------
    works
        Doses of different models.
    progress
        What they report to.

    Raises
    ------
    CancelledError
        If cancellation was requested; no dose of the round counts then.
    """

    def train(work: DoseWork) -> Trained:
        trained = work.run()
        progress.leave_out(work.task)
        return trained

    if len(works) == 1:
        return [train(works[0])]
    with ExitStack() as stack:
        threads = [stack.enter_context(ThreadPoolExecutor(1, "dose of a race")) for _ in works]
        stack.callback(progress.end)  # whoever is interrupted does not wait for the others
        begun = [thread.submit(train, work) for thread, work in zip(threads, works, strict=True)]
        return [own.result() for own in begun]


def shares_of_clock(doses: Sequence[RaceDose], seconds: float) -> list[float]:
    """Part the seconds of the clock that a round took among its doses, by how long each was trained."""
    if len(doses) == 1:
        return [doses[0].seconds]
    total = sum(dose.seconds for dose in doses)
    return [round(seconds * dose.seconds / total, DIGITS) if total else 0.0 for dose in doses]
