"""Folders of models that somebody made up: each is refused with what is wrong, and nothing hangs."""

from __future__ import annotations

import json
import os
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save, save_file

from ptmrank_core.catalogue import local_models
from ptmrank_core.catalogue.checkpoint_files import content_revision, read_json
from ptmrank_core.catalogue.checkpoints import checkpoint_facts
from ptmrank_core.catalogue.local import read_local
from ptmrank_core.catalogue.regular_files import load_json
from ptmrank_core.errors import ModelError, ModelNotFoundError, UnsupportedModelError, WeightsFormatError
from ptmrank_core.records import ModelSpec
from ptmrank_core.records.foreign import open_regular

needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes of POSIX")
CONFIG = {
    "model_type": "bert",
    "architectures": ["BertModel"],
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "vocab_size": 320,
}
WEIGHTS = {"embeddings.weight": np.ones((320, 16), np.float32), "layer.weight": np.ones((16, 16), np.float32)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a config, a tokenizer and weights, as far as the catalogue looks."""
    folder = tmp_path / "bert"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(CONFIG))
    (folder / "tokenizer.json").write_text("{}")
    save_file(WEIGHTS, folder / "model.safetensors")
    return folder


def refusal(folder: Path) -> str:
    """The message and the hint with which a folder is refused."""
    spec = ModelSpec(folder.name, "local", "text", path=str(folder))
    with pytest.raises(ModelError) as caught:
        read_local(spec)
    assert caught.value.hint
    assert "\n" not in caught.value.message
    return str(caught.value)


def bind_socket(path: Path) -> None:
    """Put a socket in the place of a file; its address may not be long."""
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(path.name)
    finally:
        os.chdir(here)


PLACED: dict[str, tuple[Callable[[Path], object], str]] = {
    "pipe": (os.mkfifo, "is a named pipe"),
    "socket": (bind_socket, "is a socket"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "is a device"),
    "folder": (lambda path: path.mkdir(), "is a folder"),
    "loop": (lambda path: path.symlink_to(path.name), "is a link that cannot be followed"),
}


@needs_pipes
@pytest.mark.parametrize("kind", PLACED)
@pytest.mark.parametrize(
    "name", ["tokenizer.json", "generation_config.json", "whatever.json", "1_Pooling/config.json"]
)
def test_what_is_no_file_is_refused_by_name(folder: Path, kind: str, name: str) -> None:
    """Whether it is read or not: a library that loads the model might open it and wait for good."""
    place, words = PLACED[kind]
    path = folder / name
    path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True)
    place(path)
    message = refusal(folder)
    assert words in message
    assert f"{name} of bert" in message


@needs_pipes
@pytest.mark.parametrize("kind", ["pipe", "socket", "device", "folder", "loop"])
@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "adapter_config.json", "modules.json"])
def test_a_folder_of_models_is_listed_whatever_stands_in_it(folder: Path, kind: str, name: str) -> None:
    """The model beside it is there, and nothing is waited for."""
    good = folder.parent / "good"
    good.mkdir()
    for path in folder.iterdir():
        (good / path.name).write_bytes(path.read_bytes())
    (folder / name).unlink(missing_ok=True)
    PLACED[kind][0](folder / name)
    listed = {spec.id: spec.revision for spec in local_models(folder.parent, wanted="text")}
    assert listed["good"] is not None
    assert listed.get("bert") is None


@needs_pipes
def test_a_pipe_is_not_even_opened(tmp_path: Path) -> None:
    """Opening it to read would wait for a writer."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="pipe is a named pipe, no file"):
        open_regular(tmp_path / "pipe")


def header(change: Callable[[dict[str, Any]], object], body: bytes | None = None) -> bytes:
    """A safetensors file whose header was changed."""
    whole = save(WEIGHTS)
    (size,) = struct.unpack("<Q", whole[:8])
    content = json.loads(whole[8 : 8 + size])
    change(content)
    text = json.dumps(content).encode()
    return struct.pack("<Q", len(text)) + text + (whole[8 + size :] if body is None else body)


def first(**facts: Any) -> Callable[[dict[str, Any]], object]:
    """Change facts of one tensor."""
    return lambda content: content["layer.weight"].update(facts)


LONG = b'{"a":{"dtype":"F32","shape":[' + b"9" * 5000 + b'],"data_offsets":[0,4]}}'
HEADERS: dict[str, bytes] = {
    "no-shape": header(lambda content: content["layer.weight"].pop("shape")),
    "no-type": header(lambda content: content["layer.weight"].pop("dtype")),
    "shape-of-text": header(first(shape="x")),
    "shape-negative": header(first(shape=[-16, -16])),
    "shape-of-numbers": header(first(shape=[16.0, 16.0])),
    "shape-too-large": header(first(shape=[2**40, 2**40])),
    "shape-too-small": header(first(shape=[1])),
    "offsets-reversed": header(first(data_offsets=[1024, 0])),
    "offsets-negative": header(first(data_offsets=[-1024, 0])),
    "offsets-one": header(first(data_offsets=[0])),
    "offsets-of-text": header(first(data_offsets=["a", "b"])),
    "type-of-number": header(first(dtype=5)),
    "tensor-of-number": header(lambda content: content.update({"layer.weight": 5})),
    "deep": struct.pack("<Q", 10**6) + b"[" * 10**6,
    "size-beyond": struct.pack("<Q", 2**63) + b"{}",
    "long-number": struct.pack("<Q", len(LONG)) + LONG,
    "pickle": b"\x80\x04cos\nsystem\n(S'true'\ntR.",
    "empty": b"",
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_lies_is_no_intact_file(folder: Path, name: str) -> None:
    """What it says is compared with itself before a size is computed from it."""
    (folder / "model.safetensors").write_bytes(HEADERS[name])
    assert "model.safetensors is not an intact safetensors file" in refusal(folder)


def test_a_header_that_is_too_long_is_not_read(folder: Path) -> None:
    """The format allows 100 MB; read into objects that is more than the dashboard may take."""
    text = b'{"a":[' + b"[]," * 6_000_000 + b"[]]}"
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text)
    assert "The header of model.safetensors has 17 MB; at most 16 are read." in refusal(folder)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            {"num_hidden_layers": 10**6},
            "num_hidden_layers in config.json of bert is 1000000, and its weights hold 2",
        ),
        (
            {"hidden_size": 10**9},
            "hidden_size in config.json of bert is 1000000000, and its weights hold 2 tensors",
        ),
        ({"vocab_size": 10**12}, "expected at most 1,000,000"),
        ({"vocab_size": float("inf")}, "vocab_size in config.json of bert is inf"),
        ({"text_config": {"n_layer": 10**7}}, "text_config.n_layer in config.json"),
        ({"depths": [10**6, 1]}, "depths in config.json of bert is 1000001"),
        ({"hidden_sizes": [10**9, 1.5, float("inf")]}, "hidden_sizes in config.json of bert is"),
        ({"max_position_embeddings": 10**12}, "expected at most 1,000,000,000"),
        ({"hidden_size": int("9" * 100)}, "hidden_size in config.json of bert is a number of 100 digits"),
        ({"num_hidden_layers": -1}, "num_hidden_layers in config.json of bert is -1; expected at least 0."),
        ({"hidden_size": 0}, "hidden_size in config.json of bert is 0; expected at least 1."),
        ({"num_labels": -3}, "num_labels in config.json of bert is -3; expected at least 0."),
        ({f"key{i}": 0 for i in range(10_001)}, "config.json has 10,006 entries; expected at most 10,000."),
    ],
)
def test_sizes_beyond_the_weights_are_refused_before_anything_is_built(
    folder: Path, values: dict[str, Any], words: str
) -> None:
    """The entry, its value and what the weights allow, from the small files alone."""
    (folder / "config.json").write_text(json.dumps({**CONFIG, **values}))
    assert words in refusal(folder)


