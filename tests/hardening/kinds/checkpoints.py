"""Model folders: small checkpoints of the demo zoo of which one or a few files are changed."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ptmrank_core.config import ASSETS
from tests.hardening import junk
from tests.hardening.inputs import Call, Kind
from tests.hardening.kinds.checkpoint_files import (
    change_tokenizer,
    change_weights,
    read_json,
    write_json,
)
from tests.hardening.kinds.pictures import picture, place_samples
from tests.hardening.kinds.recordings import wave_file
from tests.hardening.mutate import mutate, mutate_json

__all__ = ["KINDS", "TASKS", "place_model_samples"]

ZOO = ASSETS / "demo" / "zoo"
BASES = {
    "image": ("vit-digits", "swin-digits", "convnext-untrained", "vit-digits"),
    "text": ("bert-areas", "gpt2-causal", "modernbert-areas", "bert-areas"),
    "audio": ("wav2vec2-words", "hubert-letters", "whisper-tones", "ast-german"),
}
LONG_TEXT = "abcdefgh ijkl mnop " * 40
"""Long enough for a pattern that tries all ways to take it apart."""
TASKS = {"image": "image-classification", "text": "text-classification", "audio": "audio-classification"}
SIZES = (0, -1, 1, 3, 7, 2**20, 2**31, 2**40, 10**18, "64", None, 1.5, [64], {}, True, "x")
SIZE_WORDS = (
    "size",
    "num_",
    "n_",
    "_dim",
    "layers",
    "heads",
    "positions",
    "depths",
    "vocab",
    "stride",
    "channels",
    "width",
    "length",
)
PYTHON = "import os\nopen(os.path.join(os.environ['HOME'], 'ran'), 'w').write('x')\nclass Own:\n    pass\n"


def _config(folder: Path, rng: random.Random) -> None:
    """Change the configuration: a size, a name of a class, or anything."""
    config = read_json(folder, "config.json")
    kind = rng.random()
    if kind < 0.45:
        sizes = [key for key in config if any(word in key for word in SIZE_WORDS)]
        config[rng.choice(sizes)] = rng.choice(SIZES)
    elif kind < 0.75:
        key, values = rng.choice(NAMED)
        config[key] = rng.choice(values)
    else:
        config = mutate_json(config, rng)
    write_json(folder, "config.json", config, rng)


NAMED: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("architectures", (1, [], [1], None, "BertModel", ["Nothing"], [["BertModel"]], {"a": 1},
    ["ViTForMaskedImageModeling"], ["T5Model"])),
    ("model_type", (1, None, "", "nothing", "../bert", "t5", "vit", ["bert"], "llama", "clip",
    "timm_wrapper", "vision-encoder-decoder", "\x1b[2J")),
    ("id2label", ({}, [], None, {"0": 1}, {"a": "b"}, {"-1": "x"}, {"0": None},
    {str(i): "x" for i in range(3000)}, "x", {"0": "\x1b[31m", "1": "\u202e"})),
    ("num_labels", ("3", -1, 0, 2**31, None, 1.5)), ("label2id", (None, [], {"a": "b"}, 1)),
    ("dtype", ("float16", "bfloat16", "float8_e4m3fn", "nothing", 1, None, {"": "float32"}, "int8", "auto")),
    ("torch_dtype", ("float16", "nothing", 1)), ("auto_map", ({"AutoModel": "own.Own",
    "AutoConfig": "own.Own"}, 1, "x", {"AutoModel": "org/other--own.Own"})),
    ("quantization_config", ({"quant_method": "bitsandbytes", "load_in_4bit": True}, {"quant_method": "gptq",
    "bits": 4}, {}, 1, {"quant_method": "x"})),
    ("hidden_act", ("nothing", 1, None, "silu", "__import__")), ("attn_implementation", ("flash_attention_2",
    "x", 1)), ("_attn_implementation", ("eager", "x")),
    ("tie_word_embeddings", (None, "x", False)), ("is_decoder", (True, "x")), ("is_encoder_decoder", (True,
    "x")), ("pruned_heads", ({"0": [9]}, 1)),
    ("_name_or_path", ("../../x", 1, "org/other")), ("problem_type", ("x", "regression")),
    ("output_hidden_states", (False, 1, "x")), ("chunk_size_feed_forward", (3, -1)),
    ("transformers_version", (1, "99.0", None)), ("use_cache", ("x",)), ("layer_norm_eps", ("x", -1, 1e308)),
    ("initializer_range", (-1.0, "x", float("nan"))),
)  # fmt: skip


def _small_json(folder: Path, rng: random.Random) -> None:
    """Change the description of the processor or of the tokenizer."""
    names = [
        name for name in ("preprocessor_config.json", "tokenizer_config.json") if (folder / name).is_file()
    ]
    if not names:
        return _config(folder, rng)
    name = rng.choice(names)
    told = read_json(folder, name)
    key, values = rng.choice(PROCESSED)
    told = {**told, key: rng.choice(values)} if rng.random() < 0.6 else mutate_json(told, rng)
    return write_json(folder, name, told, rng)


PROCESSED: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("size", (0, -1, {"height": 0, "width": 0}, {"height": 10**6, "width": 10**6}, {"shortest_edge": 10**5},
    "x", {}, {"height": "32", "width": 32}, [32])),
    ("image_mean", ([], [0.5], "x", [float("nan")] * 3, None)), ("image_std", ([0, 0, 0], [], None)),
    ("resample", (99, -1, "x", None)),
    ("rescale_factor", (0, "x", 1e308, None)), ("do_resize", (False, "x")), ("crop_size", (10**6, -1, "x")),
    ("do_center_crop", (True,)),
    ("image_processor_type", ("Nothing", 1, None, "CLIPImageProcessor", "../x")), ("feature_extractor_type",
    ("Nothing", 1, None, "WhisperFeatureExtractor")),
    ("sampling_rate", (0, -1, 10**9, "x", 8001, None)), ("feature_size", (0, 80, 10**6, "x")),
    ("padding_value", ("x", 1e308, None)), ("n_fft", (0, 10**7)),
    ("tokenizer_class", ("Nothing", 1, "BertTokenizerFast", "LlamaTokenizer", "../x", None)),
    ("model_max_length", (0, -1, 1, 10**30, "x", None)),
    ("pad_token", (None, "", "nothing", 1, {"content": "[PAD]", "__type": "AddedToken"})), ("padding_side",
    ("x", "left")), ("truncation_side", ("x", 1)),
    ("chat_template", ("{% for i in range(10**9) %}x{% endfor %}", 1)), ("auto_map",
    ({"AutoProcessor": "own.Own"}, 1)), ("processor_class", ("Nothing", 1)),
)  # fmt: skip


def _kind_of_file(folder: Path, rng: random.Random) -> None:
    """Put something else in the place of a file."""
    path = folder / rng.choice(sorted(entry.name for entry in folder.iterdir()))
    data = path.read_bytes()
    path.unlink()
    kind = rng.randrange(8)
    if kind == 0:
        os.mkfifo(path)
    elif kind == 1:
        path.mkdir()
    elif kind == 2:
        path.symlink_to(
            rng.choice(
                ["nowhere", path.name, "/dev/zero", "/dev/null", "..", "/etc/passwd", "/proc/self/mem"]
            )
        )
    elif kind == 3:
        path.write_bytes(b"")
    elif kind == 4:
        path.write_bytes(mutate(data, rng))
    elif kind == 5:
        path.write_bytes(
            b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 100\n"
        )
    elif kind == 6:
        path.write_bytes(junk.encode(json.dumps(junk.nested(900, rng))))


def _more_files(folder: Path, rng: random.Random) -> None:
    """Add files that change how a folder is read."""
    shards = {
        "metadata": {"total_size": rng.choice([1, -1, "x"])},
        "weight_map": rng.choice(
            [{"a": "../../x.safetensors"}, {"a": "model.safetensors"}, {}, [], {"a": 1}]
        ),
    }
    modules = [{"idx": 0, "name": "0", "path": rng.choice(["", "x"]),
        "type": "sentence_transformers.models.Transformer"},
               {"idx": 1, "name": "1", "path": rng.choice(["1_Pooling", "../1", "/etc", ""]),
               "type": rng.choice(["sentence_transformers.models.Pooling", "os.system", 1])}]  # fmt: skip
    adapter = {
        "peft_type": rng.choice(["LORA", "X", 1]),
        "base_model_name_or_path": rng.choice(["../x", ".", "org/none", 1, ""]),
        "r": rng.choice([4, -1, "x"]),
        "target_modules": ["query"],
    }
    name, told = rng.choice([
        ("model.safetensors.index.json", shards), ("modules.json", mutate_json(modules, rng)),
        ("adapter_config.json", adapter),
        ("generation_config.json", mutate_json({"max_length": 1, "bos_token_id": 0}, rng)),
        ("special_tokens_map.json", mutate_json({"pad_token": "[PAD]"}, rng)),
        ("added_tokens.json", {"x": rng.choice([1, 10**9, -1, "x"])}), ("own.py", PYTHON),
        ("pytorch_model.bin", "\x80\x04cos\nsystem\n"), ("vocab.txt", "\n" * 99),
        ("1_Pooling/config.json", mutate_json({"word_embedding_dimension": 64,
        "pooling_mode_mean_tokens": True}, rng)), ("chat_template.jinja", "{{ 1/0 }}"),
        ("processor_config.json", junk.value(rng)), ("config_sentence_transformers.json", junk.value(rng)),
        ("tokenizer.model", "\x00\x01"),
    ])  # fmt: skip
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(junk.encode(told if isinstance(told, str) else json.dumps(told)))
    if name.endswith("index.json"):
        (folder / "model.safetensors").rename(
            folder / rng.choice(["model-00001-of-00002.safetensors", "model.safetensors"])
        )


CHANGES: tuple[Callable[[Path, random.Random], None], ...] = (
    _config,
    _config,
    change_weights,
    change_weights,
    _small_json,
    _kind_of_file,
    _more_files,
)


def _make(modality: str, rng: random.Random, folder: Path) -> Call:
    """Copy a checkpoint, and change it in one or two ways."""
    shutil.copytree(ZOO / rng.choice(BASES[modality]), folder, dirs_exist_ok=True)
    changes = (
        (*CHANGES, change_tokenizer, change_tokenizer, change_tokenizer)
        if modality == "text" and (folder / "tokenizer.json").is_file()
        else CHANGES
    )
    rng.choice(changes)(folder, rng)
    if rng.random() < 0.15:
        _more_files(folder, rng) if (folder / "model.safetensors").is_file() else None
    return Call(("rank", "--task", TASKS[modality], "--samples", "samples", "--models", "models"))


def place_model_samples(modality: str, folder: Path) -> None:
    """Write eight tiny samples of two classes into ``samples`` beside the models."""
    rng = random.Random(0)  # noqa: S311 - the same for all
    files = {}
    for i in range(8):
        kind = ("cat", "dog")[i % 2]
        if modality == "image":
            files[f"{kind}/{i}.png"] = picture(rng)
        elif modality == "audio":
            files[f"{kind}/{i}.wav"] = wave_file(rng)
        else:
            files[f"{kind}/{i}.txt"] = f"the {kind} number {i} {LONG_TEXT}".encode()
    place_samples(folder / "samples", files)


def _named(modality: str) -> Callable[[random.Random, Path], Call]:
    return lambda rng, folder: _make(modality, rng, folder)


KINDS = tuple(Kind(f"model-{modality}", _named(modality), 1.0, is_model=True) for modality in BASES)
