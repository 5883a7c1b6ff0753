"""Which tasks the work is cut into, and in which order they go out. Pure: numbers in, numbers out."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from ptmrank_core.records import ModelSpec

__all__ = ["BlockQueue", "BlockTask", "expected_cost"]

# A model whose size is not known counts as one of this many parameters, those of ViT-B.
USUAL_PARAMETERS = 86_000_000
# Every sample is decoded and prepared, whatever the model: as much work as so many parameters are.
PREPARING = 50_000_000
# What a task sends back at most: 65,536 samples of 768 numbers are 200 MB.
MOST_BLOCKS = 16


@dataclass(frozen=True, slots=True)
class BlockTask:
    """Consecutive blocks of one model.

    Parameters
    ----------
    model
        Number of the model in the order of the plan.
    first, n_blocks
        The blocks.
    """

    model: int
    first: int
    n_blocks: int


def expected_cost(spec: ModelSpec, n_samples: int) -> float:
    """Estimate the work on samples, in multiples of a parameter and a sample."""
    return float(max(PREPARING, spec.n_parameters or USUAL_PARAMETERS)) * n_samples


class BlockQueue:
    """The blocks that wait: those of the model with the most work first, one after the other.

    Parameters
    ----------
    n_slots
        Tasks that the cluster runs at a time.
    """

    def __init__(self, n_slots: int) -> None:
        self._n_slots = n_slots
        self._waiting: list[tuple[float, int]] = []
        self._runs: dict[int, list[tuple[int, int]]] = {}
        self._block_cost: dict[int, float] = {}
        self._left = 0.0

    def __len__(self) -> int:
        """Count the models that have blocks that wait."""
        return len(self._waiting)

    @property
    def n_ahead(self) -> int:
        """Tasks that are out at a time: whoever is done finds the next one on its node."""
        return 2 * self._n_slots

    def add(self, model: int, blocks: Sequence[int], block_cost: float) -> None:
        """Add blocks of a model, which are ascending.

        Parameters
        ----------
        model
            Number of the model, which has no blocks that wait.
        blocks
            Numbers of the blocks, at least one.
        block_cost
            Work on one of them.
        """
        self._runs[model] = _runs(blocks)[::-1]
        self._block_cost[model] = block_cost
        self._left += block_cost * len(blocks)
        heapq.heappush(self._waiting, (-block_cost * len(blocks), model))

    def take(self) -> BlockTask:
        """Take the next task."""
        model = self._waiting[0][1]
        first, n_blocks = self._runs[model].pop()
        cost = self._block_cost[model]
        # Large tasks first, since each loads its model; small ones at the end, where slots wait for the last.
        share = self._left / self._n_slots
        size = max(1, min(n_blocks, MOST_BLOCKS, int(share / cost)))
        if size < n_blocks:
            self._runs[model].append((first + size, n_blocks - size))
        self._left -= cost * size
        if not self._runs[model]:
            heapq.heappop(self._waiting)
        return BlockTask(model, first, size)

    def waiting(self, model: int) -> list[int]:
        """List the blocks of a model that wait."""
        return [block for first, n in self._runs.get(model, []) for block in range(first, first + n)]

    def drop(self, model: int) -> None:
        """Drop what waits of a model."""
        n_blocks = sum(length for _, length in self._runs.pop(model, []))
        self._left -= n_blocks * self._block_cost.get(model, 0.0)
        self._waiting = [one for one in self._waiting if one[1] != model]
        heapq.heapify(self._waiting)


def _runs(blocks: Sequence[int]) -> list[tuple[int, int]]:
    """Cut ascending numbers into runs without a gap: the first of each, and its length."""
    runs: list[tuple[int, int]] = []
    for block in blocks:
        if runs and sum(runs[-1]) == block:
            runs[-1] = runs[-1][0], runs[-1][1] + 1
        else:
            runs.append((block, 1))
    return runs
