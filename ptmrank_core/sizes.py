"""How much a file or a folder takes, and how old it is."""

from __future__ import annotations

import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Measured", "measure"]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a file or a folder takes.

    Parameters
    ----------
    size_bytes
        Bytes of the file, or of all files below the folder.
    changed_at
        When any of it was changed last, in seconds since 1970; 0 if there is no such file.
    """

    size_bytes: int = 0
    changed_at: float = 0.0


def measure(path: Path) -> Measured:
    """Measure a file or a folder, of which another process may be removing parts; links are not followed."""
    size, changed, rest = 0, 0.0, [path]
    while rest:
        with suppress(OSError):
            facts = (place := rest.pop()).lstat()
            changed = max(changed, facts.st_mtime)
            if stat.S_ISDIR(facts.st_mode):
                rest += place.iterdir()
            elif stat.S_ISREG(facts.st_mode):
                size += facts.st_size
    return Measured(size, changed)
