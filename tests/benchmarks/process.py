"""What a process has taken so far, as Linux tells it."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["memory_bytes", "processor_seconds"]


def processor_seconds(pid: int) -> float:
    """Seconds of the processor, its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_bytes(pid: int) -> int:
    """Memory that it holds now."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
