"""What foreign code raises, as an error of the model alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ptmrank_core.errors import OutOfMemoryError, PTMRankError, UnsupportedModelError
from ptmrank_core.features.precision import HalfPrecisionError
from ptmrank_core.records.names import reason_of

__all__ = ["told_as"]

SMALLER = "Choose half precision, a smaller model or a smaller batch, or leave this model out."


@contextmanager
def told_as(what: str, *, hint: str) -> Iterator[None]:
    """Let whatever foreign code raises be an error of the model, panics too.

    Parameters
    ----------
    what
        What failed: the beginning of the message.
    hint
        What to do.

    Raises
    ------
    OutOfMemoryError
        If memory ran out.
    UnsupportedModelError
        For every other error that is not one of ours.
    """
    try:
        yield
    except (PTMRankError, HalfPrecisionError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        if _is_out_of_memory(error):
            raise OutOfMemoryError(f"{what}: the memory does not suffice.", hint=SMALLER) from error
        raise UnsupportedModelError(f"{what}: {reason_of(error)}.", hint=hint) from error


def _is_out_of_memory(error: BaseException) -> bool:
    from ptmrank_core.features.device import is_out_of_memory  # noqa: PLC0415 - loads torch

    return is_out_of_memory(error)
