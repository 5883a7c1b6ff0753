"""A piece of a run's work: what is computed of one model's features, and what its results are known by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ptmrank_core.pieces.scoring import CapturedError

__all__ = ["Answer", "Piece"]


@dataclass(frozen=True, eq=False, slots=True)
class Piece:
    """One piece of work.

    Parameters
    ----------
    function
        Name in the table :data:`~ptmrank_core.pieces.PIECES`.
    what
        What it is, for the log and for messages: ``"probe demo:vit-digits"``.
    read
        Returns the arrays of the model; called only if something has to be computed.
    arguments
        Arguments of the function besides the arrays.
    names
        Name of each result -> the name that it is kept by; ``None`` where it is not kept.
    wanted
        Argument that names the results which are to be computed: a mapping or a sequence, of which those that
        are kept are left out. Empty where there is one result.
    listed
        Argument that holds the rows of each step, so that a long piece can be divided; empty where it cannot.
    size
        How much there is to compute, beside the others: the largest pieces go first.
    """

    function: str
    what: str
    read: Callable[[], Mapping[str, Any]]
    arguments: Mapping[str, Any]
    names: Mapping[str, str | None] = field(default_factory=lambda: {"": None})
    wanted: str = ""
    listed: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a piece.

    Parameters
    ----------
    results
        Record of each result by name, or the error.
    seconds
        What was computed in this run took so long; 0 where everything was kept.
    kept_seconds
        What was kept took so long when it was computed.
    """

    results: Mapping[str, Any] | CapturedError
    seconds: float = 0.0
    kept_seconds: float = 0.0
