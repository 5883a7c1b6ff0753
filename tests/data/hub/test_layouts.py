"""Folders that the library ``datasets`` writes, and repositories of the Hub as they are downloaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ptmrank_core.data import load_samples, preview
from ptmrank_core.errors import SamplesError, UnclearReadingError, UnknownNameError
from ptmrank_core.records import Reading, Samples
from tests.data.conftest import Maker
from tests.waiting import PATIENCE_SECONDS

N = 24
CSV = "text,label\n" + "".join(f"{{}} the {i}th text of all,{i % 2}\n" for i in range(N))


def rows(first: int = 0, n_rows: int = N) -> dict[str, list[Any]]:
    """Texts with numbers of classes."""
    numbers = range(first, first + n_rows)
    return {"text": [f"the {i}th text of all" for i in numbers], "label": [i % 2 for i in numbers]}


@pytest.fixture
def library() -> Any:
    """The library itself, without bars."""
    datasets = pytest.importorskip("datasets")
    datasets.disable_progress_bars()
    return datasets


@pytest.fixture
def texts(library: Any) -> Any:
    """A data set of texts of two classes."""
    names = library.ClassLabel(names=["neg", "pos"])
    features = library.Features({"text": library.Value("string"), "label": names})
    return library.Dataset.from_dict(rows(), features=features)


@pytest.fixture
def pictures(library: Any) -> Any:
    """A data set of pictures of two classes."""
    features = library.Features({"image": library.Image(), "label": library.ClassLabel(names=["a", "b"])})
    cells = [{"bytes": Maker.picture(i), "path": f"{i}.png"} for i in range(N)]
    return library.Dataset.from_dict({"image": cells, "label": rows()["label"]}, features=features)


def parts_of(dataset: Any, library: Any) -> Any:
    """The same data set in two parts."""
    return library.DatasetDict({"train": dataset.select(range(16)), "test": dataset.select(range(16, N))})


def facts(samples: Samples) -> tuple[str, tuple[str, ...], int, dict[str, int]]:
    """What a test looks at."""
    return samples.modality, samples.class_names, samples.n_samples, dict(samples.parts)


@pytest.mark.parametrize("n_shards", [1, 3])
@pytest.mark.parametrize("kind", ["texts", "pictures"])
def test_a_saved_data_set(tmp_path: Path, request: Any, kind: str, n_shards: int) -> None:
    """What save_to_disk wrote is read with the names of its classes; every file is accounted for."""
    dataset = request.getfixturevalue(kind)
    dataset.save_to_disk(tmp_path / "saved", num_shards=n_shards)
    samples = load_samples(tmp_path / "saved")
    modality, names = ("text", ("neg", "pos")) if kind == "texts" else ("image", ("a", "b"))
    assert facts(samples) == (modality, names, N, {})
    assert {one.name for one in samples.left_out} == {"dataset_info.json", "state.json"}
    assert samples.notes[0] == "Read as a data set that was saved with save_to_disk."
    assert preview(tmp_path / "saved").modality == modality


@pytest.mark.parametrize("is_zipped", [False, True])
def test_a_saved_dictionary_has_parts(tmp_path: Path, library: Any, pictures: Any, is_zipped: bool) -> None:
    """Its splits are parts, of which training is taken; a zip of the folder gives the same."""
    place = tmp_path / "saved"
    parts_of(pictures, library).save_to_disk(place)
    if is_zipped:
        with zipfile.ZipFile(tmp_path / "saved.zip", "w") as archive:
            for path in place.rglob("*.*"):
                archive.write(path, path.relative_to(tmp_path))
        place = tmp_path / "saved.zip"
    parts = {"train": 16, "test": 8}
    samples = load_samples(place)
    assert facts(samples) == ("image", ("a", "b"), 16, parts)
    assert "Parts of the data set: train (16), test (8); taken: train." in samples.notes
    assert {one.reason for one in samples.left_out} == {"describes the data set", "part 'test' was not taken"}
    assert facts(load_samples(place, Reading(parts=("test",)))) == ("image", ("a", "b"), 8, parts)
    assert load_samples(place, Reading(parts=("all",))).n_samples == N
    assert preview(place).parts == parts
    with pytest.raises(UnknownNameError, match="Unknown part 'validation'"):
        load_samples(place, Reading(parts=("validation",)))


def test_a_part_without_labels_is_left_out(tmp_path: Path, library: Any, texts: Any) -> None:
    """The label -1 of a test set of a competition is no label."""
    hidden = texts.select(range(8)).remove_columns("label").add_column("label", [-1] * 8)
    both = library.DatasetDict({"train": texts, "test": hidden.cast(texts.features)})
    both.save_to_disk(tmp_path / "saved")
    samples = load_samples(tmp_path / "saved", Reading(parts=("all",)))
    assert facts(samples)[1:3] == (("neg", "pos"), N)
    assert sum(one.reason == "no label" for one in samples.left_out) == 8


def test_folders_of_saved_parts(tmp_path: Path, library: Any, texts: Any) -> None:
    """Parts that were saved one by one are parts; other data sets side by side are not joined."""
    for part, dataset in parts_of(texts, library).items():
        dataset.save_to_disk(tmp_path / "parts" / part)
        dataset.save_to_disk(tmp_path / "others" / f"about {part}s")
    assert facts(load_samples(tmp_path / "parts")) == ("text", ("neg", "pos"), 16, {"train": 16, "test": 8})
    with pytest.raises(SamplesError, match="There are 2 data sets here: in 'about tests', 'about trains'"):
        load_samples(tmp_path / "others")
    assert load_samples(tmp_path / "others" / "about tests").n_samples == 8


def test_a_saved_data_set_that_is_not_complete(tmp_path: Path, texts: Any) -> None:
    """A missing file is named; nothing is read in its place."""
    texts.save_to_disk(tmp_path / "saved", num_shards=2)
    (tmp_path / "saved" / "data-00001-of-00002.arrow").unlink()
    with pytest.raises(SamplesError, match=r"not complete: data-00001-of-00002\.arrow is missing") as caught:
        load_samples(tmp_path / "saved")
    assert caught.value.hint == "Copy the folder again, with all its files."


def test_the_cache_of_the_library(tmp_path: Path, library: Any, texts: Any) -> None:
    """A data set in the library's cache is read without the results of transformations beside it."""
    (tmp_path / "source").mkdir()
    for part, dataset in parts_of(texts, library).items():
        dataset.to_parquet(tmp_path / "source" / f"{part}.parquet")
    cached = library.load_dataset(str(tmp_path / "source"), cache_dir=str(tmp_path / "cache"))
    cached.map(lambda row: {"length": len(row["text"])})
    samples = load_samples(tmp_path / "cache")
    assert facts(samples) == ("text", ("neg", "pos"), 16, {"train": 16, "test": 8})
    assert "a cached result of a transformation" in {one.reason for one in samples.left_out}


