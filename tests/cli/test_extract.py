"""Features that one command extracts, another ranks or takes into its cache: exactly as one run would."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ptmrank_core.cli.kept.extract import file_of, read_shard
from ptmrank_core.errors import InputError
from tests.checkpoints import save_checkpoint
from tests.cli.test_cli import misses, rank, run_here
from tests.ready_made import save_features

OPTIONS = ("--dtype", "float32", "--device", "cpu", "--batch-size", "4")


def extract(samples: Path, models: Path, out: Path, *more: str) -> dict[str, Any]:
    """Extract and return the JSON, with the exit status as ``status``."""
    done = run_here(
        "extract",
        *("--task", "image-classification", "--samples", str(samples), "--models", str(models)),
        *("--metrics", "logme,hscore,leep", "--out", str(out), *OPTIONS, "--json", *more),
    )
    assert done.stdout, done.stderr
    return {**json.loads(done.stdout), "status": done.returncode}


def values(payload: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Scores by model and metric."""
    return {
        model: {metric: score["value"] for metric, score in one["scores"].items()}
        for model, one in payload["models"].items()
    }


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another machine, whose cache is empty."""
    folder = tmp_path / "elsewhere"
    monkeypatch.setenv("PTMRANK_HOME", str(folder))
    return folder


@pytest.mark.usefixtures("home")
def test_a_run_elsewhere_extracts_nothing_and_has_the_same_scores(
    picture_zip: Path, zoo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After ``cache import`` no model runs, layers included, and every score is that of a whole run."""
    whole = rank(picture_zip, zoo, *OPTIONS, "--layers")
    monkeypatch.setenv("PTMRANK_HOME", str(tmp_path / "node"))
    extracted = extract(picture_zip, zoo, tmp_path / "out", "--layers")
    assert extracted["status"] == 0
    assert sorted(extracted["files"]) == ["convnext-a", "resnet-b", "vit-headless"]
    monkeypatch.setenv("PTMRANK_HOME", str(tmp_path / "elsewhere"))
    taken = json.loads(run_here("cache", "import", str(tmp_path / "out"), "--json").stdout)
    assert {one["n_new"] for one in taken["taken"].values()} == {18}
    again = rank(picture_zip, zoo, *OPTIONS, "--layers")
    assert misses(again) == {0}
    assert values(again) == values(whole)
    assert again["layers"] == whole["layers"]


@pytest.mark.usefixtures("elsewhere")
def test_the_files_are_ranked_as_they_are(picture_zip: Path, zoo: Path, tmp_path: Path) -> None:
    """``rank --features`` has the scores of a run, LEEP too, and no remark on what is there for a cache."""
    whole = rank(picture_zip, zoo, *OPTIONS)
    extract(picture_zip, zoo, tmp_path / "out")
    done = run_here(
        *("rank", "--features", str(tmp_path / "out"), "--metrics", "logme,hscore,leep"),
        *("--intervals", "0", "--json"),
    )
    ready = json.loads(done.stdout)
    for model, scores in values(whole).items():
        assert values(ready)[model] == pytest.approx(scores, rel=1e-9), model
    assert ready["samples"]["classes"] == whole["samples"]["classes"]
    assert "No metric uses" not in done.stdout


@pytest.mark.usefixtures("elsewhere")
def test_parts_are_disjoint_and_complete(picture_zip: Path, zoo: Path, tmp_path: Path) -> None:
    """Two parts write every file once."""
    written = [
        extract(picture_zip, zoo, tmp_path / "out", "--shard", f"{part}/2")["files"] for part in (1, 2)
    ]
    assert [sorted(files) for files in written] == [["convnext-a", "vit-headless"], ["resnet-b"]]
    assert len(list((tmp_path / "out").iterdir())) == 3


@pytest.mark.usefixtures("elsewhere")
def test_a_part_without_a_model_is_no_failure(picture_zip: Path, zoo: Path, tmp_path: Path) -> None:
    """More tasks than models: the last ones have nothing to do."""
    assert extract(picture_zip, zoo, tmp_path / "out", "--shard", "5/5") == {
        "files": {},
        "failed": {},
        "status": 0,
    }


@pytest.mark.usefixtures("elsewhere")
def test_what_is_there_is_not_written_again(picture_zip: Path, zoo: Path, tmp_path: Path) -> None:
    """A second command leaves intact files alone, and writes a damaged one and one of other options anew."""
    out = tmp_path / "out"
    extract(picture_zip, zoo, out)
    before = {path: path.stat().st_mtime_ns for path in out.iterdir()}
    damaged = out / "resnet-b.npz"
    damaged.write_bytes(damaged.read_bytes()[:-100])
    extract(picture_zip, zoo, out)
    changed = [path.name for path, time in before.items() if path.stat().st_mtime_ns != time]
    assert changed == ["resnet-b.npz"]
    extract(picture_zip, zoo, out, "--layers")
    assert all(path.stat().st_mtime_ns != time for path, time in before.items())


