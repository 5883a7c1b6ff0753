"""Candidates of a script: what a model may be, lists of them, and those of a mapping.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ptmrank_core.catalogue import task_category
from ptmrank_core.catalogue.mapping import write_mapping
from ptmrank_core.errors import InputError, UnknownNameError
from ptmrank_core.models import Model, Models, ModelsPeatMOSS

IMAGES = task_category("image-classification")
EMBEDDINGS = np.arange(12.0).reshape(4, 3)


def ones(batch: list[Any]) -> np.ndarray:
    """A function of one feature."""
    return np.ones((len(batch), 1))


def test_a_name_alone_is_a_model_of_the_hub() -> None:
    """Or of the demo zoo, as on the command line; the task category goes with it."""
    (hub,) = Model("google/vit-base-patch16-224").specs(IMAGES)
    assert (hub.id, hub.source, hub.revision, hub.tasks) == (
        *("google/vit-base-patch16-224", "hub", None),
        ("image-classification",),
    )
    (demo,) = Model("demo:vit-digits").specs(IMAGES)
    assert (demo.id, demo.source) == ("demo:vit-digits", "demo")


def test_a_checkpoint_is_read_under_the_name_given(zoo: Path) -> None:
    """From its folder, with the digest of its content as its revision."""
    (spec,) = Model("mine", ckpt=zoo / "resnet-b").specs(IMAGES)
    assert (spec.id, spec.source, spec.path) == ("mine", "local", str(zoo / "resnet-b"))
    assert spec.model_type == "resnet"
    (again,) = Model("other", ckpt=str(zoo / "resnet-b")).specs(IMAGES)
    assert spec.revision == again.revision is not None


def test_a_function_may_stand_beside_its_checkpoint(tmp_path: Path) -> None:
    """As in the original's example: the function makes the features, the checkpoint is only noted."""
    (spec,) = Model(model_name="mine", ckpt=tmp_path / "model.pt", embedding_function=ones).specs(IMAGES)
    assert (spec.source, spec.revision, spec.path) == ("function", None, str(tmp_path / "model.pt"))
    (kept,) = Model("mine", embedding_function=ones, version="3").specs(IMAGES)
    assert kept.revision == "3"


def test_embeddings_are_their_own_version() -> None:
    """A tensor counts as an array; what differs in a number or in shape is another model."""
    revisions = {
        Model("mine", embeddings=array).specs(IMAGES)[0].revision
        for array in (EMBEDDINGS, torch.tensor(EMBEDDINGS + 1, requires_grad=True), EMBEDDINGS.reshape(2, 6))
    }
    assert len(revisions) == 3
    model = Model("mine", embeddings=EMBEDDINGS)
    assert model.specs(IMAGES)[0].source == "features"
    assert model.embeddings is not EMBEDDINGS
    assert EMBEDDINGS.flags.writeable


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"model_name": " "}, "A model's name is ' '"),
        ({"model_name": None}, "A model's name is None"),
        ({"embedding_function": "f"}, "The embedding_function of 'mine' cannot be called"),
        ({"embedding_function": ones, "embeddings": EMBEDDINGS}, "both an embedding_function and embeddings"),
        ({"version": "1"}, "The version of 'mine' is '1'; expected a text beside an embedding_function"),
        ({"embedding_function": ones, "version": 1}, "The version of 'mine' is 1"),
        ({"embeddings": np.ones(3)}, r"of shape \(3,\) and float64"),
        ({"embeddings": np.ones((0, 3))}, r"of shape \(0, 3\) and float64"),
        ({"embeddings": [["a"]]}, "expected real numbers"),
        ({"embeddings": [[1.0], [1.0, 2.0]]}, "are no array"),
        ({"embeddings": [[np.nan]]}, "hold NaN or infinity"),
        ({"ckpt": "nowhere"}, "The ckpt of 'mine', 'nowhere', is no folder of a checkpoint"),
    ],
)
def test_parts_that_do_not_fit_are_refused_at_once(arguments: dict[str, Any], message: str) -> None:
    """When the model is made, with its name and what came."""
    with pytest.raises(InputError, match=message):
        Model(**({"model_name": "mine"} | arguments))


def test_a_checkpoint_that_went_away_is_named(zoo: Path, tmp_path: Path) -> None:
    """Between the making of the model and its use."""
    folder = tmp_path / "moved"
    folder.mkdir()
    (folder / "config.json").write_bytes((zoo / "resnet-b" / "config.json").read_bytes())
    model = Model("mine", ckpt=folder)
    (folder / "config.json").unlink()
    with pytest.raises(InputError, match="The ckpt of 'mine'"):
        model.specs(IMAGES)


def test_models_take_models_and_names() -> None:
    """Mixed, in their order; a slice is Models again."""
    own = Model("mine", embedding_function=ones)
    models = Models(["google/vit", own, "microsoft/resnet-50"])
    assert len(models) == 3
    assert models[1] is own
    assert [model.model_name for model in models] == ["google/vit", "mine", "microsoft/resnet-50"]
    assert isinstance(models[1:], Models)
    assert models[1:][0] is own
    assert [model.model_name for model in Models("google/vit")] == ["google/vit"]
    assert len(Models(models)) == 3
    assert repr(Models(["a/b"])) == "Models([Model('a/b')])"
    with pytest.raises(InputError, match="3 is no model"):
        Models(["google/vit", 3])  # type: ignore[list-item]


def test_the_models_of_a_category_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Plain ids are Models, which the original refuses; its slugs are understood; both shapes are read.

    Categories whose models cannot be ranked, and strays, are there too: what is asked of them is told then.
    """
    file = tmp_path / "mapping.json"
    records = [
        ["image-classification,object-detection", "b/second"],
        ["Image Classification", "a/first"],
        ["text-classification,text-to-image", "c/text"],
        ["graph-ml", "d/graph"],
        ["none", "e/stray"],
    ]
    file.write_text(json.dumps(records), encoding="utf-8")
    mapped = ModelsPeatMOSS(str(file))
    for name in ("image-classification", "Image Classification", " image-CLASSIFICATION "):
        assert [model.model_name for model in mapped[name]] == ["b/second", "a/first"]
    assert list(mapped) == [
        *("image-classification", "object-detection", "text-classification", "text-to-image"),
        *("graph-machine-learning", "none"),
    ]
    assert len(mapped) == 6
    assert [model.model_name for model in mapped["graph-ml"]] == ["d/graph"]  # today's name of the category
    write_mapping(file, {"fill-mask": ["d/one"]}, shape="ptmrank")
    assert [model.model_name for model in ModelsPeatMOSS(file)["fill-mask"]] == ["d/one"]


def test_a_category_without_models_is_no_empty_list(tmp_path: Path) -> None:
    """The original gives nothing to rank in silence; here the nearest categories of the file are named."""
    file = tmp_path / "mapping.json"
    write_mapping(file, {"image-classification": ["a/b"]})
    with pytest.raises(UnknownNameError, match="Did you mean 'image-classification'") as caught:
        ModelsPeatMOSS(file)["image-classfication"]
    assert "mapping.json" in caught.value.message
    with pytest.raises(UnknownNameError, match="Known: image-classification"):
        ModelsPeatMOSS(file)["fill-mask"]
    with pytest.raises(InputError, match="A whole mapping is no list of models"):
        Models(ModelsPeatMOSS(file))  # type: ignore[arg-type]
