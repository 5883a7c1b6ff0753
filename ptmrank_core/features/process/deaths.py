"""What is said of a model whose process died: which model, in which stage, how it died, what to do."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ptmrank_core.errors import ModelProcessError
from ptmrank_core.records import ModelSpec, Stage
from ptmrank_core.records.names import printable, reason_of

__all__ = ["death_of", "describe_exit", "exhausted", "last_line", "model_of", "not_started", "stalled"]

MEMORY = "Close other programs, choose a smaller batch or half precision, or leave this model out."
FILES = "Check that its files are whole and that transformers is up to date, or leave this model out."
LOAD = "it was being loaded"
SIGNALS: Mapping[str, str] = {
    "SIGKILL": "it was killed (SIGKILL), most likely because the machine's memory ran out",
    "SIGABRT": "it aborted (SIGABRT)",
    "SIGSEGV": "it crashed (SIGSEGV)",
    "SIGBUS": "it crashed (SIGBUS)",
    "SIGILL": "it crashed (SIGILL)",
    "SIGFPE": "it crashed (SIGFPE)",
}
TAIL_BYTES, LONGEST_LINE = 16_384, 200
CRASH_REPORT = "Fatal Python error"


def model_of(arguments: Iterable[Any]) -> str:
    """Return the id of the model that a call is about; empty if it is about none."""
    for argument in arguments:
        spec = argument if isinstance(argument, ModelSpec) else getattr(argument, "spec", None)
        if isinstance(spec, ModelSpec):
            return spec.id
    return ""


def describe_exit(status: int | None) -> str:
    """Say how a process ended, from the status that ``subprocess`` reports; ``None`` if it did not end."""
    if status is None:
        return "it closed its connection and was killed"
    if sys.platform == "win32" and status > 0xFFFF:
        return f"it crashed (status {status:#x})"
    if status >= 0:
        return f"it exited with status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        return f"it was ended by signal {-status}"
    return SIGNALS.get(name, f"it was ended by {name}")


def death_of(model: str, doing: str, stage: Stage | None, status: int | None, said: str) -> ModelProcessError:
    """Make the error of a process that died.

    Parameters
    ----------
    model
        The model that it was at work on; empty for none.
    doing
        What the call did to the model.
    stage
        Last stage that was reported; ``None`` if none was.
    status
        Its exit status; ``None`` if it only closed its pipe.
    said
        The last line that it wrote to its log; may be empty.
    """
    how = describe_exit(status)
    last = f" The last line of its log: {said}" if said else ""
    hint = MEMORY if "memory" in f"{how} {said}".lower() or "bad_alloc" in said else FILES
    return ModelProcessError(f"{_what(model)} died while {_when(doing, stage)}: {how}.{last}", hint=hint)


def stalled(model: str, doing: str, stage: Stage | None, seconds: float) -> ModelProcessError:
    """Make the error of a process that was killed because nothing was heard of it."""
    return ModelProcessError(
        f"{_what(model)} was stopped while {_when(doing, stage)}: nothing was heard of it for {seconds:g} s.",
        hint=f"{FILES} If it only needs longer, set PTMRANK_LOAD_SECONDS to more than {seconds:g}.",
    )


def exhausted(model: str, doing: str, stage: Stage | None, shortage: str) -> ModelProcessError:
    """Make the error of a process that was killed before it took the last of the memory."""
    return ModelProcessError(
        f"{_what(model)} was stopped while {_when(doing, stage)}: {shortage}.", hint=MEMORY
    )


def not_started(model: str, error: OSError) -> ModelProcessError:
    """Make the error of a process that the system did not start."""
    return ModelProcessError(f"{_what(model)} could not be started: {reason_of(error)}.", hint=MEMORY)


def _what(model: str) -> str:
    return f"The process of {model!r}" if model else "The model process"


def _when(doing: str, stage: Stage | None) -> str:
    return LOAD if stage is Stage.LOAD else doing


def last_line(log: Path | None, start: int) -> str:
    """Return the last line that was added to a log from a position on, before a crash report of Python's."""
    if log is None:
        return ""
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(start, size - TAIL_BYTES))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
    lines = [line.strip() for line in text.partition(CRASH_REPORT)[0].splitlines() if line.strip()]
    line = printable(lines[-1]) if lines else ""
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}..."
