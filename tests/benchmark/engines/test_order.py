"""How the work of a run is cut into tasks for a cluster, and in which order they go out."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ptmrank_core.benchmark.engines.ray.order import (
    MOST_BLOCKS,
    TASKS_OF_A_SLOT,
    BlockQueue,
    BlockTask,
    blocks_in_a_task,
    expected_cost,
)
from ptmrank_core.records import ModelSpec


def taken(queue: BlockQueue) -> list[BlockTask]:
    """All tasks of a queue, in its order."""
    return [queue.take() for _ in range(len(queue))]


@pytest.mark.parametrize("n_blocks", [1, 2, 7, 25, 245])
@pytest.mark.parametrize("n_slots", [1, 8, 64])
def test_tasks_are_disjoint_and_complete(n_blocks: int, n_slots: int) -> None:
    """Every block of every model is in one task, and a task has blocks that follow one another."""
    queue = BlockQueue(n_slots, 3)
    for model in range(3):
        queue.add(model, list(range(n_blocks)), cost=1.0 + model)
    found = [
        (task.model, number)
        for task in taken(queue)
        for number in range(task.first, task.first + task.n_blocks)
    ]
    assert sorted(found) == [(model, number) for model in range(3) for number in range(n_blocks)]


def test_what_is_missing_in_the_middle_makes_tasks_without_gaps() -> None:
    """Blocks that the cache holds are left out, and no task reaches across them."""
    queue = BlockQueue(1, 100)
    queue.add(0, [0, 1, 4, 5, 6, 9], cost=1.0)
    runs = [(task.first, task.n_blocks) for task in taken(queue)]
    assert runs == [(0, 2), (4, 3), (9, 1)]


def test_the_largest_model_goes_first() -> None:
    """Longest first, so that no large one is left at the end; each from its first block on."""
    queue = BlockQueue(1, 3)
    for model, cost in enumerate([1.0, 9.0, 4.0]):
        queue.add(model, [0, 1, 2, 3, 4, 5, 6], cost=cost)
    order = taken(queue)
    assert [task.model for task in order] == sorted((task.model for task in order), key=[1, 2, 0].index)
    assert all(a.first < b.first for a, b in pairwise(order) if a.model == b.model)


@pytest.mark.parametrize("n_slots", [1, 8, 64, 256])
@pytest.mark.parametrize(("n_models", "n_blocks"), [(1, 1), (3, 1), (100, 25), (1000, 245)])
def test_tasks_are_as_large_as_balance_allows(n_slots: int, n_models: int, n_blocks: int) -> None:
    """One block more in a task would leave too few tasks for each slot, or more than a task sends back."""
    size = blocks_in_a_task(n_blocks, n_models, n_slots)
    assert 1 <= size <= min(MOST_BLOCKS, n_blocks)
    if 1 < size + 1 <= min(MOST_BLOCKS, n_blocks):
        assert n_models * -(-n_blocks // (size + 1)) < TASKS_OF_A_SLOT * n_slots


def test_a_dropped_model_has_no_tasks() -> None:
    """A model that has failed is not sent again; the others stay in their order."""
    queue = BlockQueue(1, 2)
    queue.add(0, [0, 1], cost=5.0)
    queue.add(1, [0, 1], cost=1.0)
    queue.drop(0)
    assert {task.model for task in taken(queue)} == {1}


def test_a_model_of_unknown_size_counts_as_a_usual_one() -> None:
    """Neither first nor last: as ViT-B."""
    unknown, small, large = (ModelSpec("m", "hub", "image", n_parameters=n) for n in (None, 10**6, 10**9))
    assert expected_cost(small, 10) < expected_cost(unknown, 10) < expected_cost(large, 10)
