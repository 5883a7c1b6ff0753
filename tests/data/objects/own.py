"""What people have in memory: pictures, tones and texts in two classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from tests.pictures import picture

N = 12
RATE = 8_000
LABELS = ["cat", "dog"] * (N // 2)


def pictures(n: int = N) -> list[Image.Image]:
    """Different pictures."""
    return [picture(("checks", "dots")[i % 2], i, size=16 + i % 3) for i in range(n)]


def tones(n: int = N) -> list[Any]:
    """Different waveforms of half a second."""
    rng = np.random.default_rng(0)
    time = np.arange(RATE // 2) / RATE
    return [0.3 * np.sin((300 + 500 * (i % 2)) * time) + rng.normal(0, 0.01, len(time)) for i in range(n)]


def texts(n: int = N) -> list[str]:
    """Different texts."""
    return [f"the {('quick', 'lazy')[i % 2]} fox number {i} jumps over the fence" for i in range(n)]


def numbers(n: int = N, d: int = 4) -> Any:
    """Different rows of numbers."""
    return np.random.default_rng(0).normal(size=(n, d))
