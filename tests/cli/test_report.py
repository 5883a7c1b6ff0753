"""The ``report`` command and ``rank --report``: a stored run as files, and the command that repeats it."""

from __future__ import annotations

import csv
import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ptmrank_core.cli import main
from ptmrank_core.config import Settings
from tests.benchmark.runs import stored_plan
from tests.cli.test_cli import rank, run_here
from tests.ready_made import save_features

FILES = {"ranking", "agreement", "missing"}


def scores(payload: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Values by model and metric."""
    return {
        model: {metric: score["value"] for metric, score in own["scores"].items()}
        for model, own in payload["models"].items()
    }


def repeated(payload: dict[str, Any]) -> dict[str, Any]:
    """Run the command of a result, from a shell's words, and return its JSON."""
    words = shlex.split(payload["command"])
    assert words[0] == "ptmrank"
    done = run_here(*words[1:], "--json")
    assert done.returncode == 0, done.stderr
    again: dict[str, Any] = json.loads(done.stdout)
    return again


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a ``PTMRANK_HOME`` that the tests of this file share."""
    folder = tmp_path_factory.mktemp("report")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PTMRANK_HOME", str(folder / "home"))
        yield folder


@pytest.fixture(scope="module")
def ranked(place: Path, picture_zip: Path, zoo: Path) -> dict[str, Any]:
    """A run in the store, and its JSON also in ``out/result.json``."""
    odd = place / 'it\'s; "odd" $HOME'
    odd.mkdir()
    samples = odd / picture_zip.name
    samples.write_bytes(picture_zip.read_bytes())
    return rank(samples, zoo, "--out", str(place / "out"), "--dtype", "float32", "--seed", "5")


def test_the_command_of_a_result_repeats_it(ranked: dict[str, Any]) -> None:
    """Running it gives the same scores, order and seed; so does the command that the second run gives."""
    again = repeated(ranked)
    assert scores(again) == scores(ranked)
    assert again["ranking"] == ranked["ranking"]
    assert again["command"] == ranked["command"]
    assert again["run"] != ranked["run"]


@pytest.mark.usefixtures("place")
def test_the_command_of_ready_made_features_repeats_them(tmp_path: Path) -> None:
    """A folder of features has a command of its own form."""
    for name, strength in (("strong", 3.0), ("weak", 0.5)):
        save_features(tmp_path / "my features" / f"{name}.npz", strength)
    named = ("rank", "--features", str(tmp_path / "my features"), "--metrics", "logme,hscore")
    done = run_here(*named, "--no-projections", "--json")
    payload = json.loads(done.stdout)
    assert scores(repeated(payload)) == scores(payload)


def test_a_stored_run_becomes_files(
    ranked: dict[str, Any], place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The beginning of its id and its result.json name the run; all formats by default."""
    written = set()
    for index, named in enumerate((ranked["run"][:6], str(place / "out" / "result.json"))):
        out = tmp_path / f"report-{index}"
        assert main(["report", named, "--out", str(out)]) == 0
        names = {path.name for path in out.iterdir()}
        assert {Path(line).name for line in capsys.readouterr().out.splitlines()} == names
        assert names >= {"report.html", "tables.json", "tables.md", "tables.tex"}
        assert names >= {f"{name}.{end}" for name in FILES for end in ("csv", "parquet")}
        written.add((out / "report.html").read_bytes())
    assert len(written) == 1
    with (tmp_path / "report-0" / "ranking.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["model"]: row for row in csv.DictReader(file)}
    probed = [row["title"] for row in ranked["references"].values() if not row["left_out"]]
    assert list(rows) == [*ranked["ranking"]["order"], *probed]
    for model, own in scores(ranked).items():
        for metric, value in own.items():
            assert float(rows[model][metric]) == value
    assert rows["vit-headless"]["leep"] == ""
    page = (tmp_path / "report-0" / "report.html").read_text(encoding="utf-8")
    assert 'id="embeddings"' in page
    assert ranked["ranking"]["order"][0] in page


def test_rank_reports_in_one_step(picture_zip: Path, zoo: Path, place: Path, tmp_path: Path) -> None:
    """``rank --report DIR`` writes the files too; standard output is the JSON alone."""
    assert place.is_dir()
    payload = rank(picture_zip, zoo, "--quick", "--report", str(tmp_path / "r"))
    tables = json.loads((tmp_path / "r" / "tables.json").read_text(encoding="utf-8"))
    assert tables["run"] == payload["run"]
    assert tables["command"] == payload["command"]
    assert main(["report", "latest", "--out", str(tmp_path / "s"), "--format", "json"]) == 0
    assert [path.name for path in (tmp_path / "s").iterdir()] == ["tables.json"]
    assert (tmp_path / "s" / "tables.json").read_bytes() == (tmp_path / "r" / "tables.json").read_bytes()


def test_the_report_does_without_samples_that_are_gone(
    ranked: dict[str, Any], place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Samples that went away cost the embedding view, and that is told."""
    samples = next(place.glob("it*/*.zip"))
    moved = samples.rename(samples.with_suffix(".away"))
    try:
        assert main(["report", ranked["run"], "--out", str(tmp_path / "r"), "--format", "html"]) == 0
    finally:
        moved.rename(samples)
    assert "note: the report has no embedding view" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "r").iterdir()] == ["report.html"]
    assert 'id="embeddings"' not in (tmp_path / "r" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["zz", "--out", "none"], "Unknown run 'zz'"),
        (["", "--out", "none"], "Unknown run ''"),
        (["latest", "--out", "none", "--format", "cvs"], "Did you mean 'csv'"),
        (["latest", "--out", "file/r"], "cannot be written"),
        (["list.json", "--out", "none"], "is no result of a run"),
    ],
)
def test_bad_input_writes_nothing(
    ranked: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
) -> None:
    """A run or format that is not there, a folder that cannot be made, a file that is no result: exit 2."""
    assert ranked
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("x", encoding="utf-8")
    Path("list.json").write_text("[]", encoding="utf-8")
    assert main(["report", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert not Path("none").exists()


@pytest.mark.usefixtures("ranked")
def test_where_one_file_cannot_be_written_none_is(tmp_path: Path) -> None:
    """What was there stays as it was, and no part of a file is left."""
    (tmp_path / "tables.tex").mkdir()
    (tmp_path / "tables.md").write_text("mine", encoding="utf-8")
    assert main(["report", "latest", "--out", str(tmp_path), "--format", "md,latex"]) == 2
    assert (tmp_path / "tables.md").read_text(encoding="utf-8") == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"tables.md", "tables.tex"}


def test_a_beginning_that_fits_several_runs_is_told(
    settings: Settings, picture_zip: Path, zoo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of seventeen runs two share their first digit: that digit names neither."""
    runs = [stored_plan(settings, picture_zip, zoo).run_id for _ in range(17)]
    digit = next(run[0] for run in runs if sum(other[0] == run[0] for other in runs) > 1)
    assert main(["report", digit, "--out", str(settings.home / "none")]) == 2
    assert f"runs begin with {digit!r}; expected one" in capsys.readouterr().err
