"""Limits of time and memory of the model process, and what is left of a machine's memory."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ptmrank_core.config import Settings, child_environment, load_settings
from ptmrank_core.errors import ModelProcessError
from ptmrank_core.features.process import ModelProcess, memory
from ptmrank_core.features.process.memory import MemoryWatch, available_bytes
from ptmrank_core.features.process.pending import PendingCall
from ptmrank_core.features.reasons import told_as
from ptmrank_core.records import ModelSpec
from tests.features.process.served import SERVED

pytestmark = pytest.mark.usefixtures("fresh_processes")

SPEC = ModelSpec("local:m", "local", "image")
needs_proc = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="looks at processes in /proc")


@pytest.fixture
def process(settings: Settings) -> Iterator[ModelProcess]:
    """A model process that may be silent for a moment only."""
    with ModelProcess(replace(settings, load_seconds=3), functions=SERVED) as own:
        yield own


@pytest.mark.parametrize(
    "how", [*(pytest.param(own, marks=pytest.mark.slow) for own in ("sleeps", "spins")), "ticks"]
)
def test_a_model_that_hangs_before_its_first_batch_is_ended(process: ModelProcess, how: str) -> None:
    """Asleep, busy in foreign code, or with another thread alive: none of it is a sign of life."""
    pid = process.call("who")[0]
    with pytest.raises(ModelProcessError) as caught:
        process.call("hang", SPEC, how)
    assert caught.value.message == (
        "The process of 'local:m' was stopped while it was being loaded: nothing was heard of it for 3 s."
    )
    assert caught.value.hint.endswith("If it only needs longer, set PTMRANK_LOAD_SECONDS to more than 3.")
    assert process.call("who")[0] != pid


@needs_proc
def test_a_model_that_takes_too_much_memory_is_ended(settings: Settings) -> None:
    """Its size and the limit are said, and the next call has a new process."""
    with ModelProcess(settings, memory_bytes=600_000_000, functions=SERVED) as process:
        pid = process.call("who")[0]
        with pytest.raises(ModelProcessError) as caught:
            process.call("grow", SPEC)
        assert process.call("who")[0] != pid
    assert "The process of 'local:m' was stopped while it was being loaded: it held " in caught.value.message
    assert "GB of memory, and may hold 0.6 GB" in caught.value.message
    assert "leave this model out" in caught.value.hint


@needs_proc
def test_the_last_of_the_memory_is_left_to_the_machine(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a limit of its own a process is ended once little is left and it would give back a lot."""
    monkeypatch.setattr(memory, "available_bytes", lambda: (100e6, 4e9))
    with ModelProcess(settings, functions=SERVED) as process:
        assert process.call("echo", 1) == 1  # it is small: another program took the memory
        with pytest.raises(
            ModelProcessError, match=r"it held 0\.\d GB of memory, and 0\.1 GB were left on this"
        ):
            process.call("grow", SPEC)


def test_a_process_that_is_gone_has_no_shortage() -> None:
    """Nor has one of a system that does not tell."""
    assert MemoryWatch(2**22 + 1, 0).shortage() == ""


MEMINFO = "MemTotal:       1000 kB\nMemFree: 10 kB\nMemAvailable:    600 kB\n"
V2 = {"memory.max": "512000\n", "memory.current": "300000\n", "memory.stat": "anon 5\ninactive_file 100000\n"}
V1 = {
    "memory.limit_in_bytes": "409600\n",
    "memory.usage_in_bytes": "400000\n",
    "memory.stat": "inactive_file 1\ntotal_inactive_file 200\n",
}


@pytest.mark.parametrize(
    ("groups", "files", "expected"),
    [
        ("", {}, (614400, 1024000)),
        ("0::/a/b\n", {"a/b": V2}, (312000, 512000)),
        ("0::/a/b\n", {"a": V2}, (312000, 512000)),  # the group around its own
        ("0::/of/the/host\n", {"": V2}, (312000, 512000)),  # within a container
        ("0::/a\n", {"a": {**V2, "memory.max": "max\n"}}, (614400, 1024000)),
        ("5:cpu:/x\n4:cpu,memory:/a\n0::/\n", {"memory/a": V1}, (9800, 409600)),
    ],
)
def test_what_is_left_is_that_of_the_control_group_too(
    tmp_path: Path, groups: str, files: dict[str, dict[str, str]], expected: tuple[int, int]
) -> None:
    """Of both versions, its own or one around it; files that can be given up count as left."""
    proc, root = tmp_path / "proc", tmp_path / "cgroup"
    (proc / "self").mkdir(parents=True)
    (proc / "meminfo").write_text(MEMINFO)
    (proc / "self" / "cgroup").write_text(groups)
    for place, contents in files.items():
        (root / place).mkdir(parents=True, exist_ok=True)
        for name, text in contents.items():
            (root / place / name).write_text(text)
    assert available_bytes(proc, root) == expected


def test_a_system_that_does_not_tell_has_no_limit(tmp_path: Path) -> None:
    """Nothing is ended there for its memory."""
    assert available_bytes(tmp_path, tmp_path) == (math.inf, math.inf)


def test_time_that_this_process_was_stopped_is_no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that slept for an hour has not listened: it waits on."""
    now = [0.0]
    monkeypatch.setattr("ptmrank_core.features.process.pending.time.monotonic", lambda: now[0])
    call = PendingCall(SERVED["echo"], "m", lambda _: None, lambda _: None, lambda: False)
    now[0] = 0.5
    assert call.seconds_silent() == 0.5
    now[0] = 3600.5
    assert call.seconds_silent() == 1.5


def test_the_limit_reaches_the_worker(settings: Settings) -> None:
    """It is a setting of the run, whoever starts its process."""
    assert load_settings(child_environment(replace(settings, load_seconds=12.5))).load_seconds == 12.5


def test_panics_become_errors_of_the_model() -> None:
    """They are no exceptions of the usual kind; what ends the process is let through."""
    panic = type("PanicException", (BaseException,), {})
    with (
        pytest.raises(Exception, match="It fails: PanicException: called unwrap on a None") as caught,
        told_as("It fails", hint="Leave it."),
    ):
        raise panic("called unwrap on a None")
    assert type(caught.value).__name__ == "UnsupportedModelError"
    with pytest.raises(KeyboardInterrupt), told_as("It fails", hint="Leave it."):
        raise KeyboardInterrupt
    with (
        pytest.raises(Exception, match="the memory does not suffice") as memory_error,
        told_as("It", hint=""),
    ):
        raise MemoryError
    assert type(memory_error.value).__name__ == "OutOfMemoryError"
