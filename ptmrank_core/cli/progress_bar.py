"""The command line's progress: one line on standard error, the only place that draws it."""

from __future__ import annotations

from typing import TextIO

from ptmrank_core.events import (
    BatchDone,
    CellDone,
    Downloaded,
    Event,
    ModelStarted,
    RunFinished,
    StageStarted,
)
from ptmrank_core.records import Failure

__all__ = ["ProgressLine"]


class ProgressLine:
    """A sink that shows where a run is: rewritten in place on a terminal, a line a model elsewhere.

    Parameters
    ----------
    stream
        Where it is written.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._rewrites = stream.isatty()
        self._model = ""
        self._head = ""
        self._detail = ""
        self._shown = 0

    def __call__(self, event: Event) -> None:
        """Hear of an event."""
        match event:
            case ModelStarted(model, index, total):
                self._model = model
                self._head, self._detail = f"[{index}/{total}] {model}", ""
                if not self._rewrites:
                    self._stream.write(f"{self._head}\n")
            case StageStarted(model) | Downloaded(model) | BatchDone(model) if model != self._model:
                return  # of the next model, whose files come meanwhile
            case StageStarted(_, stage):
                self._detail = str(stage)
            case Downloaded(_, done, total):
                of = f" of {total / 1e6:.1f}" if total else ""
                self._detail = f"download {done / 1e6:.1f}{of} MB"
            case BatchDone(_, done, total):
                self._detail = f"{done}/{total} samples"
            case CellDone(Failure() as failure):
                self.close()
                self._stream.write(
                    f"{failure.model} under {failure.metric}: {failure.message} {failure.hint}\n"
                )
            case RunFinished():
                self.close()
                return
            case _:
                return
        self._draw()

    def _draw(self) -> None:
        if self._rewrites:
            text = f"{self._head}  {self._detail}"
            self._stream.write(f"\r{text.ljust(self._shown)}")
            self._stream.flush()
            self._shown = len(text)

    def close(self) -> None:
        """Leave the line clean for what comes next."""
        if self._rewrites and self._shown:
            self._stream.write(f"\r{' ' * self._shown}\r")
            self._shown = 0
