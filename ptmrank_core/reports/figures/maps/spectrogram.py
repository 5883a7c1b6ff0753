"""A picture of a recording."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ptmrank_core.records import Waveform

__all__ = ["spectrogram"]

MAX_SECONDS = 15
MILLISECONDS = 25
DECIBELS = 70.0
# From quiet to loud: the ends of Viridis and three colours between them.
SCALE = np.array([[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]], dtype=float)


def spectrogram(recording: Waveform, *, width: int, height: int) -> Image.Image:
    """Draw the power of a recording's beginning over time (across) and frequency (up).

    Parameters
    ----------
    recording
        Its first 15 seconds are drawn.
    width, height
        Pixels.

    Returns
    -------
    Image
        RGB; power in decibels below the loudest, 70 of them, as colours from dark to light.
    """
    sound = np.asarray(recording.samples[: MAX_SECONDS * recording.rate], dtype=np.float64)
    n_window = max(16, recording.rate * MILLISECONDS // 1000)
    sound = np.pad(sound, (0, max(0, n_window - len(sound))))
    starts = np.linspace(0, len(sound) - n_window, width).astype(int)
    frames = sound[starts[:, None] + np.arange(n_window)] * np.hanning(n_window)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    loudest = power.max()
    if loudest > 0:
        decibels = 10 * np.log10(np.maximum(power / loudest, 10 ** (-DECIBELS / 10)))
        shares = 1 + decibels / DECIBELS
    else:
        shares = np.zeros_like(power)
    places = np.linspace(0, 1, len(SCALE))
    colours = np.stack([np.interp(shares.T[::-1], places, SCALE[:, band]) for band in range(3)], axis=-1)
    picture = Image.fromarray(colours.round().astype(np.uint8))
    return picture.resize((width, height), Image.Resampling.BILINEAR)
