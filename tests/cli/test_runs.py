"""``runs``: the history on the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ptmrank_core.benchmark import RunStore, log_file, run_here
from ptmrank_core.benchmark.scheduling.locks import hold_run, lock_device
from ptmrank_core.cli import main
from ptmrank_core.config import Settings
from ptmrank_core.records import Failure, RunState, Stage
from ptmrank_core.worker import SOURCES
from tests.benchmark.doctor.breaking import change
from tests.benchmark.runs import stored_features_plan, stored_plan
from tests.ready_made import save_features
from tests.waiting import PATIENCE_SECONDS


@pytest.fixture
def features(tmp_path: Path) -> Path:
    """Features of two models: a run of them needs no torch."""
    save_features(tmp_path / "f" / "strong.npz", 3.0)
    save_features(tmp_path / "f" / "weak.npz", 0.5)
    return tmp_path / "f"


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """What the command prints as JSON."""
    assert main(["runs", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_list_is_the_history(
    settings: Settings, features: Path, picture_zip: Path, zoo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Newest first, dead workers told, in JSON and in words."""
    done = stored_features_plan(settings, features).run_id
    run_here(done, settings, sources=SOURCES)
    dead = stored_plan(settings, picture_zip, zoo).run_id
    RunStore(settings).start(dead, "{}")
    first, second = answer(capsys, "list")["runs"]
    assert (first["run"], first["status"], first["can_resume"]) == (dead, "interrupted", True)
    assert (second["run"], second["status"], second["n_models"]) == (done, "finished", 2)
    assert second["size_bytes"] > 1000
    assert main(["runs", "list"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split()[:2] == ["run", "status"]
    assert [line.split()[:2] for line in lines] == [[dead[:8], "interrupted"], [done[:8], "finished"]]


@pytest.mark.parametrize(
    "damage", ["plan = '{\"task'", "samples = '17'", "created_at = x'00ff'"], ids=["plan", "samples", "date"]
)
def test_a_damaged_run_is_listed_without_what_is_unknown(
    settings: Settings, features: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its row has dashes where nobody knows what stood there, and it is deleted by its id."""
    run = stored_features_plan(settings, features).run_id
    RunStore(settings).finish(run, RunState.FINISHED, seconds=1.0)
    change(settings, f"UPDATE runs SET {damage}")  # noqa: S608 - our own text
    assert main(["runs", "list"]) == 0
    _, line = capsys.readouterr().out.splitlines()
    assert line.split()[:2] == [run[:8], "unreadable"]
    assert line.split().count("-") >= 1
    assert " of " not in line
    assert main(["runs", "delete", run[:8], "--yes"]) == 0
    assert RunStore(settings).outlines() == []


def test_a_run_is_resumed_here_and_its_result_printed(
    settings: Settings, features: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first characters of an id are enough; the answer is that of ``rank``."""
    run_id = stored_features_plan(settings, features).run_id
    payload = answer(capsys, "resume", run_id[:10])
    assert payload["ranking"]["order"] == ["strong", "weak"]
    assert RunStore(settings).state(run_id) is RunState.FINISHED
    assert answer(capsys, "resume") == payload


def test_what_failed_is_tried_again(
    settings: Settings, features: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``show`` names the failure, ``retry`` mends it, and a second one has nothing to do."""
    run_id = stored_features_plan(settings, features).run_id
    run_here(run_id, settings, sources=SOURCES)
    RunStore(settings).add_cell(run_id, Failure("weak", "logme", Stage.SCORE, "MetricError", "no value", ""))
    shown = answer(capsys, "show", run_id)
    assert [(cell["model"], cell["message"]) for cell in shown["failures"]] == [("weak", "no value")]
    assert main(["runs", "show", run_id]) == 0
    assert "weak under logme: no value" in capsys.readouterr().out
    assert "logme" in answer(capsys, "retry", run_id)["models"]["weak"]["scores"]
    assert main(["runs", "retry", run_id]) == 1
    assert "Nothing failed in run" in capsys.readouterr().err


def test_the_log_of_a_run_is_at_hand(
    settings: Settings, features: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``show --log`` prints what the worker wrote; a run in a terminal has none, which is told."""
    run_id = stored_features_plan(settings, features).run_id
    assert main(["runs", "show", run_id, "--log"]) == 1
    assert "has no log" in capsys.readouterr().err
    log_file(settings, run_id).write_text("something odd\n")
    assert main(["runs", "show", run_id, "--log"]) == 0
    assert capsys.readouterr().out == "something odd\n"


def test_a_run_is_cancelled(settings: Settings, features: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where no worker is running it at once, else at its next batch; a finished one cannot be."""
    run_id = stored_features_plan(settings, features).run_id
    with hold_run(settings, run_id):
        assert answer(capsys, "cancel", run_id)["status"] == "waiting"
        assert RunStore(settings).cancel_requested(run_id)
    assert answer(capsys, "cancel", run_id)["status"] == "cancelled"
    assert main(["runs", "cancel", run_id]) == 2
    assert "there is nothing to cancel" in capsys.readouterr().err


def test_nothing_is_deleted_unasked(
    settings: Settings,
    features: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without ``--yes`` a script is refused and a person asked; any answer but yes keeps the run."""
    run_id = stored_features_plan(settings, features).run_id
    store = RunStore(settings)
    assert main(["runs", "delete", run_id]) == 2
    assert "Pass --yes" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdin.readline", lambda: "\n", raising=False)
    assert main(["runs", "delete", run_id]) == 1
    assert store.plan(run_id)
    monkeypatch.setattr("sys.stdin.readline", lambda: "y\n", raising=False)
    assert main(["runs", "delete", run_id]) == 0
    assert store.outlines() == []
    capsys.readouterr()
    again = stored_features_plan(settings, features).run_id
    assert answer(capsys, "delete", again, "--yes")["freed_bytes"] > 0
    assert store.outlines() == []


@pytest.mark.parametrize("action", ["show", "resume", "retry", "cancel"])
def test_an_unknown_run_is_bad_input(
    settings: Settings, features: Path, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    """No run, a wrong id, and one that is not clear all say so and exit with 2."""
    del settings
    assert main(["runs", action]) == 2
    assert "There are no runs here" in capsys.readouterr().err
    home = Settings(home=Path(features.parent / "home"))
    for _ in range(2):
        stored_features_plan(home, features)
    ids = [outline.run_id for outline in RunStore(home).outlines()]
    assert main(["runs", action, "nope"]) == 2
    assert "There is no run 'nope' here" in capsys.readouterr().err
    same = 0
    while ids[0][: same + 1] == ids[1][: same + 1]:
        same += 1
    if same:
        assert main(["runs", action, ids[0][:same]]) == 2


def test_rank_says_that_it_waits(settings: Settings, features: Path) -> None:
    """In a terminal nobody wonders why nothing happens: it waits behind a run, then takes its turn."""
    other = stored_features_plan(settings, features).run_id
    release = lock_device(settings, "cpu")
    assert release is not None
    with hold_run(settings, other):
        RunStore(settings).queue(other, "cpu")
        RunStore(settings).start(other, "{}")
        command = [sys.executable, "-m", "ptmrank_core", "rank", "--features", str(features)]
        rank = subprocess.Popen(
            [*command, "--metrics", "logme", "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert rank.stderr is not None
        assert rank.stderr.readline().startswith("samples: ")  # what was read is told first
        assert any("waiting behind 1 other run" in line for line in rank.stderr)
        assert rank.poll() is None
        RunStore(settings).finish(other, RunState.FINISHED, seconds=0.0)
    release()
    out, _ = rank.communicate(timeout=PATIENCE_SECONDS)
    assert json.loads(out)["ranking"]["order"] == ["strong", "weak"]
