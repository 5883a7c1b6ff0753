"""File locks of the operating system: one worker for each run, one run at a time on each device.

The system releases a lock when its process ends, however it ends: if a run's lock is free, it has no living
worker. No clock is used to decide whether a worker is alive.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from ptmrank_core.config import Settings
from ptmrank_core.errors import RunBusyError

if sys.platform != "win32":
    import fcntl

__all__ = [
    "DispatcherFiles",
    "dispatcher_files",
    "hold_run",
    "is_held",
    "is_taken",
    "lock_device",
    "lock_file",
    "log_file",
]

# Checking a lock holds it for an instant; a worker that finds it held therefore tries again.
ACQUIRE_SECONDS = 5.0
# On Windows alone: how long, and how often, a check is repeated that may have met another check.
CHECK_SECONDS = 0.05
CHECK_AGAIN_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class DispatcherFiles:
    """The files of the process that starts one worker after the other for a device.

    Parameters
    ----------
    lock
        The lock that it holds.
    asked
        A file that exists if a run was queued since the last worker was started.
    device_locks
        The locks of the device, or of each of several, in one order.
    log
        What it says, and its workers before they have a run.
    """

    lock: Path
    asked: Path
    device_locks: tuple[Path, ...]
    log: Path


def lock_file(settings: Settings, run_id: str) -> Path:
    """Return the lock file of the run's worker."""
    return settings.runs_dir / f"{run_id}.lock"


def dispatcher_files(settings: Settings, device: str) -> DispatcherFiles:
    """Return the files of the dispatcher of a device, or of devices that are separated by commas."""
    lock, asked, log = (
        _device_file(settings, device, ending) for ending in ("dispatcher.lock", "asked", "log")
    )
    locks = tuple(_device_file(settings, own, "lock") for own in sorted(device.split(",")))
    return DispatcherFiles(lock, asked, locks, log)


def _device_file(settings: Settings, device: str, ending: str) -> Path:
    name = device.replace(":", "-").replace(",", "+")
    return settings.runs_dir / f"device-{name}.{ending}"


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
    lock = _lock(lock_file(settings, run_id))
    try:
        lock.acquire(timeout=ACQUIRE_SECONDS, poll_interval=0.02)
    except Timeout:
        raise RunBusyError(f"Another worker is running {run_id}.") from None
    try:
        yield
    finally:
        lock.release()


def lock_device(settings: Settings, device: str) -> Callable[[], None] | None:
    """Lock a device if it is free; several only if all of them are, so that nobody waits with one in hand.

    Returns
    -------
    callable or None
        Releases the devices; ``None`` if another process holds one.
    """
    with ExitStack() as held:
        for path in dispatcher_files(settings, device).device_locks:
            lock = _lock(path)
            try:
                lock.acquire(blocking=False)
            except Timeout:
                return None
            held.callback(lock.release)
        return held.pop_all().close


def is_held(settings: Settings, run_id: str) -> bool:
    """Whether a worker is running the run."""
    return is_taken(lock_file(settings, run_id))


def is_taken(path: Path) -> bool:
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
