"""Progress of a run: one bar of tqdm on a terminal and in a notebook, a line for each model elsewhere."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, TextIO

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
from ptmrank_core.records.names import printable
from ptmrank_core.results.program import PROGRAM

__all__ = ["ProgressLine"]

STAGES: Mapping[DoseStage, str] = {
    "head": "head alone",
    "part": "training on half of the samples",
    "full": "training on all samples",
    "final": "final training",
}
# On a terminal what changes its length stands last, so that the bar stays where it is.
LINE, WIDGET = "{bar:20} {elapsed}  {desc}", "{desc} {bar} {elapsed}"
WIDGET_CLASS = "tqdm_notebook"


class ProgressLine:
    """An event sink that shows the progress of a run.

    On a terminal and in a notebook one bar is rewritten in place; elsewhere there is a line for each model.

    Parameters
    ----------
    stream
        Where lines, and the bar of a terminal, are written.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._open: dict[str, float] = {}  # models at work, the oldest first, and the shares that are done
        self._head = ""
        self._detail = ""
        self._n_done, self._n_models = 0, 1
        self._share = 0.0
        self._last_failure = ("", "")
        self._bar: Any = None
        self._make_bar, is_widget = _bar_class()
        self._layout = WIDGET if is_widget else LINE
        self._rewrites = is_widget or stream.isatty()

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
        """Update what is shown; return whether it has changed."""
        match event:
            case ModelStarted():
                self._begin(event)
            case StageStarted(model) | Downloaded(model) if model != next(reversed(self._open), ""):
                return False  # of the next model, whose files are fetched meanwhile, or of one begun earlier
            case BatchDone(model) if model not in self._open:
                return False
            case StageStarted(_, stage):
                self._detail = str(stage)
            case Downloaded(_, done, total):
                of = f" of {total / 1e6:.1f}" if total else ""
                self._detail = f"download {done / 1e6:.1f}{of} MB"
            case BatchDone(model, done, total):
                self._open[model] = done / total
                name = f"{model}: " if len(self._open) > 1 else ""
                self._show(self._head, f"{name}{done}/{total} samples", self._share_done())
            case RaceStep(model, stage, share, seconds_left):
                minutes, seconds = divmod(round(seconds_left), 60)
                left = f"{minutes}:{seconds:02} min left"
                self._show(f"race: {model}", f"{STAGES[stage]}, {share:.0%} of this dose, {left}", share)
            case AnalysisStep(Race.KIND):
                return False  # its own steps say more
            case AnalysisStep(kind, done, total):
                self._show(f"after the ranking: {kind}", f"{done}/{total}", done / total if total else 0.0)
            case _:
                return False
        return True

    def _begin(self, begun: ModelStarted) -> None:
        """Show that a model begins; where as many were at work as can be, one of them is done."""
        while len(self._open) >= begun.n_at_once:
            del self._open[max(self._open, key=lambda model: self._open[model] == 1)]
        self._open[begun.model] = 0.0
        self._n_done, self._n_models = begun.index - len(self._open), begun.total
        self._show(f"[{begun.index}/{begun.total}] {begun.model}", "", self._share_done())
        if not self._rewrites:
            self._say(self._head)

    def _share_done(self) -> float:
        """Return what is done of all models: of those at work the share of their samples."""
        return (self._n_done + sum(self._open.values())) / self._n_models

    def _show(self, head: str, detail: str, share: float) -> None:
        self._head, self._detail, self._share = head, detail, share

    def say(self, text: str) -> None:
        """Print lines that stay, above the bar."""
        for line in text.splitlines():
            self._say(line)

    def _say_failure(self, failure: Failure) -> None:
        """Print a failure once, though the model fails under every metric."""
        failure_key = (failure.model, failure.message)
        if failure_key != self._last_failure:
            self._last_failure = failure_key
            self._say(f"{failure.model} under {failure.metric}: {failure.message} {failure.hint}")

    def _say_waiting(self, n_ahead: int) -> None:
        """Print that the run waits, and behind how many others."""
        if n_ahead:
            runs = "1 other run" if n_ahead == 1 else f"{n_ahead} other runs"
            self._say(f"waiting behind {runs} ({PROGRAM} runs list); Ctrl-C stops waiting")

    def _say(self, text: str) -> None:
        """Print a line that is not rewritten, above the bar."""
        text = printable(text)
        if self._bar is None:
            self._stream.write(f"{text}\n")
        else:
            self._bar.write(text, file=self._stream)
        self._stream.flush()

    def _draw(self) -> None:
        if not self._rewrites:
            return
        if self._bar is None:
            self._bar = self._make_bar(
                total=1.0, file=self._stream, leave=False, dynamic_ncols=True, bar_format=self._layout
            )
        self._bar.n = min(1.0, self._share)
        self._bar.set_description_str(f"{self._head}  {self._detail}", refresh=False)
        self._bar.refresh()

    def close(self) -> None:
        """Erase the bar, so that other output can follow."""
        bar, self._bar = self._bar, None
        if bar is not None:
            bar.close()


def _bar_class() -> tuple[Any, bool]:
    """Return the class of bars that tqdm chooses here, and whether it is a notebook's widget."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # in a notebook without widgets: lines are printed there
        from tqdm.auto import tqdm  # noqa: PLC0415 - looks at what it runs in
    return tqdm, any(base.__name__ == WIDGET_CLASS for base in tqdm.__mro__)
