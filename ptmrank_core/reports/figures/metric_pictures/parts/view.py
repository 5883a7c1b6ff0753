"""How the samples' classes are called, and what is said of a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ptmrank_core.reports.figures.style.escaping import shorten_middle

__all__ = ["MOST_POINTS", "View", "Words", "chosen_rows", "gap_before"]

NAME_CHARS = 14
LETTER_PIXELS, TITLE_PIXELS, MOST_GAP = 6.4, 50, 0.4
MOST_POINTS = 1_500
"""Samples that are drawn; of more every k-th, so that all classes keep their shares."""


@dataclass(frozen=True, slots=True)
class View:
    """What a picture is drawn for.

    Parameters
    ----------
    class_names
        Of the classes, or of the target columns, in the order of their codes.
    chosen
        Code of the class that is looked at, where a picture shows one at a time.
    """

    class_names: tuple[str, ...]
    chosen: int = 0

    @classmethod
    def of(cls, n_classes: int, chosen: int = 0) -> View:
        """Call the classes ``class 1``, ``class 2``, ..."""
        return cls(tuple(f"class {index + 1}" for index in range(n_classes)), chosen)

    def short_names(self, codes: Sequence[int]) -> list[str]:
        """Names of some classes, as short as a tick has room for, and no two alike."""
        names = [shorten_middle(self.class_names[code], NAME_CHARS) for code in codes]
        pairs = zip(names, codes, strict=True)
        return [name if names.count(name) == 1 else f"{name} ({code + 1})" for name, code in pairs]


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of a picture.

    Parameters
    ----------
    title
        The question that it answers.
    alt
        What it shows, with its main numbers, for readers who cannot see it.
    see
        One sentence: what to see here.
    left_out
        What was left out because there is no room for it; empty where all is drawn.
    """

    title: str
    alt: str
    see: str
    left_out: str = ""


def gap_before(names: Sequence[str], width: int) -> float:
    """Share of a figure's width that stays free for the names, and the title, of an axis within it.

    Parameters
    ----------
    names
        At its ticks.
    width
        Pixels that the figure has at least.
    """
    return min(MOST_GAP, (LETTER_PIXELS * max(map(len, names), default=0) + TITLE_PIXELS) / width)


def chosen_rows(n_samples: int) -> list[int]:
    """Return which samples are drawn: all, or evenly spaced ones where they are too many."""
    if n_samples <= MOST_POINTS:
        return list(range(n_samples))
    return [index * n_samples // MOST_POINTS for index in range(MOST_POINTS)]