@pytest.mark.parametrize(
    "values",
    [
        {"rope_theta": 10**7, "max_position_embeddings": 10**6, "sliding_window": -1},
        {"vision_feature_layer": -2, "eos_token_id": 10**7, "chunk_size_feed_forward": 0},
        {"num_hidden_layers": 900, "transformers_version": "5.0", "seed": 2**40},
    ],
)
def test_large_numbers_that_are_no_sizes_are_no_concern(folder: Path, values: dict[str, Any]) -> None:
    """Bases of rotary positions, limits of length, ids, layers that share their weights."""
    (folder / "config.json").write_text(json.dumps({**CONFIG, **values}))
    assert checkpoint_facts(folder)["n_parameters"] == 5376


@pytest.mark.parametrize(
    "shard", ["../../etc/passwd", "/etc/passwd", "..", "x\0.safetensors", "..\\x.safetensors", 5]
)
def test_an_index_stays_in_its_folder(folder: Path, shard: Any) -> None:
    """Files of weights are plain names."""
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": shard}}))
    assert "expected safetensors files of the same folder" in refusal(folder)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[" * 100_000, "nested more than"),
        ('{"a": "' + "x" * 2**24 + '"}', "is larger than 16 MB"),
        ("", "is not JSON"),
        ('{"a": ' + "9" * 5000 + "}", "digits"),
    ],
)
def test_odd_json_is_told(tmp_path: Path, content: str, words: str) -> None:
    """In one sentence, and in bounded memory."""
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(ModelNotFoundError, match=words):
        read_json(tmp_path / "config.json")
    with pytest.raises(ValueError, match=words):
        load_json(tmp_path / "config.json")


