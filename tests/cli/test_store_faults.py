"""Whatever is wrong with the home or the system, a command says one sentence; no traceback, nothing lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ptmrank_core import cli
from ptmrank_core.benchmark.store import connection
from ptmrank_core.config import Settings
from tests.benchmark.doctor.breaking import BROKEN, fill, overwrite, store_of
from tests.waiting import PATIENCE_SECONDS

NOBODY = 65534
COMMANDS = (["runs", "list"], ["runs", "show"], ["cache", "stats"], ["cache", "verify"], ["doctor"])


def said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Run a command in this process; return its status and both outputs."""
    status = cli.main(arguments)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def is_one_sentence(text: str) -> bool:
    """Whether an error was said in one line."""
    errors = [line for line in text.splitlines() if line.startswith("error: ")]
    return len(errors) == 1 and "Traceback" not in text


@pytest.mark.parametrize("kind", BROKEN)
def test_every_command_survives_a_broken_home(
    kind: str, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It does what it can, or says in one sentence what it cannot; `cache clear` works in any case."""
    fill(settings, tmp_path / "features")
    BROKEN[kind].do(settings)
    capsys.readouterr()
    for arguments in COMMANDS:
        status, out, err = said(arguments, capsys)
        assert status in {0, 1, 2}
        assert "Traceback" not in err
        assert (status == 0) or arguments == ["doctor"] or is_one_sentence(err), (arguments, out, err)
    status, out, err = said(["cache", "clear"], capsys)
    if kind != "home-is-a-file":
        assert (status, "removed" in out) == (0, True), err


def lock(settings: Settings) -> Callable[[], None]:
    """Lock the run store as another program would; return what lets it go."""
    db = sqlite3.connect(settings.runs_dir / "runs.sqlite", isolation_level=None)
    db.execute("BEGIN EXCLUSIVE")
    return db.close


def test_a_locked_store_is_named(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the time to wait, the message says who has to be waited for; later it works again."""
    run = fill(settings, tmp_path / "features")
    monkeypatch.setattr(connection, "SECONDS_TO_WAIT", 0.1)
    release = lock(settings)
    status, _, err = said(["runs", "delete", run, "--yes"], capsys)
    release()
    assert status == 1
    assert "The run store cannot be used: another process keeps it locked" in err
    assert is_one_sentence(err)
    assert said(["runs", "delete", run, "--yes"], capsys)[0] == 0


@pytest.mark.parametrize("code", ["FULL", "IOERR", "READONLY"])
def test_a_full_or_failing_disk_is_named(
    code: str, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A write that the disk refuses is one sentence, and what was stored before is unchanged."""
    run = fill(settings, tmp_path / "features")
    words = {"FULL": "no room left", "IOERR": "disk I/O error", "READONLY": "can only be read"}

    class Refusing(sqlite3.Connection):
        def execute(self, query: str, *rest: object) -> sqlite3.Cursor:
            if query.startswith("DELETE"):
                error = sqlite3.OperationalError("disk I/O error")
                error.sqlite_errorname = f"SQLITE_{code}"
                raise error
            return super().execute(query, *rest)

    real = sqlite3.connect
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection.sqlite3, "connect", lambda *a, **k: real(*a, **{**k, "factory": Refusing}))
        status, _, err = said(["runs", "delete", run, "--yes"], capsys)
    assert (status, is_one_sentence(err)) == (1, True)
    assert words[code] in err
    assert said(["runs", "show", run], capsys)[0] == 0


def python(code: str, home: Path, **how: object) -> subprocess.CompletedProcess[str]:
    """Run Python code with a home in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PTMRANK_HOME": str(home)},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
        **how,
    )


LIST = "import sys; from ptmrank_core import cli; sys.exit(cli.main(['metrics']))"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, which Linux has")
def test_a_full_output_is_named(home: Path) -> None:
    """What cannot be printed ends with status 1 and the reason, and Python adds nothing to it."""
    with Path("/dev/full").open("w") as full:
        done = python(LIST, home, stdout=full)
    assert done.returncode == 1
    assert done.stderr.startswith("error: The result cannot be written to standard output: no space left")
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="descriptors are closed as POSIX has it")
def test_closed_outputs_are_borne(home: Path) -> None:
    """Without standard output the reason is said; without both there is the status alone."""
    closed = f"import os; os.close(1); os.execv({sys.executable!r}, [{sys.executable!r}, '-c', {LIST!r}])"
    done = python(closed, home)
    assert done.returncode == 1
    assert done.stderr.startswith("error: The result cannot be written to standard output: it is closed.")
    assert python(f"import os; os.close(2); {closed}", home).returncode == 1


