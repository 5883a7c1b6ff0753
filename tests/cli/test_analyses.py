"""Truth, controls and fine-tuning on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_cli import run_here
from tests.ready_made import save_features


@pytest.fixture
def features(tmp_path: Path) -> Path:
    """A folder of features of some models."""
    for name, strength in (("strong", 3.0), ("weak", 1.0), ("noise", 0.0)):
        save_features(tmp_path / "f" / f"{name}.npz", strength)
    return tmp_path / "f"


@pytest.mark.usefixtures("home")
def test_a_truth_is_held_against_the_metrics(features: Path, tmp_path: Path) -> None:
    """The evidence is in the JSON, with what is to be said of the file; other analyses can be asked for."""
    models = sorted(path.stem for path in features.glob("*.npz"))
    rows = [f"{model},{90 - i}" for i, model in enumerate(models)]
    table = tmp_path / "mine.csv"
    table.write_text("\n".join(["model,accuracy", *rows, "another,1"]), encoding="utf-8")
    common = ("rank", "--features", str(features), "--metrics", "logme", "--controls", "--sample-sizes")
    done = run_here(*common, "--truth", str(table), "--json")
    assert done.returncode == 0, done.stderr
    payload = json.loads(done.stdout)
    assert payload["evidence"]["imported"]["logme"]["n_models"] == len(models)
    assert payload["truths"]["imported"]["values"][models[0]] == pytest.approx(0.9)
    assert payload["truths"]["imported"]["unmatched"] == {"another": pytest.approx(0.01)}
    assert set(payload["controls"]["permuted"]["logme"]) == set(models)
    assert payload["references"] == {}
    assert "Ready-made features come without" in payload["controls"]["problems"]["plain"]
    assert set(payload["cost"]["models"]) == set(models)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--truth", "{tmp}/nowhere.csv"), "nowhere.csv"),
        (("--truth", "{tmp}/other.csv"), "'other'"),
        (("--fine-tune", "-1"), "--fine-tune is -1"),
        (("--fine-tune-seconds", "0"), "--fine-tune-seconds is 0"),
        (("--decide", "0"), "--decide is 0; expected a positive number of minutes"),
        (("--decide", "inf"), "--decide is inf; expected a positive number of minutes"),
        (("--decide", "soon"), "--decide: invalid number value: 'soon'"),
    ],
)
def test_bad_input_exits_2_and_writes_nothing(
    features: Path, tmp_path: Path, home: Path, more: tuple[str, ...], said: str
) -> None:
    """A wrong truth or number is told before a run is made."""
    (tmp_path / "other.csv").write_text("model,accuracy\nother,0.5\nthird,0.6\n", encoding="utf-8")
    filled = [text.format(tmp=tmp_path) for text in more]
    out = tmp_path / "out"
    done = run_here("rank", "--features", str(features), "--metrics", "logme", "--out", str(out), *filled)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()
    assert not (home / "runs").exists()


@pytest.mark.usefixtures("home")
def test_the_first_ranking_is_told_before_the_analyses(features: Path) -> None:
    """It stands on standard error with what it rests on, once; the report on standard output is whole."""
    done = run_here("rank", "--features", str(features), "--metrics", "logme")
    assert done.returncode == 0, done.stderr
    head = "first ranking, by the metrics alone; the analyses follow and may change it:\n"
    before, _, after = done.stderr.partition(head)
    assert before.index("[3/3]")
    lines = [line.split() for line in after.splitlines()]
    assert lines[0] == ["model", "rank", "logme", "seconds"]
    assert [line[:2] for line in lines[1:4]] == [["strong", "1"], ["weak", "2"], ["noise", "3"]]
    assert head not in done.stdout + after
    assert "strong" in done.stdout


@pytest.mark.usefixtures("home")
def test_a_quick_run_ends_with_the_first_ranking(features: Path) -> None:
    """There are scores and a ranking, no finding, and nothing that says that more follows."""
    done = run_here("rank", "--features", str(features), "--metrics", "logme", "--quick", "--json")
    assert done.returncode == 0, done.stderr
    payload = json.loads(done.stdout)
    assert payload["ranking"]["order"] == ["strong", "weak", "noise"]
    assert payload["references"] == {}
    text = run_here("rank", "--features", str(features), "--metrics", "logme", "--quick")
    assert "first ranking" not in text.stderr
    assert text.stdout.index("strong") < text.stdout.index("weak") < text.stdout.index("noise")


@pytest.mark.usefixtures("home")
def test_a_quick_run_is_asked_for_no_analysis(features: Path) -> None:
    """What contradicts it is named; what it does without anyway may be said."""
    common = ("rank", "--features", str(features), "--metrics", "logme", "--quick")
    refused = run_here(*common, "--controls", "--fine-tune", "2", "--no-probe")
    assert refused.returncode == 2
    assert "--quick does without analyses; --fine-tune, --controls came with it." in refused.stderr
    assert run_here(*common, "--no-probe", "--intervals", "0").returncode == 0
