"""What a lesson shows once a prediction was made: numbers, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ptmrank_core.ranking import Agreement, Evidence

__all__ = ["Dots", "Exhibit", "Grid", "Line", "Lines", "Recorded"]


@dataclass(frozen=True, slots=True)
class Grid:
    """Scores of rows that have no scale in common; some of them are marked.

    Parameters
    ----------
    rows
        Titles of the k rows.
    columns
        Titles of the columns, two or more.
    values
        k rows of one score for each column; ``None`` where there is none.
    marked
        k rows: whether a score is marked.
    mark
        What the mark says.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    marked: tuple[tuple[bool, ...], ...]
    mark: str


@dataclass(frozen=True, slots=True)
class Dots:
    """Shares of rows on one scale, several series of them.

    Parameters
    ----------
    rows
        Titles of the k rows.
    series
        Title -> k shares in [0, 1].
    scale
        What the shares are shares of.
    line, line_title
        A share to compare with, such as that of guessing, and what it is.
    """

    rows: tuple[str, ...]
    series: Mapping[str, tuple[float, ...]]
    scale: str
    line: float
    line_title: str


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: its title and k values; a dashed one is what the others are compared with."""

    title: str
    values: tuple[float, ...]
    is_dashed: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """Curves over the same k places.

    Parameters
    ----------
    places
        k numbers, ascending.
    lines
        The curves.
    across, up
        Titles of the axes, with units.
    """

    places: tuple[float, ...]
    lines: tuple[Line, ...]
    across: str
    up: str


# What is compared with a recorded truth -> how well it agrees with it.
Recorded: TypeAlias = Mapping[str, Evidence]
Exhibit: TypeAlias = Grid | Dots | Lines | Agreement | Recorded
