"""Peak memory of this process since a chosen moment, which only Linux can measure.

The figure covers the whole process, including Python, torch and the samples: it is the memory that a machine
needs to run the model. What a single model adds cannot be measured reliably, because the process may still
hold memory that an earlier model released, which would hide that of the next one.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

__all__ = ["be_killed_first", "peak_bytes", "reset_peak"]

CLEAR, STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")
RESET_PEAK = "5"  # man 5 proc_pid_clear_refs
PEAK_LINE = "VmHWM:"
SCORE = Path("/proc/self/oom_score_adj")
FIRST = "500"  # man 5 proc_pid_oom_score_adj: as if it used half of the machine's memory more


def reset_peak() -> bool:
    """Restart the measurement; return whether this system supports it."""
    try:
        CLEAR.write_text(RESET_PEAK, encoding="ascii")
    except OSError:  # another system, or one that forbids it
        return False
    return peak_bytes() is not None


def peak_bytes() -> int | None:
    """Peak resident memory since :func:`reset_peak`; ``None`` if the system does not report it."""
    try:
        lines = STATUS.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    fields = next((line.split() for line in lines if line.startswith(PEAK_LINE)), None)
    return int(fields[1]) * 1024 if fields else None


def be_killed_first() -> None:
    """Have the system kill this process rather than its parent where memory runs out, if it knows how."""
    with suppress(OSError):
        SCORE.write_text(FIRST, encoding="ascii")
