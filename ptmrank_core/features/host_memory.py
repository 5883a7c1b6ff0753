"""Peak memory of this process, where the system lets it be measured from a moment on: Linux.

The figure is of the whole process, Python, torch and the samples among it: what a machine has to have free to
run the model. What a single model adds cannot be told honestly: memory that an earlier model gave back may
still be held by the process, and would hide the next one's.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["peak_bytes", "reset_peak"]

CLEAR, STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")
RESET_PEAK = "5"  # man 5 proc_pid_clear_refs
PEAK_LINE = "VmHWM:"


def reset_peak() -> bool:
    """Measure from now on; whether that is possible here."""
    try:
        CLEAR.write_text(RESET_PEAK, encoding="ascii")
    except OSError:  # another system, or one that forbids it
        return False
    return peak_bytes() is not None


def peak_bytes() -> int | None:
    """Most resident memory since :func:`reset_peak`; ``None`` where the system does not tell."""
    try:
        lines = STATUS.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    fields = next((line.split() for line in lines if line.startswith(PEAK_LINE)), None)
    return int(fields[1]) * 1024 if fields else None
