"""Replaying a run card: on the same machine, on another, and where something is not as it was."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ptmrank_core.benchmark import RunStore, run_card, run_here
from ptmrank_core.benchmarker import Benchmarker
from ptmrank_core.cli import main
from ptmrank_core.cli.replay import _replay
from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError
from ptmrank_core.examples import load_text_example
from ptmrank_core.models import Model
from ptmrank_core.records import Analyses
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan, stored_plan
from tests.checkpoints import save_checkpoint
from tests.loopback_hub import HubRepository, loopback_hub
from tests.pictures import picture_files, write_zip
from tests.ready_made import save_features

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def other_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another machine's ``PTMRANK_HOME``: nothing is cached there."""
    folder = home.with_name("other")
    monkeypatch.setenv("PTMRANK_HOME", str(folder))
    return folder


def write_card(path: Path, settings: Settings, run_id: str, **edits: Any) -> Path:
    """Do a stored run and write its card, some of its fields changed."""
    run_here(run_id, settings, sources=SOURCES)
    fields = run_card(RunStore(settings).result(run_id))
    path.write_text(json.dumps(fields | edits), encoding="utf-8")
    return path


def replay(
    card: Path, capsys: pytest.CaptureFixture[str], samples: Path | None = None
) -> tuple[int, dict[str, Any]]:
    """Replay a card in this process; return the exit status and the JSON."""
    capsys.readouterr()
    named = None if samples is None else str(samples)
    status = _replay(argparse.Namespace(card=card, samples=named, json=True))
    payload: dict[str, Any] = json.loads(capsys.readouterr().out)
    return status, payload


def verdicts(payload: dict[str, Any]) -> set[str]:
    """What became of the cells."""
    return {cell["verdict"] for cell in payload["cells"]}


def misses(home: Path, payload: dict[str, Any]) -> set[int]:
    """Samples that each model ran on in the replay."""
    result = RunStore(Settings(home=home)).result(payload["run"])
    return {outcome.report.cache_misses for outcome in result.outcomes.values()}


@pytest.fixture
def card(settings: Settings, picture_zip: Path, zoo: Path, tmp_path: Path) -> Path:
    """The card of a run of three checkpoints."""
    return write_card(tmp_path / "card.json", settings, stored_plan(settings, picture_zip, zoo).run_id)


