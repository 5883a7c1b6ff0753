"""No process outlives the one that started it: Linux kills it, elsewhere it sees that its pipe is closed."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys

__all__ = ["die_with", "die_with_parent"]

SET_PARENT_DEATH_SIGNAL = 1  # man 2 PR_SET_PDEATHSIG


def die_with(parent: int) -> None:
    """Have this process killed when the thread that started it ends, however it ends.

    Parameters
    ----------
    parent
        Process that started this one. If it is gone by now, this process ends at once.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def die_with_parent() -> None:
    """Have this process of a pool killed when the process that started it ends."""
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid is not None:
        die_with(parent.pid)
