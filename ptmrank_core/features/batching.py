"""Work through samples in batches, halving the batch where memory runs out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ptmrank_core.errors import OutOfMemoryError

__all__ = ["run_in_batches"]


def run_in_batches(
    indices: Sequence[int],
    batch_size: int,
    run: Callable[[Sequence[int]], None],
    *,
    is_out_of_memory: Callable[[BaseException], bool],
    free_memory: Callable[[], None],
) -> int:
    """Call ``run`` on consecutive slices of ``indices``.

    Where a slice does not fit into memory, the memory is freed and the same place is tried with half the
    batch; what was done before is not repeated.

    Parameters
    ----------
    indices
        What to work through.
    batch_size
        Largest slice.
    run
        Does one slice, completely or not at all.
    is_out_of_memory
        Tells whether an error means that memory ran out.
    free_memory
        Called before a slice is tried again.

    Returns
    -------
    int
        The batch size at the end.

    Raises
    ------
    OutOfMemoryError
        If a single sample does not fit.
    """
    start = 0
    while start < len(indices):
        batch = indices[start : start + batch_size]
        try:
            run(batch)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            if len(batch) == 1:
                raise OutOfMemoryError(
                    "A single sample does not fit into the device's memory.",
                    hint="Choose --device cpu, a smaller dtype or a smaller model.",
                ) from error
            batch_size = len(batch) // 2
            free_memory()
            continue
        start += len(batch)
    return batch_size
