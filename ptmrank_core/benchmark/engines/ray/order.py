"""Which tasks the work is cut into, and in which order they go out. Pure: numbers in, numbers out."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from ptmrank_core.records import ModelSpec

__all__ = ["BlockQueue", "BlockTask", "blocks_in_a_task", "expected_cost"]

# A model whose size is not known counts as one of this many parameters, those of ViT-B.
USUAL_PARAMETERS = 86_000_000
# Each task loads its model, so tasks are large; but each slot gets several, so that none waits for the last.
TASKS_OF_A_SLOT = 16
# What a task sends back: 20,480 samples of 768 numbers.
MOST_BLOCKS = 5


@dataclass(frozen=True, slots=True, order=True)
class BlockTask:
    """Consecutive blocks of one model.

    Parameters
    ----------
    priority
        The task with the smallest goes first.
    model
        Number of the model in the order of the plan.
    first, n_blocks
        The blocks.
    """

    priority: float
    model: int
    first: int
    n_blocks: int


def expected_cost(spec: ModelSpec, n_samples: int) -> float:
    """Estimate the work on samples, in multiples of a parameter and a sample."""
    return float(spec.n_parameters or USUAL_PARAMETERS) * n_samples


def blocks_in_a_task(n_blocks: int, n_models: int, n_slots: int) -> int:
    """Choose how many blocks a task has.

    Parameters
    ----------
    n_blocks
        Blocks of one model.
    n_models
        Models that wait.
    n_slots
        Tasks that the cluster runs at a time.
    """
    wanted = TASKS_OF_A_SLOT * n_slots
    for size in range(min(MOST_BLOCKS, n_blocks), 1, -1):
        if n_models * -(-n_blocks // size) >= wanted:
            return size
    return 1


class BlockQueue:
    """The tasks that wait: those of the model with the most work first, block after block.

    Parameters
    ----------
    n_slots
        Tasks that the cluster runs at a time.
    n_models
        Models that will be added.
    """

    def __init__(self, n_slots: int, n_models: int) -> None:
        self._n_slots, self._n_models = n_slots, n_models
        self._waiting: list[BlockTask] = []

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def n_ahead(self) -> int:
        """Tasks that are out at a time: whoever is done finds the next one on its node."""
        return 2 * self._n_slots

    def add(self, model: int, blocks: list[int], cost: float) -> None:
        """Add blocks of a model, which are ascending; ``cost`` is that of the whole model."""
        size = blocks_in_a_task(len(blocks), self._n_models, self._n_slots)
        for first, n_blocks in _runs(blocks, size):
            heapq.heappush(self._waiting, BlockTask(-cost, model, first, n_blocks))

    def take(self) -> BlockTask:
        """Take the next task."""
        return heapq.heappop(self._waiting)

    def drop(self, model: int) -> None:
        """Drop the tasks of a model."""
        self._waiting = [task for task in self._waiting if task.model != model]
        heapq.heapify(self._waiting)


def _runs(blocks: list[int], size: int) -> Iterator[tuple[int, int]]:
    """Cut ascending numbers into runs without a gap, of a size at most; yield the first and the length."""
    start = 0
    for end in range(1, len(blocks) + 1):
        is_over = end == len(blocks) or blocks[end] != blocks[end - 1] + 1 or end - start == size
        if is_over:
            yield blocks[start], end - start
            start = end