@pytest.mark.parametrize(
    ("modules", "words"),
    [
        ({"a": 1}, "it is no list of modules"),
        (["x"], "module 0 is 'x'"),
        ([{"type": "sentence_transformers.models.Pooling", "path": 5}], "module 0 is {'type'"),
        ([{"type": 5, "path": "1_Pooling"}], "module 0 is {'type'"),
        ([{"type": "sentence_transformers.models.Pooling", "path": "a\0b"}], "has the path"),
        ([{"type": "sentence_transformers.models.Pooling", "path": "../x"}], "outside of the checkpoint"),
        ([{"type": "sentence_transformers.models.Pooling", "path": "/etc"}], "outside of the checkpoint"),
    ],
)
def test_modules_that_are_no_modules_are_told(folder: Path, modules: Any, words: str) -> None:
    """By their number, with what stands there."""
    (folder / "modules.json").write_text(json.dumps(modules))
    assert words in refusal(folder)


def test_every_folder_that_modules_name_is_in_the_revision(folder: Path) -> None:
    """Whatever it is called, and whatever is in it."""
    kind = "sentence_transformers.models"
    modules = [{"type": f"{kind}.Transformer", "path": ""}, {"type": f"{kind}.Dense", "path": "my/dense"}]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "my" / "dense").mkdir(parents=True)
    seen = {content_revision(folder)}
    for name in ("config.json", "model.safetensors", "other.json"):
        (folder / "my" / "dense" / name).write_text("{}")
        seen.add(content_revision(folder))
    assert len(seen) == 4


def test_errors_are_of_the_kind_that_fails_a_model_alone(folder: Path) -> None:
    """A folder that cannot be read stays in the list, without a revision."""
    (folder / "model.safetensors").write_bytes(HEADERS["no-shape"])
    (spec,) = local_models(folder, wanted="text")
    assert spec.revision is None
    with pytest.raises(WeightsFormatError):
        checkpoint_facts(folder)
    (folder / "config.json").write_text(json.dumps({**CONFIG, "hidden_size": 10**9}))
    save_file(WEIGHTS, folder / "model.safetensors")
    with pytest.raises(UnsupportedModelError):
        checkpoint_facts(folder)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="a file that gives errors when it is read")
@pytest.mark.parametrize("name", ["tokenizer.json", "model.safetensors", "config.json"])
def test_a_file_that_gives_errors_when_it_is_read_is_told(folder: Path, name: str) -> None:
    """A damaged disk, or a file of another user: it looks like a file."""
    (folder / name).unlink()
    (folder / name).symlink_to("/proc/self/mem")
    message = refusal(folder)
    assert name in message
    assert "Input/output error" in message


def test_an_index_of_many_files_names_a_few(folder: Path) -> None:
    """Of those that are missing."""
    (folder / "model.safetensors").unlink()
    shards = {"weight_map": {str(i): f"model-{i:04}.safetensors" for i in range(2000)}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(shards))
    assert "bert lacks 2000 of its 2000 weight files: model-0000.safetensors, " in refusal(folder)
    assert "model-0004.safetensors, ...." in refusal(folder)
