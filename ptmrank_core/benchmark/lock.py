"""The lock of a run: whoever holds it is the run's worker; when it is free, the worker is dead.

The operating system gives it back when the process ends, however it ends. Nothing here looks at a clock
to decide whether a worker lives.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from ptmrank_core.config import Settings
from ptmrank_core.errors import RunBusyError

__all__ = ["hold_run", "is_held"]

# A look at the lock holds it for an instant; a worker that meets one tries again.
ACQUIRE_SECONDS = 5.0


def _lock(settings: Settings, run_id: str) -> FileLock:
    settings.runs_dir.mkdir(parents=True, exist_ok=True)
    return FileLock(settings.runs_dir / f"{run_id}.lock")


@contextmanager
def hold_run(settings: Settings, run_id: str) -> Iterator[None]:
    """Be the run's only worker for the time of the block.

    Raises
    ------
    RunBusyError
        If another process is.
    """
    lock = _lock(settings, run_id)
    try:
        lock.acquire(timeout=ACQUIRE_SECONDS, poll_interval=0.02)
    except Timeout:
        raise RunBusyError(f"Another worker is at run {run_id}.") from None
    try:
        yield
    finally:
        lock.release()


def is_held(settings: Settings, run_id: str) -> bool:
    """Whether a worker is at the run."""
    lock = _lock(settings, run_id)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return True
    lock.release()
    return False
