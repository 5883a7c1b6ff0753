"""Progress on the command line: one line on standard error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

from ptmrank_core.events import (
    AnalysisStep,
    BatchDone,
    CellDone,
    Downloaded,
    Event,
    ModelStarted,
    RaceStep,
    RunFinished,
    StageStarted,
    Waiting,
)
from ptmrank_core.records import DoseStage, Failure, Race
from ptmrank_core.results.command import PROGRAM

__all__ = ["ProgressLine"]

STAGES: Mapping[DoseStage, str] = {
    "head": "head alone",
    "part": "all weights on half of the training samples",
    "full": "all weights",
    "final": "final training",
}


class ProgressLine:
    """An event sink that shows the progress of a run.

    On a terminal one line is rewritten in place; elsewhere there is a line for each model.

    Parameters
    ----------
    stream
        Where the line is written.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._rewrites = stream.isatty()
        self._model = ""
        self._head = ""
        self._detail = ""
        self._shown = 0
        self._last_failure = ("", "")

    def __call__(self, event: Event) -> None:
        """Show an event."""
        match event:
            case Waiting(_, n_ahead):
                self._say_waiting(n_ahead)
            case CellDone(Failure() as failure):
                self._say_failure(failure)
            case RunFinished():
                self.close()
            case _ if self._follow(event):
                self._draw()

    def _follow(self, event: Event) -> bool:
        """Update the line; return whether it has changed."""
        match event:
            case ModelStarted(model, index, total):
                self._model = model
                self._head, self._detail = f"[{index}/{total}] {model}", ""
                if not self._rewrites:
                    self._say(self._head)
            case StageStarted(model) | Downloaded(model) | BatchDone(model) if model != self._model:
                return False  # of the next model, whose files are fetched meanwhile
            case StageStarted(_, stage):
                self._detail = str(stage)
            case Downloaded(_, done, total):
                of = f" of {total / 1e6:.1f}" if total else ""
                self._detail = f"download {done / 1e6:.1f}{of} MB"
            case BatchDone(_, done, total):
                self._detail = f"{done}/{total} samples"
            case RaceStep(model, stage, share, seconds_left):
                minutes, seconds = divmod(round(seconds_left), 60)
                left = f"{minutes}:{seconds:02} min left"
                self._head = f"race: {model}"
                self._detail = f"{STAGES[stage]}, {share:.0%} of this dose, {left}"
            case AnalysisStep(Race.KIND):
                return False  # its own steps say more
            case AnalysisStep(kind, done, total):
                self._head, self._detail = f"after the ranking: {kind}", f"{done}/{total}"
            case _:
                return False
        return True

    def _say_failure(self, failure: Failure) -> None:
        """Print a failure once, though the model fails under every metric."""
        failure_key = (failure.model, failure.message)
        if failure_key != self._last_failure:
            self._last_failure = failure_key
            self._say(f"{failure.model} under {failure.metric}: {failure.message} {failure.hint}")
            self._draw()

    def _say_waiting(self, n_ahead: int) -> None:
        """Print that the run waits, and behind how many others."""
        if n_ahead:
            runs = "1 other run" if n_ahead == 1 else f"{n_ahead} other runs"
            self._say(f"waiting behind {runs} ({PROGRAM} runs list); Ctrl-C stops waiting")

    def _say(self, text: str) -> None:
        """Print a line that is not rewritten."""
        self.close()
        self._stream.write(f"{text}\n")
        self._stream.flush()

    def _draw(self) -> None:
        if self._rewrites:
            text = f"{self._head}  {self._detail}"
            self._stream.write(f"\r{text.ljust(self._shown)}")
            self._stream.flush()
            self._shown = len(text)

    def close(self) -> None:
        """Erase the line, so that other output can follow."""
        if self._rewrites and self._shown:
            self._stream.write(f"\r{' ' * self._shown}\r")
            self._shown = 0
