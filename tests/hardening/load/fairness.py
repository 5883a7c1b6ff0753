"""Whether runs that waited for one device got it in a fair order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

__all__ = ["Waited", "unfair"]


@dataclass(frozen=True, slots=True)
class Waited:
    """A run that waited for the device.

    Parameters
    ----------
    run_id, owner
        Which run, and whose.
    queued_at, begun_at, ended_at
        When it certainly stood in the queue, when it began and when it ended, in seconds since 1970.
    """

    run_id: str
    owner: str
    queued_at: float
    begun_at: float
    ended_at: float


def unfair(runs: Iterable[Waited]) -> Iterator[str]:
    """Yield each run that waited for more than one run of another owner.

    A run waits from when it was queued, or from the end of its owner's last run that came before it.
    """
    runs = sorted(runs, key=lambda run: run.begun_at)
    for run in runs:
        own = [other.ended_at for other in runs if other.owner == run.owner and other.begun_at < run.begun_at]
        since = max([run.queued_at, *own])
        for owner in sorted({other.owner for other in runs} - {run.owner}):
            before = [
                other.run_id
                for other in runs
                if other.owner == owner and other.ended_at > since and other.begun_at < run.begun_at
            ]
            if len(before) > 1:
                yield f"{run.run_id} of {run.owner} waited for {len(before)} runs of {owner}: {before}"