@pytest.mark.usefixtures("elsewhere")
def test_a_failed_model_is_told_and_the_others_are_written(picture_zip: Path, tmp_path: Path) -> None:
    """The exit status is 1, the reason is there, and the good model has its file."""
    good, bad = save_checkpoint(tmp_path / "m" / "good"), save_checkpoint(tmp_path / "m" / "bad")
    (bad / "model.safetensors").write_bytes(b"no weights")
    extracted = extract(picture_zip, good.parent, tmp_path / "out")
    assert extracted["status"] == 1
    assert list(extracted["files"]) == ["good"]
    assert list(extracted["failed"]) == ["bad"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["good.npz"]


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "1/0", "a/b", "1/2/3", "-1/2", "²/3"])
def test_a_part_that_is_none_is_refused(text: str) -> None:
    """K lies between 1 and N."""
    with pytest.raises(InputError, match=r"expected K/N with 1 <= K <= N, such as 1/8\."):
        read_shard(text)


def test_names_that_a_file_system_refuses_stay_apart() -> None:
    """A model that can be a file's name is one; others are told apart by a digest."""
    assert file_of("resnet-b") == "resnet-b.npz"
    assert file_of("org/model") != file_of("org-model")
    assert file_of("org/model") != file_of("org:model")
    assert "/" not in file_of("../../etc/passwd")
    assert not file_of("../x").startswith(".")


@pytest.fixture(scope="module")
def written(picture_zip: Path, zoo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that another machine wrote of one model."""
    folder = tmp_path_factory.mktemp("node")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PTMRANK_HOME", str(folder / "home"))
        extract(picture_zip, zoo / "convnext-a", folder / "out")
    return folder / "out" / "convnext-a.npz"


@pytest.fixture
def file(written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that file, on a machine whose cache is empty."""
    monkeypatch.setenv("PTMRANK_HOME", str(tmp_path / "home"))
    (tmp_path / "out").mkdir()
    return Path(shutil.copy(written, tmp_path / "out"))


def rewritten(file: Path, **arrays: np.ndarray) -> Path:
    """The same file with some arrays replaced, or a header with some entries replaced."""
    with np.load(file) as stored:
        named = dict(stored) | {name.replace("__", "."): values for name, values in arrays.items()}
    np.savez(file, **named)
    return file


def with_header(file: Path, **entries: Any) -> Path:
    """The same file with some entries of its header replaced."""
    with np.load(file) as stored:
        header = json.loads(stored["cache.header"].tobytes()) | entries
    return rewritten(file, cache__header=np.frombuffer(json.dumps(header).encode(), dtype=np.uint8))


def refused(file: Path) -> str:
    """What ``cache import`` says of the only file, which it must refuse."""
    done = run_here("cache", "import", str(file))
    assert done.returncode == 1
    assert "0 vectors" in run_here("cache", "stats").stdout
    return done.stderr


def test_foreign_features_are_refused(file: Path) -> None:
    """Ready-made features have no digests of samples: nobody knows what they are of."""
    save_features(file)
    assert "holds features, and not what a cache needs to know of them." in refused(file)


def test_changed_numbers_are_refused(file: Path) -> None:
    """One number that was changed does not fit the checksum."""
    with np.load(file) as stored:
        embeddings = stored["embeddings"].copy()
    embeddings[3, 1] += 1
    said = refused(rewritten(file, embeddings=embeddings))
    assert "is damaged: its arrays are not those that were written." in said


def test_a_key_of_other_versions_is_refused(file: Path) -> None:
    """A run here would not use such vectors, so they are not kept; both versions are named."""
    said = refused(with_header(file, key="0" * 64, versions={"transformers": "4.0", "torch": "1.0"}))
    assert "was extracted with transformers 4.0, torch 1.0; a run here has transformers 5" in said


def test_another_model_than_the_key_says_is_refused(file: Path) -> None:
    """The key is computed from the model, not believed: vectors of one never become those of another."""
    with np.load(file) as stored:
        spec = json.loads(stored["cache.header"].tobytes())["spec"]
    assert "would not use it" in refused(with_header(file, spec=spec | {"revision": "f" * 64}))


@pytest.mark.parametrize("entries", [{"spec": 7}, {"spec": {}}, {"sets": ["x"]}, {"asked": 1}])
def test_a_header_that_says_nothing_is_refused(file: Path, entries: dict[str, Any]) -> None:
    """What cannot be read is damage, in one sentence and without a traceback."""
    assert "is damaged: what it says of its model cannot be read" in refused(with_header(file, **entries))


def test_another_format_is_refused(file: Path) -> None:
    """A file of a later version says of which."""
    assert "is of format 2; expected 1." in refused(with_header(file, format=2))


def test_pickled_objects_are_refused(file: Path) -> None:
    """An array of objects is never unpickled."""
    objects = np.array([{"a": 1}], dtype=object)
    assert "cannot be read as .npz" in refused(rewritten(file, cache__digests=objects))


def test_a_cut_off_file_is_refused_and_the_others_are_taken(file: Path) -> None:
    """A folder with one damaged file: the others come in, and the exit status is 1."""
    shutil.copy(file, file.with_name("cut.npz"))
    cut = file.with_name("cut.npz")
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    done = run_here("cache", "import", str(file.parent), "--json")
    payload = json.loads(done.stdout)
    assert done.returncode == 1
    assert list(payload["taken"]) == ["convnext-a.npz"]
    assert list(payload["refused"]) == ["cut.npz"]


def test_nothing_to_import_is_bad_input(tmp_path: Path) -> None:
    """A folder without files of features is named."""
    done = run_here("cache", "import", str(tmp_path))
    assert done.returncode == 2
    assert "is no folder with files of features (.npz)." in done.stderr