def test_a_reader_that_has_seen_enough_is_no_fault(home: Path) -> None:
    """`| head` ends a command without a word."""
    reader, writer = os.pipe()
    os.close(reader)
    done = python(LIST, home, stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps the folder of a process")
def test_a_folder_that_is_gone_is_named(home: Path, tmp_path: Path) -> None:
    """Whoever starts in a folder that was deleted is told so; what needs none works."""
    gone = str(tmp_path / "gone")
    begin = f"import os; os.mkdir({gone!r}); os.chdir({gone!r}); os.rmdir({gone!r}); import sys; "
    run = "from ptmrank_core import cli; sys.exit(cli.main({}))"
    assert python(begin + run.format(["runs", "list"]), home, stdout=subprocess.DEVNULL).returncode == 0
    rank = ["rank", "--task", "image-classification", "--samples", "x.zip", "--models", "demo"]
    done = python(begin + run.format(rank), home)
    assert done.returncode in {1, 2}
    assert is_one_sentence(done.stderr)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("arguments", [["runs", "list"], ["cache", "stats"], ["doctor"]])
def test_somebody_elses_home_is_named(settings: Settings, tmp_path: Path, arguments: list[str]) -> None:
    """A user who may not read the home is told so."""
    fill(settings, tmp_path / "features")
    settings.home.chmod(0o700)
    code = (
        "import importlib.metadata, os, sys; from ptmrank_core import cli; "
        # Imports what it needs while it may read it.
        "import subprocess; cli._parser(); importlib.metadata.version('numpy'); "
        f"os.setgid({NOBODY}); os.setuid({NOBODY}); sys.exit(cli.main({arguments}))"
    )
    done = python(code, settings.home, stdout=subprocess.PIPE)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "permission" in (done.stderr + done.stdout).lower()


def test_our_own_faults_stay_tracebacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what the system refuses is said in a sentence: an error of the program is not hidden."""

    def fail(_: object) -> int:
        raise TypeError("a fault of ours")

    monkeypatch.setattr("ptmrank_core.cli.metrics._metrics", fail)
    with pytest.raises(TypeError, match="a fault of ours"):
        cli.main(["metrics"])


def test_a_wrong_query_of_ours_is_no_fault_of_the_store(settings: Settings) -> None:
    """SQL that is wrong is not told as a damaged file."""
    database = connection.Database(settings.runs_dir / "runs.sqlite")
    with pytest.raises(sqlite3.OperationalError, match="syntax error"):
        list(database.rows("SELEKT 1"))


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device", "/x/y"), MemoryError(), RecursionError()]
)
def test_what_nothing_has_foreseen_is_one_sentence_with_details(
    error: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The traceback is in a file that the message names."""

    def fail(_: object) -> int:
        raise error

    monkeypatch.setattr("ptmrank_core.cli.metrics._metrics", fail)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    status, _, err = said(["metrics"], capsys)
    assert (status, is_one_sentence(err)) == (1, True)
    details = Path(err.rsplit("Details: ", 1)[1].strip().rstrip("."))
    assert details.is_relative_to(tmp_path)
    assert "Traceback" in details.read_text(encoding="utf-8")


def test_a_damaged_page_costs_its_own_rows_alone(settings: Settings, tmp_path: Path) -> None:
    """Of a store with many runs, all but those on the damaged page are recovered, and the file is kept."""
    fill(settings, tmp_path / "features")
    path = settings.runs_dir / "runs.sqlite"
    with closing(sqlite3.connect(path)) as db, db:
        columns = "created_at, state, plan, samples, environment, error, seconds, cancel"
        copy = f"INSERT INTO runs (run_id, {columns}) SELECT 'run' || ?, {columns} FROM runs LIMIT 1"  # noqa: S608
        db.executemany(copy, [(number,) for number in range(300)])
    store_of(settings)
    overwrite(path, path.stat().st_size // 2 // 4096 * 4096, b"\xff" * 4096)
    damaged = path.read_bytes()
    assert cli.main(["doctor", "--mend"]) in {0, 1}
    [aside] = settings.runs_dir.glob("runs.sqlite-damaged-*")
    assert aside.read_bytes() == damaged
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT COUNT(*) FROM runs").fetchone()[0] > 250
