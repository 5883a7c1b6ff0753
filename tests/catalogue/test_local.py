"""Local folders and the demo zoo as models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from transformers import AutoModelForImageClassification

from ptmrank_core.catalogue import demo_models, fetch, local_models, resolve_models, task_category
from ptmrank_core.errors import (
    InputError,
    ModelNotFoundError,
    UnknownNameError,
    UnsupportedModelError,
    WeightsFormatError,
)
from tests.checkpoints import save_checkpoint

TASK = task_category("image-classification")


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
            r"has no .safetensors file \(found: pytorch_model.bin\)",
        ),
        (lambda f: (f / "model.safetensors").write_bytes(b"x"), WeightsFormatError, "not an intact"),
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
    with pytest.raises(ModelNotFoundError, match="The folder of 'model' is gone"):
        fetch(spec)


def test_an_empty_folder_is_bad_input(tmp_path: Path) -> None:
    """A folder without checkpoints says what was expected."""
    with pytest.raises(InputError, match=r"holds no model. Expected a folder with config.json"):
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


def test_two_folders_of_one_name_are_refused(tmp_path: Path) -> None:
    """Rows of a table must not be ambiguous."""
    for place in ("a", "b"):
        save_checkpoint(tmp_path / place / "model")
    with pytest.raises(InputError, match="Two models are named 'model'"):
        resolve_models([str(tmp_path / "a" / "model"), str(tmp_path / "b" / "model")], TASK)


def test_an_unknown_task_names_the_nearest() -> None:
    """A typing slip is answered with the right name."""
    with pytest.raises(UnknownNameError, match="Did you mean 'image-classification'"):
        task_category("image-clasification")
