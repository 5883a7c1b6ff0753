"""The steps of a process at which something that is kept on the disk changes, and death at one of them.

Python reports every call that opens, renames, makes or deletes a file to audit hooks. Counting the calls that
concern a folder gives each change of it a number, and a process can be killed just before any of them.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

__all__ = ["Step", "kill_at", "watch_steps"]

# Event -> positions of the paths among its arguments.
CHANGES = {
    "os.mkdir": (0,),
    "os.rename": (0, 1),
    "os.remove": (0,),
    "os.rmdir": (0,),
    "os.truncate": (0,),
    "os.link": (0, 1),
    "os.symlink": (0, 1),
    "shutil.rmtree": (0,),
    "sqlite3.connect": (0,),
}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
CORE = f"{os.sep}ptmrank_core{os.sep}"
Step = tuple[str, str]
"""Where in the core a step was asked for (``features/cache/feature_cache.put_many``), and its event."""


def watch_steps(place: Path, on_step: Callable[[int, Step], None]) -> None:
    """Call a function before each step that concerns a folder, for the rest of this process's life.

    Parameters
    ----------
    place
        The folder.
    on_step
        Receives the number of the step, from 0, and what it is.
    """
    inside, counted = os.fspath(place), 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal counted
        if _concerns(event, arguments, inside):
            number, counted = counted, counted + 1
            on_step(number, (_asked_by(sys._getframe(1)), event))

    sys.addaudithook(hook)


def kill_at(place: Path, number: int, delay: float) -> None:
    """Kill this process before a step, or so many seconds later."""

    def die(at: int, _step: Step) -> None:
        if at != number:
            return
        if delay:
            threading.Timer(delay, _die).start()
        else:
            _die()

    watch_steps(place, die)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _concerns(event: str, arguments: tuple[object, ...], inside: str) -> bool:
    """Whether an event changes something within a folder."""
    if event == "open":
        path, _mode, flags = arguments
        return isinstance(flags, int) and bool(flags & WRITING) and _is_inside(path, inside)
    return event in CHANGES and any(_is_inside(arguments[i], inside) for i in CHANGES[event])


def _is_inside(path: object, inside: str) -> bool:
    return isinstance(path, str | os.PathLike) and os.fspath(path).startswith(inside)


def _asked_by(frame: FrameType | None) -> str:
    """Name the function of the core that the innermost frame of it is in."""
    while frame is not None:
        _, found, within = frame.f_code.co_filename.rpartition(CORE)
        if found:
            return f"{within.removesuffix('.py')}.{frame.f_code.co_name}"
        frame = frame.f_back
    return "outside the core"
