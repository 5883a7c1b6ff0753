"""Frames between the two processes: a kind, and a message as a pickle with its arrays beside it.

Both ends are this program, started by itself, on pipes that nobody else has; or the nodes of a cluster that
the user named, which run what they are sent anyway. This is the only place where pickle is used, and nothing
from a file, or from any other network, is ever read with it.
"""

from __future__ import annotations

import pickle  # noqa: TID251 - see above
import struct
from collections.abc import Callable, Sequence
from enum import IntEnum
from io import BufferedReader, BytesIO
from typing import Any, BinaryIO, NamedTuple, TypeAlias

from ptmrank_core.records import Samples

__all__ = [
    "Frame",
    "FrameError",
    "FrameKind",
    "from_bytes",
    "pack",
    "read_frame",
    "to_bytes",
    "unpack",
    "write_frame",
]

MAGIC = b"PTMR"
HEADER, LENGTH = struct.Struct("<4sBI"), struct.Struct("<Q")
Part: TypeAlias = bytes | bytearray | memoryview


class FrameError(Exception):
    """What came through the pipe is no frame."""


class FrameKind(IntEnum):
    """What a frame is: the first six go to the child, the others come from it."""

    START = 1
    FORGET = 2
    SAMPLES = 3
    CALL = 4
    CANCEL = 5
    LOG = 6
    READY = 11
    EVENT = 12
    PROGRESS = 13
    RESULT = 14
    ERROR = 15
    TAKEN = 16


class Frame(NamedTuple):
    """One frame: its kind, and the parts of its message."""

    kind: FrameKind
    parts: Sequence[Part]


class _Packer(pickle.Pickler):
    """Pickles a message with a key in the place of each set of samples."""

    def __init__(
        self, file: BinaryIO, buffers: list[pickle.PickleBuffer], key_of: Callable[[Samples], str] | None
    ) -> None:
        super().__init__(file, protocol=5, buffer_callback=buffers.append)
        self._key_of = key_of

    def persistent_id(self, thing: Any) -> str | None:
        """Return the key of a set of samples; ``None`` for everything else."""
        return self._key_of(thing) if self._key_of is not None and isinstance(thing, Samples) else None


class _Unpacker(pickle.Unpickler):
    """Reads a message; ``samples_of`` returns the samples of a key."""

    def __init__(
        self, file: BinaryIO, buffers: Sequence[Part], samples_of: Callable[[str], Samples] | None
    ) -> None:
        super().__init__(file, buffers=buffers)
        self._samples_of = samples_of

    def persistent_load(self, key: str) -> Samples:
        """Return the samples of a key."""
        if self._samples_of is None:
            raise FrameError("A frame with a key, where there are none.")
        return self._samples_of(key)


def pack(kind: FrameKind, message: Any = None, key_of: Callable[[Samples], str] | None = None) -> Frame:
    """Make a frame of a message.

    Parameters
    ----------
    kind
        Kind of the frame.
    message
        What is sent.
    key_of
        Key that stands for a set of samples, which the other side holds already; ``None`` to send sets whole.
    """
    file, buffers = BytesIO(), list[pickle.PickleBuffer]()
    _Packer(file, buffers, key_of).dump(message)
    return Frame(kind, [file.getbuffer(), *(buffer.raw() for buffer in buffers)])


def unpack(frame: Frame, samples_of: Callable[[str], Samples] | None = None) -> Any:
    """Return the message of a frame; its read-only arrays are read-only again."""
    first, *buffers = frame.parts
    return _Unpacker(BytesIO(first), buffers, samples_of).load()


def write_frame(pipe: BinaryIO, frame: Frame) -> None:
    """Write a frame to a pipe.

    Raises
    ------
    OSError
        If the other side is gone.
    """
    pipe.write(HEADER.pack(MAGIC, frame.kind, len(frame.parts)))
    for part in frame.parts:
        pipe.write(LENGTH.pack(len(part)))
        pipe.write(part)
    pipe.flush()


def read_frame(pipe: BufferedReader) -> Frame:
    """Wait for a frame and read it.

    Raises
    ------
    EOFError
        If the other side closed the pipe, in the middle of a frame too.
    FrameError
        If something else came.
    """
    magic, kind, n_parts = HEADER.unpack(_read(pipe, HEADER.size))
    if magic != MAGIC:
        raise FrameError(f"Expected a frame, got {magic!r}.")
    return Frame(FrameKind(kind), [_read_part(pipe) for _ in range(n_parts)])


def to_bytes(frame: Frame) -> bytes:
    """Write a frame as bytes."""
    written = BytesIO()
    write_frame(written, frame)
    return written.getvalue()


def from_bytes(data: bytes) -> Frame:
    """Read the frame that :func:`to_bytes` has written; errors are those of :func:`read_frame`."""
    return read_frame(BufferedReader(BytesIO(data)))


def _read_part(pipe: BufferedReader) -> bytearray:
    (size,) = LENGTH.unpack(_read(pipe, LENGTH.size))
    return _read(pipe, size)


def _read(pipe: BufferedReader, size: int) -> bytearray:
    """Read exactly so many bytes."""
    read = bytearray(size)
    view, done = memoryview(read), 0
    while done < size:
        n_bytes = pipe.readinto(view[done:])
        if not n_bytes:
            raise EOFError
        done += n_bytes
    return read
