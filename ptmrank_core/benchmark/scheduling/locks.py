"""Locks of the operating system: one worker for each run, one run at a time for each device.

The system gives a lock back when its process ends, however it ends: when a run's lock is free, its worker is
dead. Nothing here looks at a clock to decide whether a worker lives.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ptmrank_core.config import Settings
from ptmrank_core.errors import RunBusyError

if sys.platform != "win32":
    import fcntl

__all__ = ["hold_run", "is_alive", "is_held", "lock_device", "lock_files", "log_file", "starting"]

# A look at the lock holds it for an instant; a worker that meets one tries again.
ACQUIRE_SECONDS = 5.0
# On Windows alone: how long a look that met another one is tried again.
LOOK_SECONDS = 0.05
LOOK_AGAIN_SECONDS = 0.005


def lock_files(settings: Settings, run_id: str) -> tuple[Path, Path]:
    """Lock of the run's worker, and of whoever starts it."""
    return settings.runs_dir / f"{run_id}.lock", settings.runs_dir / f"{run_id}.starting.lock"


def log_file(settings: Settings, run_id: str) -> Path:
    """Where the worker of a run writes its log; a run in a terminal has none."""
    return settings.runs_dir / f"{run_id}.log"


def _lock(path: Path) -> FileLock:
    path.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(path)


@contextmanager
def hold_run(settings: Settings, run_id: str) -> Iterator[None]:
    """Be the run's only worker for the time of the block.

    Raises
    ------
    RunBusyError
        If another process is.
    """
    lock = _lock(lock_files(settings, run_id)[0])
    try:
        lock.acquire(timeout=ACQUIRE_SECONDS, poll_interval=0.02)
    except Timeout:
        raise RunBusyError(f"Another worker is running {run_id}.") from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def starting(settings: Settings, run_id: str, *, seconds: float) -> Iterator[None]:
    """Be the only one who starts the run's worker; until that one holds the run's lock, this holds its place.

    Raises
    ------
    RunBusyError
        If another process has been starting it for longer than this.
    """
    lock = _lock(lock_files(settings, run_id)[1])
    try:
        lock.acquire(timeout=seconds, poll_interval=0.02)
    except Timeout:
        raise RunBusyError(f"Another process is starting a worker for run {run_id}.") from None
    try:
        yield
    finally:
        lock.release()


def lock_device(settings: Settings, device: str) -> Callable[[], None] | None:
    """Take a device if nobody has it.

    Returns
    -------
    callable or None
        Gives it back; ``None`` where somebody has it.
    """
    lock = _lock(settings.runs_dir / f"device-{device.replace(':', '-')}.lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return None
    return lock.release


def is_held(settings: Settings, run_id: str) -> bool:
    """Whether a worker is running it."""
    return _is_taken(lock_files(settings, run_id)[0])


def is_alive(settings: Settings, run_id: str) -> bool:
    """Whether a worker is running it, or is being started."""
    return any(_is_taken(path) for path in lock_files(settings, run_id))


def _is_taken(path: Path) -> bool:
    """Look at a lock; a look leaves no file behind, and looks at the same time do not meet each other."""
    try:
        if sys.platform == "win32":
            return _is_taken_on_windows(path)
        with path.open("rb") as file:  # closing it gives the lock back
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def _is_taken_on_windows(path: Path) -> bool:
    """Look where there is no shared lock: two looks may meet, so one is tried for a while."""
    path.stat()
    lock = _lock(path)
    try:
        lock.acquire(timeout=LOOK_SECONDS, poll_interval=LOOK_AGAIN_SECONDS)
    except Timeout:
        return True
    lock.release()
    return False
