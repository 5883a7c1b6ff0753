"""The child: it serves calls one after the other until its parent closes the pipe.

Frames have pipes of their own: what foreign code prints goes to standard error, that is, to the run's log.
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from importlib import import_module
from io import BufferedReader
from typing import Any, BinaryIO

from ptmrank_core.config import Settings
from ptmrank_core.features import host_memory
from ptmrank_core.features.cache import FeatureCache
from ptmrank_core.features.process.carried import carry
from ptmrank_core.features.process.frames import (
    Frame,
    FrameError,
    FrameKind,
    pack,
    read_frame,
    unpack,
    write_frame,
)
from ptmrank_core.features.process.functions import ModelFunction, call_function, function_of
from ptmrank_core.features.process.lifetime import die_with
from ptmrank_core.features.process.printing import print_to
from ptmrank_core.records import Samples

__all__ = ["serve"]


def serve(parent: int) -> None:
    """Serve calls until the pipe is closed.

    Parameters
    ----------
    parent
        The process that started this one from its main thread, with which this one shall end; 0 if another
        thread did, which may end before its process.
    """
    incoming, outgoing = _take_pipes()
    if parent:
        die_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which decides
    host_memory.be_killed_first()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    _Server(incoming, outgoing).serve()


def _take_pipes() -> tuple[BufferedReader, BinaryIO]:
    """Move the pipes away from standard input and output, where foreign code would read and print."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    sys.stdout.flush()
    os.dup2(2, 1)
    return incoming, outgoing


class _Server:
    """Reads frames in a thread of its own, so that a request to cancel is seen during a call."""

    def __init__(self, incoming: BufferedReader, outgoing: BinaryIO) -> None:
        self._incoming, self._outgoing = incoming, outgoing
        self._frames: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        self._is_cancelled = threading.Event()
        self._sending = threading.Lock()
        self._unread: dict[str, Frame] = {}
        self._samples: dict[str, Samples] = {}
        self._cache: FeatureCache | None = None
        self._settings, self._functions, self._ahead = self._start()
        threading.Thread(target=self._read, daemon=True, name="frames").start()

    def _start(self) -> tuple[Settings, Mapping[str, ModelFunction], Sequence[str]]:
        settings, functions, ahead = unpack(read_frame(self._incoming))
        return settings, functions, ahead

    def _read(self) -> None:
        """Pass frames on in their order; end the process with the pipe, whatever it is doing."""
        try:
            while True:
                frame = read_frame(self._incoming)
                if frame.kind is FrameKind.CANCEL:
                    self._is_cancelled.set()
                    continue
                if frame.kind is FrameKind.LOG:
                    print_to(unpack(frame))
                    continue
                if frame.kind is FrameKind.CALL:
                    self._is_cancelled.clear()
                self._frames.put(frame)
        except (EOFError, OSError, FrameError):
            os._exit(0)

    def _send(self, kind: FrameKind, message: Any = None) -> None:
        frame = pack(kind, message)
        with self._sending:
            write_frame(self._outgoing, frame)

    def serve(self) -> None:
        """Serve one call after the other, in the main thread."""
        for module in self._ahead:
            import_module(module)
        self._send(FrameKind.READY)
        while True:
            frame = self._frames.get()
            if frame.kind is not FrameKind.CALL:
                self._hold(frame)
                continue
            self._send(FrameKind.TAKEN)
            try:
                self._send(FrameKind.RESULT, self._call(frame))
            except BaseException as error:  # noqa: BLE001 - foreign code panics, and exits; the parent judges
                self._send(FrameKind.ERROR, carry(error))

    def _hold(self, frame: Frame) -> None:
        """Keep samples that came, and forget those that are not asked for any more."""
        if frame.kind is FrameKind.SAMPLES:
            key, *parts = frame.parts
            self._unread[bytes(key).decode()] = Frame(frame.kind, parts)
            return
        for forgotten in unpack(frame):
            self._samples.pop(forgotten, None)
            self._unread.pop(forgotten, None)

    def _samples_of(self, key: str) -> Samples:
        """Return the samples of a key; they are read in the first call, whose answer an error becomes."""
        if key in self._unread:
            self._samples[key] = unpack(self._unread[key])
            del self._unread[key]
        return self._samples[key]

    def _call(self, frame: Frame) -> Any:
        name, args, kwargs = unpack(frame, self._samples_of)
        offers = {
            "sink": lambda event: self._send(FrameKind.EVENT, event),
            "on_progress": lambda share: self._send(FrameKind.PROGRESS, share),
            "cancel": self._is_cancelled.is_set,
        }
        function = function_of(self._functions, name)
        return call_function(function, args, kwargs, offers=offers, open_cache=self._open_cache)

    def _open_cache(self) -> FeatureCache:
        if self._cache is None:
            self._cache = FeatureCache(self._settings)
        return self._cache
