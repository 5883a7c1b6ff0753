"""What one model's cells say when something goes wrong that nobody has foreseen."""

from __future__ import annotations

from typing import NoReturn

import pytest

from ptmrank_core.pieces.scoring import CapturedError, run_guarded

LOGGED = "This error is unexpected; the run's log has the traceback."


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (MemoryError("out"), "The machine's memory does not suffice"),
        (RuntimeError("can't start new thread"), "The machine's memory, or the number of processes"),
        (RuntimeError("no kernel image"), LOGGED),
        (SystemError("odd"), LOGGED),
    ],
    ids=["memory", "thread", "library", "system"],
)
def test_an_error_that_nobody_has_foreseen_says_what_to_do(error: Exception, advice: str) -> None:
    """Where the machine has no more memory or threads, the reader can help; else the log has it."""

    def fail() -> NoReturn:
        raise error

    captured = run_guarded(fail, what="m under logme")
    assert isinstance(captured, CapturedError)
    assert str(error) in captured.message
    assert captured.hint.startswith(advice)
