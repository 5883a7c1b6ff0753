"""Work in a child that is forked from this process, so that it starts at once with everything imported."""

from __future__ import annotations

import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.waiting import wait_until

__all__ = ["Ended", "fork"]

CRASHED = 70  # EX_SOFTWARE: an exception that nobody caught


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended.

    Parameters
    ----------
    status
        Its exit status; the negative number of the signal that killed it.
    said
        What it wrote to standard output and standard error.
    """

    status: int
    said: str


def fork(work: Callable[[], int], said: Path) -> Ended:
    """Do some work in a child, in a process group of its own; return how it ended.

    Parameters
    ----------
    work
        Returns the exit status.
    said
        File for the child's output.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        os._exit(_work(work, said))
    return Ended(_status_of(child), said.read_text(errors="replace") if said.exists() else "")


def _status_of(child: int) -> int:
    """Wait for a child; one that hangs is killed, and fails the test."""
    ended: list[int] = []

    def is_over() -> bool:
        pid, status = os.waitpid(child, os.WNOHANG)
        ended.extend([status] if pid else [])
        return bool(ended)

    try:
        wait_until(is_over)
    finally:
        if not ended:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(ended[0])


def _work(work: Callable[[], int], said: Path) -> int:
    """Run in the child, which must not return into the parent's code."""
    try:
        os.setpgrp()
        output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for number, to in ((nothing, 0), (output, 1), (output, 2)):
            os.dup2(number, to)
        _talk_to_the_files()
        status = work()
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):  # the work may have closed it
                stream.flush()
    except BaseException:  # noqa: BLE001 - whatever it is, the parent judges it
        with suppress(OSError, ValueError):
            traceback.print_exc()
            sys.stderr.flush()
        return CRASHED
    return status


def _talk_to_the_files() -> None:
    """Let nothing of what the work says go to whoever listens in the parent."""
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - it ends with the child
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115
    logging.getLogger().handlers.clear()
