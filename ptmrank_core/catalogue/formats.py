"""Formats of models that are not read here: how each is recognised, and what to do instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ptmrank_core.errors import InputError, ModelError, UnsupportedModelError, WeightsFormatError

__all__ = [
    "is_pointer",
    "no_checkpoint",
    "no_config",
    "no_weights",
    "refuse_model_file",
    "refuse_other_format",
    "refuse_pointer",
    "says_other_format",
]

# The first line of what stands in a clone for a file that Git LFS has not fetched.
POINTER = b"version https://git-lfs"
OWN_WAYS = (
    "Or rank it through a function of your own (embedding_function in a script), or by features that you "
    "extracted."
)
SAVE = "Save it with model.save_pretrained(folder), which writes safetensors."
ORIGINAL = "Give the model that it was made from: config.json with model.safetensors."


@dataclass(frozen=True, slots=True)
class _Format:
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


_FORMATS = (
    _Format(r"model_index\.json", "a pipeline of diffusers", OWN_WAYS),
    _Format(r"open_clip_.*\.(json|safetensors|bin)", "a model of open_clip", OWN_WAYS),
    _Format(r".*\.gguf", "GGUF, the format of llama.cpp", ORIGINAL),
    _Format(r".*\.onnx", "ONNX", f"{ORIGINAL} {OWN_WAYS}"),
    _Format(r"openvino_.*\.(xml|bin)", "OpenVINO", f"{ORIGINAL} {OWN_WAYS}"),
    _Format(r".*\.tflite", "TensorFlow Lite", f"{ORIGINAL} {OWN_WAYS}"),
    _Format(r".*\.(mlmodel|mlpackage)", "Core ML", f"{ORIGINAL} {OWN_WAYS}"),
    _Format(r".*\.(engine|plan|trt)", "TensorRT", ORIGINAL),
    _Format(r".*\.nemo", "NeMo", OWN_WAYS),
    _Format(
        r".*\.(h5|hdf5|keras)|saved_model\.pb|tf_model.*",
        "TensorFlow weights",
        "Convert them with transformers 4: AutoModel.from_pretrained(folder, "
        f"from_tf=True).save_pretrained(folder). {OWN_WAYS}",
    ),
    _Format(
        r".*\.msgpack",
        "Flax weights",
        "Convert them with transformers 4: AutoModel.from_pretrained(folder, "
        f"from_flax=True).save_pretrained(folder). {OWN_WAYS}",
    ),
    _Format(
        r".*\.(bin|pt|pth|th|ckpt)",
        "pickled PyTorch weights, which are not loaded",
        "If you trust them, AutoModel.from_pretrained(folder).save_pretrained(folder) writes safetensors.",
    ),
    _Format(r".*\.(pkl|pickle|joblib)", "a pickle, which is not loaded", OWN_WAYS),
    _Format(
        r".*\.safetensors",
        "safetensors under another name",
        SAVE,
    ),
)
# Suffixes by which a file of weights is known, whatever else it could be.
_WEIGHT_FILES = re.compile(
    r".*\.(safetensors|gguf|onnx|tflite|h5|hdf5|keras|msgpack|bin|pt|pth|th|ckpt|pkl|pickle|joblib|nemo|mlmodel)"
)
_METHODS: Mapping[str, str] = {
    "awq": "AWQ",
    "gptq": "GPTQ",
    "hqq": "HQQ",
    "fp8": "FP8",
    "fbgemm_fp8": "FP8",
    "mxfp4": "MXFP4",
    "aqlm": "AQLM",
}
# Files beside config.json in which older tools recorded their quantisation.
_QUANTISATION_FILES: Mapping[str, str] = {
    "quantize_config.json": "GPTQ",
    "quant_config.json": "AWQ",
    "hf_quant_config.json": "ModelOpt",
}
_STATIC = ("model2vec", "StaticModel", "StaticEmbedding")


def _format_of(file: str) -> _Format | None:
    name = file.rsplit("/", 1)[-1].lower()
    return next((known for known in _FORMATS if re.fullmatch(known.files, name)), None)


def _found(files: Iterable[str]) -> tuple[list[str], list[_Format]]:
    """Files of known formats by name, and these formats in the order of the table."""
    by_file = {file: known for file in sorted(files) if (known := _format_of(file)) is not None}
    return list(by_file), [known for known in _FORMATS if known in by_file.values()]


def _say(formats: Sequence[_Format]) -> str:
    return f" That is {'; '.join(known.words for known in formats)}." if formats else ""


def no_weights(name: str, files: Iterable[str], *, lacking: str, also: str = "") -> WeightsFormatError:
    """Make the error for a checkpoint without safetensors weights, which names the format that there is.

    Parameters
    ----------
    name
        The model in messages.
    files
        Names of its files, those of its folders as ``folder/file``.
    lacking
        What it lacks, in the message: ``"model.safetensors"``.
    also
        What can be done besides what the format suggests.
    """
    names, formats = _found(files)
    hint = formats[0].hint if formats else SAVE
    return WeightsFormatError(
        f"{name} has no {lacking} (found: {', '.join(names) or 'no weights'}).{_say(formats)}",
        hint=f"{hint} {also}".strip(),
    )


def no_config(name: str, files: Iterable[str]) -> ModelError:
    """Make the error for a repository without ``config.json``, which names the format that there is."""
    names, formats = _found(files)
    found = f" (found: {', '.join(names)}).{_say(formats[:2])}" if formats else "."
    remedy = [known.hint for known in formats[:1]]
    return ModelError(
        f"{name} has no config.json, so it is not a model of the transformers library{found}",
        hint=" ".join([*remedy, "Choose a model that AutoModel can load."]),
    )


def no_checkpoint(folder: Path) -> InputError:
    """Make the error for a folder without a checkpoint, which names the format that there is."""
    names, formats = _found(path.name for path in folder.iterdir())
    expected = "Expected a folder with config.json and model.safetensors, or a folder of such folders."
    static = _static_modules(folder)
    if static or (folder / "modules.json").is_file():
        what = static or "a repository of sentence-transformers whose transformer is not at its top"
        return InputError(f"{folder} contains no model that is read here: {what}.", hint=OWN_WAYS)
    if not formats:
        return InputError(f"{folder} contains no model.", hint=expected)
    return InputError(
        f"{folder} contains no model that is read here (found: {', '.join(names)}).{_say(formats[:2])}",
        hint=f"{expected} {formats[0].hint}",
    )


def _static_modules(folder: Path) -> str:
    """Say that a repository of sentence-transformers looks vectors up in a table; empty if it does not."""
    try:
        text = (folder / "modules.json").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "static embeddings, a table of a vector for each token" if "StaticEmbedding" in text else ""


def says_other_format(config: Mapping[str, Any]) -> str:
    """Say which format a config means that no class of transformers reads; empty for an ordinary one."""
    classes = [config.get("model_type"), *(config.get("architectures") or [])]
    if any(name in _STATIC for name in classes):
        return "static embeddings of model2vec, a table of a vector for each token"
    return ""


def refuse_other_format(folder: Path, config: Mapping[str, Any], name: str) -> None:
    """Refuse static embeddings and quantised weights, as far as the small files of a checkpoint tell.

    Raises
    ------
    UnsupportedModelError
        With the format, and what to do.
    """
    static = says_other_format(config) or _static_modules(folder)
    if static:
        raise UnsupportedModelError(
            f"{name} holds {static}; only networks of transformers are run here.",
            hint="Rank it through a function of your own (embedding_function in a script): "
            "StaticModel.from_pretrained(folder).encode takes a list of texts.",
        )
    method = _quantisation(folder, config)
    if method:
        raise UnsupportedModelError(
            f"The weights of {name} are quantised ({method}), which is not read here: they need kernels of "
            "their own and give other features than the model they were made from.",
            hint="Choose the model that it was made from, in float32 or half precision.",
        )


def _quantisation(folder: Path, config: Mapping[str, Any]) -> str:
    """Name the method by which a checkpoint's weights are quantised; empty if they are not."""
    parts = [config, *(part for part in config.values() if isinstance(part, Mapping))]
    for part in parts:
        for key in ("quantization_config", "compression_config", "quantization"):
            settings = part.get(key)
            if isinstance(settings, Mapping) and settings:
                return _say_method(settings, mlx=key == "quantization")
    return next((words for file, words in _QUANTISATION_FILES.items() if (folder / file).is_file()), "")


