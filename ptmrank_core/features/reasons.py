"""What foreign code raises, as a reason that says something, and as an error of the model alone."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from ptmrank_core.errors import OutOfMemoryError, PTMRankError, UnsupportedModelError
from ptmrank_core.features.precision import HalfPrecisionError
from ptmrank_core.records.names import printable

__all__ = ["reason_of", "text_of", "told_as"]

MOST_SIGNS = 400
# What torch says where a check has no text of its own.
NO_TEXT = "Expected cond to be True"
FEW_WORDS = 3
SMALLER = "Choose half precision, a smaller model or a smaller batch, or leave this model out."


def text_of(error: BaseException) -> str:
    """Return the text of an error on one line, with the place in the code where the text says little."""
    text = printable(" ".join(str(error).strip().partition("\n\n")[0].split())).rstrip(".")
    if isinstance(error, KeyError):
        text = f"the entry {text} is missing"
    elif not text or text.startswith(NO_TEXT):
        text = "a check failed that has no words of its own"
    elif len(text.split()) > FEW_WORDS:
        return text if len(text) <= MOST_SIGNS else f"{text[:MOST_SIGNS]}..."
    return f"{text}{_place_of(error)}"


def _place_of(error: BaseException) -> str:
    """Say where an error was raised; empty for one that came from another process."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return ""
    module = frames[-1].filename.replace("\\", "/").rpartition("site-packages/")[2].rsplit("/", 2)[-2:]
    return f" (in {frames[-1].name} of {'/'.join(module)}, line {frames[-1].lineno})"


def reason_of(error: BaseException) -> str:
    """Return the class and the text of an error on one line."""
    return f"{type(error).__name__}: {text_of(error)}"


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
