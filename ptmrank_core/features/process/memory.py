"""Memory of the model process, watched from outside: it is ended before the machine begins to swap.

Only Linux tells what other processes hold; elsewhere nothing is watched. A limit that the system enforces
(``RLIMIT_AS``) is of no use: CUDA reserves far more addresses than it uses.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

__all__ = ["MemoryWatch", "available_bytes"]

PROC, CGROUPS = Path("/proc"), Path("/sys/fs/cgroup")
# What a machine, or the control group of a container, is left with: 5 %, within these bounds.
RESERVE_SHARE, LEAST_RESERVE, MOST_RESERVE = 0.05, 256 * 2**20, 2 * 2**30
GB = 1e9


class MemoryWatch:
    """Watches how much memory a process holds, and how much is left.

    Parameters
    ----------
    pid
        The process.
    limit_bytes
        What it may hold at most, besides what the machine has; ``None`` for no such limit.
    """

    def __init__(self, pid: int, limit_bytes: int | None = None) -> None:
        self._statm, self._limit_bytes = PROC / str(pid) / "statm", limit_bytes

    def shortage(self) -> str:
        """Say why the process has to end, as the end of a sentence; empty if it need not.

        It has to if it holds more than its limit, or if little is left and it would give back a lot.
        """
        held = self._held_bytes()
        if held is None:
            return ""
        if self._limit_bytes is not None and held > self._limit_bytes:
            return f"it held {held / GB:.1f} GB of memory, and may hold {self._limit_bytes / GB:.1f} GB"
        free, total = available_bytes()
        reserve = min(MOST_RESERVE, max(LEAST_RESERVE, RESERVE_SHARE * total))
        if free < reserve and held > 2 * reserve:
            return f"it held {held / GB:.1f} GB of memory, and {free / GB:.1f} GB were left on this machine"
        return ""

    def _held_bytes(self) -> int | None:
        """Resident memory of the process; ``None`` if the system does not tell."""
        try:
            return int(self._statm.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, ValueError, IndexError, AttributeError):  # it is gone, or this is no Linux
            return None


def available_bytes(proc: Path = PROC, cgroups: Path = CGROUPS) -> tuple[float, float]:
    """Memory that is left without swapping, and in all: of the machine, or of a control group that has less.

    Parameters
    ----------
    proc, cgroups
        Where Linux tells of processes and of control groups.

    Returns
    -------
    tuple of float
        Bytes; infinite where the system does not tell.
    """
    lines = dict(line.partition(":")[::2] for line in _text(proc / "meminfo").splitlines())
    free, total = (_kilobytes(lines.get(name, "")) for name in ("MemAvailable", "MemTotal"))
    for folder, (limit_file, usage_file, cache_line) in _groups(proc, cgroups):
        limit, usage = _number(_text(folder / limit_file)), _number(_text(folder / usage_file))
        if limit is None or usage is None:
            continue
        stat = dict(line.partition(" ")[::2] for line in _text(folder / "memory.stat").splitlines())
        cached = _number(stat.get(cache_line, "")) or 0  # files that are given up when memory is asked for
        free, total = min(free, limit - usage + cached), min(total, limit)
    return free, total


V1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
V2 = ("memory.max", "memory.current", "inactive_file")


def _groups(proc: Path, cgroups: Path) -> Iterator[tuple[Path, tuple[str, str, str]]]:
    """List the control groups that this process is in, and those around them, with their files."""
    for line in _text(proc / "self" / "cgroup").splitlines():
        _, controllers, place = [*line.split(":", 2), "", ""][:3]
        is_memory = "memory" in controllers.split(",")
        if not is_memory and controllers:
            continue
        root, files = (cgroups / "memory", V1) if is_memory else (cgroups, V2)
        own = root / place.lstrip("/")
        # Within a container the place may be told as the machine sees it: the root is its own group then.
        for folder in (own, *own.parents):
            yield folder, files
            if folder == root:
                break


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


def _number(text: str) -> int | None:
    """Read a number of bytes; ``None`` for none, and for "max"."""
    return int(text) if text.strip().isascii() and text.strip().isdigit() else None


def _kilobytes(text: str) -> float:
    number = _number(text.strip().removesuffix("kB").strip())
    return float("inf") if number is None else number * 1024.0
