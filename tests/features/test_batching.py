"""Batches: everything once, in order, smaller where memory runs out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from ptmrank_core.errors import OutOfMemoryError
from ptmrank_core.features.batching import BatchSize, run_in_batches, split_by_length


def _run(n: int, batch_size: int, run: Callable[[Sequence[int]], None]) -> tuple[int, int]:
    freed: list[None] = []
    size = BatchSize(batch_size, is_fixed=True)
    run_in_batches(
        range(n),
        size,
        run,
        length_of=lambda _item: 0,
        is_out_of_memory=lambda error: "memory" in str(error),
        free_memory=lambda: freed.append(None),
    )
    return size.size, len(freed)


def test_every_index_once_and_in_order() -> None:
    """Batches cover all indices; the last may be smaller."""
    seen: list[list[int]] = []
    assert _run(7, 3, lambda batch: seen.append(list(batch))) == (3, 0)
    assert seen == [[0, 1, 2], [3, 4, 5], [6]]


@pytest.mark.parametrize(("fits", "freed"), [(8, 0), (4, 1), (3, 2), (1, 3)])
def test_a_batch_that_does_not_fit_is_halved_and_nothing_repeats(fits: int, freed: int) -> None:
    """After memory ran out the same place is tried with half, and done work stays done."""
    seen: list[int] = []

    def run(batch: Sequence[int]) -> None:
        if len(batch) > fits:
            raise RuntimeError("out of memory")
        seen.extend(batch)

    size, n_freed = _run(20, 8, run)
    assert seen == list(range(20))
    assert size <= fits
    assert n_freed == freed


def test_one_sample_that_does_not_fit_is_an_error() -> None:
    """At a batch of one there is nothing left to halve."""

    def run(_batch: Sequence[int]) -> None:
        raise RuntimeError("out of memory")

    with pytest.raises(OutOfMemoryError, match=r"A single sample does not fit"):
        _run(4, 4, run)


def test_other_errors_pass() -> None:
    """Only memory is a reason to try again."""

    def run(_batch: Sequence[int]) -> None:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match=r"^a bug$"):
        _run(4, 4, run)


def timed(size: BatchSize, seconds_of: Callable[[int], float], n_batches: int = 40) -> list[int]:
    """Sizes of the batches that are taken when a batch of n samples needs so many seconds."""
    taken = []
    for _ in range(n_batches):
        taken.append(size.size)
        size.done(size.size, 0, seconds_of(size.size))
    return taken


def test_a_batch_grows_while_that_pays_and_then_stays() -> None:
    """With a fixed cost a batch, doubling pays until the cost is small; the last gain decides."""
    size = BatchSize()
    taken = timed(size, lambda n: 1.0 + 0.01 * n)
    assert taken == sorted(taken)
    assert size.size > 256
    assert size.was_found


def test_a_batch_goes_back_where_growing_did_not_pay() -> None:
    """Where every sample costs the same, the first size is as good as any other, and is taken again."""
    size = BatchSize()
    taken = timed(size, lambda n: 0.1 * n)
    assert set(taken) == {4, 8}
    assert (size.size, size.was_found) == (4, True)


def test_a_size_that_was_asked_for_is_kept() -> None:
    """Only a lack of memory changes what the user chose."""
    size = BatchSize(24, is_fixed=True)
    assert set(timed(size, lambda n: 1.0 / n)) == {24}
    size.too_large()
    assert size.size == 12


def test_a_part_of_a_batch_tells_nothing() -> None:
    """The last batch of a window is smaller: its speed is not that of the size."""
    size = BatchSize()
    for _ in range(10):
        size.done(3, 10, 1.0)
    assert (size.size, size.was_found) == (4, False)


def test_samples_of_like_length_are_neighbours_the_longest_first() -> None:
    """Memory runs out early if it does; where padding changes vectors no batch mixes lengths."""
    assert split_by_length([3, 9, 3, 7], exact=False) == [[1, 3, 0, 2]]
    assert split_by_length([3, 9, 3, 7], exact=True) == [[1], [3], [0, 2]]
    assert split_by_length([], exact=False) == []


def test_shorter_samples_come_in_larger_batches() -> None:
    """A batch is bounded by its positions: four of the longest, or sixteen of a quarter of that length."""
    size = BatchSize(longest=400)
    assert [size.count(length) for length in (400, 200, 100, 1)] == [4, 8, 16, 1600]
    assert BatchSize(24, is_fixed=True).count(7) == 24
    assert BatchSize().count(0) == 4


def test_many_short_samples_that_do_not_fit_are_halved_too() -> None:
    """Where one sample of the longest is the least, the positions are halved instead."""
    size = BatchSize(1, longest=400)
    size.too_large()
    assert (size.count(400), size.count(100)) == (1, 2)
    size.too_large()
    size.too_large()
    assert size.count(100) == 1
