"""One call to the model process while it is being served: what was heard of it, and whether to cancel it."""

from __future__ import annotations

import time
from collections.abc import Callable

from ptmrank_core.events import BatchDone, CancelToken, Sink, StageStarted
from ptmrank_core.features.process.frames import Frame, FrameKind, unpack
from ptmrank_core.features.process.functions import ModelFunction
from ptmrank_core.records import Stage

__all__ = ["POLL_SECONDS", "PendingCall"]

POLL_SECONDS = 0.1
# A wait counts no longer than this: a process that was stopped itself has not waited.
LONGEST_WAIT_SECONDS = 1.0


class PendingCall:
    """One call while it is being served: what was heard of it, and whether it is to be cancelled.

    Attributes
    ----------
    function, model
        What the child was asked for, and with which model.
    stage
        Where the model is, as far as the child has said.
    is_taken, is_answered
        Whether the child has begun with it; whether it has returned or raised.
    has_run
        Whether a batch, or a step of a training, has been done.
    log_start
        Size of the log when it was sent, in bytes.
    longest_silence
        Seconds between two frames, at most.
    """

    def __init__(
        self,
        function: ModelFunction,
        model: str,
        sink: Sink,
        on_progress: Callable[[float], None],
        cancel: CancelToken,
    ) -> None:
        self.function, self.model = function, model
        self.stage: Stage | None = None
        self.is_taken = self.is_answered = False
        self.log_start = 0
        self._sink, self._on_progress, self._cancel = sink, on_progress, cancel
        self._looked_at = self._asked_at = time.monotonic()
        self._silent = self.longest_silence = 0.0
        self.has_run = False
        self._cancelled_at: float | None = None

    def take(self, frame: Frame) -> bool:
        """Pass on what a frame reports; return whether it is the answer."""
        self.longest_silence = max(self.longest_silence, self.seconds_silent())
        self._silent = 0.0
        if frame.kind is FrameKind.EVENT:
            event = unpack(frame)
            if isinstance(event, StageStarted):
                self.stage = event.stage
            self.has_run |= isinstance(event, BatchDone) and event.n_run > 0
            self._sink(event)
        elif frame.kind is FrameKind.PROGRESS:
            self.has_run = True
            self._on_progress(unpack(frame))
        self.is_taken |= frame.kind is FrameKind.TAKEN
        self.is_answered = frame.kind in {FrameKind.RESULT, FrameKind.ERROR}
        return self.is_answered

    def must_cancel(self) -> bool:
        """Ask the token, a few times a second; return whether the child is to be told now."""
        now = time.monotonic()
        if self._cancelled_at is not None or now - self._asked_at < POLL_SECONDS:
            return False
        self._asked_at = now
        if self._cancel():
            self._cancelled_at = now
        return self._cancelled_at is not None

    def seconds_cancelled(self) -> float:
        """Time since cancellation was requested; 0 if it was not."""
        return 0.0 if self._cancelled_at is None else time.monotonic() - self._cancelled_at

    def seconds_silent(self) -> float:
        """Time since anything was heard of the child, as far as this process was there to listen."""
        now = time.monotonic()
        self._silent += min(now - self._looked_at, LONGEST_WAIT_SECONDS)
        self._looked_at = now
        return self._silent
