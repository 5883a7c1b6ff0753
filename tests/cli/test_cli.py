"""The command line as a user has it: standard output, exit status; as a process where that matters."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ptmrank_core.cli import main
from ptmrank_core.metrics import standard_metrics
from tests.checkpoints import save_checkpoint
from tests.pictures import encoded, picture, picture_files, write_zip
from tests.ready_made import LABELS, save_features, save_table

GOLDEN = Path(__file__).parent.parent / "metrics" / "golden"


def run_cli(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    command = [sys.executable, "-m", "ptmrank_core", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def run_here(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in this process, where it starts in no time; a traceback is an error here."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            status = main(arguments)
        except SystemExit as refused:  # by argparse
            status = int(refused.code or 0)
    return subprocess.CompletedProcess(arguments, status, out.getvalue(), err.getvalue())


def rank(samples: str | Path, models: str | Path, *more: str) -> dict[str, Any]:
    """Rank and return the JSON; nothing else may be on standard output."""
    done = run_here(
        "rank",
        *("--task", "image-classification"),
        *("--samples", str(samples)),
        *("--models", str(models)),
        *("--metrics", "logme,hscore,leep", "--json", "--intervals", "0", *more),
    )
    assert done.returncode == 0, done.stderr
    payload: dict[str, Any] = json.loads(done.stdout)
    return payload


def forward_seconds(payload: dict[str, Any]) -> float:
    """Seconds that models ran, all models together."""
    return sum(timing["forward"] for timing in payload["timings"].values())


def misses(payload: dict[str, Any]) -> set[int]:
    """Samples that each model ran on."""
    return {timing["cache_misses"] for timing in payload["timings"].values()}


@pytest.mark.usefixtures("home")
def test_the_json_says_everything(picture_zip: Path, zoo: Path, tmp_path: Path) -> None:
    """Scores, skips, samples, ranking, run, environment and timings are where they are documented."""
    payload = rank(picture_zip, zoo, "--out", str(tmp_path / "out"), "--seed", "7")
    assert list(payload["models"]) == ["convnext-a", "resnet-b", "vit-headless"]
    headless = payload["models"]["vit-headless"]
    assert set(headless["scores"]) == {"logme", "hscore"}
    assert set(headless["skipped"]) == {"leep"}
    score = payload["models"]["convnext-a"]["scores"]["logme"]
    assert score["higher_is_better"] is True
    assert score["seconds"] > 0
    assert isinstance(score["value"], float)
    assert payload["samples"]["n"] == 18
    assert payload["samples"]["classes"] == {"checks": 6, "dots": 6, "stripes": 6}
    assert payload["samples"]["left_out"] == []
    assert sorted(payload["ranking"]["order"]) == list(payload["models"])
    assert len(payload["ranking"]["per_metric"]["leep"]) == 2
    assert payload["environment"]["seed"] == "7"
    assert payload["environment"]["dtype"] in {"float32", "bfloat16", "float16"}  # what auto came to here
    assert payload["environment"]["device"] in {"cpu", "cuda", "mps"}
    assert set(payload["timings"]["convnext-a"]) == {
        *("load", "preprocess", "forward", "score"),
        *("cache_hits", "cache_misses"),
    }
    assert json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8")) == payload
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"result.json", "card.json"}


@pytest.mark.usefixtures("home")
def test_the_model_runs_once_for_each_sample(tmp_path: Path, zoo: Path) -> None:
    """Again, fewer, relabelled: no forward pass. Five more of each class: fifteen."""
    six = picture_files(6)
    first = rank(write_zip(tmp_path / "six.zip", six), zoo, "--quick")
    assert misses(first) == {18}
    assert forward_seconds(first) > 0
    second = rank(tmp_path / "six.zip", zoo, "--quick")
    assert forward_seconds(second) == 0
    assert second["models"]["convnext-a"]["scores"]["logme"]["value"] == pytest.approx(
        first["models"]["convnext-a"]["scores"]["logme"]["value"], rel=1e-12
    )
    fewer = {name: data for name, data in six.items() if "/0" not in name}
    assert forward_seconds(rank(write_zip(tmp_path / "five.zip", fewer), zoo, "--quick")) == 0
    renamed = {name.replace("dots", "spots"): data for name, data in six.items()}
    assert forward_seconds(rank(write_zip(tmp_path / "renamed.zip", renamed), zoo, "--quick")) == 0
    more = rank(write_zip(tmp_path / "more.zip", six | picture_files(5, first=6)), zoo, "--quick")
    assert misses(more) == {15}


def photos() -> dict[str, bytes]:
    """A user's zip: JPEG, PNG and WebP photos of three classes, and all that goes wrong in one."""
    forms = [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp")]
    files = {
        f"photos/{kind}/{i}.{forms[i % 3][1]}": encoded(picture(kind, 50 * k + i), forms[i % 3][0])
        for k, kind in enumerate(("checks", "dots", "stripes"))
        for i in range(20)
    }
    jpeg = encoded(picture("dots", 900), "JPEG")
    deep = np.linspace(0, 65_535, 1600).astype(np.uint16).reshape(40, 40)
    files["photos/dots/cmyk.jpg"] = encoded(picture("dots", 901).convert("CMYK"), "JPEG")
    files["photos/dots/deep.png"] = encoded(Image.fromarray(deep))
    files["photos/dots/alpha.png"] = encoded(picture("dots", 902).convert("RGBA"))
    files["photos/dots/cut.jpg"] = jpeg[: len(jpeg) // 2]
    files["photos/notes.txt"] = b"taken in spring"
    files["photos/lonely/1.png"] = encoded(picture("checks", 903))
    files["__MACOSX/photos/dots/._1.jpg"] = b"\0\5\26\7"
    return files


@pytest.mark.usefixtures("home")
def test_a_users_zip_of_photos_is_ranked_and_each_thing_left_out_is_named(tmp_path: Path, zoo: Path) -> None:
    """CMYK, 16-bit and alpha pictures are used; broken, hidden, foreign and lonely files are named."""
    payload = rank(write_zip(tmp_path / "photos.zip", photos()), zoo, "--quick")
    assert payload["samples"]["n"] == 63
    assert payload["samples"]["classes"] == {"checks": 20, "dots": 23, "stripes": 20}
    reasons = {entry["name"]: entry["reason"] for entry in payload["samples"]["left_out"]}
    assert set(reasons) == {
        "photos/dots/cut.jpg",
        "photos/notes.txt",
        "photos/lonely/1.png",
        "__MACOSX/photos/dots/._1.jpg",
    }
    assert "unreadable" in reasons["photos/dots/cut.jpg"]
    assert "not an image" in reasons["photos/notes.txt"]
    assert "only sample of class 'lonely'" in reasons["photos/lonely/1.png"]
    assert "hidden" in reasons["__MACOSX/photos/dots/._1.jpg"]


def bad_zip(path: Path, kind: str) -> Path:
    """A zip that must be refused, for one reason."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2 if kind == "bomb" else zipfile.ZIP_STORED) as archive:
        for name, data in picture_files(3).items():
            archive.writestr(name, data)
        if kind == "escape":
            archive.writestr("../evil.png", b"x")
        elif kind == "absolute":
            archive.writestr("/etc/evil.png", b"x")
        elif kind == "link":
            info = zipfile.ZipInfo("dots/link.png")
            info.external_attr = 0o120777 << 16
            archive.writestr(info, "/etc/passwd")
        elif kind == "bomb":
            archive.writestr("dots/bomb.png", bytes(50_000_000))
        elif kind == "nested":
            archive.write(write_zip(path.with_suffix(".inner.zip"), {"a.txt": b"a"}), "dots/inner.zip")
    return path


@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        ("escape", "../evil.png"),
        ("absolute", "/etc/evil.png"),
        ("link", "dots/link.png"),
        ("bomb", "dots/bomb.png"),
        ("nested", "dots/inner.zip"),
    ],
)
def test_a_dangerous_zip_is_refused_by_name_and_writes_nothing(
    tmp_path: Path, home: Path, zoo: Path, kind: str, entry: str
) -> None:
    """The message names the entry, there is no traceback, and no file appears anywhere."""
    folder = tmp_path / "in"
    folder.mkdir()
    path = bad_zip(folder / "bad.zip", kind)
    before = {file for file in tmp_path.rglob("*") if home not in file.parents}
    done = run_here(
        *("rank", "--task", "image-classification", "--samples", str(path)),
        *("--models", str(zoo), "--json"),
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert entry in done.stderr
    assert "Traceback" not in done.stderr
    assert {file for file in tmp_path.rglob("*") if home not in file.parents} - {home} == before


def one_class(folder: Path) -> Path:
    """Samples of one class only."""
    return write_zip(folder / "one.zip", {n: d for n, d in picture_files(3).items() if "dots" in n})


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"--task": "image-clasification"}, "Did you mean 'image-classification'"),
        ({"--metrics": "logme,hscroe"}, "Did you mean 'hscore'"),
        ({"--samples": "not/there.zip"}, "not/there.zip"),
        ({"--samples": __file__}, "test_cli.py"),
        ({"--samples": "demo:digit"}, "Did you mean 'demo:digits'"),
        ({"--models": "./nowhere/at/all"}, "./nowhere/at/all"),
        ({"--dtype": "float31"}, "Did you mean 'float32'"),
        ({"--device": "tpu"}, "Unknown device 'tpu'"),
        ({"--batch-size": "0"}, "expected at least 1"),
        ({"--intervals": "3"}, "expected 0, or at least 10"),
    ],
)
def test_bad_input_is_one_message_and_status_2(zoo: Path, change: dict[str, str], message: str) -> None:
    """Whatever is wrong is named as it was typed, with what was expected."""
    arguments = {
        "--task": "image-classification",
        "--samples": "demo:digits",
        "--models": str(zoo),
        "--metrics": "logme",
    } | change
    done = run_here("rank", *(text for pair in arguments.items() for text in pair), "--json")
    assert done.returncode == 2
    assert done.stdout == ""
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("home")
def test_samples_that_cannot_be_ranked_are_bad_input(tmp_path: Path, zoo: Path) -> None:
    """Not a zip, an empty zip and a single class are told apart."""
    empty = write_zip(tmp_path / "empty.zip", {})
    fake = tmp_path / "fake.zip"
    fake.write_bytes(b"no zip at all")
    for path, message in (
        (empty, "empty.zip"),
        (fake, "fake.zip"),
        (one_class(tmp_path), "only one class left"),
    ):
        done = run_here(
            *("rank", "--task", "image-classification", "--samples", str(path), "--models", str(zoo))
        )
        assert done.returncode == 2
        assert message in done.stderr


@pytest.mark.usefixtures("home")
def test_nothing_scored_is_status_1(tmp_path: Path, picture_zip: Path) -> None:
    """When every model fails the JSON still says why, and the status is 1."""
    folder = save_checkpoint(tmp_path / "broken")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-10])
    done = run_here(
        *("rank", "--task", "image-classification", "--samples", str(picture_zip)),
        *("--models", str(folder), "--json"),
    )
    assert done.returncode == 1
    failures = json.loads(done.stdout)["models"]["broken"]["failures"]
    assert {failure["stage"] for failure in failures.values()} == {"resolve"}
    assert all(failure["hint"] for failure in failures.values())


@pytest.mark.usefixtures("home")
def test_the_table_is_for_people(picture_zip: Path, zoo: Path) -> None:
    """Without ``--json`` there is a table, best first, and the reason for what is missing."""
    done = run_here(
        *("rank", "--task", "image-classification", "--samples", str(picture_zip), "--models", str(zoo)),
        *("--intervals", "0", "--no-projections", "--no-sample-sizes"),
    )
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "No candidate suits these samples."
    heads = [line.split() for line in lines if line.startswith("model ")]
    assert heads == [["model", "rank", "expected", "probe", *standard_metrics(), "seconds"]]
    assert "vit-headless under leep does not apply" in done.stdout
    assert "18 samples" in lines[-1]


def test_score_gives_the_golden_values() -> None:
    """``score`` on a file of arrays gives the recorded values of every metric and variant."""
    expected = json.loads((GOLDEN / "golden.json").read_text(encoding="utf-8"))
    for case, entry in expected.items():
        done = run_here("score", str(GOLDEN / f"{case}.npz"), "--json")
        assert done.returncode == 0, done.stderr
        payload = json.loads(done.stdout)
        for name, golden in entry["expected"].items():
            metric, _, component = name.partition(".")
            score = payload["scores"][metric]
            value = score["components"][component] if component else score["value"]
            assert value == pytest.approx(golden["value"], rel=golden["rtol"], abs=golden["atol"]), name


def test_metrics_lists_the_registry() -> None:
    """Every metric with its facts, for people and as JSON."""
    payload = json.loads(run_here("metrics", "--json").stdout)
    assert payload["leep"]["needs"] == ["source_logits"]
    assert payload["logme:thuml"]["variant"] is True
    assert all(fact["reference"] and fact["fails_when"] for fact in payload.values())
    text = run_cli("metrics").stdout
    assert all(f"{name}: {fact['title']}" in text for name, fact in payload.items())


def test_score_without_source_logits_skips_leep(tmp_path: Path) -> None:
    """A metric whose inputs are not there is skipped with the reason."""
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "f.npz", embeddings=rng.normal(size=(20, 3)), labels=np.arange(20) % 2)
    payload = json.loads(
        run_here("score", str(tmp_path / "f.npz"), "--metrics", "logme,leep", "--json").stdout
    )
    assert set(payload) == {"scores", "skipped", "failures", "seconds"}
    assert set(payload["scores"]) == {"logme"}
    assert "source_logits" in payload["skipped"]["leep"]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"labels": [0, 1]}, "has no array 'embeddings'"),
        ({"embeddings": [[1.0], [float("nan")]], "labels": [0, 1]}, "embeddings"),
        ({"embeddings": [[1.0], [2.0]], "labels": [1, 1]}, "class"),
        ({"embeddings": [[1.0], [2.0]], "labels": [0, 1, 2]}, "labels"),
        ({"embeddings": [[1.0], [2.0]], "labels": np.array([{}, {}], dtype=object)}, "without objects"),
    ],
)
def test_score_refuses_bad_arrays(tmp_path: Path, arrays: dict[str, Any], message: str) -> None:
    """Wrong arrays are bad input, and a pickle inside is never opened."""
    np.savez(tmp_path / "f.npz", **{name: np.asarray(values) for name, values in arrays.items()})
    done = run_here("score", str(tmp_path / "f.npz"), "--json")
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_score_refuses_files_that_are_no_npz(tmp_path: Path) -> None:
    """A text, a single array and a missing file are told apart."""
    (tmp_path / "t.npz").write_text("hello", encoding="utf-8")
    np.save(tmp_path / "a.npy", np.ones(3))
    for name, message in (("t.npz", "cannot be read"), ("a.npy", "single array"), ("no.npz", "no file")):
        done = run_here("score", str(tmp_path / name))
        assert done.returncode == 2
        assert message in done.stderr


def rank_features(folder: Path, *more: str) -> dict[str, Any]:
    """Rank ready-made features and return the JSON; nothing else may be on standard output."""
    chosen = ("--metrics", "logme,leep,etran", "--intervals", "0")
    done = run_here("rank", "--features", str(folder), *chosen, "--json", *more)
    assert done.returncode == 0, done.stderr
    payload: dict[str, Any] = json.loads(done.stdout)
    return payload


@pytest.mark.usefixtures("home")
def test_ready_made_features_are_ranked(tmp_path: Path) -> None:
    """Files of arrays and tables beside one another; a file alone gives the numbers of ``score``."""
    logits = np.random.default_rng(0).normal(size=(60, 4))
    save_features(tmp_path / "f" / "strong.npz", 3.0, source_logits=logits)
    save_features(tmp_path / "f" / "weak.npz", 0.5)
    save_table(tmp_path / "f" / "columns.csv", 1.5)
    (tmp_path / "f" / "broken.npz").write_text("hello", encoding="utf-8")
    (tmp_path / "f" / "README.md").write_text("made by hand", encoding="utf-8")
    payload = rank_features(tmp_path / "f")
    assert payload["ranking"]["per_metric"]["logme"] == ["strong", "columns", "weak"]
    assert payload["ranking"]["unranked"] == ["broken"]
    assert payload["models"]["broken"]["failures"]["logme"]["stage"] == "load"
    assert set(payload["models"]["weak"]["skipped"]) == {"leep"}
    assert payload["samples"]["classes"] == {"0": 20, "1": 20, "2": 20}
    assert [entry["name"] for entry in payload["samples"]["left_out"]] == ["README.md"]
    assert "labels from 'label'" in payload["notes"]["columns"][0]
    assert payload["layers"] == {}
    scored = run_here("score", str(tmp_path / "f" / "strong.npz"), "--metrics", "logme,leep", "--json")
    alone = rank_features(tmp_path / "f" / "strong.npz")["models"]["strong"]["scores"]
    for metric, score in json.loads(scored.stdout)["scores"].items():
        assert payload["models"]["strong"]["scores"][metric]["value"] == score["value"]
        assert alone[metric]["value"] == score["value"]


@pytest.mark.usefixtures("home")
def test_ready_made_features_of_a_regression(tmp_path: Path) -> None:
    """Numbers are targets: from an array, or from the column that the user names."""
    targets = LABELS + np.linspace(0, 0.5, 60)
    save_features(tmp_path / "f" / "a.npz", labels=None, targets=targets)
    save_table(tmp_path / "f" / "b.csv", labels=targets.tolist(), name="height")
    payload = rank_features(tmp_path / "f", "--label-column", "height", "--target", "regression")
    assert set(payload["models"]["b"]["scores"]) == {"logme", "etran"}
    assert payload["samples"]["classes"] == {}
    assert len(payload["ranking"]["order"]) == 2


@pytest.mark.usefixtures("home")
def test_features_of_other_samples_are_bad_input(tmp_path: Path) -> None:
    """One message that names both files and the first row, status 2, and no run."""
    save_features(tmp_path / "a.npz")
    save_features(tmp_path / "b.npz", labels=LABELS[::-1])
    done = run_cli("rank", "--features", str(tmp_path), "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "b.npz and a.npz do not hold the same samples: 40 of 60 labels differ" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--features", "not/there"], "not/there"),
        (["--features", ".", "--task", "image-classification", "--layers"], "--task, --layers came with it"),
        (["--task", "image-classification", "--models", "demo"], "--samples is missing"),
        (["--task", "image-classification", "--samples", "demo:digits"], "--models is missing"),
        (["--samples", "demo:digits", "--models", "demo"], "--task is missing"),
        (["--task", "tabular-clasification"], "Did you mean 'tabular-classification'"),
    ],
)
def test_features_or_samples_but_not_both(arguments: list[str], message: str) -> None:
    """What is missing, and what does not go together, is told as bad input."""
    done = run_here("rank", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("home")
def test_rows_of_numbers_are_ranked_as_they_are(tmp_path: Path) -> None:
    """The columns of a table are a candidate, alone or beside features of the same rows."""
    table = save_table(tmp_path / "rows.csv", 0.5)
    save_features(tmp_path / "other.npz", 3.0)
    common = ("rank", "--task", "tabular-classification", "--samples", str(table), "--metrics", "logme,ped")
    common = (*common, "--intervals", "0")
    alone = json.loads(run_here(*common, "--json").stdout)
    assert list(alone["models"]) == ["columns"]
    assert set(alone["models"]["columns"]["skipped"]) == {"ped"}
    done = run_here(*common, "--models", f"columns,{tmp_path / 'other.npz'}", "--json")
    payload = json.loads(done.stdout)
    assert payload["ranking"]["order"] == ["other", "columns"]
    columns = payload["models"]["columns"]["scores"]["logme"]["value"]
    assert columns == alone["models"]["columns"]["scores"]["logme"]["value"]
    save_features(tmp_path / "other.npz", labels=LABELS[::-1])
    done = run_here(*common, "--models", f"columns,{tmp_path / 'other.npz'}", "--json")
    failures = json.loads(done.stdout)["models"]["other"]["failures"]
    assert "does not hold the samples of this run" in failures["logme"]["message"]


@pytest.mark.usefixtures("home")
def test_hidden_layers_are_scored_on_request(picture_zip: Path, zoo: Path) -> None:
    """With ``--layers`` every layer has a value under what reads features alone."""
    layered = rank(picture_zip, zoo, "--layers")
    assert set(layered["layers"]) == set(layered["models"])
    assert all(set(own) == {"logme", "hscore"} for own in layered["layers"].values())
    assert len(layered["layers"]["convnext-a"]["logme"]) >= 3
    assert all(isinstance(value, float) for value in layered["layers"]["convnext-a"]["logme"])
    assert layered["notes"] == {"convnext-a": [], "resnet-b": [], "vit-headless": []}


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("option", ["--group-column", "--groups"])
def test_a_group_column_can_be_named(tmp_path: Path, option: str) -> None:
    """Both names of the option are read: one that is not a column is refused by its name."""
    table = tmp_path / "rows.csv"
    rows = [f"{0.37 * i % 1:.4f},{0.61 * i % 1:.4f},{'ab'[i % 2]},p{i // 4}" for i in range(24)]
    table.write_text("\n".join(["x,y,label,patient", *rows]), encoding="utf-8")
    common = ("rank", "--task", "tabular-classification", "--samples", str(table), "--label-column", "label")
    done = run_here(*common, option, "patient", "--metrics", "logme", "--intervals", "0", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["samples"]["n"] == 24
    refused = run_here(*common, option, "nobody", "--json")
    assert refused.returncode == 2
    assert "nobody" in refused.stderr
