"""The files of a checkpoint: all that loading may read is in its digest, and nothing outside is read."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from ptmrank_core.catalogue.checkpoint_files import (
    brings_own_code,
    content_revision,
    is_needed,
    module_folders,
)
from ptmrank_core.catalogue.checkpoints import checkpoint_facts
from ptmrank_core.catalogue.weights import weight_files
from ptmrank_core.errors import ModelError, UnsupportedModelError, WeightsFormatError
from ptmrank_core.features.encoders import load_encoder
from ptmrank_core.records import ExtractionOptions
from tests.checkpoints import save_checkpoint
from tests.features.readings import spec_of
from tests.language_checkpoints import save_language_model
from tests.sound_checkpoints import save_sound_model

BERT = {"model_type": "bert", "architectures": ["BertModel"]}
POOLING = {"pooling_mode_mean_tokens": True}


def save(folder: Path, *files: str) -> Path:
    """A text checkpoint of one weight with other files beside it, or in folders of it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(BERT), encoding="utf-8")
    save_file({"weight": np.zeros((2, 3), dtype=np.float32)}, folder / "model.safetensors")
    for name in ("tokenizer.json", *files):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}", encoding="utf-8")
    return folder


def name_modules(folder: Path, *paths: str, kind: str = "sentence_transformers.models.Pooling") -> Path:
    """Write ``modules.json`` with a transformer at the top and modules at these paths."""
    modules = [{"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"}]
    modules += [{"idx": i, "path": path, "type": kind} for i, path in enumerate(paths, 1)]
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    return folder


def shard(folder: Path, *names: str) -> Path:
    """Leave an index in place of the weights, and write the safetensors that it names."""
    (folder / "model.safetensors").unlink()
    index = {"weight_map": {f"part{i}": name for i, name in enumerate(names)}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    for i, name in enumerate(names):
        if "/" not in name and "\\" not in name:
            save_file({f"part{i}": np.ones((2, 3), np.float32)}, folder / name)
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
        "special_tokens_map.json",
        "vocab.bpe",
        "unigram.json",
        "spm.model",
        "preprocessor_config.json",
        "processor_config.json",
        "video_preprocessor_config.json",
        "generation_config.json",
        "chat_template.jinja",
        "additional_chat_templates/rag.jinja",
        "adapter_config.json",
        "adapter_model.safetensors",
        "modules.json",
        "config_sentence_transformers.json",
        "sentence_bert_config.json",
        "1_Pooling/config.json",
        "2_Dense/model.safetensors",
        "deep/inside/pooling/config.json",
    ],
)
def test_what_loading_may_read_is_part_of_the_revision(tmp_path: Path, name: str) -> None:
    """Another content of any such file is another model."""
    folder = name_modules(save(tmp_path / "model"), "1_Pooling", "2_Dense", "deep/inside/pooling")
    present = folder / name
    present.parent.mkdir(parents=True, exist_ok=True)
    if not present.exists():
        present.write_text("{}", encoding="utf-8")
    before = content_revision(folder)
    if name == "modules.json":
        name_modules(folder, "1_Pooling")
    elif name == "model.safetensors":
        save_file({"weight": np.ones((2, 3), dtype=np.float32)}, present)
    else:
        present.write_text('{"other": 1}', encoding="utf-8")
    assert content_revision(folder) != before


@pytest.mark.parametrize(
    "name",
    [
        *("README.md", "LICENSE", "LICENSE.txt", ".gitattributes", "modeling_own.py", "picture.PNG"),
        *("pytorch_model.bin", "tf_model.h5", "flax_model.msgpack", "model.onnx", "onnx/model.onnx"),
        *("training_args.bin", "optimizer.pt", "trainer_state.json", "eval_results.json", "train.log"),
        *("checkpoint-500/optimizer.pt", "runs/events.out", "model.fp16.safetensors"),
    ],
)
def test_what_loading_never_reads_is_not(tmp_path: Path, name: str) -> None:
    """Cards, code, pictures, records of a training and weights in other formats change no vector."""
    folder = save(tmp_path / "model")
    before = content_revision(folder)
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("anything", encoding="utf-8")
    assert content_revision(folder) == before


