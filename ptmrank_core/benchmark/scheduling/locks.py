"""File locks of the operating system: one worker for each run, one run at a time on each device.

The system releases a lock when its process ends, however it ends: if a run's lock is free, it has no living
worker. No clock is used to decide whether a worker is alive.
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

# Checking a lock holds it for an instant; a worker that finds it held therefore tries again.
ACQUIRE_SECONDS = 5.0
# On Windows alone: how long, and how often, a check is repeated that may have met another check.
CHECK_SECONDS = 0.05
CHECK_AGAIN_SECONDS = 0.005


def lock_files(settings: Settings, run_id: str) -> tuple[Path, Path]:
    """Return the lock files of the run's worker and of the process that starts the worker."""
    return settings.runs_dir / f"{run_id}.lock", settings.runs_dir / f"{run_id}.starting.lock"


def log_file(settings: Settings, run_id: str) -> Path:
    """Return the log file of the worker of a run; on the command line, of its models' process alone."""
    return settings.runs_dir / f"{run_id}.log"


def _lock(path: Path) -> FileLock:
    path.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(path)


@contextmanager
def hold_run(settings: Settings, run_id: str) -> Iterator[None]:
    """Hold the lock of the run's only worker within the block.

    Raises
    ------
    RunBusyError
        If another process holds it.
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
    """Hold the lock for starting the run's worker within the block: until the worker holds the run's own.

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
    """Lock a device if it is free.

    Returns
    -------
    callable or None
        Releases the device; ``None`` if another process holds it.
    """
    lock = _lock(settings.runs_dir / f"device-{device.replace(':', '-')}.lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return None
    return lock.release


def is_held(settings: Settings, run_id: str) -> bool:
    """Whether a worker is running the run."""
    return _is_taken(lock_files(settings, run_id)[0])


def is_alive(settings: Settings, run_id: str) -> bool:
    """Whether a worker is running the run, or is being started."""
    return any(_is_taken(path) for path in lock_files(settings, run_id))


def _is_taken(path: Path) -> bool:
    """Check a lock; this creates no file, and simultaneous checks do not block each other."""
    try:
        if sys.platform == "win32":
            return _is_taken_on_windows(path)
        with path.open("rb") as file:  # closing it releases the lock
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def _is_taken_on_windows(path: Path) -> bool:
    """Check without a shared lock: two checks may block each other, so an attempt is repeated for a while."""
    path.stat()
    lock = _lock(path)
    try:
        lock.acquire(timeout=CHECK_SECONDS, poll_interval=CHECK_AGAIN_SECONDS)
    except Timeout:
        return True
    lock.release()
    return False
