"""A sample as a model reads it. Needs only numpy, so that a child process can prepare it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

__all__ = ["Prepared", "Preparer"]


@dataclass(frozen=True, eq=False, slots=True)
class Prepared:
    """One sample as a model reads it.

    Parameters
    ----------
    rows
        Inputs of the model by name, without a batch axis: one row, or one for each window of a long
        recording; the vectors of the rows are averaged.
    length
        Positions of the longest row along the padded axis; 0 if all rows have the same length.
    position
        Position of the sample in its row, if it is a word of a sentence. The words of a sentence share one
        row, which goes through the model once.
    cut
        Which end of the sample is not in the rows, since it is longer than the model reads: ``"end"`` or
        ``"start"``; empty if all of it is.
    """

    rows: tuple[Mapping[str, NDArray[Any]], ...]
    length: int = 0
    position: int | None = None
    cut: str = ""

    @property
    def is_cut(self) -> bool:
        """Whether the sample was longer than the model reads."""
        return self.cut != ""

    @property
    def n_bytes(self) -> int:
        """Size of its rows in memory."""
        return sum(array.nbytes for row in self.rows for array in row.values())


class Preparer(Protocol):
    """Turns decoded samples into what a model reads. It can be pickled and needs no model."""

    def __call__(self, items: Sequence[Any]) -> list[Prepared]:
        """Prepare decoded samples in the given order."""
        ...
