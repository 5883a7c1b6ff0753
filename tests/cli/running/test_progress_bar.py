"""The bar of progress, on a terminal and elsewhere."""

from __future__ import annotations

import io
import re

import pytest

from ptmrank_core.cli.running.progress_bar import ProgressLine
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


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for every line, whatever the terminal has in which the tests run."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("LINES", "50")


def shown(terminal: Terminal) -> str:
    """What stands on the line that is rewritten."""
    return terminal.getvalue().split("\r")[-1].strip()


def test_the_line_is_about_the_model_at_hand() -> None:
    """Bytes and stages of the next model, which is fetched meanwhile, do not stand behind this one's name."""
    terminal = Terminal()
    line = ProgressLine(terminal)
    line(ModelStarted("org/a", 1, 2))
    line(BatchDone("org/a", 8, 100))
    line(StageStarted("org/b", Stage.DOWNLOAD))
    line(Downloaded("org/b", 5_000_000, 10_000_000))
    assert shown(terminal).endswith(" [1/2] org/a  8/100 samples")
    line(ModelStarted("org/b", 2, 2))
    line(Downloaded("org/b", 7_500_000, 10_000_000))
    assert shown(terminal).endswith(" [2/2] org/b  download 7.5 of 10.0 MB")
    assert re.search(r" \d\d:\d\d  \[2/2\]", shown(terminal))  # how long it has taken
    line.close()
    assert terminal.getvalue().endswith("\r")


def test_a_race_is_followed_dose_by_dose() -> None:
    """Model, what is trained, share of the dose, and the time that is left."""
    terminal = Terminal()
    line = ProgressLine(terminal)
    line(AnalysisStep("race", 30, 300))
    line(RaceStep("org/a", "full", 0.25, 269.6))
    assert shown(terminal).endswith("race: org/a  training on all samples, 25% of this dose, 4:30 min left")
    line.close()


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


def test_the_bar_grows_over_all_models() -> None:
    """Half of the first of two models is a quarter of the work; the analyses start anew."""
    terminal = Terminal()
    line = ProgressLine(terminal)
    filled = []
    for event in (
        ModelStarted("a", 1, 2),
        BatchDone("a", 50, 100),
        ModelStarted("b", 2, 2),
        BatchDone("b", 100, 100),
        AnalysisStep("probe", 1, 4),
    ):
        line(event)
        filled.append(shown(terminal).count("#"))
    line.close()
    assert filled == [0, 5, 10, 20, 5]


def test_the_bar_knows_all_models_that_are_at_work() -> None:
    """Of two at a time it counts what both have done; a third takes the place of the one that is done."""
    terminal = Terminal()
    line = ProgressLine(terminal)
    filled = []
    for event in (
        ModelStarted("a", 1, 4, 2),
        ModelStarted("b", 2, 4, 2),
        BatchDone("a", 40, 100),
        BatchDone("b", 100, 100),
        ModelStarted("c", 3, 4, 2),
        BatchDone("a", 80, 100),
        BatchDone("c", 20, 100),
        BatchDone("b", 100, 100),
    ):
        line(event)
        filled.append(shown(terminal).count("#"))
    line.close()
    assert filled == [0, 0, 2, 7, 7, 9, 10, 10]
    assert "[3/4] c  a: 80/100 samples" in terminal.getvalue()


def test_a_failure_stands_above_the_bar() -> None:
    """It is kept when the bar is rewritten."""
    terminal = Terminal()
    line = ProgressLine(terminal)
    line(ModelStarted("a", 1, 2))
    line(CellDone(Failure("a", "logme", Stage.DOWNLOAD, "GatedModelError", "is gated", "Log in.")))
    line(ModelStarted("b", 2, 2))
    line.close()
    assert "a under logme: is gated Log in.\n" in terminal.getvalue()
    assert "[2/2] b" in terminal.getvalue()


def test_without_a_terminal_there_is_a_line_for_each_model() -> None:
    """A log has no bars in it."""
    stream = io.StringIO()
    line = ProgressLine(stream)
    for event in (ModelStarted("a", 1, 2), BatchDone("a", 1, 2), ModelStarted("b", 2, 2)):
        line(event)
    line.close()
    assert stream.getvalue() == "[1/2] a\n[2/2] b\n"


def test_a_notebook_gets_its_widget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where tqdm chooses the widget, it is drawn though the stream is no terminal; its total is fixed."""
    made: list[tqdm_notebook] = []

    class tqdm_notebook:  # noqa: N801 - as tqdm names it
        """What the product uses of the widget."""

        def __init__(self, **settings: object) -> None:
            self.settings, self.n, self.described = settings, 0.0, ""
            made.append(self)

        def set_description_str(self, text: str, *, refresh: bool) -> None:
            """Remember the text, which is drawn with what comes next."""
            assert not refresh
            self.described = text

        def refresh(self) -> None:
            """Draw nothing."""

        def close(self) -> None:
            """Close nothing."""

    monkeypatch.setattr("tqdm.auto.tqdm", tqdm_notebook)
    stream = io.StringIO()
    line = ProgressLine(stream)
    line(ModelStarted("a", 1, 2))
    line(BatchDone("a", 100, 100))
    line.close()
    assert stream.getvalue() == ""
    [bar] = made
    assert (bar.settings["total"], bar.n, bar.described) == (1.0, 0.5, "[1/2] a  100/100 samples")
