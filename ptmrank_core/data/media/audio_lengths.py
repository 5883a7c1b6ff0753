"""How long a recording says it is, where its header is wrong although all sound is there, or all is not."""

from __future__ import annotations

import struct

__all__ = ["declared_bytes", "has_exact_length", "with_true_length"]

STREAMED = 0x7FFF0000
"""Sizes from here on are what programs write that do not know the size yet."""
MAX_MISSING_BYTES, MAX_MISSING_SHARE, ALWAYS_MISSING = 1_024, 0.01, 64
# Chunks that may follow the sound: where one does, a sound of length zero is really empty.
LATER_CHUNKS = frozenset({b"LIST", b"id3 ", b"ID3 ", b"fact", b"cue ", b"bext", b"PEAK", b"smpl", b"JUNK"})


def with_true_length(data: bytes) -> tuple[bytes, bool]:
    """Correct the header of a WAV file in which all sound is there, though its header states another length.

    Parameters
    ----------
    data
        A whole file of any format.

    Returns
    -------
    data, is_changed
        The same bytes, unless the header of a WAV file states a length of zero before sound, as programs do
        that write to a pipe, or a few more bytes than there are: up to 64, or one percent of up to 1,024.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return data, False
    at = 12
    while at + 8 <= len(data):
        mark, (size,) = data[at : at + 4], struct.unpack_from("<I", data, at + 4)
        if mark == b"data":
            there = len(data) - at - 8
            if not _is_misstated(size, there, data[at + 8 : at + 12]):
                return data, False
            lengths = struct.pack("<I", there)
            whole = struct.pack("<I", len(data) - 8)
            return data[:4] + whole + data[8 : at + 4] + lengths + data[at + 8 :], True
        at += 8 + size + size % 2
    return data, False


def _is_misstated(size: int, there: int, following: bytes) -> bool:
    """Whether a length is wrong although nothing is missing."""
    if size == 0:
        return there > 0 and following not in LATER_CHUNKS
    allowed = max(ALWAYS_MISSING, min(MAX_MISSING_BYTES, MAX_MISSING_SHARE * size))
    return there < size <= there + allowed and there > size / 2


def _chunk_bytes(data: bytes, mark: bytes, order: str) -> int:
    """Return the offset in bytes of the declared end of the sound in a RIFF or AIFF file; 0 if streamed."""
    at = 12
    while at + 8 <= len(data):
        size = struct.unpack_from(f"{order}I", data, at + 4)[0]
        if data[at : at + 4] == mark:
            return 0 if size >= STREAMED else at + 8 + size
        at += 8 + size + size % 2
    return 0


def _page_bytes(data: bytes) -> int:
    """Return the offset in bytes of the declared end of the last page of an Ogg file."""
    at = data.rfind(b"OggS")
    n_segments = data[at + 26] if at + 26 < len(data) else 0
    end = at + 27 + n_segments
    return end + sum(data[at + 27 : end])


def declared_bytes(data: bytes) -> int:
    """Return the smallest size that a file declares for itself; 0 where it declares none.

    libsndfile reads a file that was cut off as if it were complete.
    """
    if data[:4] == b"RIFF":
        return _chunk_bytes(data, b"data", "<")
    if data[:4] == b"FORM":
        return _chunk_bytes(data, b"SSND", ">")
    if data[:4] == b"OggS":
        return _page_bytes(data)
    if data[:4] == b".snd" and len(data) >= 12:
        offset, size = struct.unpack_from(">II", data, 4)
        return 0 if size >= STREAMED else int(offset + size)
    return 0


def has_exact_length(data: bytes, file_format: str) -> bool:
    """Whether the header's number of frames is more than an estimate."""
    if file_format != "MP3":
        return True
    tag = data[:10]
    # An ID3 tag gives its size in four bytes of seven bits each.
    start = 10 + sum(tag[9 - i] << 7 * i for i in range(4)) if tag[:3] == b"ID3" and len(tag) == 10 else 0
    head = data[start : start + 256]
    return b"Xing" in head or b"Info" in head
