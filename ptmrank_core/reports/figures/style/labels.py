"""Names beside marks, only where they overlap neither one another nor a mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ptmrank_core.reports.figures.style.escaping import shorten_middle

__all__ = ["Labels", "beside_marks", "padded"]

LONGEST = 22  # letters
LETTER, LINE = 0.64, 1.5  # width of a letter and height of a line, in sizes of the letters
MARK = 7  # pixels from the middle of a mark to its edge
PAD = 0.08  # of the range, at both ends of an axis


@dataclass(frozen=True, slots=True)
class Labels:
    """What is written beside each mark, empty where there is no room, and on which side of it."""

    texts: tuple[str, ...]
    sides: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: _Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def padded(values: Sequence[float], *, pad: float = PAD) -> list[float]:
    """Range of an axis that holds some values with room at both ends."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    room = pad * (high - low) or 0.5
    return [low - room, high + room]


def beside_marks(
    points: Sequence[tuple[float, float]],
    names: Sequence[str],
    *,
    ranges: tuple[Sequence[float], Sequence[float]],
    pixels: tuple[float, float],
    size: float,
) -> Labels:
    """Place the names of marks; the first ones choose first.

    Parameters
    ----------
    points, names
        Where the marks are, in the units of the axes, and what they are called.
    ranges
        Ends of both axes, left to right and bottom to top.
    pixels
        Width and height of what the axes enclose, where it is smallest.
    size
        Pixels of the letters.
    """
    (left, right), (bottom, top) = ranges
    places = [
        (pixels[0] * (x - left) / (right - left), pixels[1] * (top - y) / (top - bottom)) for x, y in points
    ]
    taken = [_Box(x - MARK, y - MARK, x + MARK, y + MARK) for x, y in places]
    texts, sides = [], []
    for (x, y), name in zip(places, names, strict=True):
        text = shorten_middle(name.removeprefix("demo:"), LONGEST)
        width, height = LETTER * size * len(text), LINE * size
        boxes = {
            "top center": _Box(x - width / 2, y - MARK - height, x + width / 2, y - MARK),
            "bottom center": _Box(x - width / 2, y + MARK, x + width / 2, y + MARK + height),
            "middle right": _Box(x + MARK, y - height / 2, x + MARK + width, y + height / 2),
            "middle left": _Box(x - MARK - width, y - height / 2, x - MARK, y + height / 2),
        }
        free = [
            side
            for side, box in boxes.items()
            if box.left >= 0
            and box.right <= pixels[0]
            and box.top >= 0
            and box.bottom <= pixels[1]
            and not any(box.meets(other) for other in taken)
        ]
        texts.append(text if free else "")
        sides.append(free[0] if free else "top center")
        if free:
            taken.append(boxes[free[0]])
    return Labels(tuple(texts), tuple(sides))
