"""Decoding recordings of all supported formats to one channel of float32."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.media.formats import Formats, UnidentifiedError
from ptmrank_core.data.sources.entries import read_unchanged
from ptmrank_core.data.sources.limits import DEFAULT_LIMITS, Limits
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import Blob, Waveform

__all__ = ["RECORDINGS", "AudioFacts", "AudioItem", "MixedDown", "check_audio", "decode_audio"]

FORMATS = ("AIFF", "AU", "FLAC", "MP3", "NIST", "OGG", "RF64", "WAV", "WAVEX")
RECORDINGS = Formats(
    one="a recording",
    kind="recording",
    read=".wav .wave .flac .ogg .oga .opus .mp3 .aif .aiff .au .snd .sph",
    others=".m4a .m4b .aac .wma .amr .3ga .ape .wv .caf .mka .ra .ac3 .dts .mid .midi",
    better="FLAC or WAV",
)
BLOCK_VALUES = 2**20
"""Values of all channels that are decoded at a time."""
LOWEST_RATE, HIGHEST_RATE = 1_000, 384_000
MAX_PEAK = 8.0
"""Lossy formats overshoot full scale a little; a float file of 16-bit levels is beyond this by far."""
UNKNOWN_LENGTH = 2**62
MAX_TRAILING_BYTES = 256
"""What may follow the sound of an MP3: a title. More is sound beyond an estimate of the length."""
STREAMED = 0x7FFF0000
"""Sizes from here on are what programs write that do not know the size yet."""


@dataclass(frozen=True, slots=True)
class MixedDown:
    """The change that recordings with several channels are mixed down to one."""

    n_channels: int

    @property
    def name(self) -> str:
        """Name that the notes are sorted by: fewer channels first."""
        return f"{self.n_channels:04d} CHANNELS"

    def sentence(self, count: int) -> str:
        """Write the note on the number of recordings that were mixed down."""
        recordings = "1 recording" if count == 1 else f"{count} recordings"
        were = "was" if count == 1 else "were"
        return f"{recordings} with {self.n_channels} channels {were} mixed down to one."


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


def _declared_bytes(data: bytes) -> int:
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


def _has_exact_length(data: bytes, file_format: str) -> bool:
    """Whether the header's number of frames is more than an estimate."""
    if file_format != "MP3":
        return True
    tag = data[:10]
    # An ID3 tag gives its size in four bytes of seven bits each.
    start = 10 + sum(tag[9 - i] << 7 * i for i in range(4)) if tag[:3] == b"ID3" and len(tag) == 10 else 0
    head = data[start : start + 256]
    return b"Xing" in head or b"Info" in head


