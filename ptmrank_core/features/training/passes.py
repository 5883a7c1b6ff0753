"""The batches of a training. Needs only numpy."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["Passes"]

Indices = NDArray[np.int64]
# Batches among which samples are sorted by length.
SORTED_BATCHES = 8


@dataclass(frozen=True, eq=False, slots=True)
class Passes:
    """The batches of passes over some samples; the order of each pass follows from the seed alone.

    Parameters
    ----------
    rows
        The samples.
    batch_size
        Samples of one step.
    seed
        Seed of the order.
    lengths
        Length of each sample, in the order of ``rows``: among some batches, samples of similar length come
        together, so that there is little padding. Empty if they do not differ.
    """

    rows: Indices
    batch_size: int
    seed: tuple[int, ...]
    lengths: Indices = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    _drawn: dict[int, list[Indices]] = field(default_factory=dict, init=False)

    @property
    def n_steps(self) -> int:
        """Steps of one pass; a last batch of one joins the one before, as batch norms need two."""
        n_rows, size = len(self.rows), self.batch_size
        return max(1, math.ceil(n_rows / size) - (n_rows % size == 1))

    def batch(self, step: int) -> Indices:
        """Return the samples of a step, counted over all passes."""
        number, place = divmod(step, self.n_steps)
        if number not in self._drawn:  # each pass is drawn once, and the one before is forgotten
            self._drawn.clear()
            self._drawn[number] = self._batches_of(number)
        return self.rows[self._drawn[number][place]]

    def _batches_of(self, number: int) -> list[Indices]:
        """Draw the batches of a pass, as places in ``rows``."""
        rng = np.random.default_rng([*self.seed, number])
        order = rng.permutation(len(self.rows))
        ends = [self.batch_size * (i + 1) for i in range(self.n_steps - 1)]
        batches = np.split(self._sorted_in_parts(order), ends)
        if len(self.lengths):
            batches = [batches[i] for i in rng.permutation(len(batches))]
        return batches

    def _sorted_in_parts(self, order: Indices) -> Indices:
        """Sort each few batches of an order by length."""
        if not len(self.lengths):
            return order
        size = SORTED_BATCHES * self.batch_size
        parts = [order[start : start + size] for start in range(0, len(order), size)]
        return np.concatenate([part[np.argsort(-self.lengths[part], kind="stable")] for part in parts])
