"""The table of formats that are not read here: how each is recognised by name, and what to do instead."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "ARCHIVE",
    "GGUF",
    "ONLY_WAYS",
    "OWN_WAYS",
    "PICKLED",
    "SAVE",
    "TENSORFLOW",
    "Format",
    "format_of",
    "in_order",
]

_WAYS = (
    "it through a function of your own (embedding_function in a script), or by features that you extracted."
)
OWN_WAYS, ONLY_WAYS = f"Or rank {_WAYS}", f"Rank {_WAYS}"
SAVE = "Save it with model.save_pretrained(folder), which writes safetensors."
ORIGINAL = "Give the model that it was made from: config.json with model.safetensors."


@dataclass(frozen=True, slots=True)
class Format:
    """A format of weights, or of a whole model.

    Parameters
    ----------
    files
        Regular expression for names of its files, in lower case.
    words
        What it is.
    hint
        What to do.
    """

    files: str
    words: str
    hint: str


GGUF = Format(r".*\.(gguf|ggml)(\..*)?", "GGUF, the format of llama.cpp", ORIGINAL)
TENSORFLOW = Format(
    r".*\.(h5|hdf5|keras)|saved_model\.pb|tf_model.*|.*\.ckpt\.(index|meta|data.*)|.*\.data-\d+-of-\d+",
    "TensorFlow weights",
    "Convert them with transformers 4: AutoModel.from_pretrained(folder, "
    f"from_tf=True).save_pretrained(folder). {OWN_WAYS}",
)
PICKLED = Format(
    r".*\.(bin|pt|pth|th|ckpt)(\.index\.json)?",
    "pickled PyTorch weights, which are not loaded",
    "If you trust them, AutoModel.from_pretrained(folder).save_pretrained(folder) writes safetensors.",
)
ARCHIVE = Format(
    r".*\.(zip|tar|tgz|tar\.(gz|bz2|xz)|7z|rar)",
    "an archive",
    "Unpack it, and give its folder.",
)
# Formats that are folders: what is in them is no file of its own.
_FOLDERS = (".mlpackage", ".mlmodelc")
# The first that fits counts.
_FORMATS = (
    Format(r"model_index\.json", "a pipeline of diffusers", ONLY_WAYS),
    Format(r"open_clip_.*\.(json|safetensors|bin)", "a model of open_clip", ONLY_WAYS),
    Format(r"config\.cfg", "a pipeline of spaCy", ONLY_WAYS),
    GGUF,
    Format(r".*\.(onnx|onnx_data|ort)", "ONNX", f"{ORIGINAL} {OWN_WAYS}"),
    Format(r"openvino_.*\.(xml|bin)", "OpenVINO", f"{ORIGINAL} {OWN_WAYS}"),
    Format(r".*\.tflite", "TensorFlow Lite", f"{ORIGINAL} {OWN_WAYS}"),
    Format(r".*\.(mlmodel|mlmodelc|mlpackage)(\..*)?", "Core ML", f"{ORIGINAL} {OWN_WAYS}"),
    Format(r".*\.(engine|plan|trt)", "TensorRT", ORIGINAL),
    Format(r".*\.(pte|ptl|pt2|torchscript)", "a compiled program of PyTorch", f"{ORIGINAL} {OWN_WAYS}"),
    Format(r".*\.nemo", "NeMo", ONLY_WAYS),
    Format(r".*\.ot", "weights of rust-bert", ORIGINAL),
    Format(
        r".*\.(pdparams|pdmodel|pdiparams|params|mindir|caffemodel|t7|mar|mnn|rten|uff)",
        "weights of another framework",
        f"{ORIGINAL} {OWN_WAYS}",
    ),
    Format(
        r".*\.distcp|(zero|bf16_zero)_pp_rank.*|mp_rank_.*",
        "a checkpoint of distributed training, in parts",
        "Join its parts with the tool that wrote them (zero_to_fp32.py for DeepSpeed), then save the "
        "model with model.save_pretrained(folder).",
    ),
    TENSORFLOW,
    Format(
        r".*\.msgpack(\.index\.json)?",
        "Flax weights",
        "Convert them with transformers 4: AutoModel.from_pretrained(folder, "
        f"from_flax=True).save_pretrained(folder). {OWN_WAYS}",
    ),
    PICKLED,
    Format(r".*\.(pkl|pickle|joblib|skops)", "a pickle, which is not loaded", ONLY_WAYS),
    Format(r".*\.(npz|npy)", "arrays of NumPy", f"{SAVE} Arrays of features are ranked without the model."),
    ARCHIVE,
    Format(
        r"model\.[\w-]+\.safetensors",
        "a variant of the weights in safetensors",
        f"Rename it to model.safetensors to rank this variant. Or: {SAVE[0].lower()}{SAVE[1:]}",
    ),
    Format(r".*\.safetensors", "safetensors under another name", SAVE),
)


def format_of(file: str) -> Format | None:
    """Return the format that a file is of by its name, in whichever folder; ``None`` if it is of none."""
    parts = file.lower().split("/")
    name = next((part for part in parts if part.endswith(_FOLDERS)), parts[-1])
    return next((known for known in _FORMATS if re.fullmatch(known.files, name)), None)


def in_order(formats: Iterable[Format]) -> list[Format]:
    """Return formats once each, in the order of the table: those that say most about a model first."""
    there = set(formats)
    return [known for known in _FORMATS if known in there]