@pytest.mark.parametrize("folder", ["", "data/"])
def test_a_repository_with_the_usual_names(tmp_path: Path, texts: Any, folder: str) -> None:
    """Shards are joined and parts are parts, by the names of the files alone."""
    (tmp_path / folder).mkdir(exist_ok=True)
    for i in range(2):
        shard = texts.select(range(8 * i, 8 * i + 8))
        shard.to_parquet(tmp_path / f"{folder}train-0000{i}-of-00002-3f5a{i}.parquet")
    texts.select(range(16, N)).to_parquet(tmp_path / f"{folder}validation-00000-of-00001.parquet")
    (tmp_path / "README.md").write_text("# Texts\n", encoding="utf-8")
    samples = load_samples(tmp_path)
    assert facts(samples) == ("text", ("neg", "pos"), N, {"train": 16, "validation": 8})
    (tmp_path / f"{folder}train-00001-of-00002-3f51.parquet").unlink(missing_ok=True)
    (tmp_path / f"{folder}train-00001-of-00002-3f5a1.parquet").unlink(missing_ok=True)
    notes = load_samples(tmp_path).notes
    assert "Part 'train' is not complete: 1 of 2 files are here." in notes


def write_card(folder: Path, metadata: str) -> None:
    """Write the card of a repository."""
    (folder / "README.md").write_text(f"---\nlicense: mit\n{metadata}\n---\n# Texts\n", encoding="utf-8")


