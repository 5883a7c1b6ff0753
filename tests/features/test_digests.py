"""No stale features: what a model reads is in the key of its features, file by file."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ptmrank_core.catalogue import local_models
from ptmrank_core.errors import ModelError
from ptmrank_core.features.adapters import merged_folder
from ptmrank_core.features.cache.keys import feature_key
from ptmrank_core.features.encoders import load_encoder
from ptmrank_core.records import ExtractionOptions, FloatArray, Modality, ModelSpec, Waveform
from tests.adapter_checkpoints import save_adapter
from tests.checkpoints import save_checkpoint
from tests.features.test_sentence_encoders import save_dense, save_sentence_encoder, write_json
from tests.language_checkpoints import save_language_model
from tests.sound_checkpoints import save_sound_model

CPU = ExtractionOptions(device="cpu", dtype="float32")
RNG = np.random.default_rng(5)
ITEMS: dict[Modality, Sequence[Any]] = {
    "text": ("the cat sat on the mat", "dog", "unbelievable house rises"),
    "image": tuple(Image.fromarray(RNG.integers(0, 255, (40, 50, 3), np.uint8)) for _ in range(3)),
    "audio": tuple(Waveform(RNG.normal(size=9000).astype(np.float32), 16_000) for _ in range(2)),
}
# Files that lie beside a checkpoint, of which loading reads some if they are there.
BESIDE = {
    "README.md": b"---\npipeline_tag: x\n---",
    "training_args.bin": b"x",
    "pytorch_model.bin": b"x",
    "model.fp16.safetensors": b"x",
    "optimizer.pt": b"x",
    "modeling_own.py": b"raise SystemExit",
    "conftest.py": b"raise SystemExit",
    ".gitattributes": b"x",
    "checkpoint-500/config.json": b"{}",
    "checkpoint-500/model.safetensors": b"x",
    "onnx/model.onnx": b"x",
    "other/config.json": b"{}",
    "other/tokenizer.json": b"{}",
    "trainer_state.json": b"{}",
    "all_results.json": b"{}",
    "image.png": b"x",
}


def _sentences(folder: Path) -> Path:
    """A repository with a dense layer in a folder that sentence-transformers would not name so."""
    save_sentence_encoder(folder, {"pooling_mode_mean_tokens": True}, "Dense")
    modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    modules[2]["path"] = "layers/my dense.v2"
    write_json(folder / "modules.json", modules)
    (folder / "layers").mkdir()
    save_dense(folder / "layers" / "my dense.v2")
    return folder


def _adapter(folder: Path) -> Path:
    transformers = pytest.importorskip("transformers")
    pytest.importorskip("peft", reason="needs the extra peft")
    base = save_language_model(folder.parent / "base", "bert")
    save_adapter(folder, base, transformers.AutoModel)
    return folder


def _sharded(folder: Path) -> Path:
    save_language_model(folder, "gpt2")
    (folder / "model.safetensors").rename(folder / "part one.safetensors")
    from safetensors import safe_open  # noqa: PLC0415

    with safe_open(folder / "part one.safetensors", "np") as weights:
        places = dict.fromkeys(weights.keys(), "part one.safetensors")
    write_json(folder / "model.safetensors.index.json", {"metadata": {}, "weight_map": places})
    return folder


FAMILIES: dict[str, tuple[Modality, Callable[[Path], Path]]] = {
    "vit": ("image", lambda folder: save_checkpoint(folder, "vit")),
    "convnext": ("image", save_checkpoint),
    "bert": ("text", lambda folder: save_language_model(folder, "bert")),
    "gpt2": ("text", lambda folder: save_language_model(folder, "gpt2")),
    "gpt2-sharded": ("text", _sharded),
    "t5": ("text", lambda folder: save_language_model(folder, "t5")),
    "wav2vec2": ("audio", lambda folder: save_sound_model(folder, "wav2vec2")),
    "whisper": ("audio", lambda folder: save_sound_model(folder, "whisper")),
    "sentences": ("text", _sentences),
    "adapter": ("text", _adapter),
}


class Read:
    """A model as the catalogue and the encoder read it."""

    def __init__(self, folder: Path, modality: Modality) -> None:
        self._folder, self._modality = folder, modality

    def key(self) -> str:
        """The key of its features, or why it is refused."""
        [spec] = local_models(self._folder, wanted=self._modality)
        try:
            return feature_key(spec, CPU)
        except ModelError as error:
            return f"refused: {error}"

    def vectors(self) -> FloatArray:
        """Its features, computed."""
        [spec] = local_models(self._folder, wanted=self._modality)
        encoder: Any = load_encoder(self._merged(spec), CPU)
        made = encoder.forward(encoder.collate(encoder.preparer(list(ITEMS[self._modality]))))
        return np.stack([own.embedding for own in made])

    def _merged(self, spec: ModelSpec) -> ModelSpec:
        if spec.base is None:
            return spec
        from ptmrank_core.features.encoders.merging import merge_adapter  # noqa: PLC0415 - needs peft

        root = self._folder.parent / f"merged-{len(list(self._folder.parent.iterdir()))}"
        return merge_adapter(spec, merged_folder(spec, root))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_file_that_changes_features_changes_their_key(tmp_path: Path, family: str) -> None:
    """Each file is changed by itself; where the key stays, it may hold anything, or be gone."""
    modality, make = FAMILIES[family]
    folder = make(tmp_path / "model")
    model = Read(folder, modality)
    own = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    # Weights beside an adapter make it a checkpoint.
    beside = {name: own for name, own in BESIDE.items() if family != "adapter" or "pytorch" not in name}
    for name, content in beside.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    key, before = model.key(), model.vectors()
    unread = []
    for path in dict.fromkeys([*own, *(folder / name for name in beside)]):
        content = path.read_bytes()
        path.write_bytes(content + b" ")
        if model.key() == key:
            unread.append(path)
        path.write_bytes(content)
    assert model.key() == key
    assert not set(unread) & {
        folder / name for name in ("config.json", "model.safetensors", "tokenizer.json")
    }
    for path in unread:
        path.write_bytes(b"\x80 no file of this kind {")
    assert model.key() == key
    np.testing.assert_array_equal(model.vectors(), before)
    for path in unread:
        path.unlink()
    assert model.key() == key
    np.testing.assert_array_equal(model.vectors(), before)


ADDED = {
    "tokenizer.json": ("bert", b'{"version": "1.0"}'),
    "tokenizer.99.json": ("bert", b"{}"),
    "config.99.json": ("vit", b'{"model_type": "bert"}'),
    "vocab.txt": ("bert", b"[PAD]\nthe\n"),
    "added_tokens.json": ("bert", b'{"cat": 1}'),
    "chat_template.jinja": ("gpt2", b"x"),
    "sentence_bert_config.json": ("bert", b'{"max_seq_length": 1}'),
    "modules.json": ("bert", b"[]"),
    "1_Pooling/config.json": ("bert", b"{}"),
    "processor_config.json": ("vit", b"{}"),
    "video_preprocessor_config.json": ("vit", b"{}"),
    "generation_config.json": ("gpt2", b"{}"),
    "adapter_config.json": ("vit", b"{}"),
    "adapter_model.safetensors": ("vit", b"x"),
    "model.safetensors.index.json": ("vit", b'{"weight_map": {}}'),
}


@pytest.mark.parametrize("name", ADDED)
def test_a_file_that_is_added_changes_the_key_or_nothing(tmp_path: Path, name: str) -> None:
    """A file that loading looks for and that was not there is a change like any other."""
    family, content = ADDED[name]
    modality, make = FAMILIES[family]
    folder = make(tmp_path / "model")
    model = Read(folder, modality)
    (folder / name).unlink(missing_ok=True)
    key = model.key()
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    added = model.key()
    if added == key:
        with_it = model.vectors()
        (folder / name).unlink()
        np.testing.assert_array_equal(model.vectors(), with_it)
