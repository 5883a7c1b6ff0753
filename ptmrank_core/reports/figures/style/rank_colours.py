"""Ramps of colours for cells: what counts is far from the page in lightness, and can be read on each of them.

A figure is made once, in the colours of a light page. What a dark page has in the place of each is looked up
in :data:`IN_THE_DARK`: ramps are turned round there, so that the best stands out and never the worst.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np

__all__ = ["IN_THE_DARK", "RANKS", "TAU", "Ramp", "contrast", "ink_everywhere", "ink_on"]

Channels = tuple[int, int, int]
# Red, green and blue from the best to the last. A cell shows its rank too, so colour is not the only sign.
STEPS: tuple[Channels, ...] = (
    (18, 55, 94),
    (47, 93, 138),
    (108, 147, 184),
    (169, 194, 216),
    (221, 231, 240),
)
# On a dark page: from bright to nearly that page.
DARK_STEPS: tuple[Channels, ...] = (
    (196, 220, 243),
    (140, 178, 215),
    (86, 128, 170),
    (52, 82, 114),
    (35, 48, 62),
)
# Opposite, unrelated, alike.
TAU_STEPS: tuple[Channels, ...] = (
    (127, 59, 8),
    (224, 130, 20),
    (254, 224, 182),
    (247, 247, 247),
    (216, 218, 235),
    (128, 115, 172),
    (45, 0, 75),
)
DARK_TAU_STEPS: tuple[Channels, ...] = (
    (253, 190, 112),
    (190, 110, 40),
    (96, 66, 40),
    (38, 43, 51),
    (62, 56, 88),
    (124, 108, 176),
    (214, 204, 246),
)
N_STOPS, INK_STEPS = 20, 200
BLACK, WHITE = "black", "white"
CHANNELS = {BLACK: (0, 0, 0), WHITE: (255, 255, 255)}
# Letters on a cell: their colour on a light page and on a dark one.
INKS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        (BLACK, BLACK): "rgb(0,0,0)",
        (BLACK, WHITE): "rgb(1,1,1)",
        (WHITE, WHITE): "rgb(255,255,255)",
        (WHITE, BLACK): "rgb(254,254,254)",
    }
)


@dataclass(frozen=True, slots=True)
class Ramp:
    """Colours along a scale from 0 to 1, on a light page and on a dark one.

    Parameters
    ----------
    light, dark
        Colours at equal distances.
    """

    light: tuple[str, ...]
    dark: tuple[str, ...]

    @classmethod
    def of(cls, light: Sequence[Channels], dark: Sequence[Channels]) -> Ramp:
        """Mix the stops of a ramp from a few colours."""
        stops = [step / N_STOPS for step in range(N_STOPS + 1)]
        return cls(tuple(_mix(light, stop) for stop in stops), tuple(_mix(dark, stop) for stop in stops))

    def scale(self) -> list[list[float | str]]:
        """Write the ramp as Plotly's colour scale."""
        return [[step / N_STOPS, color] for step, color in enumerate(self.light)]

    def ink(self, share: float) -> str:
        """Colour of letters on the ramp: the one that can be read, on a light page and on a dark one."""
        return _ink(self, round(INK_STEPS * share))


@lru_cache(maxsize=1_000)
def _ink(ramp: Ramp, step: int) -> str:
    share = step / INK_STEPS
    return INKS[ink_on(_between(ramp.light, share)), ink_on(_between(ramp.dark, share))]


def _mix(steps: Sequence[Channels], share: float) -> str:
    """Mix the colour at a place between some that are equally far apart."""
    stops = np.linspace(0, 1, len(steps))
    mixed = [round(float(np.interp(share, stops, channel))) for channel in zip(*steps, strict=True)]
    return "#{:02X}{:02X}{:02X}".format(*mixed)


def _between(colors: Sequence[str], share: float) -> str:
    return _mix([_channels(color) for color in colors], share)


def _channels(color: str) -> Channels:
    if color in CHANNELS:
        return CHANNELS[color]
    if color.startswith("rgb"):
        red, green, blue = (int(float(part)) for part in color[color.index("(") + 1 : -1].split(",")[:3])
        return red, green, blue
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return red, green, blue


def ink_on(background: str) -> str:
    """Black or white, whichever can be read better on a colour."""
    return max((BLACK, WHITE), key=lambda ink: contrast(ink, background))


def ink_everywhere(background: str) -> str:
    """Black or white on a colour that is the same on a light page and on a dark one."""
    ink = ink_on(background)
    return INKS[ink, ink]


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours as the accessibility guidelines (WCAG 2) define it, from 1 to 21."""
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: str) -> float:
    red, green, blue = (
        value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in _channels(color))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


RANKS = Ramp.of(STEPS, DARK_STEPS)
"""Ranks: 0 for the best, 1 for the last."""
TAU = Ramp.of(TAU_STEPS, DARK_TAU_STEPS)
"""Correlations: 0 for opposite orders, one half for none, 1 for the same."""
IN_THE_DARK: Mapping[str, str] = MappingProxyType(
    {INKS[light, dark]: INKS[dark, dark] for light, dark in INKS}
    | {light: dark for ramp in (RANKS, TAU) for light, dark in zip(ramp.light, ramp.dark, strict=True)}
)
"""Colour on a light page -> the one in its place on a dark page; all others stay."""
