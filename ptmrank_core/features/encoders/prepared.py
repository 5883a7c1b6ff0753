"""A sample as a model reads it: numpy alone, so that another process can make it."""

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
        What goes into the model, by the names of its inputs, without a batch axis: one row, or one for
        each window of a long recording; the vectors of the rows are averaged.
    length
        Positions of the longest row along the axis that is padded; 0 where all rows are equally long.
    position
        Where in its row the sample stands, if it is one position of it: a word of a sentence. Words of one
        sentence share the row itself, and it goes through the model once.
    is_cut
        Whether the sample was longer than the model reads, so that its end is not in the rows.
    """

    rows: tuple[Mapping[str, NDArray[Any]], ...]
    length: int = 0
    position: int | None = None
    is_cut: bool = False

    @property
    def n_bytes(self) -> int:
        """Memory of its rows."""
        return sum(array.nbytes for row in self.rows for array in row.values())


class Preparer(Protocol):
    """Turns decoded samples into what a model reads. It can be pickled and needs no model."""

    def __call__(self, items: Sequence[Any]) -> list[Prepared]:
        """Prepare decoded samples, in their order."""
        ...
