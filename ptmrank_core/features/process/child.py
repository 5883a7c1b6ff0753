"""The child as its parent sees it: started, written to and read from by threads, ended and reaped."""

from __future__ import annotations

import os
import queue
import subprocess
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack, suppress
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO, cast

from ptmrank_core.config import Settings, child_command, child_environment
from ptmrank_core.features.process.frames import (
    Frame,
    FrameError,
    FrameKind,
    pack,
    read_frame,
    write_frame,
)
from ptmrank_core.features.process.functions import ModelFunction
from ptmrank_core.records import Samples

__all__ = ["Child"]

MODULE = "ptmrank_core.features.process"
# Sets of samples that the child holds at most, unless a call has more.
MAX_HELD = 8
END_SECONDS = 5.0


class Child:
    """A child process, and the threads that write to it and read from it.

    Nothing here waits for the child: it may be stopped, or so busy that it reads nothing.

    Parameters
    ----------
    settings
        Where data are stored.
    functions
        The table of functions.
    log
        File for what it prints; ``None`` for standard error of this process.
    ahead
        Modules that it imports at once, before it is asked for anything.

    Raises
    ------
    OSError
        If the system cannot start it.

    Attributes
    ----------
    is_ready
        Whether it has reported that it serves calls.
    """

    def __init__(
        self,
        settings: Settings,
        functions: Mapping[str, ModelFunction],
        log: Path | None,
        *,
        ahead: Sequence[str] = (),
    ) -> None:
        self._process = _start(settings, log)
        self._outgoing: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        self._incoming: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        self._held: OrderedDict[str, None] = OrderedDict()
        self.is_ready = False
        self._writer = threading.Thread(target=self._write, daemon=True, name="frames to the model process")
        self._reader = threading.Thread(target=self._read, daemon=True, name="frames of the model process")
        self._writer.start()
        self._reader.start()
        self._outgoing.put(pack(FrameKind.START, (settings, dict(functions), tuple(ahead))))

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def _write(self) -> None:
        pipe = cast("BinaryIO", self._process.stdin)
        with suppress(OSError):  # it is gone; whoever waits for its answer finds out
            while (frame := self._outgoing.get()) is not None:
                write_frame(pipe, frame)
        with suppress(OSError):
            pipe.close()

    def _read(self) -> None:
        with suppress(EOFError, OSError, FrameError, ValueError):
            while True:
                self._incoming.put(read_frame(cast("BufferedReader", self._process.stdout)))

    def call(self, message: tuple[Any, ...], key_of: Callable[[Samples], str]) -> None:
        """Send a call, and before it the samples that the child does not hold yet.

        Parameters
        ----------
        message
            Name, arguments and keyword arguments.
        key_of
            Returns the key of a set of samples.
        """
        used: dict[str, Samples] = {}

        def note(samples: Samples) -> str:
            key = key_of(samples)
            used[key] = samples
            return key

        call = pack(FrameKind.CALL, message, note)
        new = [key for key in used if key not in self._held]
        self._outgoing.put(pack(FrameKind.FORGET, self._forget(used)))
        for key in new:
            parts = pack(FrameKind.SAMPLES, used[key]).parts
            self._outgoing.put(Frame(FrameKind.SAMPLES, [key.encode(), *parts]))
        self._outgoing.put(call)

    def _forget(self, used: Collection[str]) -> list[str]:
        """Note the sets of a call as held, the latest used last; return those that are too many."""
        for key in used:
            self._held[key] = None
            self._held.move_to_end(key)
        n_over = max(0, len(self._held) - max(MAX_HELD, len(used)))
        forgotten = list(self._held)[:n_over]
        for key in forgotten:
            del self._held[key]
        return forgotten

    def print_to(self, log: Path) -> None:
        """Have what it prints from now on added to a file."""
        self._outgoing.put(pack(FrameKind.LOG, log))

    def cancel(self) -> None:
        """Ask it to cancel the call."""
        self._outgoing.put(pack(FrameKind.CANCEL))

    def receive(self, seconds: float) -> Frame | None:
        """Wait for its next frame; ``None`` if none came in this time."""
        try:
            frame = self._incoming.get(timeout=seconds)
        except queue.Empty:
            return None
        self.is_ready = True
        return frame

    def is_over(self) -> bool:
        """Whether it will send no further frame, and all that it sent are received."""
        if self._process.poll() is not None:
            self._reader.join(timeout=END_SECONDS)  # it reads what is left in the pipe
        elif self._reader.is_alive():
            return False
        return self._incoming.empty()

    def status(self) -> int | None:
        """Reap it once it is over, and return its exit status; ``None`` if it only closed its pipe."""
        try:
            return self._process.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        self._process.kill()
        self._close()

    def close(self) -> None:
        """Close its pipe, upon which it ends; kill it if it does not."""
        self._outgoing.put(None)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=END_SECONDS)
        self.kill()

    def _close(self) -> None:
        self._process.wait()
        self._outgoing.put(None)
        self._writer.join(timeout=END_SECONDS)
        self._reader.join(timeout=END_SECONDS)
        if not self._reader.is_alive():  # otherwise a process that it started still holds the pipe
            cast("BinaryIO", self._process.stdout).close()


def _start(settings: Settings, log: Path | None) -> subprocess.Popen[bytes]:
    """Start the process in a session of its own, so that Ctrl-C in the terminal does not reach it."""
    is_main = threading.current_thread() is threading.main_thread()
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        output = None if log is None else stack.enter_context(log.open("ab"))
        return subprocess.Popen(  # noqa: S603 - our own module
            child_command(MODULE, str(os.getpid() if is_main else 0)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            start_new_session=True,
            env=child_environment(settings),
        )