def test_from_cached_features_the_scores_are_identical(
    card: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """To the last bit, without running a model."""
    status, payload = replay(card, capsys)
    assert (status, payload["equal"], verdicts(payload)) == (0, True, {"identical"})
    assert len(payload["cells"]) == 8  # the headless model has no LEEP, then as now
    assert misses(settings.home, payload) == {0}
    assert (payload["conditions"], payload["notes"]) == ([], [])


def test_recomputed_the_scores_are_equal(
    card: Path, other_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With nothing cached: to 1e-5 in float32 on the same machine."""
    status, payload = replay(card, capsys)
    assert (status, payload["rtol"]) == (0, 1e-5)
    assert verdicts(payload) <= {"identical", "equal"}
    assert misses(other_home, payload) == {18}
    for cell in payload["cells"]:
        assert cell["here"] == pytest.approx(cell["card"], rel=1e-5)


@pytest.mark.usefixtures("other_home")
def test_the_replay_has_the_options_as_they_came_out(
    card: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the card's run was asked for as auto is what it came to there, batch sizes included."""
    fields = json.loads(card.read_text(encoding="utf-8"))
    fields["plan"]["options"] |= {"dtype": "auto", "device": "auto", "batch_size": None}
    fields["conditions"]["convnext-a"]["report"]["batch_size"] = 7
    card.write_text(json.dumps(fields), encoding="utf-8")
    status, payload = replay(card, capsys)
    result = RunStore(Settings(home=tmp_path / "other")).result(payload["run"])
    options = result.plan.options
    assert (options.dtype, options.device, options.batch_size) == ("float32", "cpu", None)
    assert options.found_sizes == {"convnext-a": 7, "resnet-b": 4, "vit-headless": 4}
    sizes = {model: outcome.report.batch_size for model, outcome in result.outcomes.items()}
    assert sizes == options.found_sizes
    assert (status, payload["conditions"]) == (0, [])


def test_a_device_that_is_not_here_is_told(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The run is done on the device that there is."""
    fields = json.loads(card.read_text(encoding="utf-8"))
    for conditions in fields["conditions"].values():
        conditions["report"]["device"] = "cuda:99"
    card.write_text(json.dumps(fields), encoding="utf-8")
    status, payload = replay(card, capsys)
    assert payload["notes"] == ["The card's device, cuda:99, is not available on this machine."]
    assert (status, verdicts(payload)) == (0, {"identical"})
    for conditions in fields["conditions"].values():
        conditions["report"]["dtype"] = "float8"
    card.write_text(json.dumps(fields), encoding="utf-8")
    with pytest.raises(InputError, match=r"card\.plan\.options: Unknown dtype 'float8'"):
        replay(card, capsys)


def test_samples_that_moved_have_to_be_named(
    settings: Settings, zoo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is planned before; at their new place they are the same samples."""
    there = write_zip(tmp_path / "there.zip", picture_files())
    card = write_card(tmp_path / "card.json", settings, stored_plan(settings, there, zoo).run_id)
    here = there.rename(tmp_path / "here.zip")
    n_runs = len(RunStore(settings).recent())
    with pytest.raises(InputError, match="The card's samples cannot be had") as caught:
        replay(card, capsys)
    assert "--samples" in caught.value.hint
    assert len(RunStore(settings).recent()) == n_runs
    status, payload = replay(card, capsys, here)
    assert (status, verdicts(payload), payload["conditions"]) == (0, {"identical"}, [])


def test_other_samples_are_told_and_make_a_difference(
    card: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By fingerprint and number; the exit status is 1."""
    others = write_zip(tmp_path / "others.zip", picture_files(5))
    status, payload = replay(card, capsys, others)
    told = {one["name"]: (one["card"], one["here"]) for one in payload["conditions"]}
    assert (status, payload["equal"]) == (1, False)
    assert "differs" in verdicts(payload)
    assert told["number of samples"] == ("18", "15")
    assert "samples" in told


def test_a_model_that_changed_or_went_away_is_told(
    settings: Settings, zoo: Path, picture_zip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One with other weights by its revision, one that is gone by the reason of its missing cells."""
    own = shutil.copytree(zoo, tmp_path / "zoo")
    card = write_card(tmp_path / "card.json", settings, stored_plan(settings, picture_zip, own).run_id)
    save_checkpoint(own / "convnext-a", "convnext", seed=9)
    shutil.rmtree(own / "resnet-b")
    status, payload = replay(card, capsys)
    by_model: dict[str, set[str]] = {}
    for cell in payload["cells"]:
        by_model.setdefault(cell["model"], set()).add(cell["verdict"])
    assert status == 1
    assert by_model == {"convnext-a": {"differs"}, "resnet-b": {"missing"}, "vit-headless": {"identical"}}
    assert [one["name"] for one in payload["conditions"]] == ["revision of convnext-a"]
    missing = next(cell["reason"] for cell in payload["cells"] if cell["model"] == "resnet-b")
    assert "does not exist any more" in missing


def test_a_metric_that_cannot_be_had_is_left_out(
    settings: Settings, zoo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One whose reference set is gone, one that a newer version knows: the others are replayed."""
    pictures = write_zip(tmp_path / "pictures.zip", picture_files())
    reference = write_zip(tmp_path / "reference.zip", picture_files(4, first=20))
    plan = stored_plan(settings, pictures, zoo, metrics=("logme", "ped"))
    card = write_card(tmp_path / "card.json", settings, plan.run_id)
    fields = json.loads(card.read_text(encoding="utf-8"))
    fields["plan"]["reference_source"] = str(reference)
    fields["plan"]["metrics"].append("ouija")
    reference.unlink()
    card.write_text(json.dumps(fields), encoding="utf-8")
    status, payload = replay(card, capsys)
    assert status == 1
    assert {(cell["metric"], cell["verdict"]) for cell in payload["cells"]} == {
        ("logme", "identical"),
        ("ped", "missing"),
    }
    assert payload["notes"][0] == "This version of PTMRank has no metric ouija."
    assert payload["notes"][1].startswith("ped cannot be computed on this machine: ")


def test_layers_are_replayed_too(
    settings: Settings, zoo: Path, picture_zip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each hidden layer has cells of its own."""
    plan = stored_plan(settings, picture_zip, zoo, metrics=("logme",))
    fields = run_card(RunStore(settings).result(plan.run_id))
    fields["plan"]["options"]["layers"] = True
    card = tmp_path / "card.json"
    card.write_text(json.dumps(fields), encoding="utf-8")
    _, first = replay(card, capsys)
    assert verdicts(first) == {"new"}  # the card is of a run that was never done
    card.write_text(json.dumps(run_card(RunStore(settings).result(first["run"]))), encoding="utf-8")
    status, payload = replay(card, capsys)
    assert (status, verdicts(payload)) == (0, {"identical"})
    assert {cell["layer"] for cell in payload["cells"] if cell["model"] == "vit-headless"} == {None, 0, 1}


def test_ready_made_features_are_read_again(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From where they were; where they moved, from the folder named."""
    folder = tmp_path / "features"
    folder.mkdir()
    save_features(folder / "one.npz", seed=1)
    save_features(folder / "two.npz", seed=2)
    card = write_card(tmp_path / "card.json", settings, stored_features_plan(settings, folder).run_id)
    status, payload = replay(card, capsys)
    assert (status, verdicts(payload)) == (0, {"identical"})
    moved = folder.rename(tmp_path / "moved")
    with pytest.raises(InputError, match="cannot be had"):
        replay(card, capsys)
    status, payload = replay(card, capsys, moved)
    assert (status, verdicts(payload)) == (0, {"identical"})


def lengths(texts: list[str]) -> np.ndarray:
    """A function of two features of a text."""
    return np.array([[len(text), text.count("a")] for text in texts], dtype=float)


def test_what_lives_in_a_script_needs_its_cache(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A function with a version is replayed from its cached features; elsewhere it is missing, by name."""
    pairs = [(f"{'a' * (i % 5)} text {i}", i % 2) for i in range(12)]
    samples = load_text_example(pairs)
    models = [
        Model("kept", embedding_function=lengths, version="1"),
        Model("array", embeddings=lengths([text for text, _ in pairs])),
    ]
    benchmarker = Benchmarker(models, settings.home, logme=True, analyses=Analyses(0, probe=False))
    card = tmp_path / "card.json"
    card.write_text(json.dumps(benchmarker("text-classification", samples).card()), encoding="utf-8")
    with pytest.raises(InputError, match="The samples of the card were in the memory of a script") as caught:
        replay(card, capsys)
    assert "--samples" in caught.value.hint
    table = tmp_path / "texts.csv"
    table.write_text("text,label\n" + "".join(f"{text},{label}\n" for text, label in pairs), encoding="utf-8")
    status, payload = replay(card, capsys, table)
    assert {cell["model"]: cell["verdict"] for cell in payload["cells"]} == {
        "kept": "identical",
        "array": "missing",
    }
    reasons = {cell["model"]: cell["reason"] for cell in payload["cells"]}
    assert "The embeddings of 'array' were passed by a script" in reasons["array"]
    assert (status, payload["conditions"]) == (1, [])  # the table holds the very samples of the list
    monkeypatch.setenv("PTMRANK_HOME", str(tmp_path / "other"))
    _, payload = replay(card, capsys, table)
    reasons = {cell["model"]: cell["reason"] for cell in payload["cells"]}
    assert "The function of 'kept' is not known in this process" in reasons["kept"]


def run_cli(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "ptmrank_core", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def at(home: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the command line in this process, at a home."""
    monkeypatch.setenv("PTMRANK_HOME", str(home))
    return main(arguments)


def test_a_demo_run_replays_on_any_clone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rank --out writes the card; another home replays it and says so in a table; a bad card exits 2."""
    words = ["rank", "--task", "image-classification", "--samples", "demo:digits"]
    words += ["--models", "demo:convnext-letters", "--metrics", "logme,emms,wdje", "--quick"]
    words += ["--dtype", "float32", "--out", str(tmp_path)]
    assert at(tmp_path / "one", monkeypatch, *words) == 0
    capsys.readouterr()
    card = str(tmp_path / "card.json")
    assert at(tmp_path / "two", monkeypatch, "replay", card) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["model", "metric", "card", "here", "difference", "relative"]
    assert lines[-1].startswith("3 cells of run ")
    (tmp_path / "card.json").write_text('{"run_card": 1}', encoding="utf-8")
    assert at(tmp_path / "three", monkeypatch, "replay", card) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "card.plan is missing" in said.err
    assert not (tmp_path / "three").exists()


@pytest.mark.slow
def test_a_model_of_the_hub_is_replayed_at_its_commit(picture_zip: Path, tmp_path: Path) -> None:
    """Its main branch has moved on meanwhile; the replay fetches the commit of the card."""
    old = HubRepository.of(save_checkpoint(tmp_path / "old", "convnext", seed=1))
    new = HubRepository.of(save_checkpoint(tmp_path / "new", "convnext", seed=2))
    with loopback_hub({"tiny/net": old}) as hub:
        hub.pushes["tiny/net"] = new
        online = {"HF_ENDPOINT": hub.endpoint, "HF_HUB_OFFLINE": "0"}
        done = run_cli(
            *("rank", "--task", "image-classification", "--samples", str(picture_zip)),
            *("--models", "tiny/net", "--metrics", "logme", "--quick", "--out", str(tmp_path)),
            PTMRANK_HOME=str(tmp_path / "one"),
            HF_HOME=str(tmp_path / "hub-one"),
            **online,
        )
        assert done.returncode == 0, done.stderr
        again = run_cli(
            *("replay", str(tmp_path / "card.json"), "--json"),
            PTMRANK_HOME=str(tmp_path / "two"),
            HF_HOME=str(tmp_path / "hub-two"),
            **online,
        )
    assert hub.repositories["tiny/net"] is new
    assert again.returncode == 0, again.stdout + again.stderr
    assert json.loads(again.stdout)["equal"] is True
    assert hub.revisions == {old.commit}


@pytest.mark.usefixtures("home")
def test_the_unit_of_the_features_is_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run of normalised features has the same scores again."""
    for strength, name in enumerate(("one", "two"), 1):
        save_features(tmp_path / "features" / f"{name}.npz", 3.0 * strength)
    words = ["rank", "--features", str(tmp_path / "features"), "--metrics", "logme,hscore,nleep"]
    quick = ["--intervals", "0", "--no-probe", "--no-projections", "--no-sample-sizes"]
    assert main([*words, *quick, "--normalise", "rms", "--out", str(tmp_path / "out")]) == 0
    status, payload = replay(tmp_path / "out" / "card.json", capsys)
    assert (status, verdicts(payload)) == (0, {"identical"})
    assert len(payload["cells"]) == 6
