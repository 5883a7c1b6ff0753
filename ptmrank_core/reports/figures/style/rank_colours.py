"""Colours of ranks: one hue, dark for the best, distinguishable by lightness alone."""

from __future__ import annotations

import numpy as np

__all__ = ["contrast", "ink_on", "shade"]

# Red, green and blue from the best to the last. A cell shows its rank too, so colour is not the only sign.
STEPS = ((18, 55, 94), (47, 93, 138), (108, 147, 184), (169, 194, 216), (221, 231, 240))
BLACK, WHITE = "black", "white"
CHANNELS = {BLACK: (0, 0, 0), WHITE: (255, 255, 255)}


def shade(share: float) -> str:
    """Colour of a rank by how far down it is: 0 for the best, 1 for the last."""
    stops = np.linspace(0, 1, len(STEPS))
    mixed = [round(float(np.interp(share, stops, channel))) for channel in zip(*STEPS, strict=True)]
    return "#{:02X}{:02X}{:02X}".format(*mixed)


def ink_on(background: str) -> str:
    """Black or white, whichever can be read better on a colour."""
    return max((BLACK, WHITE), key=lambda ink: contrast(ink, background))


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours as the accessibility guidelines (WCAG 2) define it, from 1 to 21."""
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: str) -> float:
    channels = CHANNELS.get(color) or tuple(int(color[i : i + 2], 16) for i in (1, 3, 5))
    red, green, blue = (
        value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in channels)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
