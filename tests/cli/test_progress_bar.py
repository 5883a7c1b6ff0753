"""The command line's line of progress."""

from __future__ import annotations

import io

from ptmrank_core.cli.progress_bar import ProgressLine
from ptmrank_core.events import (
    AnalysisStep,
    BatchDone,
    CellDone,
    Downloaded,
    ModelStarted,
    RaceStep,
    StageStarted,
)
from ptmrank_core.records import Failure, Stage


class Terminal(io.StringIO):
    """A stream that can rewrite its line."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_the_line_is_about_the_model_at_hand() -> None:
    """Bytes and stages of the next model, which is fetched meanwhile, do not stand behind this one's name."""
    terminal = Terminal()
    line = ProgressLine(terminal)
    line(ModelStarted("org/a", 1, 2))
    line(BatchDone("org/a", 8, 100))
    line(StageStarted("org/b", Stage.DOWNLOAD))
    line(Downloaded("org/b", 5_000_000, 10_000_000))
    assert terminal.getvalue().split("\r")[-1].strip() == "[1/2] org/a  8/100 samples"
    line(ModelStarted("org/b", 2, 2))
    line(Downloaded("org/b", 7_500_000, 10_000_000))
    assert terminal.getvalue().split("\r")[-1].strip() == "[2/2] org/b  download 7.5 of 10.0 MB"


def test_a_race_is_followed_dose_by_dose() -> None:
    """Model, what is trained, share of the dose, and the time that is left."""
    terminal = Terminal()
    line = ProgressLine(terminal)
    line(AnalysisStep("race", 30, 300))
    line(RaceStep("org/a", "full", 0.25, 269.6))
    assert terminal.getvalue().split("\r")[-1].strip() == (
        "race: org/a  training on all samples, 25% of this dose, 4:30 min left"
    )


def test_what_stops_a_model_is_told_once() -> None:
    """Not under each of thirteen metrics; the next model's trouble is told again."""
    stream = io.StringIO()
    line = ProgressLine(stream)
    for model in ("org/a", "org/b"):
        for metric in ("logme", "leep"):
            line(CellDone(Failure(model, metric, Stage.DOWNLOAD, "GatedModelError", "is gated", "")))
    line(CellDone(Failure("org/b", "nce", Stage.SCORE, "MetricError", "no value", "")))
    assert [text.strip() for text in stream.getvalue().splitlines()] == [
        "org/a under logme: is gated",
        "org/b under logme: is gated",
        "org/b under nce: no value",
    ]
