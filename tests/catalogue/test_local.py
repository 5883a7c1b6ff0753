"""Local folders and the demo zoo as models."""

from __future__ import annotations

import json
import logging
import os
import shutil
from pathlib import Path

import pytest
from transformers import AutoModelForImageClassification

from ptmrank_core.catalogue import (
    demo_models,
    fetch,
    local_models,
    local_root_models,
    resolve_models,
    task_category,
)
from ptmrank_core.catalogue.demo import demo_model
from ptmrank_core.errors import (
    InputError,
    ModelNotFoundError,
    UnknownNameError,
    UnsupportedModelError,
    WeightsFormatError,
)
from tests.checkpoints import save_checkpoint

TASK = task_category("image-classification")


def split(folder: Path, *names: str) -> None:
    """Leave nothing of the weights but an index that names these files."""
    (folder / "model.safetensors").unlink()
    index = {"weight_map": {str(number): name for number, name in enumerate(names)}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")


def test_a_folder_of_checkpoints_lists_each(zoo: Path) -> None:
    """Every subfolder with a config is a model, sorted by name, with what its files tell."""
    models = local_models(zoo)
    assert [spec.id for spec in models] == ["convnext-a", "resnet-b", "vit-headless"]
    assert [spec.model_type for spec in models] == ["convnext", "resnet", "vit"]
    assert [spec.n_source_classes for spec in models] == [3, 3, None]
    assert all(len(spec.revision or "") == 64 for spec in models)


def test_parameters_are_counted_as_torch_counts_them(zoo: Path) -> None:
    """The count from the file's header is the count of the loaded model, batch norm's buffers left out."""
    for spec in local_models(zoo)[:2]:
        model = AutoModelForImageClassification.from_pretrained(spec.path)
        assert spec.n_parameters == sum(weights.numel() for weights in model.parameters())


def test_the_revision_follows_the_content(tmp_path: Path) -> None:
    """Changed preprocessing or weights are another revision; a model card is not."""
    folder = save_checkpoint(tmp_path / "model")
    before = local_models(folder)[0].revision
    (folder / "README.md").write_text("A card.", encoding="utf-8")
    assert local_models(folder)[0].revision == before
    processor = json.loads((folder / "preprocessor_config.json").read_text(encoding="utf-8"))
    (folder / "preprocessor_config.json").write_text(
        json.dumps(processor | {"resample": 3}), encoding="utf-8"
    )
    assert local_models(folder)[0].revision != before


@pytest.mark.parametrize(
    ("damage", "error", "message"),
    [
        (lambda f: (f / "config.json").write_text("{"), ModelNotFoundError, "could not be read"),
        (lambda f: (f / "preprocessor_config.json").unlink(), UnsupportedModelError, "has no preproc"),
        (
            lambda f: (f / "model.safetensors").rename(f / "pytorch_model.bin"),
            WeightsFormatError,
            r"has no model.safetensors \(found: pytorch_model.bin\)",
        ),
        (lambda f: (f / "model.safetensors").write_bytes(b"x"), WeightsFormatError, "not an intact"),
        (lambda f: os.truncate(f / "model.safetensors", 5000), WeightsFormatError, "cut short: 5,000 of"),
        (lambda f: split(f, "a.bin"), WeightsFormatError, r"index.json names \['a.bin'\]"),
        (lambda f: split(f, "../model-1-of-1.safetensors"), WeightsFormatError, "index.json names"),
        (
            lambda f: split(f, "model-1-of-2.safetensors", "model-2-of-2.safetensors"),
            WeightsFormatError,
            "lacks 2 of its 2 weight files: model-1-of-2",
        ),
    ],
)
def test_a_damaged_folder_is_told(tmp_path: Path, damage, error, message) -> None:  # noqa: ANN001
    """Each thing that can be wrong has its own message; the folder keeps its place among the others."""
    folder = save_checkpoint(tmp_path / "model")
    damage(folder)
    (spec,) = local_models(folder)
    assert (spec.id, spec.revision) == ("model", None)
    with pytest.raises(error, match=message):
        fetch(spec)


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    """Between plan and run a model's folder may vanish."""
    folder = save_checkpoint(tmp_path / "model")
    (spec,) = local_models(folder)
    assert fetch(spec) is spec
    folder.rename(tmp_path / "moved")
    with pytest.raises(ModelNotFoundError, match="The folder of 'model' does not exist any more"):
        fetch(spec)


def test_an_empty_folder_is_bad_input(tmp_path: Path) -> None:
    """A folder without checkpoints says what was expected."""
    with pytest.raises(InputError, match=r"contains no model \(it is empty\)\. Expected a folder"):
        local_models(tmp_path)


def test_names_resolve_in_the_order_given(zoo: Path) -> None:
    """Demo models, folders and Hub ids mix; nothing is looked up on the network."""
    names = f"google/vit-base-patch16-224,{zoo / 'resnet-b'},demo:convnext-digits"
    models = resolve_models(names, TASK)
    assert [spec.id for spec in models] == ["google/vit-base-patch16-224", "resnet-b", "demo:convnext-digits"]
    assert [spec.source for spec in models] == ["hub", "local", "demo"]
    assert models[0].revision is None


def test_demo_is_the_whole_zoo() -> None:
    """``demo`` means every model of the zoo: ten or more, of four or more families."""
    models = resolve_models("demo", TASK)
    assert [spec.id for spec in models] == [spec.id for spec in demo_models() if TASK.name in spec.tasks]
    assert len(models) >= 10
    assert len({spec.model_type for spec in models}) >= 4
    assert any(spec.n_source_classes is None for spec in models)


def test_the_demo_names_its_controls() -> None:
    """Models without training and models trained on shuffled labels are controls; no other is."""
    assert {spec.id: spec.control for spec in demo_models() if spec.control is not None} == {
        f"demo:{family}-{source}": why
        for family in ("convnext", "modernbert", "whisper")
        for source, why in (("untrained", "untrained weights"), ("shuffled", "shuffled labels"))
    }
    assert demo_model("demo:convnext-untrained", TASK.name).control == "untrained weights"


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("", "No model was named"),
        ("demo:convnext-digit", "Did you mean 'demo:convnext-digits'"),
        ("./not/there", r"'./not/there' is neither a folder here nor a Hub id"),
        ("a/b/c", "'a/b/c' is neither"),
    ],
)
def test_a_name_that_is_no_model_is_told(names: str, message: str) -> None:
    """The message carries the name as it was typed."""
    with pytest.raises(InputError, match=message):
        resolve_models(names, TASK)


