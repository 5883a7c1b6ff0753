"""One call of a piece, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ptmrank_core.pieces import Found
from ptmrank_core.pieces.scoring import CapturedError

__all__ = ["Call", "Called"]


@dataclass(frozen=True, eq=False, slots=True)
class Call:
    """One call of a piece.

    Parameters
    ----------
    function, arguments
        The piece, and its arguments besides the arrays.
    what
        What it is, for messages.
    read
        Returns its arrays; never called by two threads at once.
    """

    function: str
    arguments: Mapping[str, Any]
    what: str
    read: Callable[[], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Called:
    """What came of a call: its number, its results or the error, and how long it took."""

    number: int
    found: Found | CapturedError
    seconds: float
