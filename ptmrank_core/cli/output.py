"""Output and exit status of every command: results go to standard output, all else to standard error.

Every text is made printable: whatever a name or a message of others holds, no terminal obeys it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from ptmrank_core.errors import InputError
from ptmrank_core.files import write_file
from ptmrank_core.records.names import printable_lines

__all__ = ["BAD_INPUT", "DONE", "NOTHING_DONE", "print_json", "print_text", "say", "write_json"]

DONE, NOTHING_DONE, BAD_INPUT = 0, 1, 2


def say(text: str) -> None:
    """Print a message that is not the result, to standard error."""
    sys.stderr.write(f"{printable_lines(text)}\n")


def print_text(text: str) -> None:
    """Print a result."""
    sys.stdout.write(f"{printable_lines(text)}\n")


def print_json(payload: Any) -> None:
    """Print a result as JSON."""
    print_text(json.dumps(payload, indent=2))


def write_json(path: Path, payload: Any) -> None:
    """Write a JSON file completely or not at all.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    try:
        write_file(path, json.dumps(payload, indent=2) + "\n")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error}.") from error
