"""The guide to models of other libraries: each of its examples is run as it stands there."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from ptmrank_core.benchmarker import Benchmarker
from ptmrank_core.examples import load_image_example
from ptmrank_core.models import Model, Models

GUIDE = Path(__file__).parents[2] / "ptmrank_core" / "script" / "other_libraries.md"
SIZE = 224


def example(title: str) -> str:
    """The first block of code under a title of the guide."""
    section = GUIDE.read_text(encoding="utf-8").split(f"## {title}\n")[1].split("\n## ")[0]
    block = re.search(r"(?:^    .*\n|^\n(?=    ))+", section, re.MULTILINE)
    assert block is not None
    return dedent(block[0]).strip()


def run_example(title: str, **changes: str) -> Model:
    """Run an example, with these texts in it replaced; return the model that it makes."""
    code = example(title)
    for text, other in changes.items():
        assert text in code
        code = code.replace(text, other)
    names: dict[str, Any] = {}
    exec(compile(code, f"{GUIDE.name}: {title}", "exec"), names)  # noqa: S102 - our own guide
    model = names["model"]
    assert isinstance(model, Model)
    return model


def needs(package: str) -> None:
    """Skip a test where a package is not installed."""
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed here")


def write_onnx(path: Path, *, input_name: str = "pixels") -> None:
    """Write a model that pools a picture to a grid of means: (b, 3, 224, 224) -> (b, 147)."""
    onnx = pytest.importorskip("onnx", reason="onnx is not installed here")
    helper, float32 = onnx.helper, onnx.TensorProto.FLOAT
    nodes = [
        helper.make_node("AveragePool", [input_name], ["means"], kernel_shape=[32, 32], strides=[32, 32]),
        helper.make_node("Flatten", ["means"], ["features"]),
    ]
    graph = helper.make_graph(
        nodes,
        "means",
        [helper.make_tensor_value_info(input_name, float32, ["b", 3, SIZE, SIZE])],
        [helper.make_tensor_value_info("features", float32, ["b", 147])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, str(path))


def test_every_example_is_about_ten_lines() -> None:
    """A reader copies it at a glance; each ends with a model under a version."""
    for title in ("timm", "torchvision", "open_clip", "ONNX"):
        lines = [line for line in example(title).splitlines() if line.strip()]
        assert len(lines) <= 12
        assert lines[-1].startswith("model = Model(")
        assert "version=" in lines[-1]


@pytest.mark.parametrize("input_name", ["pixels", "input.1"])
def test_an_onnx_model_is_ranked(input_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its function gives what the graph computes by hand, and a run ranks it beside another."""
    needs("onnxruntime")
    write_onnx(tmp_path / "model.onnx", input_name=input_name)
    monkeypatch.chdir(tmp_path)
    model = run_example("ONNX")
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8))
    assert model.embedding_function is not None
    rows = model.embedding_function([picture, picture.rotate(180)])
    pixels = (np.asarray(picture, np.float64) / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    by_hand = pixels.reshape(7, 32, 7, 32, 3).mean(axis=(1, 3)).transpose(2, 0, 1).ravel()
    np.testing.assert_allclose(rows[0], by_hand, atol=1e-4)
    other = Model("corners", embedding_function=lambda pictures: [_corners(one) for one in pictures])
    benchmarker = Benchmarker(Models([model, other]), store_features=str(tmp_path / "kept"), logme=True)
    result = benchmarker("image-classification", load_image_example(), 2)
    assert set(result.order) == {"onnx-model", "corners"}


def _corners(picture: Image.Image) -> list[float]:
    pixels = np.asarray(picture.convert("L"), dtype=float)
    return [pixels[0, 0], pixels[0, -1], pixels[-1, 0], pixels[-1, -1]]


def _check_pictures(model: Model, width: int) -> None:
    """Check that a function embeds pictures of any mode and size."""
    pictures = [Image.new("RGB", (40, 30), (200, 10, 10)), Image.new("L", (50, 60), 90).convert("RGB")]
    assert model.embedding_function is not None
    rows = np.asarray(model.embedding_function(pictures))
    assert rows.shape == (2, width)
    assert np.isfinite(rows).all()


def test_a_timm_model_is_embedded() -> None:
    """With random weights, since tests reach no network."""
    needs("timm")
    needs("torchvision")  # timm's transforms need it
    _check_pictures(run_example("timm", **{"pretrained=True": "pretrained=False"}), 512)


def test_a_torchvision_model_is_embedded() -> None:
    """With random weights, since tests reach no network."""
    needs("torchvision")
    _check_pictures(run_example("torchvision", **{"weights=weights": "weights=None"}), 512)


def test_an_open_clip_model_is_embedded() -> None:
    """With random weights, since tests reach no network."""
    needs("open_clip")
    _check_pictures(run_example("open_clip", **{"pretrained='laion2b_s34b_b79k'": "pretrained=None"}), 512)


def test_a_static_model_is_embedded(tmp_path: Path) -> None:
    """Its method for lists of texts is the function; the model is a tiny one made here."""
    static = pytest.importorskip("model2vec", reason="model2vec is not installed here")
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0, "cat": 1, "dog": 2}, unk_token="[UNK]"))  # noqa: S106
    tokenizer.pre_tokenizer = Whitespace()
    vectors = np.eye(3, dtype=np.float32)
    static.StaticModel(vectors, tokenizer).save_pretrained(str(tmp_path / "model"))
    change = {"'minishlab/potion-base-8M'": repr(str(tmp_path / "model"))}
    model = run_example("model2vec and other encoders of texts", **change)
    assert model.embedding_function is not None
    assert np.asarray(model.embedding_function(["cat", "dog cat"])).shape == (2, 3)
