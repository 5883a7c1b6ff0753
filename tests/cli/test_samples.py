"""The ``samples`` command: what was read, and the open question where there is one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ptmrank_core.cli import main
from ptmrank_core.cli.wording import say_question
from ptmrank_core.errors import ReadingOption, UnclearReadingError

TABLE = "text,label,note\n" + "".join(f"line number {i} of a text,{'ab'[i % 2]},x\n" for i in range(8))
KEYS = {
    "modality",
    "target_kind",
    "n",
    "classes",
    "parts",
    "roles",
    "notes",
    "warnings",
    "left_out",
}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of eight texts in two classes."""
    path = tmp_path / "t.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_the_report_is_json(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing but the report goes to standard output, with every key whether or not it is empty."""
    assert main(["samples", str(table), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert set(report) == KEYS
    assert report["classes"] == {"a": 4, "b": 4}
    assert (report["modality"], report["target_kind"], report["n"]) == ("text", "classification", 8)
    assert set(report["roles"]) == {"features", "text", "label", "group", "file", "ignored"}


def test_the_report_is_text(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first line has the classes with their counts."""
    assert main(["samples", str(table), "--label-column", "label"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "samples: 8 text samples in 2 classes: a (4), b (4)"


def test_samples_that_are_not_there_are_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    """The exit status of bad input, and the reason on standard error."""
    assert main(["samples", "/nowhere/at/all"]) == 2
    assert "There is no file or folder" in capsys.readouterr().err


def test_a_question_names_the_options_that_answer_it() -> None:
    """Each answer is what to type, what the samples are then, and how they look."""
    options = [
        ReadingOption("The outer folders are the classes: red (9), green (9).", {"class_folders": "outer"}),
        ReadingOption("Texts in Russian.", {"encoding": "koi8-r", "parts": ("train",)}, ("да", "нет")),
    ]
    error = UnclearReadingError("Two levels of folders could be the classes.", options)
    assert say_question(error).splitlines() == [
        "Two levels of folders could be the classes. Choose:",
        "  --class-folders outer",
        "      The outer folders are the classes: red (9), green (9).",
        "  --split train --encoding koi8-r",
        "      Texts in Russian.",
        "      | да",
        "      | нет",
    ]


def test_a_question_may_be_answered_by_another_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Configurations of a repository are places: what is printed can be typed."""
    for name in ("de", "en"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "train-00000-of-00001.csv").write_text(TABLE.replace("line", name))
    assert main(["samples", str(tmp_path)]) == 2
    asked = capsys.readouterr().err
    assert "has 2 configurations: 'de', 'en'. Choose:" in asked
    place = f"{tmp_path}:en"
    assert f"\n  {place}\n" in asked
    assert main(["samples", place, "--json"]) == 0
    notes = json.loads(capsys.readouterr().out)["notes"]
    assert notes[0] == "Read as a repository of the Hub, configuration 'en'."


def test_a_name_on_the_hub_is_told_from_a_path(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no such path, it is said how a dataset is named."""
    monkeypatch.chdir(home.parent)
    assert main(["samples", "org/reviews"]) == 2
    assert "For a dataset on the Hub write hf:org/reviews." in capsys.readouterr().err
    assert main(["samples", "hf:org/reviews"]) == 2
    assert "The Hub cannot be reached, and the dataset 'org/reviews' is not on this machine." in (
        capsys.readouterr().err
    )
