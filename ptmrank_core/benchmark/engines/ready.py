"""A worker that waits: it has imported what a run needs, and so has its model process, before anybody asks.

Importing takes longer than ranking a small set of samples does. One such worker at most belongs to this
process and ends with it, whatever ends it; it takes one run. Nothing depends on it: if it is gone when it is
needed, or dies before it has taken the run, the run waits as any other does, and its dispatcher starts one.
"""

from __future__ import annotations

import math
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ptmrank_core.benchmark.scheduling.locks import is_taken
from ptmrank_core.benchmark.store.queue import QueueTable
from ptmrank_core.config import Settings, child_command, child_environment
from ptmrank_core.features.process.memory import available_bytes

__all__ = ["WAIT", "hand_over", "is_in_hand", "keep_ready", "may_wait"]

# The argument of a worker that waits; it reads the name of a device from standard input.
WAIT = "wait"
# It and its model process hold half a gigabyte: too much where a model may need it.
LEAST_FREE_BYTES = 2 * 2**30
# What was handed over and is not taken after this time is left to others: its worker may have been stopped.
TAKE_SECONDS = 60.0


@dataclass(slots=True)
class _Waiting:
    """The worker that waits, for which home, and when a worker was last given a device."""

    worker: subprocess.Popen[bytes] | None = None
    home: Path | None = None
    started_at: float = -math.inf
    handed: dict[str, tuple[subprocess.Popen[bytes], float]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


_waiting = _Waiting()


def may_wait(settings: Settings) -> bool:
    """Whether a process may wait for work here: it is not switched off, and memory is not short."""
    return bool(settings.ready_seconds) and available_bytes()[0] >= LEAST_FREE_BYTES


def keep_ready(settings: Settings, store: QueueTable) -> None:
    """See to it that a worker waits, unless a run is at work here or the machine is short of memory.

    Whoever shows a page from which a run can be started calls this. It waits for nothing.
    """
    # Every page asks, at each of its runs: what waits already is seen without a look at memory and store.
    if _is_there(settings) or not may_wait(settings) or _is_busy(settings, store):
        return
    with _waiting.lock:
        if _is_there(settings):  # another thread was quicker
            return
        _dismiss()
        with suppress(OSError):  # it would have saved time
            _waiting.worker, _waiting.home = _start(settings), settings.home
            _waiting.started_at = time.monotonic()


def _is_there(settings: Settings) -> bool:
    """Whether a worker waits for a run of this home, and not for much less than it was meant to.

    One that is about to give up would not take a run any more.
    """
    worker, age = _waiting.worker, time.monotonic() - _waiting.started_at
    is_young = age < 0.9 * settings.ready_seconds
    return worker is not None and worker.poll() is None and is_young and _waiting.home == settings.home


def _is_busy(settings: Settings, store: QueueTable) -> bool:
    """Whether a run holds a device of this machine, or is about to: what waits would slow it down."""
    is_coming = any(is_in_hand(device) for device in list(_waiting.handed)) or store.awaited_devices()
    return bool(is_coming) or any(is_taken(lock) for lock in settings.runs_dir.glob("device-*.lock"))


def _start(settings: Settings) -> subprocess.Popen[bytes]:
    """Start a worker that waits."""
    settings.runs_dir.mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(  # noqa: S603 - our own module
        child_command("ptmrank_core.worker", WAIT),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,  # what it says before it has a run is about none
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=child_environment(settings),
    )


def _dismiss() -> None:
    """End the worker that waits, if there is one: it ends when its pipe is closed."""
    worker, _waiting.worker = _waiting.worker, None
    if worker is not None:
        _close(worker)


def _close(worker: subprocess.Popen[bytes]) -> None:
    """Close the pipe of a worker, and collect its exit status when it ends."""
    with suppress(OSError):
        if worker.stdin is not None:
            worker.stdin.close()
    threading.Thread(target=worker.wait, daemon=True).start()


def hand_over(settings: Settings, device: str) -> bool:
    """Have the worker that waits take the next run of a device.

    Returns
    -------
    bool
        Whether there was one. It may still die before it takes the run.
    """
    with _waiting.lock:
        worker, _waiting.worker = _waiting.worker, None
        if worker is None or worker.stdin is None:
            return False
        try:
            if _waiting.home != settings.home or worker.poll() is not None:
                return False
            worker.stdin.write(f"{device}\n".encode())
            worker.stdin.flush()
        except OSError:
            return False
        finally:
            _close(worker)
        _waiting.handed[device] = worker, time.monotonic()
    return True


def is_in_hand(device: str) -> bool:
    """Whether a worker of this process was told to take the next run of a device, and may still do so."""
    worker, handed_at = _waiting.handed.get(device, (None, -math.inf))
    return worker is not None and worker.poll() is None and time.monotonic() - handed_at < TAKE_SECONDS
