"""What the starters of such scripts share."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Hashable
from pathlib import Path

__all__ = ["CPU_SIGNAL", "Remembered", "bounded_command"]

CPU_SIGNAL = 24  # what the system sends to a process that has used up its seconds
LIMITED = Path(__file__).with_name("limited.py")
MOST_REMEMBERED = 256


def bounded_command(script: Path, n_bytes: int, seconds: int, *arguments: object) -> list[str]:
    """Make the command that runs a script within bounds.

    Parameters
    ----------
    script
        A script that imports nothing of this package.
    n_bytes, seconds
        The memory and the processor time that it may take, where the system can bound them.
    *arguments
        Its arguments.
    """
    return [sys.executable, "-P", *map(str, (LIMITED, n_bytes, seconds, script, *arguments))]


class Remembered:
    """The last keys that were added, of files that need not be looked at again."""

    def __init__(self) -> None:
        self._keys: OrderedDict[Hashable, None] = OrderedDict()

    def __contains__(self, key: Hashable) -> bool:
        return key in self._keys

    def add(self, key: Hashable) -> None:
        """Remember a key; the oldest is forgotten where there are too many."""
        self._keys[key] = None
        while len(self._keys) > MOST_REMEMBERED:
            self._keys.popitem(last=False)