def _say_method(settings: Mapping[str, Any], *, mlx: bool) -> str:
    method = str(settings.get("quant_method") or ("MLX" if mlx else ""))
    eight, four = settings.get("load_in_8bit"), settings.get("load_in_4bit")
    if not method:
        method = "bitsandbytes" if eight or four else "by an unnamed method"
    bits = settings.get("bits") or (4 if four else 8 if eight else None)
    return _METHODS.get(method.lower(), method) + (f", {bits} bits" if bits else "")


def is_pointer(path: Path) -> bool:
    """Whether a file is the pointer that Git LFS leaves where the file itself was not fetched."""
    try:
        with path.open("rb") as file:
            return file.read(len(POINTER)) == POINTER
    except OSError:
        return False


def refuse_pointer(path: Path, name: str) -> None:
    """Refuse a file that Git LFS has not fetched.

    Raises
    ------
    WeightsFormatError
        If the file is a pointer.
    """
    if is_pointer(path):
        raise WeightsFormatError(
            f"{path.name} of {name} is a Git LFS pointer: the file itself was not fetched.",
            hint="Run git lfs pull in the clone, or download the model again.",
        )


def refuse_model_file(name: str) -> None:
    """Refuse the name of a single file where a model is expected.

    Parameters
    ----------
    name
        What the user named: refused if it ends like a file of weights.

    Raises
    ------
    InputError
        With the format, and what to give instead.
    """
    if _WEIGHT_FILES.fullmatch(name.lower()) is None:
        return
    known = _format_of(name)
    is_safetensors = name.lower().endswith(".safetensors")
    words = "" if known is None or is_safetensors else f" ({known.words})"
    raise InputError(
        f"{name!r} is a file{words}; a model is a folder with config.json and model.safetensors.",
        hint=f"Give the folder. {OWN_WAYS}",
    )
