"""Figures -> SVG, PDF and PNG: a process of its own draws them, within bounds of time, and leaves no file."""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ptmrank_core.config import Settings, child_command, child_environment
from ptmrank_core.files import temporary_folder
from ptmrank_core.reports.files.exporter import TOO_SLOW

__all__ = ["SECONDS", "Drawn", "draw"]

CHILD = "ptmrank_core.reports.files.child"
SECONDS = 300.0
"""What drawing all figures of a run may take."""
END_SECONDS = 90.0  # what the child gets to finish a figure and to close its browser
# The path of a socket has 107 letters at most, of which the browser adds about 50.
SHORT, MOST_LETTERS = Path("/tmp"), 50  # noqa: S108 - a folder of a random name is made in it
# A browser takes some hundred megabytes: visitors of a page wait for one another.
_ONE_AT_A_TIME = threading.Lock()
BUSY = "Figures of another run are being drawn on this machine: try again in a few minutes."
ENDED = "The process that draws figures ended without a word."


@dataclass(frozen=True, eq=False, slots=True)
class Drawn:
    """What was drawn.

    Parameters
    ----------
    files
        By name.
    problem
        Why some or all are missing, and what to do; empty if none is.
    """

    files: Mapping[str, bytes]
    problem: str = ""


def draw(figures: Mapping[str, Mapping[str, Any]], settings: Settings, *, seconds: float = SECONDS) -> Drawn:
    """Draw figures as SVG, PDF and PNG.

    Parameters
    ----------
    figures
        Name without an ending -> figure as ``style.escaping.plain_figure`` writes it, with its width and
        height in pixels of 1/96 inch.
    settings
        Of the process that draws.
    seconds
        What this may take, waiting for others included.
    """
    if not _ONE_AT_A_TIME.acquire(timeout=seconds):
        return Drawn({}, BUSY)
    try:
        lines: list[bytes] = []
        with suppress(OSError), temporary_folder(_short_place()) as folder:
            lines = _run(figures, settings, folder, seconds)  # a browser that was killed may still write
        return _read(lines, seconds)
    finally:
        _ONE_AT_A_TIME.release()


def _short_place() -> Path:
    """Return where the browser keeps its files while it draws: it listens at a socket in there."""
    usual = Path(tempfile.gettempdir())
    return usual if len(str(usual)) <= MOST_LETTERS or not SHORT.is_dir() else SHORT


def _run(
    figures: Mapping[str, Mapping[str, Any]], settings: Settings, folder: Path, seconds: float
) -> list[bytes]:
    """Let the child draw; return the lines that it wrote, also where it had to be stopped."""
    places = dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(folder))  # of the child and its browser
    command = child_command(CHILD)
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command,
            input=json.dumps({"seconds": seconds, "figures": figures}).encode(),
            capture_output=True,
            timeout=seconds + END_SECONDS,
            env=child_environment(settings) | places,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        return (error.output or b"").splitlines()
    return done.stdout.splitlines()


def _read(lines: list[bytes], seconds: float) -> Drawn:
    """Read what the child wrote: a line for each file, and one for a problem or the end."""
    files: dict[str, bytes] = {}
    problem = TOO_SLOW.format(seconds=seconds) if lines else ENDED
    for line in lines:
        try:
            said = json.loads(line)
        except ValueError:  # the last line of a process that was stopped
            continue
        if "name" in said:
            files[said["name"]] = base64.b64decode(said["content"])
        else:
            problem = said["problem"]
    return Drawn(files, problem)
