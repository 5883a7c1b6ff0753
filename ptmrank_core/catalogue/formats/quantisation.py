"""Weights that are no network of transformers: quantised by one of many tools, or a table of vectors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ptmrank_core.catalogue.regular_files import read_start
from ptmrank_core.errors import UnsupportedModelError

__all__ = ["refuse_other_format", "refuse_quantised_weights", "static_modules"]

_METHODS: Mapping[str, str] = {
    "awq": "AWQ",
    "gptq": "GPTQ",
    "hqq": "HQQ",
    "fp8": "FP8",
    "fbgemm_fp8": "FP8",
    "mxfp4": "MXFP4",
    "aqlm": "AQLM",
    "vptq": "VPTQ",
    "spqr": "SpQR",
    "eetq": "EETQ",
    "higgs": "HIGGS",
}
# Files beside config.json in which older tools recorded their quantisation.
_QUANTISATION_FILES: Mapping[str, str] = {
    "quantize_config.json": "GPTQ",
    "quant_config.json": "AWQ",
    "hf_quant_config.json": "ModelOpt",
}
# Types of safetensors in which weights are quantised, without names of their own for them.
_WHOLE_NUMBERS = ("I8", "U8", "I16", "U16", "I32", "U32", "F4", "F6_E2M3", "F6_E3M2")
MOST_MODULES_BYTES = 2**20
_STATIC = ("model2vec", "StaticModel", "StaticEmbedding")


def static_modules(folder: Path) -> str:
    """Say that a repository of sentence-transformers looks vectors up in a table; empty if it does not."""
    text = read_start(folder / "modules.json", MOST_MODULES_BYTES).decode("utf-8", errors="replace")
    return "static embeddings, a table of a vector for each token" if "StaticEmbedding" in text else ""


def _says_static(config: Mapping[str, Any]) -> str:
    """Say which format a config means that no class of transformers reads; empty for an ordinary one."""
    classes = [config.get("model_type"), *(config.get("architectures") or [])]
    if any(name in _STATIC for name in classes) or ("apply_pca" in config and "apply_zipf" in config):
        return "static embeddings of model2vec, a table of a vector for each token"
    return ""


def refuse_other_format(folder: Path, config: Mapping[str, Any], name: str) -> None:
    """Refuse static embeddings and quantised weights, as far as the small files of a checkpoint tell.

    Raises
    ------
    UnsupportedModelError
        With the format, and what to do.
    """
    static = _says_static(config) or static_modules(folder)
    if static:
        raise UnsupportedModelError(
            f"{name} holds {static}; only networks of transformers are run here.",
            hint="Rank it through a function of your own (embedding_function in a script): "
            "StaticModel.from_pretrained(folder).encode takes a list of texts.",
        )
    method = _quantisation(folder, config)
    if method:
        raise _quantised(name, method)


def refuse_quantised_weights(name: str, tensors: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse weights in whole numbers, or in 8-bit floating point with scales, though no file says so.

    transformers would take each number for the weight itself.

    Parameters
    ----------
    name
        The model in messages.
    tensors
        The header of a safetensors file: dtype and shape of each tensor by name.

    Raises
    ------
    UnsupportedModelError
        With the name and the type of one of them.
    """
    has_scales = any("scale" in tensor or tensor.endswith((".absmax", ".SCB")) for tensor in tensors)
    for tensor, facts in tensors.items():
        dtype = str(facts.get("dtype"))
        is_small = dtype in _WHOLE_NUMBERS or (has_scales and dtype.startswith("F8"))
        if is_small and tensor.endswith("weight") and len(facts.get("shape", ())) > 1:
            raise _quantised(name, f"{tensor} is stored as {dtype}")


def _quantised(name: str, method: str) -> UnsupportedModelError:
    return UnsupportedModelError(
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
            if isinstance(settings, str) and settings:
                return settings
    return next((words for file, words in _QUANTISATION_FILES.items() if (folder / file).is_file()), "")


def _say_method(settings: Mapping[str, Any], *, mlx: bool) -> str:
    method = str(settings.get("quant_method") or ("MLX" if mlx else ""))
    eight, four = (
        settings.get(f"load_in_{bits}bit") or settings.get(f"_load_in_{bits}bit") for bits in (8, 4)
    )
    if not method:
        method = "bitsandbytes" if eight or four else "by an unnamed method"
    bits = settings.get("bits") or (4 if four else 8 if eight else None)
    return _METHODS.get(method.lower(), method) + (f", {bits} bits" if bits else "")
