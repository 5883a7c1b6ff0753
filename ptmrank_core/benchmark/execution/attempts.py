"""Which model a run's worker is at work on, kept so that it outlives the worker.

A model that takes its own process along fails alone. One that takes the worker along too, with all of the
machine's memory say, would be met again by every resumed run: after a few deaths in a row between which
nothing was done of it, it fails. A worker that is killed by hand, or with the machine, is no reason to fail a
model at once; and whatever ends the work in order, cancelling it too, forgets the deaths.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from ptmrank_core.benchmark.store.store import Attempt, RunStore
from ptmrank_core.errors import ModelProcessError
from ptmrank_core.events import BatchDone, CellDone, Event, StageStarted
from ptmrank_core.records import Stage

__all__ = ["MOST_DEATHS", "Attempts"]

MOST_DEATHS = 3
WORDS = {
    Stage.RESOLVE: "its files were being looked up",
    Stage.DOWNLOAD: "its files were being downloaded",
    Stage.LOAD: "it was being loaded",
    Stage.EXTRACT: "its features were being extracted",
    Stage.SCORE: "it was being scored",
}


class Attempts:
    """The attempts of a run's workers at one of its models.

    Parameters
    ----------
    store, run_id
        The run.
    model
        Id of the model.
    """

    def __init__(self, store: RunStore, run_id: str, model: str) -> None:
        self._store, self._run_id, self._model = store, run_id, model
        self._attempt = Attempt()

    @property
    def last_stage(self) -> Stage:
        """Latest stage of the last attempt."""
        return Stage(self._earlier().stage)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Note that a worker is at work on the model, as long as the block lasts."""
        earlier = self._earlier()
        self._keep(Attempt(earlier.n_deaths + 1, earlier.stage))
        try:
            yield
        finally:
            self.forget()

    def pause(self) -> None:
        """Note that nobody is at work on the model until its next stage: it waits until others are scored.

        Whatever ends the worker meanwhile is no fault of this model.
        """
        self._store.keep_attempt(
            self._run_id, self._model, replace(self._attempt, n_deaths=self._attempt.n_deaths - 1)
        )

    def check(self) -> None:
        """Refuse the model if workers died at it too often.

        Raises
        ------
        ModelProcessError
            With the stage of the last of them.
        """
        earlier = self._earlier()
        if earlier.n_deaths >= MOST_DEATHS:
            raise ModelProcessError(
                f"The process of the run died {earlier.n_deaths} times in a row at {self._model!r}, the last "
                f"time while {WORDS[Stage(earlier.stage)]}, and nothing was done of it in between.",
                hint="Most likely the machine's memory ran out: close other programs, choose a smaller batch "
                "or half precision, or leave this model out. To try it again, retry the failed models.",
            )

    def hear(self, event: Event) -> None:
        """Note the stage, and forget earlier deaths once something is done."""
        if isinstance(event, StageStarted):
            self._keep(Attempt(self._attempt.n_deaths, event.stage))
        elif self._attempt.n_deaths > 1 and (
            isinstance(event, CellDone) or (isinstance(event, BatchDone) and event.n_run > 0)
        ):
            self._keep(Attempt(1, self._attempt.stage))

    def forget(self) -> None:
        """Forget all attempts."""
        self._store.drop_attempt(self._run_id, self._model)

    def _earlier(self) -> Attempt:
        return self._store.attempt(self._run_id, self._model)

    def _keep(self, attempt: Attempt) -> None:
        self._attempt = attempt
        self._store.keep_attempt(self._run_id, self._model, attempt)