def test_every_shard_is_part_of_the_revision(tmp_path: Path) -> None:
    """So is the index, which says which tensor is in which file."""
    names = ("model.safetensors-00001-of-00002.safetensors", "model.safetensors-00002-of-00002.safetensors")
    folder = shard(save(tmp_path / "model"), *names)
    before = content_revision(folder)
    save_file({"part1": np.zeros((2, 3), np.float32)}, folder / names[1])
    assert content_revision(folder) != before


_opened: list[list[str]] = []


def _note_opened(event: str, args: tuple[Any, ...]) -> None:
    if _opened and event == "open" and isinstance(args[0], str | Path):
        _opened[-1].append(str(args[0]))


@contextmanager
def opened_files() -> Iterator[list[str]]:
    """Note the names of all files that Python opens."""
    if not hasattr(_note_opened, "is_hooked"):
        sys.addaudithook(_note_opened)
        _note_opened.is_hooked = True  # type: ignore[attr-defined] # an audit hook cannot be removed
    _opened.append([])
    try:
        yield _opened[-1]
    finally:
        _opened.pop()


def _sentences(folder: Path) -> Path:
    name_modules(save_language_model(folder, "bert"), "pooling/of/mine")
    (folder / "pooling/of/mine").mkdir(parents=True)
    (folder / "pooling/of/mine/config.json").write_text(json.dumps(POOLING), encoding="utf-8")
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 20}', encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("modality", "make"),
    [
        ("text", _sentences),
        ("text", lambda folder: save_language_model(folder, "gpt2")),
        ("text", lambda folder: save_language_model(folder, "t5")),
        ("image", save_checkpoint),
        ("audio", lambda folder: save_sound_model(folder, "whisper")),
        ("audio", lambda folder: save_sound_model(folder, "wav2vec2")),
    ],
)
def test_no_file_is_opened_that_is_not_in_the_revision(
    tmp_path: Path, modality: Any, make: Callable[[Path], Path]
) -> None:
    """Whatever transformers opens of a checkpoint changes its revision when it changes."""
    folder = make(tmp_path / "model")
    with opened_files() as names:
        load_encoder(spec_of(folder, modality), ExtractionOptions(device="cpu", dtype="float32"))
    inside = {Path(name).relative_to(folder) for name in names if Path(name).is_relative_to(folder)}
    assert Path("config.json") in inside
    for name in sorted(inside):
        before = content_revision(folder)
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content + b" ")
        assert content_revision(folder) != before, name
        (folder / name).write_bytes(content)


@pytest.mark.parametrize(
    "names",
    [
        ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"),
        ("model.safetensors-00001-of-00001.safetensors",),
        ("layers-0.safetensors", "layers-1.safetensors", "embeddings.safetensors"),
        ("pytorch_model-1.safetensors", "weights (copy).safetensors"),
    ],
)
def test_an_index_may_name_any_safetensors_of_its_folder(tmp_path: Path, names: tuple[str, ...]) -> None:
    """Releases name their parts in many ways."""
    folder = shard(save(tmp_path / "model"), *names)
    assert {path.name for path in weight_files(folder, "model")} == set(names)
    assert checkpoint_facts(folder)["n_parameters"] == 6 * len(names)


@pytest.mark.parametrize(
    "name",
    [
        "../model-1-of-1.safetensors",
        "/etc/x.safetensors",
        "sub/x.safetensors",
        "..\\x.safetensors",
        "a.bin",
        "",
    ],
)
def test_an_index_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    """A path is no name, and a pickle is no safetensors."""
    folder = shard(save(tmp_path / "model"), *([name] if name else []))
    with pytest.raises(WeightsFormatError, match=r"index\.json names .*expected safetensors files"):
        checkpoint_facts(folder)


