"""Work that a page does not wait for: done beside it, the newest first, and kept for whoever asks again."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Hashable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

__all__ = ["Later", "Stage"]

Job = TypeVar("Job", bound=Hashable)


class Stage(NamedTuple):
    """Work that is worth drawing a page again for, once all of it is done.

    Parameters
    ----------
    by
        Does the work.
    jobs
        The work.
    drawn
        What of it is on the page.
    """

    by: Later[Any]
    jobs: Sequence[Hashable]
    drawn: Collection[Hashable]

    @property
    def is_drawn(self) -> bool:
        """Whether all of it is on the page."""
        return all(job in self.drawn for job in self.jobs)

    @property
    def is_done(self) -> bool:
        """Whether all of it is done."""
        return self.by.has_all(self.jobs)


class Later(Generic[Job]):
    """Does jobs in threads of its own; all sessions share what was found.

    Parameters
    ----------
    work
        Does one job, and returns what it found.
    n_threads
        Jobs done at a time.
    rest_seconds
        How long nothing new must have been asked for before a job is begun: a slider that moves is followed
        by what is quick, and nothing else takes the processor from it.
    most_waiting
        Jobs that wait at most: of more, those that were asked for first are dropped until they are asked for
        again.
    most_kept
        Findings that are kept at most.
    """

    def __init__(
        self,
        work: Callable[[Job], Any],
        *,
        n_threads: int = 1,
        rest_seconds: float = 0.0,
        most_waiting: int = 400,
        most_kept: int = 4_000,
    ) -> None:
        self._work = work
        self._most_kept = most_kept
        self._rest_seconds = rest_seconds
        self._asked = -math.inf  # when something new was asked for
        self._found: OrderedDict[Job, Any] = OrderedDict()
        self._waiting: deque[Job] = deque(maxlen=most_waiting)
        self._begun: set[Job] = set()
        self._changed = threading.Condition()
        for number in range(n_threads):
            threading.Thread(target=self._do, name=f"lesson-{number}", daemon=True).start()

    def ask(self, jobs: Sequence[Job]) -> dict[Job, Any]:
        """Return what was found, and see to the rest.

        Parameters
        ----------
        jobs
            The most urgent last.

        Raises
        ------
        Exception
            What one of the jobs raised; it is done anew when it is asked for again.
        """
        with self._changed:
            missing = [job for job in jobs if job not in self._found]
            if any(job not in self._waiting and job not in self._begun for job in missing):
                self._asked = time.monotonic()
            for job in missing:
                if job in self._waiting:
                    self._waiting.remove(job)
                if job not in self._begun:
                    self._waiting.append(job)
            self._changed.notify_all()
        return self.found(jobs)

    def found(self, jobs: Sequence[Job]) -> dict[Job, Any]:
        """Return what was found so far, and ask for nothing; raises what :meth:`ask` does."""
        with self._changed:
            found = {job: self._found[job] for job in jobs if job in self._found}
            for job, value in found.items():
                self._found.move_to_end(job)
                if isinstance(value, BaseException):
                    del self._found[job]
                    raise value
            return found

    def has_all(self, jobs: Sequence[Job]) -> bool:
        """Whether all jobs are done."""
        with self._changed:
            return all(job in self._found for job in jobs)

    def _do(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    self._changed.wait()
                while (left := self._asked + self._rest_seconds - time.monotonic()) > 0:
                    self._changed.wait(left)
                if not self._waiting:  # another thread has taken it meanwhile
                    continue
                job = self._waiting.pop()
                self._begun.add(job)
            try:
                value: Any = self._work(job)
            except Exception as error:  # noqa: BLE001 (raised where it is asked for)
                value = error
            with self._changed:
                self._begun.discard(job)
                self._found[job] = value
                while len(self._found) > self._most_kept:
                    self._found.popitem(last=False)
                self._changed.notify_all()
