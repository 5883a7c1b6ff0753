"""One dose at work: it is trained, timed and described; a model that fails stops nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from ptmrank_core.benchmark.race.trainer import Trainer
from ptmrank_core.features.training.doses import TaskResult, TrainingTask
from ptmrank_core.pieces.scoring import CapturedError, run_guarded
from ptmrank_core.records import RaceDose

__all__ = ["DIGITS", "DoseWork", "Report"]

DIGITS = 6  # of stored durations: to microseconds
Report: TypeAlias = Callable[[TrainingTask, float, float], None]
"""Receives a task, the seconds that it has taken, and the share of it that is done."""


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
    """

    def __init__(
        self, task: TrainingTask, number: int, reason: str, *, measure: str, trainer: Trainer, report: Report
    ) -> None:
        self._task, self._number, self._reason = task, number, reason
        self._measure, self._trainer, self._report = measure, trainer, report
        self._start = 0.0
        self._first_step: float | None = None

    def run(self) -> tuple[RaceDose, TaskResult | None]:
        """Train it; return what is stored of it, and the whole result if there is one.

        Raises
        ------
        CancelledError
            If cancellation was requested.
        """
        self._start = self._trainer.clock()
        self._report(self._task, 0.0, 0.0)
        result = run_guarded(
            lambda: self._trainer.train(self._task, on_progress=self._hear),
            what=f"{RaceDose.KIND} {self._task.spec.id}",
        )
        seconds = round(self._elapsed(), DIGITS)
        if isinstance(result, CapturedError):
            return self._failed(seconds, f"{result.message} {result.hint}".strip()), None
        return self._trained(seconds, result), result

    def _elapsed(self) -> float:
        return self._trainer.clock() - self._start

    def _hear(self, share: float) -> None:
        """Pass progress on; the first of it tells how long the model took to load."""
        elapsed = self._elapsed()
        if self._first_step is None and share > 0:
            self._first_step = elapsed
        self._report(self._task, elapsed, share)

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
        task = self._task
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