@pytest.mark.parametrize(
    "path", ["../outside", "/outside", "1_Pooling/../../outside", "..\\outside", "C:\\outside", ".."]
)
def test_a_module_outside_of_the_checkpoint_is_refused(tmp_path: Path, path: str) -> None:
    """The message names the path; nothing there is read."""
    folder = name_modules(save(tmp_path / "model"), path)
    with pytest.raises(UnsupportedModelError) as caught:
        checkpoint_facts(folder)
    assert repr(path) in str(caught.value)
    assert "outside of the checkpoint" in str(caught.value)
    with pytest.raises(UnsupportedModelError):
        content_revision(folder)


def test_a_module_behind_a_link_is_not_read(tmp_path: Path) -> None:
    """A link out of the checkpoint is no other than a path out of it."""
    folder = name_modules(save_language_model(tmp_path / "model", "bert"), "1_Pooling")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "config.json").write_text(json.dumps(POOLING), encoding="utf-8")
    (folder / "1_Pooling").symlink_to(tmp_path / "outside", target_is_directory=True)
    with pytest.raises(UnsupportedModelError, match="outside of it"):
        load_encoder(spec_of(folder, "text"), ExtractionOptions(device="cpu", dtype="float32"))


@pytest.mark.parametrize("content", ["{", '{"a": 1}', '["x"]', '[{"type": "T"}]'])
def test_modules_that_cannot_be_read_are_told(tmp_path: Path, content: str) -> None:
    """A broken list of modules is an error of the model."""
    folder = save(tmp_path / "model")
    (folder / "modules.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=r"modules\.json of model could not be read"):
        checkpoint_facts(folder)


def test_what_is_fetched_follows_the_modules(tmp_path: Path) -> None:
    """Folders of any name are fetched once modules.json names them."""
    modules = module_folders(name_modules(save(tmp_path / "model"), "pool", "a/b"), "model")
    assert modules == ["pool", "a/b"]
    assert not is_needed("pool/config.json")
    assert all(is_needed(name, modules) for name in ("pool/config.json", "a/b/model.safetensors"))
    assert not is_needed("onnx/config.json", modules)
    assert not is_needed("pool/model.onnx", modules)


AUTO = {"auto_map": {"AutoModel": "modeling_own.OwnModel"}}


@pytest.mark.parametrize(
    "make",
    [
        lambda f: (f / "config.json").write_text(json.dumps(BERT | AUTO)),
        lambda f: (f / "tokenizer_config.json").write_text(json.dumps(AUTO)),
        lambda f: (f / "preprocessor_config.json").write_text(json.dumps(AUTO)),
        lambda f: (f / "modeling_own.py").write_text("raise SystemExit"),
        lambda f: (f / "tokenization_own_fast.py").write_text("raise SystemExit"),
        lambda f: (f / "custom_st.py").write_text("raise SystemExit"),
        lambda f: name_modules(f, "1_Pooling", kind="custom_st.Pooling"),
    ],
)
def test_a_checkpoint_that_brings_code_is_known(tmp_path: Path, make: Callable[[Path], Any]) -> None:
    """Wherever its files name a class of its own, or hold one."""
    folder = save(tmp_path / "model")
    assert not brings_own_code(folder)
    make(folder)
    assert brings_own_code(folder)
    assert checkpoint_facts(folder)["own_code"] is True


@pytest.mark.parametrize("name", ["handler.py", "train.py", "README.md"])
def test_a_script_beside_a_checkpoint_is_no_code_of_its_model(tmp_path: Path, name: str) -> None:
    """How it was trained or served says nothing of what it is."""
    folder = name_modules(save(tmp_path / "model", name), "1_Pooling")
    assert not brings_own_code(folder)
    assert brings_own_code(folder, [name, "configuration_own.py"])
