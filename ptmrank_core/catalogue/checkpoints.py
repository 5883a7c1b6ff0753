"""Reading a checkpoint folder's facts without loading it: config.json and the safetensors headers."""

from __future__ import annotations

import hashlib
import json
import math
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ptmrank_core.errors import ModelNotFoundError, UnsupportedModelError, WeightsFormatError
from ptmrank_core.records import Modality

__all__ = ["CONFIG", "IMAGE_TASKS", "checkpoint_facts", "content_revision", "is_checkpoint"]

CONFIG = "config.json"
PROCESSOR = "preprocessor_config.json"
INDEX = "model.safetensors.index.json"
# A backbone without a head is a candidate for classification too: its features are what is ranked.
IMAGE_TASKS = ("image-classification", "image-feature-extraction")
HEAD_SUFFIX = "ForImageClassification"
MAX_HEADER_BYTES = 100_000_000  # the format's own limit
# Statistics that are stored beside the parameters but are none.
BUFFERS = ("running_mean", "running_var", "num_batches_tracked")


def is_checkpoint(folder: Path) -> bool:
    """Whether a folder looks like a saved model."""
    return (folder / CONFIG).is_file()


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelNotFoundError(f"{path} could not be read: {error}") from error
    if not isinstance(content, dict):
        raise ModelNotFoundError(f"{path} does not hold a JSON object.")
    return content


def _weight_files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        found = sorted(p.name for p in folder.glob("*.bin")) or ["no weights"]
        raise WeightsFormatError(
            f"{folder.name} has no .safetensors file (found: {', '.join(found)}).",
            hint="Save it with model.save_pretrained(folder), which writes safetensors.",
        )
    return files


def content_revision(folder: Path) -> str:
    """SHA-256 (hex) over what decides a local model's features: config, preprocessing, weights."""
    digest = hashlib.sha256()
    for path in (folder / CONFIG, folder / PROCESSOR, folder / INDEX, *_weight_files(folder)):
        if not path.is_file():
            continue
        with path.open("rb") as file:
            part = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{path.name}={part};".encode())
    return digest.hexdigest()


def _header(path: Path) -> dict[str, Any]:
    """Read the header of a safetensors file: name -> dtype and shape."""
    with path.open("rb") as file:
        prefix = file.read(8)
        size = struct.unpack("<Q", prefix)[0] if len(prefix) == 8 else MAX_HEADER_BYTES + 1
        raw = file.read(size) if size <= MAX_HEADER_BYTES else b""
    try:
        header = json.loads(raw)
    except ValueError as error:
        raise WeightsFormatError(f"{path.name} is not an intact safetensors file.") from error
    return header if isinstance(header, dict) else {}


def _count_parameters(files: Iterable[Path]) -> int:
    """Count the trainable numbers, the head's included."""
    total = 0
    for path in files:
        for name, tensor in _header(path).items():
            if name != "__metadata__" and not name.endswith(BUFFERS):
                total += math.prod(tensor["shape"])
    return total


def _n_source_classes(config: Mapping[str, Any], architecture: str | None) -> int | None:
    """Width of the source head; transformers gives a head without names two classes."""
    if architecture is None or not architecture.endswith(HEAD_SUFFIX):
        return None
    return len(config.get("id2label") or {}) or int(config.get("num_labels", 2))


def checkpoint_facts(folder: Path) -> dict[str, Any]:
    """Read what a checkpoint's files tell, as fields of a ``ModelSpec``.

    Parameters
    ----------
    folder
        Folder with ``config.json`` and safetensors weights.

    Returns
    -------
    dict
        ``path``, ``modality``, ``model_type``, ``architecture``, ``n_parameters``,
        ``n_source_classes``, ``size_bytes``, ``tasks``.

    Raises
    ------
    ModelNotFoundError
        If ``config.json`` cannot be read.
    WeightsFormatError
        If there are no intact safetensors weights.
    UnsupportedModelError
        If it is no image model.
    """
    config = _read_json(folder / CONFIG)
    if not (folder / PROCESSOR).is_file():
        raise UnsupportedModelError(
            f"{folder.name} has no {PROCESSOR}, so it is not known how it reads pictures.",
            hint="Save its image processor into the folder: processor.save_pretrained(folder).",
        )
    files = _weight_files(folder)
    architecture = next(iter(config.get("architectures") or []), None)
    n_source_classes = _n_source_classes(config, architecture)
    modality: Modality = "image"
    return {
        "path": str(folder),
        "modality": modality,
        "model_type": config.get("model_type"),
        "architecture": architecture,
        "n_parameters": _count_parameters(files),
        "n_source_classes": n_source_classes,
        "size_bytes": sum(path.stat().st_size for path in files),
        "tasks": IMAGE_TASKS,
    }
