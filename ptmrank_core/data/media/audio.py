"""Decoding recordings of all supported formats to one channel of float32."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.media.audio_lengths import declared_bytes, has_exact_length, with_true_length
from ptmrank_core.data.media.formats import Formats, UnidentifiedError
from ptmrank_core.data.sources.entries import read_unchanged
from ptmrank_core.data.sources.limits import DEFAULT_LIMITS, Limits
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import Blob, Waveform

__all__ = [
    "RECORDINGS",
    "AudioFacts",
    "AudioItem",
    "HeaderCorrected",
    "MixedDown",
    "check_audio",
    "decode_audio",
]

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
SILENT_PEAK = 2.0**-13
"""Four steps of 16 bits, 78 dB below full scale: nobody hears it."""


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


class HeaderCorrected(Enum):
    """The change that a recording is read to its end, whatever length its header states."""

    READ_TO_THE_END = "READ TO THE END"

    def sentence(self, count: int) -> str:
        """Write the note on the number of recordings whose header was corrected."""
        recordings = "1 recording has" if count == 1 else f"{count} recordings have"
        return f"{recordings} a header that states another length than the sound in it; all of it was read."


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
    """What is known of a recording that can be decoded.

    Parameters
    ----------
    n_frames, rate, n_channels
        Length, sampling rate (Hz) and number of channels.
    peak
        Largest absolute value, of all channels' mean.
    is_corrected
        Whether its header stated another length.
    """

    n_frames: int
    rate: int
    n_channels: int
    peak: float = 1.0
    is_corrected: bool = False

    @property
    def changes(self) -> frozenset[MixedDown | HeaderCorrected]:
        """How decoding changes it."""
        mixed = {MixedDown(self.n_channels)} if self.n_channels > 1 else set()
        return frozenset(mixed | ({HeaderCorrected.READ_TO_THE_END} if self.is_corrected else set()))

    @property
    def flaw(self) -> str:
        """What makes it doubtful as a sample; empty for nothing."""
        return "silent" if self.peak < SILENT_PEAK else ""


def _inspect(data: bytes, limits: Limits) -> AudioFacts:
    """Decode all of a recording, as a check, without keeping it."""
    data, is_corrected = with_true_length(data)
    buffer = Bytes(data)
    with _open(buffer) as file:
        facts = AudioFacts(0, file.samplerate, file.channels, is_corrected=is_corrected)
        max_frames = int(limits.max_seconds * facts.rate)
        n_frames, peak = 0, 0.0
        for block in _decode_blocks(file, max_frames):
            n_frames, peak = n_frames + len(block), max(peak, float(np.abs(block).max()))
        is_exact = has_exact_length(data, file.format)
        declared = file.frames if is_exact else 0
    if not is_exact and len(data) - buffer.tell() > MAX_TRAILING_BYTES and n_frames <= max_frames:
        raise SamplesError("unreadable recording: its header does not state its length; save it again")
    if n_frames > max_frames:
        raise SamplesError(
            f"too long: more than {limits.max_seconds:,} seconds; cut it into shorter recordings"
        )
    if n_frames < declared or declared_bytes(data) > len(data):
        raise SamplesError(f"unreadable recording: cut off after {n_frames / facts.rate:.2f} seconds")
    if not n_frames:
        raise SamplesError("unreadable recording: its length is zero")
    return replace(facts, n_frames=n_frames, peak=peak)


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
    with _open(Bytes(with_true_length(data)[0])) as file:
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
