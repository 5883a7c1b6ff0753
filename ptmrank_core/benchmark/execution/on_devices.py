"""Several models of a run at a time, one on each of its devices.

Models run at the same time, each device has a process of its own. Everything else (fetching, scoring,
storing, telling) is done by one thread at a time, as in a run on one device: by the one that holds the baton.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from ptmrank_core.benchmark.execution.context import RunContext
from ptmrank_core.benchmark.execution.model_run import ModelWork
from ptmrank_core.benchmark.execution.prefetch import FetchAhead
from ptmrank_core.benchmark.scheduling.locks import log_file
from ptmrank_core.errors import CancelledError, InputField, ModelProcessError, PTMRankError
from ptmrank_core.events import (
    CancelToken,
    Event,
    ModelStarted,
    Sink,
    discard_event,
    never_cancels,
    raise_if_cancelled,
)
from ptmrank_core.features.process import ModelCalls, ModelProcess, discard_progress
from ptmrank_core.features.process.carried import ForeignError
from ptmrank_core.records import ModelSpec

__all__ = ["Device", "processes_for", "run_on_devices"]

logger = logging.getLogger(__name__)
POLL_SECONDS = 0.2
# What CUDA says of a device that no model can be run on, whichever it is.
LOST = (
    "no cuda-capable device",
    "busy or unavailable",
    "invalid device ordinal",
    "uncorrectable ecc",
    "driver shutting down",
    "initialization error",
)


@dataclass(frozen=True, slots=True)
class Device:
    """A device of a run.

    Parameters
    ----------
    name
        ``"cpu"`` or ``"cuda:0"``.
    models
        Where models are run on it.
    """

    name: str
    models: ModelCalls


@contextmanager
def processes_for(names: Sequence[str], run_context: RunContext) -> Iterator[list[Device]]:
    """Give each device a process in which models run, within the block; the first has that of the run.

    Parameters
    ----------
    names
        The devices.
    run_context
        Context of the run.
    """
    settings = run_context.store.settings
    log = log_file(settings, run_context.plan.run_id)
    with ExitStack() as stack:
        others = [stack.enter_context(ModelProcess(settings, log=log)) for _ in names[1:]]
        yield [Device(*pair) for pair in zip(names, [run_context.models, *others], strict=True)]


def run_on_devices(
    run_context: RunContext,
    specs: Sequence[ModelSpec],
    decided: Mapping[str, Collection[tuple[str, int | None]]],
    devices: Sequence[Device],
) -> None:
    """Run models, as many at a time as there are devices; files of the next one are fetched meanwhile.

    Parameters
    ----------
    run_context
        Context of the run.
    specs
        The models, in the order in which they begin.
    decided
        For each model metric and layer of its cells that are already decided.
    devices
        Where they run.

    Raises
    ------
    CancelledError
        If cancellation was requested.
    """
    baton, is_over = _Baton(), threading.Event()
    cancel: CancelToken = lambda: is_over.is_set() or run_context.cancel()  # noqa: E731 - two tokens in one
    calls = _CallsOnDevices(devices, baton)
    shared = replace(run_context, models=calls, cancel=cancel)
    n_models, n_devices = len(run_context.plan.models), len(devices)
    n_before = n_models - len(specs)

    def work(place: int, spec: ModelSpec) -> None:
        with baton:
            raise_if_cancelled(cancel)
            run_context.sink(ModelStarted(spec.id, n_before + place, n_models, n_devices))
            model_work = ModelWork(shared, spec, decided[spec.id], files)
            model_work.begin()
            model_work.finish()

    with (
        FetchAhead(
            specs, shared.sources.fetch, sink=shared.sink, cancel=cancel, while_waiting=baton.let_go
        ) as files,
        ThreadPoolExecutor(n_devices, thread_name_prefix="model") as pool,
    ):
        futures = [pool.submit(work, place, spec) for place, spec in enumerate(specs, start=1)]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            is_over.set()
            pool.shutdown(wait=True, cancel_futures=True)
    errors = [error for future in futures if not future.cancelled() and (error := future.exception())]
    for error in sorted(errors, key=lambda error: isinstance(error, CancelledError)):
        raise error


class _Baton:
    """What one thread holds at a time, as long as it does anything but wait.

    Whoever has waited longest gets it, so that models begin in their order: a lock would often go back to the
    thread that has just released it.
    """

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._n_asked, self._n_served = 0, 0

    def __enter__(self) -> None:
        with self._change:
            place = self._n_asked
            self._n_asked += 1
            self._change.wait_for(lambda: self._n_served == place)

    def __exit__(self, *_: object) -> None:
        with self._change:
            self._n_served += 1
            self._change.notify_all()

    @contextmanager
    def let_go(self) -> Iterator[None]:
        """Let others have it within the block."""
        self.__exit__()
        try:
            yield
        finally:
            self.__enter__()


class _CallsOnDevices:
    """Calls functions on whichever device is free; the caller lets go of the baton meanwhile.

    A device that cannot be used is left out from then on, and its call goes to another one.
    """

    def __init__(self, devices: Sequence[Device], baton: _Baton) -> None:
        self._free, self._n_usable = list(devices), len(devices)
        self._baton = baton
        self._change = threading.Condition()

    def call(
        self,
        name: str,
        /,
        *args: Any,
        sink: Sink = discard_event,
        on_progress: Callable[[float], None] = discard_progress,
        cancel: CancelToken = never_cancels,
        **kwargs: Any,
    ) -> Any:
        """Call a function and return its result; parameters as those of :class:`ModelProcess`."""
        ear = _Ear(sink, self._baton)
        with self._baton.let_go():
            while True:
                device = self._take(cancel)
                try:
                    options = replace(kwargs["options"], device=device.name)
                    result = device.models.call(
                        name,
                        *args,
                        **kwargs | {"options": options},
                        sink=ear,
                        on_progress=on_progress,
                        cancel=cancel,
                    )
                except (PTMRankError, ForeignError) as error:
                    if not _is_lost(error, has_begun=ear.has_heard) or not self._can_do_without():
                        self._put_back(device)
                        raise
                    logger.warning("%s is left out of this run: %s", device.name, error)
                else:
                    self._put_back(device)
                    return result

    def _take(self, cancel: CancelToken) -> Device:
        """Wait for a free device."""
        with self._change:
            while not self._free:
                raise_if_cancelled(cancel)
                self._change.wait(POLL_SECONDS)
            return self._free.pop(0)

    def _put_back(self, device: Device) -> None:
        with self._change:
            self._free.append(device)
            self._change.notify()

    def _can_do_without(self) -> bool:
        """Count one device less, unless it is the last one; return whether another one is left."""
        with self._change:
            is_left = self._n_usable > 1
            self._n_usable -= is_left
            return is_left


class _Ear:
    """A sink that passes events on while it holds the baton, and knows whether there was any."""

    def __init__(self, sink: Sink, baton: _Baton) -> None:
        self._sink, self._baton = sink, baton
        self.has_heard = False

    def __call__(self, event: Event) -> None:
        self.has_heard = True
        with self._baton:
            self._sink(event)


def _is_lost(error: Exception, *, has_begun: bool) -> bool:
    """Whether an error is one of the device, and not of the model that met it."""
    if isinstance(error, ModelProcessError):
        return not has_begun  # it died before it said anything, so it never came to the model
    if isinstance(error, PTMRankError) and InputField.DEVICE in error.fields:
        return True
    return any(said in str(error).lower() for said in LOST)
