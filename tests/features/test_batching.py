"""Batches: everything once, in order, smaller where memory runs out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from ptmrank_core.errors import OutOfMemoryError
from ptmrank_core.features.batching import run_in_batches


def _run(n: int, batch_size: int, run: Callable[[Sequence[int]], None]) -> tuple[int, int]:
    freed: list[None] = []
    size = run_in_batches(
        range(n),
        batch_size,
        run,
        is_out_of_memory=lambda error: "memory" in str(error),
        free_memory=lambda: freed.append(None),
    )
    return size, len(freed)


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