def write_files(folder: Path, *names: str) -> None:
    """Write tables of different texts."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(CSV.replace("{}", name), encoding="utf-8")


INFO = """dataset_info:
  features:
  - name: text
    dtype: string
  - name: label
    dtype:
      class_label:
        names:
          '0': neg
          '1': pos"""


LISTED = "  - split: train\n    path: a/*.csv\n  - split: test\n    path: [b/one.csv]"
BY_PART = "    train: a/**\n    test: b/one.csv"


@pytest.mark.parametrize("patterns", [LISTED, BY_PART])
def test_the_card_says_which_files_are_which_part(tmp_path: Path, patterns: str) -> None:
    """Files of any names are the parts that the card says, with the names of classes that it has."""
    write_files(tmp_path, "a/one.csv", "a/two.csv", "b/one.csv", "b/notes.csv")
    write_card(tmp_path, f"configs:\n- config_name: default\n  data_files:\n{patterns}\n{INFO}")
    samples = load_samples(tmp_path, Reading(parts=("all",)))
    assert facts(samples) == ("text", ("neg", "pos"), 72, {"train": 48, "test": 24})
    reasons = {one.name: one.reason for one in samples.left_out}
    assert reasons == {"README.md": "describes the data set", "b/notes.csv": "beside the data set"}


CONFIGS = "configs:\n- config_name: en\n  data_files: en/*.csv\n- config_name: de\n  data_files: de/*.csv"


def test_several_configurations_are_a_question(tmp_path: Path) -> None:
    """Each option names a place that is read as that configuration."""
    write_files(tmp_path, "en/a.csv", "de/a.csv")
    write_card(tmp_path, CONFIGS)
    with pytest.raises(UnclearReadingError, match="has 2 configurations: 'en', 'de'") as caught:
        load_samples(tmp_path)
    places = [option.place for option in caught.value.options]
    assert places == [f"{tmp_path}:en", f"{tmp_path}:de"]
    for place, name in zip(places, ("en", "de"), strict=True):
        samples = load_samples(place)
        assert (samples.source, samples.n_samples) == (place, N)
        assert samples.items[0].decode().startswith(name)
        assert f"Read as a repository of the Hub, configuration {name!r}." in samples.notes
    with pytest.raises(UnknownNameError, match="Unknown configuration 'fr'"):
        load_samples(f"{tmp_path}:fr")


def test_the_default_configuration_is_taken(tmp_path: Path) -> None:
    """Where the card has a default, there is no question."""
    write_files(tmp_path, "en/a.csv", "de/a.csv")
    write_card(tmp_path, CONFIGS + "\n  default: true")
    assert load_samples(tmp_path).items[0].decode().startswith("de")


def test_folders_of_shards_are_configurations(tmp_path: Path) -> None:
    """Without a card too, tables of one name in several folders are not joined."""
    write_files(tmp_path, *(f"{name}/train-00000-of-00001.csv" for name in ("cola", "mrpc")))
    with pytest.raises(UnclearReadingError, match="has 2 configurations: 'cola', 'mrpc'") as caught:
        load_samples(tmp_path)
    assert load_samples(caught.value.options[1].place).items[0].decode().startswith("mrpc")


def test_the_branch_of_converted_files(tmp_path: Path, texts: Any) -> None:
    """Files as the Hub converts them: a folder for each configuration and part."""
    for part in ("train", "test"):
        (tmp_path / "default" / part).mkdir(parents=True)
        texts.to_parquet(tmp_path / "default" / part / "0000.parquet")
    assert facts(load_samples(tmp_path)) == ("text", ("neg", "pos"), N, {"train": N, "test": N})


def test_pictures_with_a_card_are_a_folder_of_pictures(tmp_path: Path) -> None:
    """A repository of files is read as any folder of files."""
    for i in range(8):
        path = tmp_path / "train" / "ab"[i % 2] / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(Maker.picture(i))
    write_card(
        tmp_path, "configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: train/**"
    )
    assert facts(load_samples(tmp_path))[:3] == ("image", ("a", "b"), 8)


def test_damaged_descriptions_are_named(tmp_path: Path) -> None:
    """A description that is no JSON is an error with what to do."""
    (tmp_path / "state.json").write_text('{"_data_files": [', encoding="utf-8")
    with pytest.raises(SamplesError, match=r"'state\.json' is damaged") as caught:
        load_samples(tmp_path)
    assert caught.value.hint
    (tmp_path / "state.json").write_text(
        json.dumps({"_data_files": [{"filename": "../../x.arrow"}]}), encoding="utf-8"
    )
    with pytest.raises(SamplesError, match="is missing"):
        load_samples(tmp_path)


def test_saved_data_sets_need_no_library(tmp_path: Path, texts: Any) -> None:
    """Saved and downloaded data sets are read with pyarrow alone."""
    texts.save_to_disk(tmp_path / "saved")
    code = (
        "import sys; sys.modules['datasets'] = None\n"
        "from ptmrank_core.data import load_samples\n"
        f"print(load_samples({str(tmp_path / 'saved')!r}).n_samples)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert done.stdout.strip() == str(N), done.stderr
