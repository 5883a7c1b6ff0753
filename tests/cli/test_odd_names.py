"""Tests of the command line on names that a terminal would obey, and that no text file can hold."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import numpy as np
import pytest

from ptmrank_core.cli import main

CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]")
NAMES = {"byte": "caf\udce9", "colour": "red\x1b[31m", "line": "a\rb", "turned": "a\u202eb"}


def features(folder: Path) -> Path:
    """Two files of features, one of an odd name, with labels of which one is half a surrogate pair."""
    folder.mkdir()
    rng, labels = np.random.default_rng(0), np.array(["\ud800", "b"] * 20)
    for name in (f"{folder.name}.npz", "other.npz"):
        np.savez(folder / name, embeddings=rng.normal(size=(40, 4)), labels=labels)
    return folder


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_run_on_odd_names_is_done_listed_repeated_and_deleted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Ranking, listing, reporting, replaying and deleting work, and print no control character."""
    folder, out = features(tmp_path / name), tmp_path / "out"
    words = ["rank", "--features", str(folder), "--metrics", "logme", "--out", str(out), "--report", str(out)]
    assert main(words) == 0
    assert main(["runs", "list"]) == 0
    assert main(["runs", "show"]) == 0
    assert main(["runs", "resume"]) == 0
    assert main(["replay", str(out / "card.json")]) == 0
    run = json.loads((out / "result.json").read_text(encoding="utf-8"))["run"]
    assert main(["runs", "delete", run, "--yes"]) == 0
    shown = capsys.readouterr()
    assert not CONTROL.search(shown.out + shown.err)
    for file in out.iterdir():
        assert os.fsencode(name) not in file.read_bytes(), file


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize(
    "words",
    [["samples"], ["replay"], ["score"], ["runs", "show"], ["report", "--out", "x"], ["samples", "x", "--y"]],
    ids=" ".join,
)
def test_what_is_not_there_is_named_without_control_characters(
    capsys: pytest.CaptureFixture[str], words: list[str], name: str
) -> None:
    """An argument that is echoed in an error, the parser's own too, is escaped."""
    words = [*words[:-1], words[-1] + name] if words[-1] == "--y" else [*words, name]
    try:
        status = main(words)
    except SystemExit as stopped:
        status = int(str(stopped.code))
    assert status in {1, 2}
    shown = capsys.readouterr()
    assert shown.err
    assert not CONTROL.search(shown.out + shown.err)
