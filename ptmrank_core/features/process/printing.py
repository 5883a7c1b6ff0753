"""Where a process prints: what it and foreign code in it say is added to the log of its run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["print_to"]


def print_to(log: Path) -> None:
    """Add what this process prints from now on to a file."""
    sys.stdout.flush()
    sys.stderr.flush()
    with log.open("ab") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
