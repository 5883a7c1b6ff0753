"""The ``catalogue`` command: what it prints, what it writes, and how bad input is answered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ptmrank_core.catalogue import ALL_TASKS, TASKS, read_mapping
from ptmrank_core.cli import main
from tests.catalogue.peatmoss_database import Planted, save_database

PEATMOSS = [name for name, task in ALL_TASKS.items() if not task.is_later]
IMAGES = ("image-classification",)
PLANTED = (
    Planted("org/a", 10, tags=(*IMAGES, "image-segmentation")),
    Planted("org/b", 30, tags=IMAGES),
    Planted("org/c", 20, tags=(*IMAGES, "text-to-image"), libraries=("diffusers",)),
    Planted("bert-base-uncased", 99, tags=("fill-mask",)),
)


@pytest.fixture(autouse=True)
def no_downloads(monkeypatch: pytest.MonkeyPatch, home: Path, tmp_path: Path) -> None:
    """A machine without downloaded models."""
    del home
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "no-cache"))


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path, status: int = 0) -> str:
    """Run the command and return its standard output, on bad input its standard error."""
    assert main(["catalogue", *(str(argument) for argument in arguments)]) == status
    said = capsys.readouterr()
    return said.out if status == 0 else said.err


def models(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> list[dict[str, Any]]:
    """The models that the command lists."""
    payload = json.loads(run(capsys, "--json", *arguments))
    assert list(payload) == ["models"]
    found: list[dict[str, Any]] = payload["models"]
    return found


def test_the_36_categories_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Each says its domain, what ranks it or why nothing does, and how many models are shipped."""
    rows = {row["name"]: row for row in json.loads(run(capsys, "--json"))["categories"]}
    assert sorted(rows) == sorted(PEATMOSS)
    assert len(rows) == 36
    images, drawing = rows["image-classification"], rows["text-to-image"]
    assert (images["rankable"], images["modality"], images["labels_of"]) == (True, "image", "picture")
    assert images["targets"] == ["classification", "regression", "multilabel"]
    assert (images["n_models"], images["n_starters"], images["reason"]) == (112, 32, None)
    assert (drawing["rankable"], drawing["modality"], drawing["targets"]) == (False, None, [])
    assert "Labels of given samples do not measure" in drawing["reason"]
    assert rows["graph-machine-learning"]["hub_name"] == "graph-ml"
    assert len({row["domain"] for row in rows.values()}) == 6


def test_the_list_is_for_people_too(capsys: pytest.CaptureFixture[str]) -> None:
    """Without --json there is a line for each category, also for those since PeaTMOSS."""
    lines = run(capsys).splitlines()
    assert len(lines) == len(ALL_TASKS)
    assert any(line.startswith("image-feature-extraction ") for line in lines)


@pytest.mark.parametrize("name", [*PEATMOSS, "graph-ml", "Text Classification"])
def test_every_category_answers(capsys: pytest.CaptureFixture[str], name: str) -> None:
    """All 36 and aliases of them give their models, which may be none."""
    found = models(capsys, "--task", name)
    assert bool(found) == (name in TASKS or name == "Text Classification")
    assert all(
        {"id", "licence_class", "loads", "loads_how", "on_disk", "about_bytes"} <= set(m) for m in found
    )
    assert run(capsys, "--task", name).strip()


def test_models_are_chosen_by_preset_search_and_number(capsys: pytest.CaptureFixture[str]) -> None:
    """Each narrows the list; a preset gives exactly what ``rank --models preset:...`` would take."""
    task = ("--task", "image-classification")
    assert len(models(capsys, *task)) == 112
    five = models(capsys, *task, "--preset", "five-small")
    assert len(five) == 5
    assert [m["id"] for m in models(capsys, *task, "--preset", "preset:five-small", "--limit", "2")] == [
        model["id"] for model in five[:2]
    ]
    assert {model["family"] for model in models(capsys, *task, "--search", "dinov2")} == {"DINOv2"}


