"""One input and what became of it: folders of its own, a child of the warmed process, and what it left."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.hardening.inputs import Call

__all__ = ["CPU_SECONDS", "READER", "Limits", "Outcome", "Warmed"]

ROOT = Path(__file__).parents[2]
CPU_SECONDS, WALL_SECONDS = 20, 90
"""A reader may compute for 20 s; one that waits is given up later, however busy the machine is."""
HARD_BYTES = 2 * 10**9
WRITABLE = ("home", "out")
KEPT = re.compile(r"tmp/ptmrank-\w+(/error\.txt)?$")
KEPT_CHARS = 20_000


@dataclass(frozen=True)
class Outcome:
    """What became of an input.

    Parameters
    ----------
    status
        Exit status; minus the number of the signal that ended it.
    timed_out
        Whether it was killed because it took too long.
    cpu_seconds, seconds
        Processor time of it and its children, and time on the clock.
    extra_bytes
        Memory at its peak above that of the idle process.
    stdout, stderr
        What it printed.
    changed
        Files outside its home and ``--out`` that it wrote, changed or removed.
    details
        The traceback that the command line keeps of an error of the system; empty for none.
    """

    status: int
    timed_out: bool
    cpu_seconds: float
    seconds: float
    extra_bytes: int
    stdout: str
    stderr: str
    changed: tuple[str, ...]
    details: str = ""


@dataclass(frozen=True)
class Limits:
    """How much an input may take before it is ended.

    Parameters
    ----------
    cpu_seconds, wall_seconds
        Time of the processor, for each process, and on the clock.
    hard_bytes
        Memory above the idle process at which the system refuses more: the machine is shared.
    environment
        More variables.
    """

    cpu_seconds: float = CPU_SECONDS
    wall_seconds: float = WALL_SECONDS
    hard_bytes: int = HARD_BYTES
    environment: Mapping[str, str] = field(default_factory=dict)


READER = Limits()


class Warmed:
    """The warmed process; a context manager. It is started again where it has died.

    Parameters
    ----------
    folder
        A folder for all inputs of this process, one after the other.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.idle: Mapping[str, int] = {}
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Warmed:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _start(self) -> None:
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONIOENCODING": "utf-8:strict",  # as in a terminal, whatever the locale of the tests
            "OMP_NUM_THREADS": "1",
            "HF_HUB_OFFLINE": "1",
            "ARROW_DEFAULT_MEMORY_POOL": "system",  # the others reserve a gigabyte that nobody uses
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.hardening.warm"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=ROOT,
        )
        self.idle = self._answer()["idle"]

    def _end(self) -> None:
        if self._process is not None:
            self._process.stdin.close()
            self._process.wait()
            self._process.stdout.close()
            self._process = None

    def _answer(self) -> dict[str, Any]:
        line = self._process.stdout.readline()
        if not line:
            self._end()
            raise RuntimeError("the warmed process has died")
        return json.loads(line)

    def fresh(self) -> Path:
        """Empty all folders; return that of the next input."""
        remove(self.folder)
        for name in ("in", "home", "out", "tmp", "user"):
            (self.folder / name).mkdir(parents=True)
        return self.folder / "in"

    def run(self, call: Call, limits: Limits = READER) -> Outcome:
        """Give the input that lies in the folder to the product."""
        before = snapshot(self.folder)
        asked = {
            "entry": call.entry,
            "arguments": list(call.arguments),
            "cwd": str(self.folder / "in"),
            "stdout": str(self.folder / "out" / ".stdout"),
            "stderr": str(self.folder / "out" / ".stderr"),
            "environment": {**self._environment(), **limits.environment},
            "cpu_seconds": int(limits.cpu_seconds),
            "wall_seconds": limits.wall_seconds,
            "hard_bytes": limits.hard_bytes,
        }
        try:
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
            answer = self._answer()
        except (RuntimeError, OSError):
            self._end()
            self._start()  # for the next input
            raise
        after = snapshot(self.folder)
        changed = sorted(name for name in {**before, **after} if before.get(name) != after.get(name))
        kept = [name for name in changed if KEPT.match(name)]
        details = "".join(_text(self.folder / name) for name in kept if name.endswith(".txt"))
        changed = [name for name in changed if name not in kept]
        texts = [_text(Path(asked[name])) for name in ("stdout", "stderr")]
        return Outcome(**answer, stdout=texts[0], stderr=texts[1], changed=tuple(changed), details=details)

    def _environment(self) -> dict[str, str]:
        folder = self.folder
        return {
            "PTMRANK_HOME": str(folder / "home"),
            "TMPDIR": str(folder / "tmp"),
            "HOME": str(folder / "user"),
            "XDG_CACHE_HOME": str(folder / "user"),
        }


def _text(path: Path) -> str:
    """Read what was printed, its beginning and its end."""
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    return text if len(text) <= 40 * KEPT_CHARS else f"{text[:KEPT_CHARS]}\n[...]\n{text[-KEPT_CHARS:]}"


def snapshot(folder: Path) -> dict[str, tuple[int, ...]]:
    """Describe everything in a folder and beside it, but in the places where the product may write."""
    found = {f"../{entry.name}": (0,) for entry in os.scandir(folder.parent) if entry.name != folder.name}
    stack = [entry for entry in os.scandir(folder) if entry.name not in WRITABLE]
    while stack:
        entry = stack.pop()
        facts = entry.stat(follow_symlinks=False)
        name = os.path.relpath(entry.path, folder).encode("utf-8", "backslashreplace").decode()
        if entry.is_dir(follow_symlinks=False):
            found[name] = (1,)
            stack += os.scandir(entry.path)
        else:
            found[name] = (facts.st_mode, facts.st_size, facts.st_mtime_ns)
    return found


def remove(folder: Path) -> None:
    """Remove a folder, whatever an input has done to the permissions in it."""

    def allow(function: Any, path: str, _: Any) -> None:
        os.chmod(os.path.dirname(path), 0o700)  # noqa: PTH101, PTH120 - a name may be no text
        function(path)

    if folder.exists():
        shutil.rmtree(folder, onerror=allow)
