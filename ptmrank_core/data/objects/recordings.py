"""Waveforms in memory as items."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.media.audio import HIGHEST_RATE, LOWEST_RATE, MAX_PEAK, SILENT_PEAK, MixedDown
from ptmrank_core.data.media.kinds import Checked
from ptmrank_core.data.media.text import NOT_A_TEXT
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import Waveform

__all__ = ["WaveformItem", "waveform_item"]

MAX_CHANNELS = 8
EXPECTED = "Expected a waveform of shape (frames,), (channels, frames) or (frames, channels)."


@dataclass(frozen=True, slots=True, eq=False)
class WaveformItem:
    """A recording held in memory."""

    waveform: Waveform

    @property
    def size(self) -> int:
        """Its length in frames."""
        return len(self.waveform.samples)

    def decode(self) -> Waveform:
        """Return the recording."""
        return self.waveform


def waveform_item(array: NDArray[Any], rate: int, limits: Limits) -> Checked:
    """Make an item of a waveform: one channel of float32, as a file of it is read.

    Parameters
    ----------
    array
        Of shape (frames,), (channels, frames) or (frames, channels); real numbers from -1 to 1, or integers,
        which are scaled from their full range.
    rate
        Its sampling rate (Hz).
    limits
        ``max_seconds`` is used.

    Raises
    ------
    SamplesError
        If it is no waveform. The message is the reason to leave it out; with a hint, it is no matter of this
        recording alone.
    """
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise SamplesError(f"sampling rate of {rate:,} Hz; expected {LOWEST_RATE:,} to {HIGHEST_RATE:,} Hz")
    frames, n_channels = _mono(array)
    if len(frames) > limits.max_seconds * rate:
        raise SamplesError(
            f"too long: more than {limits.max_seconds:,} seconds; cut it into shorter recordings"
        )
    if not len(frames):
        raise SamplesError("unreadable recording: its length is zero")
    peak = float(np.abs(frames).max())
    if not peak <= MAX_PEAK:  # so that a NaN is refused too
        raise SamplesError(f"unreadable recording: values up to {peak:g}; expected -1 to 1")
    head = NOT_A_TEXT + f"waveform{rate}:".encode()
    digest = hashlib.sha256(head + frames.astype("<f4").tobytes()).hexdigest()
    changes = frozenset({MixedDown(n_channels)} if n_channels > 1 else ())
    flaw = "silent" if peak < SILENT_PEAK else ""
    return Checked(WaveformItem(Waveform(frames, rate)), digest, changes, flaw)


def _mono(array: NDArray[Any]) -> tuple[NDArray[np.float32], int]:
    """Return the mean of the channels as float32, and how many there were."""
    if array.ndim not in {1, 2} or array.dtype.kind not in "fiu":
        raise SamplesError(
            f"An array of shape {array.shape} and {array.dtype} was given as a recording.", hint=EXPECTED
        )
    scaled = _scaled(array)
    if array.ndim == 1:
        return scaled, 1
    axis = int(np.argmin(array.shape))
    if array.shape[axis] > MAX_CHANNELS:
        raise SamplesError(
            f"An array of shape {array.shape} was given as a recording; it would have {array.shape[axis]} "
            "channels.",
            hint=f"{EXPECTED} A spectrogram is no waveform: models compute their own.",
        )
    return scaled.mean(axis=axis, dtype=np.float32), array.shape[axis]


def _scaled(array: NDArray[Any]) -> NDArray[np.float32]:
    """Scale integers from their full range to -1..1."""
    if array.dtype.kind == "f":
        return array.astype(np.float32)
    top = 2.0 ** (8 * array.dtype.itemsize - 1)
    middle = top if array.dtype.kind == "u" else 0.0
    return ((array.astype(np.float64) - middle) / top).astype(np.float32)
