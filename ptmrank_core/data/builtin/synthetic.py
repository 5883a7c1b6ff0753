"""Generated reference sets: abstract pictures and sounds with the statistics of natural ones.

The pictures are "dead leaves": discs of random size, place and shade that cover one another (Lee, Mumford,
Huang: Occlusion Models for Natural Images, IJCV 2001, doi:10.1023/A:1011109015675). The sounds are struck
objects: tones that ring and rushes of noise that fade, of any pitch, whose mean power falls with the
frequency as it does in speech and music (Voss, Clarke: 1/f noise in music and speech, Nature 1975,
doi:10.1038/258317a0).
"""

from __future__ import annotations

import io
import wave
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["N_FRAMES", "dead_leaves", "struck_objects"]

SEED = 2001
N_PICTURES = 128
SIDE = 64
SMALLEST_RADIUS, LARGEST_RADIUS = 4.0, 32.0
# A point lies under 7.8 leaves on average, so the ground shows at 4 points in 10,000.
N_LEAVES = 600

N_SOUNDS = 128
RATE = 16_000
N_FRAMES = RATE
N_STRIKES = 20
LOWEST_HZ, HIGHEST_HZ = 60.0, 7_000.0
SHORTEST_SECONDS, LONGEST_SECONDS = 0.01, 0.15
"""Time in which a tone fades to a third."""
PEAK = 0.9


@lru_cache(maxsize=1)
def dead_leaves() -> tuple[bytes, ...]:
    """Return the picture bytes (binary PPM, 64x64) of the built-in set."""
    rng = np.random.default_rng(SEED)
    return tuple(b"P6\n%d %d\n255\n" % (SIDE, SIDE) + _picture(rng).tobytes() for _ in range(N_PICTURES))


def _picture(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw one picture of shape (64, 64, 3); each disc covers those before it."""
    # The density of radii falls with their third power, which makes the picture look alike at any scale.
    low, high = SMALLEST_RADIUS**-2, LARGEST_RADIUS**-2
    radii = (low + rng.random(N_LEAVES) * (high - low)) ** -0.5
    centres = rng.uniform(-LARGEST_RADIUS, SIDE + LARGEST_RADIUS, (N_LEAVES, 2))
    shades = rng.integers(0, 256, (N_LEAVES, 3), dtype=np.uint8)
    corners = [
        np.clip(centres + offset, 0, SIDE).astype(int) for offset in (-radii[:, None], radii[:, None] + 1)
    ]
    pixels = np.full((SIDE, SIDE, 3), 128, dtype=np.uint8)
    axis = np.arange(SIDE)
    for i in np.flatnonzero((corners[0] < corners[1]).all(axis=1)):
        # Only the leaf's own square is looked at: most leaves are small, and some lie outside.
        (top, left), (bottom, right) = corners[0][i], corners[1][i]
        down, across = axis[top:bottom] - centres[i, 0], axis[left:right] - centres[i, 1]
        pixels[top:bottom, left:right][down[:, None] ** 2 + across**2 < radii[i] ** 2] = shades[i]
    return pixels


def _log_uniform(rng: np.random.Generator, low: float, high: float, size: int) -> NDArray[np.float64]:
    """Draw log-uniform numbers: equally many in each octave."""
    return np.exp(rng.uniform(np.log(low), np.log(high), size))


@lru_cache(maxsize=1)
def struck_objects() -> tuple[bytes, ...]:
    """Draw the built-in set of recordings: bytes (WAV, 16 bits, one second at 16 kHz)."""
    rng = np.random.default_rng(SEED)
    return tuple(_write_wav(_sound(rng)) for _ in range(N_SOUNDS))


def _sound(rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw one sound of shape (16000,)."""
    # As many strikes in each octave: in each Hertz fewer the higher it is, which is the 1/f of the spectrum.
    pitches = _log_uniform(rng, LOWEST_HZ, HIGHEST_HZ, N_STRIKES)
    fades = _log_uniform(rng, SHORTEST_SECONDS, LONGEST_SECONDS, N_STRIKES)
    onsets = rng.integers(0, N_FRAMES, N_STRIKES)
    phases = rng.uniform(0, 2 * np.pi, N_STRIKES)
    is_noise = rng.random(N_STRIKES) < 0.3
    sound: NDArray[np.float64] = np.zeros(N_FRAMES)
    for onset, pitch, fade, phase, noisy in zip(onsets, pitches, fades, phases, is_noise, strict=True):
        seconds = np.arange(N_FRAMES - onset) / RATE
        wander = np.cumsum(rng.standard_normal(len(seconds))) * np.sqrt(pitch / RATE) if noisy else 0.0
        # The same energy for all, however long they ring.
        sound[onset:] += (
            np.exp(-seconds / fade) / np.sqrt(fade) * np.sin(2 * np.pi * pitch * seconds + phase + wander)
        )
    sound *= PEAK / np.abs(sound).max()
    return sound


def _write_wav(sound: NDArray[np.float64]) -> bytes:
    """Return the bytes of a recording."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.round(sound * 32767).astype("<i2").tobytes())
    return buffer.getvalue()
