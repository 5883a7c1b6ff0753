"""Model processes of tests are forked from one that has imported PyTorch, which takes longer than most tests.

    python -m tests.warm_models SOCKET

is that one: whatever it is sent over its socket it answers with a fork, which then serves calls as
``python -m ptmrank_core.features.process`` does. It starts when a test first needs it, and ends when the
tests do. Tests of how processes start, and of what they import, have the fixture ``fresh_processes``: theirs
are started as those of users are.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, NoReturn

from ptmrank_core.config import Settings, child_command, child_environment
from ptmrank_core.features.process import child
from ptmrank_core.features.process.functions import AHEAD

__all__ = ["start", "start_anew", "stop"]

MODULES = (
    *AHEAD,
    "ptmrank_core.features.extract",
    *(f"transformers.models.{name}.modeling_{name}" for name in ("bert", "convnext", "resnet", "vit")),
)
MOST_BYTES = 200_000
POLL_SECONDS = 0.01
start_anew = child._start


class _Source(NamedTuple):
    """The process that is forked, a socket to it, and the environment that it has read."""

    process: subprocess.Popen[bytes]
    socket: socket.socket
    environment: dict[str, str]


class _Forked:
    """A fork as ``subprocess.Popen`` has it, as far as the client of model processes asks."""

    def __init__(self, stdin: int, stdout: int, status: int) -> None:
        self.stdin, self.stdout = os.fdopen(stdin, "wb"), os.fdopen(stdout, "rb")
        self._status, self._reading = os.fdopen(status, "rb", buffering=0), threading.Lock()
        said = self._status.read(8)
        if not said:
            raise OSError("the process that is forked has ended")
        self.pid = int.from_bytes(said, "little")
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return its status once it has ended; negative for a signal."""
        with self._reading:
            if self.returncode is None and select.select([self._status], [], [], 0)[0]:
                self.returncode = int.from_bytes(self._status.read(4), "little", signed=True)
                self._status.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        end = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired("a forked process", timeout or 0.0)
            time.sleep(POLL_SECONDS)
        return status

    def kill(self) -> None:
        """Kill it, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)


def start(settings: Settings, log: Path | None) -> subprocess.Popen[bytes] | _Forked:
    """Fork a model process; start one anew where its libraries would have read another environment."""
    environment = child_environment(settings)
    source = _source()
    if _read_at_import(environment) != _read_at_import(source.environment):
        return start_anew(settings, log)
    message = json.dumps({"environment": environment, "folder": str(Path.cwd())}).encode()
    (stdin, to_it), (from_it, stdout), (status, told) = os.pipe(), os.pipe(), os.pipe()
    with ExitStack() as stack:
        for given in (stdin, stdout, told):
            stack.callback(os.close, given)
        if log is not None:
            log.parent.mkdir(parents=True, exist_ok=True)
        output = 2 if log is None else stack.enter_context(log.open("ab")).fileno()
        socket.send_fds(source.socket, [message], [stdin, stdout, output, told])
    return _Forked(to_it, from_it, status)


def _read_at_import(environment: dict[str, str]) -> dict[str, str]:
    """Variables that libraries read when they are imported, and the paths that they are imported from."""
    first = ("HF_", "TRANSFORMERS_", "TORCH", "CUDA", "OMP_", "MKL_", "PYTHON")
    return {
        name: value
        for name, value in environment.items()
        if name.startswith(first) and name != "TORCHINDUCTOR_CACHE_DIR"  # below the home of each test
    }


@cache
def _source() -> _Source:
    """Start the process that is forked."""
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    environment = child_environment(Settings(home=Path(os.devnull)))
    with there:
        process = subprocess.Popen(
            child_command("tests.warm_models", str(there.fileno())),
            pass_fds=[there.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env=environment | {"TORCHINDUCTOR_CACHE_DIR": environment.get("TMPDIR", "/tmp")},  # noqa: S108
        )
    return _Source(process, here, environment)


def stop() -> None:
    """End the process that is forked, if it was started."""
    if _source.cache_info().currsize:
        source = _source()
        source.socket.close()
        source.process.wait()
        _source.cache_clear()


def _serve(number: int) -> None:
    """Fork whenever it is asked for, until nobody is left who could ask."""
    for module in MODULES:
        import_module(module)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    requests = socket.socket(fileno=number)
    while True:
        message, given, _, _ = socket.recv_fds(requests, MOST_BYTES, 4)
        if not message:
            return
        if not os.fork():
            requests.close()
            _watch(json.loads(message), given)
        for descriptor in given:
            os.close(descriptor)


def _watch(asked: dict[str, dict[str, str]], given: list[int]) -> NoReturn:
    """Fork the model process, and tell its id and, in the end, its status."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    stdin, stdout, output, told = given
    pid = os.fork()
    if not pid:
        os.close(told)
        _become(asked, stdin, stdout, output)
    for descriptor in (stdin, stdout, output):
        os.close(descriptor)
    os.write(told, pid.to_bytes(8, "little"))
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.write(told, status.to_bytes(4, "little", signed=True))
    os._exit(0)


def _become(asked: dict[str, dict[str, str]], stdin: int, stdout: int, output: int) -> NoReturn:
    """Be a model process: a session, an environment and standard streams of its own."""
    os.setsid()
    for place, descriptor in enumerate((stdin, stdout, output)):
        os.dup2(descriptor, place)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(str(asked["folder"]))
    from ptmrank_core.features.process.server import serve  # noqa: PLC0415 - the parent never needs it

    try:
        serve(0)
    finally:
        os._exit(1)


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
