"""Formats that are not read: each refusal names what was found and what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from ptmrank_core.catalogue import local_models, resolve_models, task_category
from ptmrank_core.catalogue.checkpoints import checkpoint_facts
from ptmrank_core.catalogue.formats import no_weights
from ptmrank_core.catalogue.weights import weight_files
from ptmrank_core.errors import (
    InputError,
    ModelError,
    ModelNotFoundError,
    UnsupportedModelError,
    WeightsFormatError,
)

TEXTS = task_category("text-classification")
BERT = {"model_type": "bert", "architectures": ["BertModel"]}
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 438000000\n"


def save(folder: Path, config: dict[str, Any], *files: str, weights: bool = True) -> Path:
    """A folder with a config, a tokenizer, other files, and safetensors unless it has none."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}", encoding="utf-8")
    if weights:
        save_file({"weight": np.zeros((2, 3), dtype=np.float32)}, folder / "model.safetensors")
    return folder


def refusal(folder: Path, error: type[ModelError] = WeightsFormatError) -> str:
    """The whole message of the error that a folder gives."""
    with pytest.raises(error) as caught:
        checkpoint_facts(folder)
    return str(caught.value)


@pytest.mark.parametrize(
    ("files", "words", "remedy"),
    [
        (["model-Q4_K_M.gguf"], "GGUF", "Give the model that it was made from"),
        (["ggml-model-f16.gguf", "README.md"], "GGUF", "config.json with model.safetensors"),
        (["model.onnx"], "ONNX", "a function of your own"),
        (["onnx/model_quantized.onnx"], "ONNX", "features that you extracted"),
        (["tf_model.h5"], "TensorFlow weights", "from_tf=True"),
        (["tf_model-00001-of-00002.h5", "tf_model.h5.index.json"], "TensorFlow weights", "from_tf=True"),
        (["flax_model.msgpack"], "Flax weights", "from_flax=True"),
        (["openvino_model.xml", "openvino_model.bin"], "OpenVINO", "model.safetensors"),
        (["model.tflite"], "TensorFlow Lite", "a function of your own"),
        (["pytorch_model.bin"], "pickled PyTorch weights, which are not loaded", "save_pretrained(folder)"),
        (["pytorch_model-00001-of-00002.bin"], "pickled PyTorch weights", "save_pretrained(folder)"),
        (["consolidated.00.pth"], "pickled PyTorch weights", "save_pretrained(folder)"),
        (["pytorch_model.bin.index.json"], "pickled PyTorch weights", "save_pretrained(folder)"),
        (["weights.safetensors"], "safetensors under another name", "save_pretrained(folder)"),
        (["model.fp16.safetensors"], "a variant of the weights", "Rename it to model.safetensors"),
        (["rust_model.ot"], "weights of rust-bert", "Give the model that it was made from"),
        (["model.gguf.part1of2"], "GGUF", "Give the model that it was made from"),
        (["coreml/model.mlpackage/weight.bin", "README.md"], "Core ML", "a function of your own"),
        (["model.pdparams"], "weights of another framework", "a function of your own"),
        (["model.pt2"], "a compiled program of PyTorch", "a function of your own"),
        (["__0_0.distcp"], "a checkpoint of distributed training", "Join its parts"),
        (["global_step5/mp_rank_00_model_states.pt"], "a checkpoint of distributed training", "zero_to_fp32"),
        (["model.ckpt.index", "model.ckpt.data-00000-of-00001"], "TensorFlow weights", "from_tf=True"),
        (["weights.npz"], "arrays of NumPy", "save_pretrained(folder)"),
    ],
)
def test_weights_in_another_format_are_named(
    tmp_path: Path, files: list[str], words: str, remedy: str
) -> None:
    """The message lists the files and says what they are; the hint says what to do about that format."""
    message = refusal(save(tmp_path / "model", BERT, *files, weights=False))
    assert f"That is {words}" in message
    assert remedy in message
    assert all(Path(name).name in message for name in files if name.endswith((".gguf", ".onnx", ".h5")))
    assert "timm" not in message


