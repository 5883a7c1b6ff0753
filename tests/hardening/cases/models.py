"""Cases of model folders: a checkpoint of the demo zoo, and what is changed in it."""

from __future__ import annotations

import json
import os
import shutil
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ptmrank_core.config import ASSETS

__all__ = ["BAD_MODELS", "copy_checkpoint", "save_dense", "save_stacked"]

ZOO = ASSETS / "demo" / "zoo"
HOSTILE_REGEX = "(([a-z])+.)+[A-Z]([a-z])+$"
NO_SHAPE = b'{"a": {"dtype": "F32", "data_offsets": [0, 8]}}'
Change = Callable[[Path], object]


def copy_checkpoint(folder: Path, name: str = "bert-areas") -> Path:
    """Copy a checkpoint of the demo zoo."""
    return shutil.copytree(ZOO / name, folder)


def _config(**changes: Any) -> Change:
    return _json("config.json", **changes)


def _json(name: str, **changes: Any) -> Change:
    """Change fields of a JSON file; a name with two underscores is a path."""

    def change(folder: Path) -> None:
        told = json.loads((folder / name).read_text(encoding="utf-8"))
        for path, value in changes.items():
            *parents, last = path.split("__")
            inner = told
            for parent in parents:
                inner = inner[parent]
            inner[last] = value
        (folder / name).write_text(json.dumps(told), encoding="utf-8")

    return change


def _header(told: bytes, body: bytes = b"\0" * 8) -> Change:
    data = struct.pack("<Q", len(told)) + told + body
    return lambda folder: (folder / "model.safetensors").write_bytes(data)


def _instead(name: str, make: Callable[[Path], object]) -> Change:
    """Put something else in the place of a file."""

    def change(folder: Path) -> None:
        (folder / name).unlink()
        make(folder / name)

    return change


def _written(name: str, text: str) -> Change:
    return lambda folder: (folder / name).write_text(text, encoding="utf-8")


BAD_MODELS: Mapping[str, Change] = {
    "architectures-a-number": _config(architectures=5),
    "labels-a-word": _config(id2label=None, num_labels="many"),
    "model-type-a-list": _config(model_type=["bert"]),
    "a-million-layers": _config(num_hidden_layers=10**6),
    "vocabulary-of-terabytes": _config(vocab_size=10**12),
    "heads-do-not-divide": _config(num_attention_heads=7),
    "header-without-shapes": _header(NO_SHAPE),
    "header-not-an-object": _header(b"[]"),
    "header-of-numbers": _header(b'{"a": 1}'),
    "header-with-a-shape-of-texts": _header(
        b'{"a": {"dtype": "F32", "shape": ["x"], "data_offsets": [0, 8]}}'
    ),
    "tokenizer-that-panics": _json(
        "tokenizer.json", normalizer={"type": "Replace", "pattern": {"Regex": HOSTILE_REGEX}, "content": "x"}
    ),
    "tokenizer-without-words": _json("tokenizer.json", model__vocab={}),
    "tokenizer-config-a-list": _written("tokenizer_config.json", "[]"),
    "config-nested-deeply": _written("config.json", "[" * 100_000),
    "tokenizer-a-pipe": _instead("tokenizer.json", os.mkfifo),
    "weights-a-pipe": _instead("model.safetensors", os.mkfifo),
    "weights-a-folder": _instead("model.safetensors", Path.mkdir),
    "weights-without-end": _instead("model.safetensors", lambda path: path.symlink_to("/dev/zero")),
    "tokenizer-without-end": _instead("tokenizer.json", lambda path: path.symlink_to("/dev/zero")),
}
"""What is wrong with a model, as the name of its folder."""


def save_dense(folder: Path, seed: float) -> None:
    """Write a layer of sentence-transformers from 64 to 4 numbers."""
    weight = [((i * 37 + j * 11) % 17 - 8) * seed for j in range(4) for i in range(64)]
    body = struct.pack(f"<{len(weight)}f", *weight) + struct.pack("<4f", 0, 0, 0, 0)
    header = {
        "linear.weight": {"dtype": "F32", "shape": [4, 64], "data_offsets": [0, 1024]},
        "linear.bias": {"dtype": "F32", "shape": [4], "data_offsets": [1024, 1040]},
    }
    told = json.dumps(header).encode()
    folder.mkdir(exist_ok=True)
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(told)) + told + body)
    activation = "torch.nn.modules.linear.Identity"
    config = {"in_features": 64, "out_features": 4, "bias": True, "activation_function": activation}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def save_stacked(folder: Path) -> Path:
    """Save a model of sentence-transformers whose last layer lies in a folder of an unusual name."""
    copy_checkpoint(folder)
    kinds = {"": "Transformer", "1_Pooling": "Pooling", "my_dense": "Dense"}
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(kinds.items())
    ]
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    (folder / "1_Pooling").mkdir()
    pooling = {"pooling_mode_mean_tokens": True, "word_embedding_dimension": 64}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling), encoding="utf-8")
    save_dense(folder / "my_dense", 0.1)
    return folder
