"""Reading a checkpoint folder's facts without loading it: config.json and the safetensors headers."""

from __future__ import annotations

import hashlib
import json
import math
import re
import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ptmrank_core.catalogue.families import DUAL_FAMILIES, TIMM, modality_of_config
from ptmrank_core.errors import ModelNotFoundError, UnsupportedModelError, WeightsFormatError
from ptmrank_core.records import Modality

__all__ = [
    "CONFIG",
    "INDEX",
    "WORDS_TASK",
    "checkpoint_facts",
    "content_revision",
    "is_checkpoint",
    "is_needed",
]

CONFIG = "config.json"
PROCESSOR = "preprocessor_config.json"
PROCESSORS = (PROCESSOR, "processor_config.json", "video_preprocessor_config.json")
INDEX = "model.safetensors.index.json"
_TOKENIZERS = (
    "tokenizer.json tokenizer_config.json special_tokens_map.json added_tokens.json vocab.txt vocab.json "
    "merges.txt spiece.model sentencepiece.bpe.model tokenizer.model bpe.codes dict.txt"
)
TOKENIZER_FILES = frozenset(_TOKENIZERS.split())
# A repository of sentence-transformers tells its own pooling in these.
SENTENCE_FILES = frozenset({"modules.json", "config_sentence_transformers.json"})
SENTENCE_MODULE = re.compile(
    r"sentence_\w+_config\.json|\d+_(Pooling|Dense|Normalize)/(config\.json|model\.safetensors)"
)
WORDS_TASK = "token-classification"
_TASKS: Mapping[Modality, tuple[str, ...]] = MappingProxyType(
    {
        # A backbone without a head is a candidate for classification too: its features are what is ranked.
        "image": ("image-classification", "image-feature-extraction"),
        "text": ("text-classification", WORDS_TASK, "feature-extraction"),
        "audio": ("audio-classification",),
        "video": ("video-classification",),
    }
)
_TASK_BY_ENDING: Mapping[str, str] = MappingProxyType(
    {
        "ForObjectDetection": "object-detection",
        "ForSemanticSegmentation": "image-segmentation",
        "ForDepthEstimation": "depth-estimation",
        "ForMaskedLM": "fill-mask",
        "LMHeadModel": "text-generation",
        "ForCausalLM": "text-generation",
        "ForQuestionAnswering": "question-answering",
        "ForCTC": "automatic-speech-recognition",
    }
)
_HEADS: Mapping[Modality, tuple[str, ...]] = MappingProxyType(
    {
        "image": ("ForImageClassification", "ForImageClassificationWithTeacher"),
        "text": ("ForSequenceClassification",),
        # Wav2Vec2 and its kin name their audio classifier after sequences.
        "audio": ("ForAudioClassification", "ForSequenceClassification"),
        "video": ("ForVideoClassification",),
    }
)
WORDS_HEAD = "ForTokenClassification"
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


def is_needed(name: str) -> bool:
    """Whether a file of a repository decides a model's features, its weights aside."""
    return (
        name in {CONFIG, *PROCESSORS} | TOKENIZER_FILES | SENTENCE_FILES
        or SENTENCE_MODULE.fullmatch(name) is not None
    )


def content_revision(folder: Path) -> str:
    """SHA-256 (hex) over what decides a local model's features: config, preprocessing, weights."""
    names = {path.relative_to(folder).as_posix(): path for path in (*folder.glob("*"), *folder.glob("*/*"))}
    small = sorted(name for name in names if is_needed(name) or name == INDEX)
    weights = [path.name for path in _weight_files(folder)]
    digest = hashlib.sha256()
    for name in dict.fromkeys([*small, *weights]):
        with names[name].open("rb") as file:
            part = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{name}={part};".encode())
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


def _n_source_classes(config: Mapping[str, Any], heads: Sequence[str]) -> int | None:
    """Width of the source head; transformers gives a head without names two classes."""
    if config.get("model_type") == TIMM:
        return int(config.get("num_classes") or 0) or None
    architecture = _architecture(config) or ""
    if not any(architecture.endswith(head) for head in heads):
        return None
    count = len(config.get("id2label") or {}) or int(config.get("num_labels", 2))
    return count if count > 1 else None  # a single output is a regression


def _architecture(config: Mapping[str, Any]) -> str | None:
    return next(iter(config.get("architectures") or []), None)


def _read_config(folder: Path) -> dict[str, Any]:
    """Read ``config.json``; timm writes one of its own kind, with the architecture's name in it."""
    config = _read_json(folder / CONFIG)
    if "model_type" not in config and isinstance(config.get("architecture"), str):
        return config | {"model_type": TIMM}
    return config


def _modality(folder: Path, config: Mapping[str, Any], wanted: Modality | None) -> Modality:
    """Tell what a checkpoint reads, and see that it says how."""
    found = [folder / name for name in PROCESSORS if (folder / name).is_file()]
    processor = _read_json(found[0]) if found else {}
    has_tokenizer = any((folder / name).is_file() for name in TOKENIZER_FILES)
    modality = modality_of_config(config, processor, has_tokenizer=has_tokenizer, wanted=wanted)
    if modality == "text" and not has_tokenizer:
        raise UnsupportedModelError(
            f"{folder.name} has no tokenizer, so it is not known how it reads text.",
            hint="Save its tokenizer into the folder: tokenizer.save_pretrained(folder).",
        )
    if modality is None or (modality != "text" and not found and config.get("model_type") != TIMM):
        lacking = PROCESSOR if modality else f"{PROCESSOR} and no tokenizer"
        raise UnsupportedModelError(
            f"{folder.name} has no {lacking}, so it is not known how it reads its input.",
            hint="Save what prepares its input into the folder: processor.save_pretrained(folder).",
        )
    return modality


def _tasks(folder: Path, config: Mapping[str, Any], modality: Modality) -> tuple[str, ...]:
    """Task categories that a checkpoint is a candidate for."""
    architecture = _architecture(config) or ""
    further = [task for ending, task in _TASK_BY_ENDING.items() if architecture.endswith(ending)]
    if config.get("is_encoder_decoder"):
        further.append("automatic-speech-recognition" if modality == "audio" else "text2text-generation")
    if (folder / "modules.json").is_file():
        further.append("sentence-similarity")
    if config.get("model_type") in DUAL_FAMILIES and modality == "image":
        further.append("zero-shot-image-classification")
    return (*_TASKS[modality], *further)


def checkpoint_facts(
    folder: Path, *, wanted: Modality | None = None, tasks: Sequence[str] = ()
) -> dict[str, Any]:
    """Read what a checkpoint's files tell, as fields of a ``ModelSpec``.

    Parameters
    ----------
    folder
        Folder with ``config.json`` and safetensors weights.
    wanted
        What the task reads; decides between the two towers of models like CLIP.
    tasks
        What the model is a candidate for in this run; a head that labels words counts for
        ``("token-classification",)`` alone, any other head for everything else.

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
        If it cannot be told how it reads its input.
    """
    config = _read_config(folder)
    modality = _modality(folder, config, wanted)
    files = _weight_files(folder)
    heads = (WORDS_HEAD,) if tuple(tasks) == (WORDS_TASK,) else _HEADS[modality]
    return {
        "path": str(folder),
        "modality": modality,
        "model_type": config.get("model_type"),
        "architecture": _architecture(config),
        "n_parameters": _count_parameters(files),
        "n_source_classes": _n_source_classes(config, heads),
        "size_bytes": sum(path.stat().st_size for path in files),
        "tasks": tuple(tasks) or _tasks(folder, config, modality),
    }
