"""How the work of a run is cut into tasks for a cluster, and in which order they go out."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ptmrank_core.benchmark.engines.ray.order import MOST_BLOCKS, BlockQueue, BlockTask, expected_cost
from ptmrank_core.records import ModelSpec


def taken(queue: BlockQueue) -> list[BlockTask]:
    """All tasks of a queue, in its order."""
    tasks = []
    while len(queue):
        tasks.append(queue.take())
    return tasks


@pytest.mark.parametrize("n_blocks", [1, 2, 7, 25, 245])
@pytest.mark.parametrize("n_slots", [1, 8, 64])
def test_tasks_are_disjoint_and_complete(n_blocks: int, n_slots: int) -> None:
    """Every block of every model is in one task, and a task has blocks that follow one another."""
    queue = BlockQueue(n_slots)
    for model in range(3):
        queue.add(model, range(n_blocks), 1.0 + model)
    found = [
        (task.model, number)
        for task in taken(queue)
        for number in range(task.first, task.first + task.n_blocks)
    ]
    assert sorted(found) == [(model, number) for model in range(3) for number in range(n_blocks)]


def test_what_is_missing_in_the_middle_makes_tasks_without_gaps() -> None:
    """Blocks that the cache holds are left out, and no task reaches across them."""
    queue = BlockQueue(1)
    queue.add(0, [0, 1, 4, 5, 6, 9], 1.0)
    tasks = taken(queue)
    assert [number for task in tasks for number in range(task.first, task.first + task.n_blocks)] == [
        *(0, 1, 4, 5, 6, 9)
    ]


def test_the_model_with_the_most_work_goes_first() -> None:
    """So no large one is left at the end; each goes from its first block on, one model after the other."""
    queue = BlockQueue(1)
    for model, cost in enumerate([1.0, 9.0, 4.0]):
        queue.add(model, range(7), cost)
    order = taken(queue)
    assert [task.model for task in order] == sorted((task.model for task in order), key=[1, 2, 0].index)
    assert all(a.first < b.first for a, b in pairwise(order) if a.model == b.model)


@pytest.mark.parametrize("n_slots", [1, 8, 64, 256])
@pytest.mark.parametrize(("n_models", "n_blocks"), [(3, 1), (100, 25), (300, 245)])
def test_no_slot_waits_long_for_the_last_task(n_slots: int, n_models: int, n_blocks: int) -> None:
    """A task has no more than a slot's part of what is left, and none is larger than a node may send back."""
    queue = BlockQueue(n_slots)
    for model in range(n_models):
        queue.add(model, range(n_blocks), 1.0)
    left = n_models * n_blocks
    for task in taken(queue):
        assert task.n_blocks <= max(1, min(MOST_BLOCKS, left / n_slots))
        left -= task.n_blocks
    assert left == 0


def test_few_slots_get_large_tasks() -> None:
    """Each task loads its model: one slot loads a model of ten blocks once, as long as much is left."""
    queue = BlockQueue(1)
    for model in range(20):
        queue.add(model, range(10), 1.0)
    assert [task.n_blocks for task in taken(queue)][:19] == [10] * 19


def test_a_dropped_model_has_no_tasks() -> None:
    """A model that has failed is not sent again; the others are."""
    queue = BlockQueue(1)
    queue.add(0, [0, 1], 5.0)
    queue.add(1, [0, 1], 1.0)
    queue.drop(0)
    queue.drop(7)
    assert queue.waiting(0) == []
    assert queue.waiting(1) == [0, 1]
    assert {task.model for task in taken(queue)} == {1}


def test_a_model_of_unknown_size_counts_as_a_usual_one() -> None:
    """Neither first nor last: as ViT-B. A tiny one counts as what prepares its samples."""
    tiny, small, unknown, large = (
        expected_cost(ModelSpec("m", "hub", "image", n_parameters=n), 10) for n in (10**6, 10**7, None, 10**9)
    )
    assert tiny == small < unknown < large