def test_several_formats_are_all_named(tmp_path: Path) -> None:
    """A repository of three frameworks without safetensors says so, with the way of the first."""
    files = ["pytorch_model.bin", "tf_model.h5", "flax_model.msgpack"]
    message = refusal(save(tmp_path / "model", BERT, *files, weights=False))
    assert "TensorFlow weights; Flax weights; pickled PyTorch weights" in message
    hub = no_weights("'org/x'", files, lacking="safetensors weights", also="Or another revision.")
    assert str(hub).endswith("Or another revision.")


@pytest.mark.parametrize(
    ("config", "file", "method"),
    [
        ({"quantization_config": {"quant_method": "awq", "bits": 4}}, "", "AWQ, 4 bits"),
        ({"quantization_config": {"quant_method": "gptq", "bits": 8}}, "", "GPTQ, 8 bits"),
        (
            {"quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": True}},
            "",
            "bitsandbytes, 4",
        ),
        ({"quantization_config": {"load_in_8bit": True}}, "", "bitsandbytes, 8 bits"),
        ({"quantization_config": {"quant_method": "compressed-tensors"}}, "", "compressed-tensors"),
        ({"quantization_config": {"quant_method": "fp8"}}, "", "FP8"),
        ({"quantization_config": {"quant_method": "brand-new"}}, "", "brand-new"),
        ({"text_config": {"quantization_config": {"quant_method": "hqq"}}}, "", "HQQ"),
        ({"quantization": {"group_size": 64, "bits": 4}}, "", "MLX, 4 bits"),
        ({}, "quantize_config.json", "GPTQ"),
        ({}, "quant_config.json", "AWQ"),
    ],
)
def test_quantised_weights_are_refused_by_their_method(
    tmp_path: Path, config: dict[str, Any], file: str, method: str
) -> None:
    """Whichever tool quantised them and wherever it says so; nothing of it needs to be installed."""
    folder = save(tmp_path / "model", BERT | config, *([file] if file else []))
    message = refusal(folder, UnsupportedModelError)
    assert f"are quantised ({method}" in message
    assert "Choose the model that it was made from" in message


@pytest.mark.parametrize(
    "config",
    [
        {"model_type": "model2vec", "architectures": ["StaticModel"]},
        {"architectures": ["StaticModel"], "normalize": True},
        BERT | {"architectures": ["StaticModel"]},
    ],
)
def test_static_embeddings_are_told(tmp_path: Path, config: dict[str, Any]) -> None:
    """A table of vectors is no network: it is ranked by a function."""
    message = refusal(save(tmp_path / "model", config), UnsupportedModelError)
    assert "static embeddings of model2vec" in message
    assert "embedding_function" in message


def test_static_embeddings_of_sentence_transformers_are_told(tmp_path: Path) -> None:
    """Their repository has no config at its top, and modules.json names the table."""
    folder = tmp_path / "model"
    folder.mkdir()
    modules = [
        {"idx": 0, "path": "0_StaticEmbedding", "type": "sentence_transformers.models.StaticEmbedding"}
    ]
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    with pytest.raises(InputError, match="static embeddings"):
        local_models(folder)
    save(folder, BERT)
    assert "static embeddings" in refusal(folder, UnsupportedModelError)


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json", "config.json", "modules.json"])
def test_a_pointer_of_git_lfs_is_told(tmp_path: Path, file: str) -> None:
    """Any file of a clone may not have been fetched; the hint names the command."""
    folder = save(tmp_path / "model", BERT)
    (folder / file).write_text(POINTER, encoding="utf-8")
    with pytest.raises(ModelError) as caught:
        checkpoint_facts(folder)
    assert f"{file} of model is a Git LFS pointer" in str(caught.value)
    assert "Run git lfs pull" in str(caught.value)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("net.th", "pickled PyTorch weights"),
        ("resnet.pth", "pickled PyTorch weights"),
        ("last.ckpt", "pickled PyTorch weights"),
        ("model.safetensors", ""),
        ("model.onnx", "ONNX"),
        ("llama-q4.GGUF", "GGUF"),
        ("model.keras", "TensorFlow"),
    ],
)
@pytest.mark.parametrize("is_there", [True, False])
def test_a_file_given_as_a_model_is_told(tmp_path: Path, file: str, words: str, is_there: bool) -> None:
    """Whether it exists or not, it is no Hub id: the message asks for the folder and names the other ways."""
    if is_there:
        (tmp_path / file).write_bytes(b"x")
    for name in (str(tmp_path / file), f"some/{file}"):
        with pytest.raises(InputError) as caught:
            resolve_models(name, TEXTS)
        message = str(caught.value)
        assert "is a file" in message
        assert "a folder with config.json and model.safetensors" in message
        assert words in message
        assert "embedding_function" in message
        assert "Hub cannot be reached" not in message