def test_a_revision_stands_behind_the_name_of_a_hub_model() -> None:
    """Two revisions of one model are two candidates; one that could be no revision is told."""
    models = resolve_models("org/model@v1.0,org/model@refs/pr/3,org/model", TASK)
    assert [spec.id for spec in models] == ["org/model@v1.0", "org/model@refs/pr/3", "org/model"]
    assert [spec.revision for spec in models] == ["v1.0", "refs/pr/3", None]
    with pytest.raises(InputError, match="'org/model@' is neither"):
        resolve_models("org/model@", TASK)


def test_a_root_offers_its_subfolders(zoo: Path, tmp_path: Path) -> None:
    """Checkpoints right below the root are candidates by name; what is no checkpoint or hidden is none."""
    root = tmp_path / "root"
    shutil.copytree(zoo, root)
    (root / "notes").mkdir()
    shutil.copytree(zoo / "resnet-b", root / ".hidden")
    (root / "linked").symlink_to(root / "resnet-b")
    shutil.copytree(zoo / "resnet-b", root / "damaged")
    (root / "damaged" / "model.safetensors").unlink()
    models = local_root_models(root, tasks=(TASK.name,))
    names = ["convnext-a", "damaged", "linked", "resnet-b", "vit-headless"]
    assert [spec.id for spec in models] == [f"local:{name}" for name in names]
    assert [spec.revision is None for spec in models] == [False, True, False, False, False]
    (one,) = resolve_models("local:resnet-b", TASK, models_dir=root)
    assert one == models[3]
    assert fetch(one) is one
    assert local_root_models(None) == []


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "..",
        ".",
        "",
        "/etc",
        "resnet-b/../../outside",
        "resnet-b/",
        "./resnet-b",
        "link",
        "inner",
    ],
)
def test_no_name_leads_out_of_the_root(
    zoo: Path, tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Paths are no names; folders and files that are links out of the root are not offered, and logged."""
    root, outside = tmp_path / "root", tmp_path / "outside"
    shutil.copytree(zoo / "resnet-b", outside)
    shutil.copytree(zoo / "resnet-b", root / "resnet-b")
    (root / "link").symlink_to(outside)
    shutil.copytree(zoo / "resnet-b", root / "inner")
    (root / "inner" / "model.safetensors").unlink()
    (root / "inner" / "model.safetensors").symlink_to(outside / "model.safetensors")
    with caplog.at_level(logging.WARNING), pytest.raises(UnknownNameError, match=r"Known: local:resnet-b\.$"):
        resolve_models(f"local:{name}", TASK, models_dir=root)
    assert caplog.text.count("leads out of") == 2


def test_a_root_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Whether none is set or it cannot be read, the message names the setting."""
    with pytest.raises(InputError, match=r"no folder of local models is set\. Set PTMRANK_MODELS"):
        resolve_models("local:model", TASK)
    with pytest.raises(InputError, match=r"cannot be read: No such file.*PTMRANK_MODELS"):
        local_root_models(tmp_path / "gone")


def test_two_folders_of_one_name_take_those_of_their_parents(tmp_path: Path) -> None:
    """Rows of a table must not be ambiguous: as many parents are named as it takes, for those alone."""
    places = ["run/a/model", "run/b/model", "other/b/model", "other/c/last"]
    for place in places:
        save_checkpoint(tmp_path / place)
    specs = resolve_models([str(tmp_path / place) for place in places], TASK)
    assert [spec.id for spec in specs] == ["a/model", "run/b/model", "other/b/model", "last"]
    assert [spec.path for spec in specs] == [str(tmp_path / place) for place in places]


def test_a_folder_that_is_named_twice_is_one_model(tmp_path: Path) -> None:
    """The same folder, however it is written, keeps its short name and has one row."""
    folder = save_checkpoint(tmp_path / "a" / "model")
    specs = resolve_models([str(folder), str(tmp_path / "a" / ".." / "a" / "model")], TASK)
    assert [spec.id for spec in specs] == ["model"]


def test_a_folder_named_like_a_model_of_the_hub_is_told_from_it(tmp_path: Path) -> None:
    """A parent's name that makes an id of the Hub is not enough."""
    for place in ("x/org/model", "y/model"):
        save_checkpoint(tmp_path / place)
    names = [str(tmp_path / "x/org/model"), str(tmp_path / "y/model"), "org/model"]
    assert [spec.id for spec in resolve_models(names, TASK)] == ["x/org/model", "y/model", "org/model"]


def test_an_unknown_task_names_the_nearest() -> None:
    """A typing slip is answered with the right name."""
    with pytest.raises(UnknownNameError, match="Did you mean 'image-classification'"):
        task_category("image-clasification")
