"""The dispatcher of a device: starts one worker after the other, as long as runs wait for it.

It imports nothing of the runs, so it needs little memory however many of them wait. Each run has a process of
its own, whose memory is released when it ends; when a worker is killed, the dispatcher goes on with the next
run. When the dispatcher is killed, its worker goes on, and whoever looks at the queue starts another one.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock, Timeout

from ptmrank_core.config import child_command

__all__ = ["DONE", "NEXT", "NOTHING_LEFT", "main"]

# The first argument of a worker that takes the next run of a device, and its exit status: others wait for it,
# or none does. Any other status is a death.
NEXT = "next"
DONE = 0
NOTHING_LEFT = 3
# Checking a lock holds it for an instant; one that is held longer belongs to another dispatcher.
ACQUIRE_SECONDS = 1.0
POLL_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 60.0


def main(arguments: list[str]) -> int:
    """Start workers for a device until no run waits for it; return the exit status.

    Parameters
    ----------
    arguments
        The device, and paths: the dispatcher's lock, the file that says that a run was queued, and the
        device's lock, or that of each of several.
    """
    device, lock, asked, *device_locks = arguments[0], *map(Path, arguments[1:])
    # A run that is queued while the lock is still held, but after the last worker has found nothing, has left
    # the file: it is looked for once more when the lock is free.
    while True:
        try:
            with FileLock(lock).acquire(timeout=ACQUIRE_SECONDS, poll_interval=0.02):
                _serve(device, asked, device_locks)
        except Timeout:
            return 0  # another dispatcher is there, and will find the file
        if not asked.exists():
            return 0


def _serve(device: str, asked: Path, device_locks: Sequence[Path]) -> None:
    """Start one worker after the other until no run waits."""
    n_deaths = 0
    while True:
        asked.unlink(missing_ok=True)
        for device_lock in device_locks:
            _wait_until_free(device_lock)
        status = subprocess.call(child_command("ptmrank_core.worker", NEXT, device))  # noqa: S603 - our own
        if status == NOTHING_LEFT and not asked.exists():
            return
        n_deaths = 0 if status in {DONE, NOTHING_LEFT} else n_deaths + 1
        if n_deaths:  # workers that cannot even start must not keep the machine busy
            time.sleep(min(2.0 ** (n_deaths - 1), LONGEST_PAUSE_SECONDS))


def _wait_until_free(device_lock: Path) -> None:
    """Wait until nobody is at the device, so that a worker does not wait for long."""
    lock = FileLock(device_lock)
    lock.acquire(poll_interval=POLL_SECONDS)
    lock.release()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
