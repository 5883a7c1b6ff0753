"""Batches: how large they may be, and which samples share one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ptmrank_core.errors import OutOfMemoryError

__all__ = ["BatchSize", "run_in_batches", "split_by_length"]

T = TypeVar("T")
FIRST_SIZE, LARGEST_SIZE = 4, 1024
# A larger batch has to be this much faster for each position, or it is not worth its memory.
WORTHWHILE = 1.05
TRIALS = 2


@dataclass(slots=True)
class BatchSize:
    """A batch size that is tuned while batches run.

    It doubles as long as that makes the model faster, and is halved for good when memory runs out. Batches of
    shorter samples hold more of them: processor cache and GPU memory limit the number of positions.

    Parameters
    ----------
    size
        Samples in a batch of the longest.
    longest
        Positions of the longest sample; 0 if all samples have the same size, so that every batch holds
        ``size`` of them.
    was_found
        Whether the size was measured to be the best on this machine, and is worth remembering.
    is_fixed
        Whether it was given or is known from an earlier run: then it only shrinks.
    """

    size: int = FIRST_SIZE
    longest: int = 0
    is_fixed: bool = False
    was_found: bool = False
    _largest: int = LARGEST_SIZE
    _best_rate: float = 0.0
    _smaller: int = 0
    _rates: list[float] = field(default_factory=list)

    def count(self, length: int) -> int:
        """Return how many samples of this length, or shorter, make a batch."""
        return self.size if length == 0 else max(1, self.size * max(self.longest, length) // length)

    def too_large(self) -> None:
        """Halve the size for good: a batch did not fit into memory."""
        if self.size == 1:
            self.longest //= 2  # several short samples did not fit where one long one should
        self._largest = self.size = max(1, self.size // 2)
        self.is_fixed = self.was_found = True

    def done(self, n_samples: int, length: int, seconds: float) -> None:
        """Record how long a batch took, and grow, go back or stay.

        Parameters
        ----------
        n_samples
            Samples in it; a smaller batch, such as the last of a window, is not measured.
        length
            Positions of its longest sample; all others were padded to it.
        seconds
            Duration of the forward pass.
        """
        if self.is_fixed or n_samples < self.count(length):
            return
        self._rates.append(n_samples * max(1, length) / max(seconds, 1e-9))
        if len(self._rates) < TRIALS:
            return
        rate = max(self._rates)  # the first batch of a size warms up
        self._rates.clear()
        if rate < WORTHWHILE * self._best_rate:
            self.size, self.is_fixed, self.was_found = self._smaller, True, True
            return
        self._best_rate, self._smaller = rate, self.size
        self.size = min(2 * self.size, self._largest)
        self.is_fixed = self.was_found = self.size == self._smaller


def split_by_length(lengths: Sequence[int], *, exact: bool) -> list[list[int]]:
    """Order samples by length, the longest first, so that a batch needs little padding.

    Parameters
    ----------
    lengths
        Positions of each sample.
    exact
        Whether only samples of one length may share a batch.

    Returns
    -------
    list of list of int
        Indices; a batch never crosses from one list to the next.
    """
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    if not exact:
        return [order] if order else []
    groups: dict[int, list[int]] = {}
    for index in order:
        groups.setdefault(lengths[index], []).append(index)
    return list(groups.values())


def run_in_batches(
    items: Sequence[T],
    batch_size: BatchSize,
    run: Callable[[Sequence[T]], None],
    *,
    length_of: Callable[[T], int],
    is_out_of_memory: Callable[[BaseException], bool],
    free_memory: Callable[[], None],
) -> None:
    """Call ``run`` on consecutive batches.

    If a batch does not fit into memory, the memory is freed and half the batch is tried from the same place;
    earlier batches are not repeated.

    Parameters
    ----------
    items
        Items to run, the longest first.
    batch_size
        Size of the batches; asked before each.
    run
        Runs one batch, completely or not at all.
    length_of
        Positions of an item.
    is_out_of_memory
        Whether an error means that memory ran out.
    free_memory
        Called before a batch is tried again.

    Raises
    ------
    OutOfMemoryError
        If a single sample does not fit.
    """
    start = 0
    while start < len(items):
        batch = items[start : start + batch_size.count(length_of(items[start]))]
        try:
            run(batch)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            if len(batch) == 1:
                raise OutOfMemoryError(
                    "A single sample does not fit into the device's memory.",
                    hint="Choose half precision, a smaller model, or the CPU.",
                ) from error
            batch_size.too_large()
            free_memory()
            continue
        start += len(batch)
