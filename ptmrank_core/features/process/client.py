"""The model process as its parent uses it: calls are served by a child that is replaced when it dies."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from ptmrank_core.config import Settings
from ptmrank_core.errors import CancelledError, ModelProcessError
from ptmrank_core.events import CancelToken, Sink, discard_event, never_cancels
from ptmrank_core.features.process.calls import discard_progress
from ptmrank_core.features.process.carried import restore
from ptmrank_core.features.process.child import Child
from ptmrank_core.features.process.deaths import (
    death_of,
    exhausted,
    last_line,
    model_of,
    not_started,
    stalled,
)
from ptmrank_core.features.process.frames import Frame, FrameKind, unpack
from ptmrank_core.features.process.functions import AHEAD, FUNCTIONS, ModelFunction, function_of
from ptmrank_core.features.process.memory import MemoryWatch
from ptmrank_core.features.process.pending import POLL_SECONDS, PendingCall
from ptmrank_core.records import Samples

__all__ = ["ModelProcess", "child_ahead"]

# A call that was cancelled ends after its batch or step; its process is killed if that takes longer.
CANCEL_SECONDS = 10.0
START_SECONDS = 120.0
# Once a model runs, a batch or a step may take this many times as long as the longest silence before it.
PATIENCE = 20.0


def child_ahead(settings: Settings) -> Child:
    """Start a child that imports what checkpoints need, and waits for the run that it will serve.

    Raises
    ------
    OSError
        If the system cannot start it.
    """
    return Child(settings, FUNCTIONS, None, ahead=AHEAD)


class ModelProcess:
    """One child process that loads, runs and trains models; a context manager.

    The child is started by the first call and imports torch and transformers once. If it dies, the call
    raises, and the next one starts another. It ends with this object, and with this process.

    Parameters
    ----------
    settings
        Where data are stored; the child opens the feature cache itself.
    log
        File for what the child and foreign code in it print; ``None`` for standard error.
    hang_seconds
        The child is killed when nothing was heard of it for so long during a call; by default
        ``settings.load_seconds``. Once a model runs, it may be silent for 20 times as long as it was before.
    memory_bytes
        What the child may hold at most; it is killed before it takes the last of the machine's memory anyway.
    functions
        The functions that it can be asked for.
    child
        One that was started ahead, with :func:`child_ahead`; by default the first call starts one.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        log: Path | None = None,
        hang_seconds: float | None = None,
        memory_bytes: int | None = None,
        functions: Mapping[str, ModelFunction] = FUNCTIONS,
        child: Child | None = None,
    ) -> None:
        self._settings, self._log, self._memory_bytes = settings, log, memory_bytes
        self._hang_seconds = settings.load_seconds if hang_seconds is None else hang_seconds
        self._functions = functions
        self._child = child
        if child is not None and log is not None:
            child.print_to(log)
        self._lock = threading.Lock()
        self._keys: WeakKeyDictionary[Samples, str] = WeakKeyDictionary()

    @property
    def pid(self) -> int | None:
        """Id of the child; ``None`` if none is running."""
        return None if self._child is None else self._child.pid

    def start_ahead(self, modules: Sequence[str] | None = None) -> None:
        """Start the child before the first call, so that it imports meanwhile.

        Where the system cannot start it, the first call tries again, and says so.

        Parameters
        ----------
        modules
            What it imports; by default what checkpoints need.
        """
        with self._lock, suppress(OSError):
            if self._child is None:
                ahead = AHEAD if modules is None else modules
                self._child = Child(self._settings, self._functions, self._log, ahead=ahead)

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
        """Have the child call a function and return its result.

        Parameters
        ----------
        name
            A function of the table.
        *args, **kwargs
            Its arguments. Samples are sent to the child once; its parameter ``cache`` gets the feature cache.
        sink, on_progress
            Receive what the function reports while it runs, if it has parameters of these names.
        cancel
            Asked ten times a second; the token of the function then returns ``True``.

        Raises
        ------
        ModelProcessError
            If the child cannot be started, died, or was killed because nothing was heard of it or because it
            took too much memory.
        CancelledError
            If the function raised it, or did not return within ten seconds after cancellation was requested.
        PTMRankError, ForeignError
            What the function raised: our own errors as they are, others under the name of their class.
        """
        function, model = function_of(self._functions, name), model_of((*args, *kwargs.values()))
        asked = (function, model, sink, on_progress, cancel)
        with self._lock:
            has_waited = self._child is not None
            call = PendingCall(*asked)
            try:
                answer = self._ask(call, (name, args, kwargs))
            except ModelProcessError:
                if call.is_taken or not has_waited:
                    raise
                # It died, or fell silent, while it had nothing to do: that is no fault of this model.
                call = PendingCall(*asked)
                answer = self._ask(call, (name, args, kwargs))
        result = unpack(answer)
        if answer.kind is FrameKind.ERROR:
            raise restore(result)
        return result

    def _ask(self, call: PendingCall, message: tuple[Any, ...]) -> Frame:
        """Send a call to the child and wait for the answer; a child that gives none is ended."""
        call.log_start = _size(self._log)
        child = self._started(call)
        try:
            child.call(message, self._key)
            return self._wait(child, call)
        finally:
            if not call.is_answered:
                self._end()

    def _started(self, call: PendingCall) -> Child:
        """Return the child that is running, or start one."""
        if self._child is None:
            try:
                self._child = Child(self._settings, self._functions, self._log)
            except OSError as error:
                raise not_started(call.model, error) from error
        return self._child

    def _key(self, samples: Samples) -> str:
        """Return the key of a set of samples; hashing takes a while, so it is done once."""
        if samples not in self._keys:
            self._keys[samples] = f"{samples.modality} {samples.source} {samples.fingerprint}"
        return self._keys[samples]

    def _wait(self, child: Child, call: PendingCall) -> Frame:
        """Pass on what the child reports until it answers."""
        memory = MemoryWatch(child.pid, self._memory_bytes)
        while True:
            frame = child.receive(POLL_SECONDS)
            if frame is not None and call.take(frame):
                return frame
            if frame is None and child.is_over():
                raise self._death(child, call)
            if call.must_cancel():
                child.cancel()
            if call.seconds_cancelled() >= CANCEL_SECONDS:
                raise CancelledError("The run was cancelled.")
            limit = self._silence_limit(child, call)
            if call.seconds_silent() >= limit:
                raise stalled(call.model, call.function.doing, call.stage, limit)
            if shortage := memory.shortage():
                raise exhausted(call.model, call.function.doing, call.stage, shortage)

    def _silence_limit(self, child: Child, call: PendingCall) -> float:
        """Seconds that the child may be silent; until it serves calls it has time to start."""
        if not child.is_ready:
            return max(self._hang_seconds, START_SECONDS)
        return max(self._hang_seconds, PATIENCE * call.longest_silence if call.has_run else 0.0)

    def _death(self, child: Child, call: PendingCall) -> ModelProcessError:
        """Say how the child died."""
        status = child.status()
        said = last_line(self._log, call.log_start)
        return death_of(call.model, call.function.doing, call.stage, status, said)

    def _end(self) -> None:
        """Kill and reap the child."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()

    def close(self) -> None:
        """End the child, if one is running; a later call would start another."""
        with self._lock:
            child, self._child = self._child, None
            if child is not None:
                child.close()

    def __enter__(self) -> ModelProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _size(log: Path | None) -> int:
    """Size of a log that may not exist yet."""
    return log.stat().st_size if log is not None and log.exists() else 0
