"""Odd values of environment variables are refused in one sentence; nothing is looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptmrank_core import cli
from ptmrank_core.config import load_settings
from ptmrank_core.errors import InputError

NUMBERS = (
    "PTMRANK_CACHE_GB",
    "PTMRANK_LOAD_SECONDS",
    "PTMRANK_OWNER_GB",
    "PTMRANK_OWNER_UPLOADS",
    "PTMRANK_OWNER_RUNS",
    "PTMRANK_KEEP_DAYS",
)
ODD = (
    "inf",
    "-inf",
    "nan",
    "1e400",
    "1e300",
    "0x10",
    "\u0663",
    "\uff11\uff12",
    "1_000",
    "-5",
    "0",
    "5 GB",
    "1,5",
    "--",
    "9" * 400,
)


@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("name", NUMBERS)
def test_an_odd_number_is_refused(name: str, value: str) -> None:
    """The message has the variable, its value and what was expected; a tiny share of nothing is odd too."""
    with pytest.raises(InputError) as caught:
        load_settings({name: value})
    assert caught.value.message.startswith(f"{name} is {value!r}; expected a number from ")


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", ["", "1", "7.0", "+3", "2e1"])
def test_a_plain_number_is_taken(name: str, value: str, tmp_path: Path) -> None:
    """An empty variable is as good as none, and every spelling of a number is one."""
    assert load_settings({name: value, "PTMRANK_HOME": str(tmp_path)}).home == tmp_path


def odd_paths(folder: Path) -> dict[str, str]:
    """Paths that no folder can have."""
    (folder / "loop").symlink_to(folder / "loop")
    return {
        "no-such-user": "~nosuchuser/home",
        "loop": str(folder / "loop" / "home"),
        "not-utf-8": f"{folder}/caf\udce9",
        "nul": f"{folder}/a\0b",
    }


@pytest.mark.parametrize("name", ["PTMRANK_HOME", "PTMRANK_MODELS", "PTMRANK_PEATMOSS"])
@pytest.mark.parametrize("odd", ["no-such-user", "loop", "not-utf-8", "nul"])
def test_an_odd_path_is_refused(name: str, odd: str, tmp_path: Path) -> None:
    """The variable and the path are named, in characters that a terminal can show."""
    with pytest.raises(InputError) as caught:
        load_settings({name: odd_paths(tmp_path)[odd], "HOME": str(tmp_path)})
    assert caught.value.message.startswith(f"{name} is ")
    assert caught.value.message.isprintable()
    assert caught.value.hint


def test_a_user_without_a_home_is_told_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system knows no folder of the user's, the variable is asked for."""

    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", no_home)
    with pytest.raises(InputError, match="This user has no home folder, and PTMRANK_HOME is not set"):
        load_settings({})


def test_a_relative_data_folder_is_ignored(tmp_path: Path) -> None:
    """XDG_DATA_HOME counts only as an absolute path, as its specification says."""
    assert load_settings({"XDG_DATA_HOME": "data"}).home.is_absolute()
    assert load_settings({"XDG_DATA_HOME": str(tmp_path)}).home.is_relative_to(tmp_path)


def test_the_command_line_says_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2, one line on standard error, nothing on standard output."""
    monkeypatch.setenv("PTMRANK_CACHE_GB", "inf")
    assert cli.main(["runs", "list"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert (
        captured.err == "error: PTMRANK_CACHE_GB is 'inf'; expected a number from 1e-06 to 1,000,000,000.\n"
    )