class Bytes(io.BytesIO):
    """The bytes of a file; seeking beyond its ends, as broken headers make the decoder do, is harmless."""

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Seek to a position; one before the start is the start."""
        base = {io.SEEK_CUR: self.tell(), io.SEEK_END: len(self.getbuffer())}.get(whence, 0)
        return super().seek(max(0, base + offset))


def _open(data: Bytes) -> Any:
    """Read and check the header of a recording."""
    import soundfile  # noqa: PLC0415 - loads a library of its own

    try:
        file = soundfile.SoundFile(data)
    except (soundfile.SoundFileError, TypeError, OSError) as error:
        raise UnidentifiedError(
            f"unreadable recording: no readable header of {', '.join(FORMATS)}"
        ) from error
    problem = ""
    if file.format not in FORMATS:
        problem = f"in the format {file.format}; expected one of {', '.join(FORMATS)}"
    elif not LOWEST_RATE <= file.samplerate <= HIGHEST_RATE:
        problem = f"sampling rate of {file.samplerate:,} Hz; expected {LOWEST_RATE:,} to {HIGHEST_RATE:,} Hz"
    elif file.frames >= UNKNOWN_LENGTH:
        problem = "its header does not state its length; save it again"
    if problem:
        file.close()
        raise SamplesError(f"unreadable recording: {problem}")
    return file


def _decode_blocks(file: Any, max_frames: int) -> Iterator[NDArray[np.float32]]:
    """Yield the mean of the channels block by block, up to about a number of frames."""
    import soundfile  # noqa: PLC0415 - loads a library of its own

    size, n_frames = max(1, BLOCK_VALUES // file.channels), 0
    while n_frames <= max_frames:
        try:
            block = file.read(size, dtype="float32", always_2d=True)
        except (soundfile.SoundFileError, OSError) as error:
            reason = getattr(error, "error_string", "") or type(error).__name__
            raise SamplesError(f"unreadable recording: {reason.removeprefix('Error : ')}") from error
        if not len(block):
            return
        peak = np.abs(block).max()
        if not peak <= MAX_PEAK:  # so that a NaN is refused too
            raise SamplesError(f"unreadable recording: values up to {peak:g}; expected -1 to 1")
        n_frames += len(block)
        yield block.mean(axis=1, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """Length, rate and channels of a recording that can be decoded."""

    n_frames: int
    rate: int
    n_channels: int


def _inspect(data: bytes, limits: Limits) -> AudioFacts:
    """Decode all of a recording, as a check, without keeping it."""
    buffer = Bytes(data)
    with _open(buffer) as file:
        facts = AudioFacts(0, file.samplerate, file.channels)
        max_frames = int(limits.max_seconds * facts.rate)
        n_frames = sum(len(block) for block in _decode_blocks(file, max_frames))
        is_exact = _has_exact_length(data, file.format)
        declared = file.frames if is_exact else 0
    if not is_exact and len(data) - buffer.tell() > MAX_TRAILING_BYTES and n_frames <= max_frames:
        raise SamplesError("unreadable recording: its header does not state its length; save it again")
    if n_frames > max_frames:
        raise SamplesError(
            f"too long: more than {limits.max_seconds:,} seconds; cut it into shorter recordings"
        )
    if n_frames < declared or _declared_bytes(data) > len(data):
        raise SamplesError(f"unreadable recording: cut off after {n_frames / facts.rate:.2f} seconds")
    if not n_frames:
        raise SamplesError("unreadable recording: its length is zero")
    return AudioFacts(n_frames, facts.rate, facts.n_channels)


def decode_audio(data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> Waveform:
    """Decode a recording to one channel of float32: the mean of its channels, at its original rate.

    Parameters
    ----------
    data
        Bytes of a WAV, FLAC, OGG (Vorbis or Opus), MP3, AIFF, AU or NIST file.
    limits
        ``max_seconds`` bounds what is decoded.

    Returns
    -------
    Waveform
        Integer formats are scaled to -1..1.

    Raises
    ------
    SamplesError
        If it cannot be decoded; the message is the reason.
    """
    with _open(Bytes(data)) as file:
        blocks = [*_decode_blocks(file, int(limits.max_seconds * file.samplerate))]
        if not blocks:
            raise SamplesError("unreadable recording: its length is zero")
        return Waveform(np.concatenate(blocks), file.samplerate)


@dataclass(frozen=True, slots=True)
class AudioItem:
    """A recording, read and decoded when it is needed.

    Parameters
    ----------
    blob
        Reads its bytes.
    digest
        SHA-256 (hex) of its bytes; features are cached under it.
    n_frames
        Its length in frames, at its original rate.
    limits
        ``max_seconds`` bounds what is decoded.
    """

    blob: Blob
    digest: str
    n_frames: int
    limits: Limits = DEFAULT_LIMITS

    @property
    def size(self) -> int:
        """Its length in frames."""
        return self.n_frames

    def decode(self) -> Waveform:
        """Return the recording as one channel of float32.

        Raises
        ------
        SamplesError
            If its bytes can no longer be read, or have changed since they were first read.
        """
        return decode_audio(read_unchanged(self.blob, self.digest, "recording"), limits=self.limits)


def check_audio(name: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> AudioFacts:
    """Decode a recording once, block by block, as a check.

    Parameters
    ----------
    name
        Name of its file; its suffix is used in messages.
    data
        Bytes of the file.
    limits
        ``max_seconds`` bounds its length.

    Returns
    -------
    AudioFacts
        Its length, rate and channels.

    Raises
    ------
    SamplesError
        If it cannot be decoded, is cut off, empty, too long, or holds values that are not sound; the message
        is the reason.
    """
    try:
        return _inspect(data, limits)
    except UnidentifiedError as error:
        raise RECORDINGS.explain(name, error) from error
