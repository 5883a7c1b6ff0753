"""The model process: calls, samples, events, errors, cancellation, deaths, and what is left of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ptmrank_core.config import Settings
from ptmrank_core.errors import (
    CancelledError,
    InputField,
    ModelProcessError,
    OutOfMemoryError,
    UnknownNameError,
)
from ptmrank_core.events import BatchDone, Event
from ptmrank_core.features import FeatureCache
from ptmrank_core.features.process import ModelCallsHere, ModelProcess, child, client
from ptmrank_core.features.process.carried import ForeignError
from ptmrank_core.records import ModelSpec, Samples
from tests.features.process.served import SERVED
from tests.pictures import picture_files
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("fresh_processes")

SPEC = ModelSpec("local:m", "local", "image")
needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks at processes in /proc")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The log of the process."""
    return tmp_path / "run.log"


@pytest.fixture
def process(settings: Settings, log: Path) -> Iterator[ModelProcess]:
    """A model process that serves the functions of these tests."""
    with ModelProcess(settings, log=log, functions=SERVED) as own:
        yield own


def is_alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def test_one_child_serves_all_calls_and_ends_with_its_owner(settings: Settings) -> None:
    """The first call starts it, in a session of its own; it is gone and reaped in the end."""
    with ModelProcess(settings, functions=SERVED) as process:
        assert process.pid is None
        pid, parent, session = process.call("who")
        assert (process.pid, parent) == (pid, os.getpid())
        assert pid == session != os.getsid(0)
        assert process.call("who") == (pid, parent, session)
    assert process.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)  # a zombie would still be there
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def test_a_child_that_was_started_ahead_serves_the_calls(
    settings: Settings, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has imported before it is asked, and prints to the log that it is told of when its run is known."""
    monkeypatch.setattr(client, "AHEAD", ("wave",))
    with ModelProcess(settings, log=log, functions=SERVED) as process:
        process.start_ahead()
        pid = process.pid
        process.start_ahead()
        assert process.call("who")[0] == process.pid == pid
        assert "wave" in process.call("modules")
    early = child.Child(settings, SERVED, None, ahead=client.AHEAD)
    with ModelProcess(settings, log=log, functions=SERVED, child=early) as process:
        assert process.call("who")[0] == early.pid
        assert process.call("noisy", 1) == 0
    assert "a foreign print" in log.read_text()


def test_a_child_that_died_while_it_waited_is_no_fault_of_the_next_model(
    process: ModelProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is replaced, whether it had served a call or none, and even while it is still dying."""
    monkeypatch.setattr(client, "AHEAD", ())
    process.start_ahead()
    for is_gone in (False, True, False):
        pid = process.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        if is_gone:
            wait_until(lambda pid=pid: not is_alive(pid))  # type: ignore[misc]
        assert process.call("who")[0] != pid


def test_arguments_and_results_come_through_as_they_were(process: ModelProcess) -> None:
    """Records, arrays and large bytes; a read-only array is read-only again."""
    thing = {"spec": SPEC, "rows": np.arange(5), "bytes": b"x" * 3_000_000, "path": Path("a")}
    back = process.call("echo", thing)
    assert back["rows"].tolist() == [0, 1, 2, 3, 4]
    assert {**back, "rows": 0} == {**thing, "rows": 0}
    zeros = process.call("zeros", 1000)
    assert zeros.shape == (1000, 8)
    assert not zeros.flags.writeable


def test_a_name_that_is_not_in_the_table_is_refused(process: ModelProcess) -> None:
    """Nothing is started for it."""
    with pytest.raises(UnknownNameError, match="Unknown function of the model process 'ech'"):
        process.call("ech")
    assert process.pid is None


def test_samples_are_sent_once(
    process: ModelProcess, samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each call with the same samples, in a record too, refers to those that the child holds."""
    sizes: list[int] = []
    write = child.write_frame

    def measure(pipe: object, frame: child.Frame) -> None:
        sizes.append(sum(len(part) for part in frame.parts))
        write(pipe, frame)  # type: ignore[arg-type]

    monkeypatch.setattr(child, "write_frame", measure)
    whole = sum(len(data) for data in picture_files().values())
    expected = sum(np.asarray(item.decode()).size for item in samples.items)
    assert process.call("first_pixels", samples) == expected
    first = process.call("same_samples", samples)
    sizes.clear()
    for _ in range(5):
        assert process.call("same_samples", samples=samples) == first
    assert sum(sizes) < 2000 < whole
    assert process.call("same_samples", samples.take(np.arange(4))) != first


def test_a_child_holds_a_few_sets_of_samples(process: ModelProcess, samples: Samples) -> None:
    """Sets that were not asked for lately are forgotten, and sent again when they are."""
    for i in range(2, 2 + child.MAX_HELD + 3):
        process.call("same_samples", samples.take(np.arange(i)))
    few = samples.take(np.arange(2))
    assert process.call("first_pixels", few) == sum(np.asarray(i.decode()).size for i in few.items)


def test_what_it_reports_comes_live(process: ModelProcess) -> None:
    """Events and progress arrive in their order, while the function runs."""
    heard: list[object] = []
    process.call("report", sink=heard.append, on_progress=heard.append)
    assert heard == [e for i in range(3) for e in (BatchDone("m", i, 3), i / 3)]
    is_over = threading.Event()

    def listen(event: Event) -> None:
        assert not is_over.is_set()
        heard.append(event)

    with pytest.raises(CancelledError):
        process.call("wait", 60.0, sink=listen, cancel=lambda: len(heard) > 6)
    is_over.set()


def test_foreign_prints_go_to_the_log(process: ModelProcess, log: Path) -> None:
    """Whatever is printed, past Python and by processes that the child starts, no frame is harmed."""
    assert process.call("noisy", 10_000) == 0
    text = log.read_text()
    assert text.count("past Python") == 10_000
    assert {"a foreign print", "an error", "a child of the child"} <= set(text.splitlines())


def test_our_errors_come_back_as_themselves(process: ModelProcess) -> None:
    """Class, message, hint and fields; the child goes on."""
    with pytest.raises(OutOfMemoryError) as memory:
        process.call("raise_ours", "memory")
    assert (memory.value.message, memory.value.hint) == ("No room.", "Buy some.")
    assert memory.value.fields == (InputField.DEVICE,)
    pid = process.pid
    with pytest.raises(UnknownNameError, match=r"Unknown metric 'lgme'\. Did you mean 'logme'"):
        process.call("raise_ours", "name")
    assert process.pid == pid


def test_other_exceptions_come_back_under_their_name(process: ModelProcess) -> None:
    """A panic of foreign code is an exception here; message and traceback are kept."""
    with pytest.raises(ForeignError, match="called `Option::unwrap") as panic:
        process.call("raise_foreign", panics=True)
    assert type(panic.value).__name__ == "PanicException"
    assert "in raise_foreign" in str(panic.value.__cause__)
    with pytest.raises(LookupError, match="'weight'") as missing:
        process.call("raise_foreign", panics=False)
    assert type(missing.value).__name__ == "KeyError"
    assert process.call("echo", 1) == 1


FILES = "Check that its files are whole and that transformers is up to date, or leave this model out."
MEMORY = "Close other programs, choose a smaller batch or half precision, or leave this model out."
KILLED = "it was killed (SIGKILL), most likely because the machine's memory ran out."
BAD_ALLOC = "it aborted (SIGABRT). The last line of its log: terminate called: std::bad_alloc"


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(
    ("how", "stage", "death", "hint"),
    [
        ("exit", "tested", "it exited with status 3.", FILES),
        ("load", "loaded", KILLED, MEMORY),
        ("kill", "tested", KILLED, MEMORY),
        ("abort", "tested", BAD_ALLOC, MEMORY),
        ("SIGSEGV", "tested", "it crashed (SIGSEGV).", FILES),
        ("SIGTERM", "tested", "it was ended by SIGTERM.", FILES),
    ],
)
def test_a_death_says_which_model_and_how(
    process: ModelProcess, how: str, stage: str, death: str, hint: str
) -> None:
    """Model, stage, kind of death, and what to do; the next call has a new child."""
    pid = process.call("who")[0]
    with pytest.raises(ModelProcessError) as error:
        process.call("die", SPEC, how)
    assert error.value.message == f"The process of 'local:m' died while it was being {stage}: {death}"
    assert error.value.hint == hint
    assert not is_alive(pid)
    assert process.call("who")[0] != pid


def test_a_child_that_closes_its_pipe_is_killed(
    process: ModelProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could not answer any more; nobody waits for it for good."""
    monkeypatch.setattr(child, "END_SECONDS", 0.3)
    pid = process.call("who")[0]
    with pytest.raises(ModelProcessError, match=r"closed its connection and was killed|exited with status 0"):
        process.call("die", SPEC, "pipe")
    assert not is_alive(pid)


def test_a_child_that_hangs_is_killed(settings: Settings, log: Path) -> None:
    """Where there is a limit, a child of which nothing is heard for so long is a failure of its model."""
    with ModelProcess(settings, log=log, hang_seconds=3, functions=SERVED) as process:
        pid = process.call("who")[0]
        with pytest.raises(ModelProcessError) as stalled:
            process.call("deaf", 600.0, sink=lambda _: os.kill(pid, signal.SIGSTOP))
        assert stalled.value.message == (
            "The model process was stopped while it was being tested: nothing was heard of it for 3 s."
        )
        assert not is_alive(pid)
        assert process.call("echo", 1) == 1


def test_cancellation_reaches_the_function(process: ModelProcess) -> None:
    """Its token says so within moments and it raises; the child serves on, and the next call is another."""
    pid, start = process.call("who")[0], time.monotonic()
    with pytest.raises(CancelledError):
        process.call("wait", 600.0, cancel=lambda: time.monotonic() > start + 0.5)
    assert process.call("wait", 0.1) == "done"
    assert process.pid == pid


def test_a_child_that_is_deaf_to_cancellation_is_killed(
    process: ModelProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a while without an answer it is killed, and the call is cancelled all the same."""
    monkeypatch.setattr(client, "CANCEL_SECONDS", 0.5)
    pid = process.call("who")[0]
    with pytest.raises(CancelledError):
        process.call("deaf", 600.0, cancel=lambda: True)
    assert not is_alive(pid)


def test_an_error_in_the_sink_stops_the_child(process: ModelProcess) -> None:
    """Ctrl-C or a full disk in the parent leave no child at work behind."""
    pid = process.call("who")[0]

    def interrupt(_event: Event) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        process.call("wait", 600.0, sink=interrupt)
    assert not is_alive(pid)


def test_the_cache_is_that_of_the_settings(process: ModelProcess, settings: Settings) -> None:
    """A function with a parameter for it gets the child's own; in this process, the one that is open here."""
    assert process.call("cached") == 0
    assert settings.features_dir.is_dir()
    with FeatureCache(settings) as cache:
        assert ModelCallsHere(cache, SERVED).call("cached") == 0


def test_torch_is_loaded_by_no_call_that_does_not_need_it(process: ModelProcess) -> None:
    """The child itself is light, and so is its parent."""
    assert not {"torch", "transformers", "sklearn"} & set(process.call("modules"))


SCRIPT = """
import os, signal, sys, time
from pathlib import Path
from ptmrank_core.config import load_settings
from ptmrank_core.features.process import ModelProcess
from tests.features.process.served import SERVED

signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background inherits its neglect
process = ModelProcess(load_settings(), functions=SERVED)
print(process.call("who")[0], flush=True)
process.call({call})
"""


def start_script(call: str) -> tuple[subprocess.Popen[str], int]:
    """Start a script without a guard of its main module, whose child is at work; its child's process id."""
    paths = os.pathsep.join(path for path in sys.path if path)
    script = subprocess.Popen(
        [sys.executable, "-c", SCRIPT.format(call=call)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": paths},
        start_new_session=True,
    )
    assert script.stdout is not None
    return script, int(script.stdout.readline())


@needs_proc
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_the_child_dies_with_its_parent(home: Path, sign: signal.Signals, tmp_path: Path) -> None:
    """However the parent ends, the child and the processes that it started end too."""
    del home
    script, pid = start_script(f"'start_sleeper', Path({str(tmp_path)!r})")
    wait_until(lambda: (tmp_path / "sleeper").exists() and (tmp_path / "sleeper").read_text() != "")
    sleeper = int((tmp_path / "sleeper").read_text())
    assert is_alive(sleeper)
    script.send_signal(sign)
    script.communicate()
    wait_until(lambda: not is_alive(pid))
    wait_until(lambda: not is_alive(sleeper))


@needs_proc
def test_ctrl_c_in_the_terminal_is_the_parents_to_decide(home: Path) -> None:
    """The signal goes to the group of the terminal: the child is not in it, and ends by its parent's hand."""
    del home
    script, pid = start_script("'deaf', 600.0")
    os.kill(pid, signal.SIGINT)  # as if it were in the group
    time.sleep(0.3)
    assert is_alive(pid)
    os.killpg(script.pid, signal.SIGINT)
    script.communicate()
    wait_until(lambda: not is_alive(pid))


@needs_proc
def test_nothing_is_left_on_the_disk(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child that is killed at work leaves no temporary file."""
    monkeypatch.setattr(client, "CANCEL_SECONDS", 0.5)
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    with ModelProcess(settings, functions=SERVED) as process:
        marks = tmp_path / "marks"
        marks.mkdir()
        with pytest.raises(CancelledError):
            process.call("start_sleeper", marks, cancel=(marks / "sleeper").exists)
    assert not list(folder.iterdir())


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("/bin/false", r"'local:m' died while it was being tested: it exited with status 1\."),
        ("/nowhere/python", r"'local:m' could not be started: .*No such file"),
    ],
)
def test_a_child_that_cannot_start_is_a_failure_of_the_model(
    settings: Settings, log: Path, monkeypatch: pytest.MonkeyPatch, program: str, message: str
) -> None:
    """Not a wait for good."""
    monkeypatch.setattr("sys.executable", program)
    with (
        ModelProcess(settings, log=log, functions=SERVED) as process,
        pytest.raises(ModelProcessError, match=message),
    ):
        process.call("die", SPEC, "exit")
