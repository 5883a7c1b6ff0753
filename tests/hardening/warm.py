"""``python -m tests.hardening.warm``: a process that has imported the core without torch, and forks.

It reads a line of JSON for each input (its folders, its entry, its arguments, the seconds it may take),
forks a child that calls the entry there, and writes a line of JSON: how the child ended, what it took. Only
the child ever touches an input: whatever happens in it, this process goes on with the next one.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

from tests.hardening.entries import ENTRIES

CRASHED = 70
POLL_SECONDS = 0.004


def prepare() -> dict[str, int]:
    """Import what readers import late, and measure the idle process."""
    import PIL.Image  # noqa: PLC0415
    import pyarrow.parquet  # noqa: F401, PLC0415
    import soundfile  # noqa: F401, PLC0415

    PIL.Image.init()
    loaded = sorted({"torch", "transformers", "streamlit"} & set(sys.modules))
    if loaded:
        raise RuntimeError(f"the warmed process has imported {', '.join(loaded)}")
    return {"rss": _idle_child(), "data": _memory("VmData")}


def _idle_child() -> int:
    """Measure a child that does nothing: pages of files are not its own until it touches them."""
    child = os.fork()
    if not child:
        os._exit(0)
    return os.wait4(child, 0)[2].ru_maxrss * 1024


def _memory(field: str) -> int:
    """Read a field of this process' memory, in bytes."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith(field))


def serve() -> None:
    """Answer each line of the standard input."""
    idle = prepare()
    answers = os.fdopen(os.dup(1), "w")
    answers.write(json.dumps({"idle": idle}) + "\n")
    answers.flush()
    for line in sys.stdin:
        asked = json.loads(line)
        answers.write(json.dumps(_run(asked, idle)) + "\n")
        answers.flush()


def _run(asked: dict[str, Any], idle: dict[str, int]) -> dict[str, Any]:
    """Fork for one input, and wait for the child no longer than it may take."""
    start = time.monotonic()
    child = os.fork()
    if not child:
        _in_child(asked, idle)
    timed_out = False
    while True:
        pid, status, usage = os.wait4(child, os.WNOHANG)
        if pid:
            break
        if not timed_out and time.monotonic() - start > asked["wall_seconds"]:
            timed_out = True
            os.killpg(child, signal.SIGKILL)
        time.sleep(POLL_SECONDS)
    with contextlib.suppress(OSError):  # whatever it started ends with it
        os.killpg(child, signal.SIGKILL)
    return {
        "status": os.waitstatus_to_exitcode(status),
        "timed_out": timed_out,
        "seconds": time.monotonic() - start,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "extra_bytes": max(0, usage.ru_maxrss * 1024 - idle["rss"]),
    }


def _in_child(asked: dict[str, Any], idle: dict[str, int]) -> None:
    """Call the entry within the limits, and end this process."""
    status = CRASHED
    try:
        os.setsid()
        _redirect(asked["stdout"], 1)
        _redirect(asked["stderr"], 2)
        os.chdir(asked["cwd"])
        os.environ.update(asked["environment"])
        tempfile.tempdir = None
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_DATA, (idle["data"] + asked["hard_bytes"], resource.RLIM_INFINITY))
        seconds = asked["cpu_seconds"]
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        status = ENTRIES[asked["entry"]](asked["arguments"])
        sys.stdout.flush()
    except SystemExit as left:
        status = left.code if isinstance(left.code, int) else CRASHED
    except BaseException:  # noqa: BLE001 - the traceback is what is looked for
        traceback.print_exc()
        status = CRASHED
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
        with contextlib.suppress(Exception):
            sys.stderr.flush()
        os._exit(status)


def _redirect(path: str, number: int) -> None:
    """Let a standard stream go to a file."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(file, number)
    os.close(file)


if __name__ == "__main__":
    serve()