def test_another_file_given_as_a_model_is_told(tmp_path: Path) -> None:
    """A file that is there is never taken for an id of the Hub."""
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"is a file; a model is a folder"):
        resolve_models(str(tmp_path / "config.json"), TEXTS)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("open_clip_config.json", "a model of open_clip"),
        ("model_index.json", "a pipeline of diffusers"),
        ("model.gguf", "GGUF"),
        ("model.onnx", "ONNX"),
        ("pytorch_model.bin", "pickled PyTorch weights"),
    ],
)
def test_a_folder_without_a_config_says_what_it_holds(tmp_path: Path, file: str, words: str) -> None:
    """Where config.json is missing the files still tell what somebody brought."""
    (tmp_path / file).write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="contains no model that is read here") as caught:
        local_models(tmp_path)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("file", "start", "words"),
    [
        ("model.bin", b"GGUF\x03", "GGUF"),
        ("weights.q8", b"GGUF\x03", "GGUF"),
        ("ggml-model.bin", b"lmgg", "GGUF"),
        ("checkpoint", b"\x89HDF\r\n", "TensorFlow weights"),
        ("model.bin", b"PK\x03\x04", "pickled PyTorch weights"),
    ],
)
def test_weights_are_known_by_their_first_bytes(tmp_path: Path, file: str, start: bytes, words: str) -> None:
    """A format is told under whichever name its file came."""
    folder = save(tmp_path / "model", BERT, weights=False)
    (folder / file).write_bytes(start + bytes(32))
    assert f"(found: {file}). That is {words}" in refusal(folder)


def test_weights_of_no_known_format_are_listed(tmp_path: Path) -> None:
    """What may be weights is named, a few of many; cards and settings are not."""
    folder = save(tmp_path / "model", BERT, *(f"part{i}.xyz" for i in range(8)), "README.md", weights=False)
    message = refusal(folder)
    assert "(found: part0.xyz, part1.xyz, part2.xyz, part3.xyz, part4.xyz, part5.xyz and 2 more)" in message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "an empty file"),
        (b"<!doctype html>", "a page in HTML"),
        (b"PK\x03\x04" + bytes(40), "a ZIP archive, as torch.save writes"),
        (b"\x80\x02" + bytes(40), "a pickle"),
        (b"GGUF" + bytes(40), "GGUF"),
        (b"# xet version 0", "a pointer of git-xet"),
    ],
)
def test_another_file_in_place_of_safetensors_is_told(tmp_path: Path, content: bytes, words: str) -> None:
    """The name alone makes no safetensors."""
    folder = save(tmp_path / "model", BERT)
    (folder / "model.safetensors").write_bytes(content)
    message = refusal(folder)
    assert "is not an intact safetensors file" in message
    assert f"That is {words}" in message


def test_links_that_lead_nowhere_are_told(tmp_path: Path) -> None:
    """As in a cache that was copied without what its links lead to; a folder is no file either."""
    folder = save(tmp_path / "model", BERT, weights=False)
    (folder / "model.safetensors").symlink_to(tmp_path / "blob")
    assert f"is a link to {tmp_path / 'blob'}, which is" in refusal(folder)
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors").mkdir()
    assert "is a folder, no file" in refusal(folder)


@pytest.mark.parametrize(
    ("weights", "is_refused"),
    [
        ({"layer.weight": np.ones((2, 2), np.int8)}, True),
        ({"layer.qweight": np.ones((2, 2), np.int32)}, True),
        ({"layer.weight": np.ones((2, 2), np.uint8)}, True),
        ({"layer.weight": np.ones((2, 2), np.float16), "position_ids": np.ones((1, 9), np.int64)}, False),
        ({"layer.weight": np.ones((2, 2), np.float32), "attn.bias": np.ones((1, 1, 4, 4), np.uint8)}, False),
    ],
)
def test_weights_in_whole_numbers_are_quantised(
    tmp_path: Path, weights: dict[str, Any], is_refused: bool
) -> None:
    """Where no file says how, each number would be taken for the weight itself; masks may be whole."""
    folder = save(tmp_path / "model", BERT)
    save_file(weights, folder / "model.safetensors")
    if is_refused:
        assert "weight is stored as" in refusal(folder, UnsupportedModelError)
    else:
        assert checkpoint_facts(folder)["n_parameters"]