def test_a_database_is_asked_and_made_into_a_mapping(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The planted models come out by downloads, under today's ids, in both shapes of the file."""
    path = save_database(tmp_path / "PeaTMOSS.db", "enhanced", PLANTED)
    found = models(capsys, "--task", "image-classification", "--peatmoss", path, "--limit", "2")
    assert [model["id"] for model in found] == ["org/b", "org/c"]
    expected = {
        "image-classification": ("org/b", "org/c"),
        "image-segmentation": ("org/a",),
        "fill-mask": ("google-bert/bert-base-uncased",),
        "text-to-image": ("org/c",),
    }
    for shape in ("original", "ptmrank"):
        out = tmp_path / f"{shape}.json"
        assert run(capsys, "build", "--peatmoss", path, "--out", out, "--top", "2", "--shape", shape) == ""
        assert read_mapping(out) == expected
    assert isinstance(json.loads((tmp_path / "original.json").read_text(encoding="utf-8")), list)
    about = json.loads((tmp_path / "ptmrank.json").read_text(encoding="utf-8"))
    assert (about["source"], about["schema"]) == ("PeaTMOSS.db", "enhanced")
    run(capsys, "build", "--peatmoss", path, "--out", tmp_path / "l.json", "--loadable")
    assert read_mapping(tmp_path / "l.json")["image-classification"] == ("org/b", "org/a")


def test_a_mapping_can_be_made_of_what_is_shipped(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Without a database the shipped table is taken: every category that can be ranked has models."""
    run(capsys, "build", "--out", tmp_path / "mapping.json", "--top", "3", "--loadable")
    mapping = read_mapping(tmp_path / "mapping.json")
    assert {name for name, task in TASKS.items() if task.modality != "tabular"} == set(mapping)
    assert max(len(ids) for ids in mapping.values()) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--task", "image-clasification"], "Did you mean 'image-classification'"),
        (["--preset", "five-small"], "--preset without --task"),
        (["--task", "fill-mask", "--preset", "five"], "Unknown preset 'five'"),
        (["--task", "text-to-image", "--preset", "starter"], "Labelled samples cannot rank"),
        (["--task", "fill-mask", "--preset", "starter", "--hub"], "exclude each other"),
        (["--task", "fill-mask", "--limit", "0"], "--limit is 0"),
        (["--task", "fill-mask", "--peatmoss", "nowhere.db"], "There is no file"),
        (["build", "--out", "m.json", "--top", "0"], "--top is 0"),
        (["build", "--out", "m.json", "--shape", "x"], "Unknown mapping shape 'x'"),
        (["build", "--out", "m.json", "--peatmoss", "README.md"], "not an intact PeaTMOSS database"),
    ],
)
def test_bad_input_is_told_and_nothing_is_written(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    """Exit status 2, one sentence, no file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "README.md").write_text("This is no database. " * 50, encoding="utf-8")
    assert message in run(capsys, *arguments, status=2)
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".json"] == []


def test_a_broken_database_leaves_an_old_mapping_alone(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The file is written whole or not at all: what was there before stays."""
    out = tmp_path / "mapping.json"
    out.write_text("[]", encoding="utf-8")
    empty = save_database(tmp_path / "PeaTMOSS.db", "base", [])
    assert "nothing was written" in run(capsys, "build", "--peatmoss", empty, "--out", out, status=2)
    assert out.read_text(encoding="utf-8") == "[]"


def test_the_hub_without_a_network_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """The tests' own client is offline: the message says so and what needs no network."""
    said = run(capsys, "--task", "fill-mask", "--hub", status=1)
    assert "offline" in said
    assert "need no network" in said


def test_a_category_that_cannot_be_ranked_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """``rank`` says why before anything is read."""
    status = main(["rank", "--task", "text-to-image", "--samples", "demo:digits", "--models", "demo"])
    assert status == 2
    assert "Labelled samples cannot rank the models of 'text-to-image'" in capsys.readouterr().err