@pytest.mark.parametrize("config", [{"quantization_config": "int8"}, {"compression_config": "w4a16"}])
def test_a_method_of_quantisation_may_be_a_word(tmp_path: Path, config: dict[str, Any]) -> None:
    """Whatever is there in place of settings says that the weights are quantised."""
    assert "are quantised (" in refusal(save(tmp_path / "model", BERT | config), UnsupportedModelError)


@pytest.mark.parametrize(
    ("index", "words"),
    [
        ("{", "could not be read"),
        ("[1]", "has no weight_map"),
        ("{}", "has no weight_map"),
        ('{"weight_map": [1]}', "has no weight_map"),
        ('{"weight_map": {"a": 1}}', "names ['1']"),
        ("[" * 9000, "could not be read"),
        (POINTER, "is a Git LFS pointer"),
    ],
)
def test_an_index_that_names_no_files_is_told(tmp_path: Path, index: str, words: str) -> None:
    """Whatever stands in it instead."""
    folder = save(tmp_path / "model", BERT, weights=False)
    (folder / "model.safetensors.index.json").write_text(index, encoding="utf-8")
    with pytest.raises(WeightsFormatError) as caught:
        weight_files(folder, "model")
    assert words in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("model_type", 3),
        ("model_type", ["bert"]),
        ("architectures", [1, 2]),
        ("architectures", "BertForSequenceClassification"),
        ("architectures", {"a": 1}),
        ("id2label", ["a", "b"]),
        ("id2label", 3),
        ("num_labels", "three"),
    ],
)
def test_a_value_of_another_type_in_a_config_is_told(tmp_path: Path, key: str, value: Any) -> None:
    """What tells family, class and head has to be of its type, or the head would be lost without a word."""
    message = refusal(save(tmp_path / "model", BERT | {key: value}), UnsupportedModelError)
    assert f"{key} in config.json is {value!r}; expected" in message


@pytest.mark.parametrize("content", [b"", b"[]", b"\xef\xbb\xbf{}", b'{"a":' * 9000, b'{"a": "\xe4"}'])
def test_a_config_that_is_no_json_is_told(tmp_path: Path, content: bytes) -> None:
    """With what was expected, whichever way it is damaged."""
    folder = save(tmp_path / "model", BERT)
    (folder / "config.json").write_bytes(content)
    assert "Expected a JSON object in UTF-8" in refusal(folder, ModelNotFoundError)


def test_a_checkpoint_further_down_is_named(tmp_path: Path) -> None:
    """A folder above those that are looked into, or one of the cache of the Hub."""
    save(tmp_path / "zoo" / "models--org--x" / "snapshots" / "0a1b", BERT)
    with pytest.raises(InputError, match=r"further down, in models--org--x/snapshots/0a1b\. Give the folder"):
        local_models(tmp_path / "zoo")


def test_parts_of_a_sentence_encoder_are_no_models(tmp_path: Path) -> None:
    """Where the transformer is in a folder of its own its pooling would be lost."""
    save(tmp_path / "model" / "0_Transformer", BERT)
    (tmp_path / "model" / "modules.json").write_text("[]", encoding="utf-8")
    with pytest.raises(InputError, match="whose transformer is not at its top"):
        local_models(tmp_path / "model")


@pytest.mark.parametrize("file", ["model.zip", "model.tar.gz"])
def test_an_archive_of_a_checkpoint_is_unpacked_first(tmp_path: Path, file: str) -> None:
    """It is a file as any other, and the hint says what to do with this one."""
    (tmp_path / file).write_bytes(b"PK")
    with pytest.raises(InputError, match=r"is a file \(an archive\).*Unpack it, and give its folder"):
        resolve_models(str(tmp_path / file), TEXTS)
