"""Facts of a checkpoint folder, read from config.json and safetensors headers without loading it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ptmrank_core.catalogue.adapters import has_adapter
from ptmrank_core.catalogue.checkpoint_files import (
    CONFIG,
    MODULES,
    PROCESSOR,
    PROCESSORS,
    TOKENIZER_FILES,
    brings_own_code,
    content_revision,
    is_needed,
    module_folders,
    read_json,
)
from ptmrank_core.catalogue.families import DUAL_FAMILIES, TIMM, modality_of_config
from ptmrank_core.catalogue.formats import refuse_other_format, refuse_pointer
from ptmrank_core.catalogue.formats.sizes import refuse_oversized
from ptmrank_core.catalogue.regular_files import refuse_odd_files
from ptmrank_core.catalogue.weights import count_parameters, read_headers, weight_files
from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.records import Modality

__all__ = [
    "CONFIG",
    "WORDS_TASK",
    "checkpoint_facts",
    "content_revision",
    "is_checkpoint",
    "is_needed",
    "read_modality",
]

MOST_ENTRIES = 10_000
WORDS_TASK = "token-classification"
_TASKS: Mapping[Modality, tuple[str, ...]] = MappingProxyType(
    {
        # A backbone without a head is a candidate for classification too, since its features are ranked.
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
        # Wav2Vec2 and related families name their audio classifier after sequences.
        "audio": ("ForAudioClassification", "ForSequenceClassification"),
        "video": ("ForVideoClassification",),
    }
)
WORDS_HEAD = "ForTokenClassification"


def is_checkpoint(folder: Path) -> bool:
    """Whether a folder looks like a saved model."""
    return (folder / CONFIG).is_file()


def _n_source_classes(config: Mapping[str, Any], heads: Sequence[str]) -> int | None:
    """Return the number of source classes; transformers gives a head without names two classes."""
    if config.get("model_type") == TIMM:
        return int(config.get("num_classes") or 0) or None
    architecture = _architecture(config) or ""
    if not any(architecture.endswith(head) for head in heads):
        return None
    count = len(config.get("id2label") or {}) or int(config.get("num_labels") or 2)
    return count if count > 1 else None  # a single output is a regression


def _architecture(config: Mapping[str, Any]) -> str | None:
    return next(iter(config.get("architectures") or []), None)


def _refuse_odd_values(config: Mapping[str, Any]) -> None:
    """Refuse a config in which what tells family, class and labels is not of its type."""
    classes = config.get("architectures") or []
    fits = {
        "model_type": ("a text", isinstance(config.get("model_type") or "", str)),
        "architectures": (
            "a list of texts",
            isinstance(classes, list) and all(isinstance(one, str) for one in classes),
        ),
        "id2label": ("an object that names the classes", isinstance(config.get("id2label") or {}, dict)),
        "num_labels": ("a whole number", isinstance(config.get("num_labels") or 0, int)),
        "num_classes": ("a whole number", isinstance(config.get("num_classes") or 0, int)),
    }
    if len(config) > MOST_ENTRIES:
        raise UnsupportedModelError(
            f"{CONFIG} has {len(config):,} entries; expected at most {MOST_ENTRIES:,}.",
            hint="Copy config.json again from the model, or save it with model.save_pretrained(folder).",
        )
    for key, (expected, is_fit) in fits.items():
        if not is_fit:
            raise UnsupportedModelError(
                f"{key} in {CONFIG} is {config[key]!r:.100}; expected {expected}.",
                hint="Copy config.json again from the model, or save it with model.save_pretrained(folder).",
            )


def _read_config(folder: Path) -> dict[str, Any]:
    """Read ``config.json``; timm writes its own kind, which names the architecture."""
    config = read_json(folder / CONFIG)
    _refuse_odd_values(config)
    if "model_type" not in config and isinstance(config.get("architecture"), str):
        return config | {"model_type": TIMM}
    return config


def read_modality(folder: Path, *, wanted: Modality | None = None, name: str | None = None) -> Modality:
    """Find the modality of a checkpoint from its small files; its weights may be missing still.

    Parameters
    ----------
    folder
        Folder with ``config.json``.
    wanted
        Modality of the task; it decides between the two towers of models like CLIP.
    name
        Its name in messages; the folder's name by default.

    Raises
    ------
    ModelNotFoundError
        If ``config.json`` cannot be read.
    UnsupportedModelError
        If its preprocessing or its family is not known.
    """
    return _modality(folder, _read_config(folder), wanted, name or folder.name)


def _refuse_nameless_family(config: Mapping[str, Any], name: str) -> None:
    """Refuse a config that names no family: only code from the checkpoint could load it.

    A family that it names may still be unknown to the installed transformers, which shows on loading.
    """
    if config.get("model_type"):
        return
    if "auto_map" in config:
        raise UnsupportedModelError(
            f"{name} needs its own code, which is never run here.",
            hint="Choose a model of a family that transformers has itself.",
        )
    raise UnsupportedModelError(
        f"{CONFIG} of {name} names no model_type, so its family is not known.",
        hint="Choose a model that AutoModel can load.",
    )


def _modality(folder: Path, config: Mapping[str, Any], wanted: Modality | None, name: str) -> Modality:
    """Find the modality of a checkpoint, and check that its format and its preprocessing are known."""
    refuse_other_format(folder, config, name)
    _refuse_nameless_family(config, name)
    module_folders(folder, name)
    for file in (*PROCESSORS, *sorted(TOKENIZER_FILES)):
        refuse_pointer(folder / file, name)
    processors = [folder / file for file in PROCESSORS if (folder / file).is_file()]
    processor = read_json(processors[0]) if processors else {}
    has_tokenizer = any((folder / file).is_file() for file in TOKENIZER_FILES)
    modality = modality_of_config(config, processor, has_tokenizer=has_tokenizer, wanted=wanted)
    if modality == "text" and not has_tokenizer:
        raise UnsupportedModelError(
            f"{name} has no tokenizer, so it cannot read text.",
            hint="Save its tokenizer beside its config: tokenizer.save_pretrained(folder).",
        )
    if modality is None or (modality != "text" and not processors and config.get("model_type") != TIMM):
        lacking = PROCESSOR if modality else f"{PROCESSOR} and no tokenizer"
        raise UnsupportedModelError(
            f"{name} has no {lacking}, so the preprocessing of its input is not known.",
            hint=f"Save its processor {'' if modality else 'or its tokenizer '}beside its config: "
            "processor.save_pretrained(folder).",
        )
    return modality


def _tasks(folder: Path, config: Mapping[str, Any], modality: Modality) -> tuple[str, ...]:
    """Task categories that a checkpoint is a candidate for."""
    architecture = _architecture(config) or ""
    others = [task for ending, task in _TASK_BY_ENDING.items() if architecture.endswith(ending)]
    if config.get("is_encoder_decoder"):
        others.append("automatic-speech-recognition" if modality == "audio" else "text2text-generation")
    if (folder / MODULES).is_file():
        others.append("sentence-similarity")
    if config.get("model_type") in DUAL_FAMILIES and modality == "image":
        others.append("zero-shot-image-classification")
    return (*_TASKS[modality], *others)


def checkpoint_facts(
    folder: Path, *, wanted: Modality | None = None, tasks: Sequence[str] = (), name: str | None = None
) -> dict[str, Any]:
    """Read the facts of a checkpoint from its files, as fields of a ``ModelSpec``.

    Parameters
    ----------
    folder
        Folder with ``config.json`` and safetensors weights.
    wanted
        Modality of the task; it decides between the two towers of models like CLIP.
    tasks
        Tasks that the model is a candidate for in this run; a token-classification head counts as its source
        head for ``("token-classification",)`` alone, other heads for all other tasks.
    name
        Its name in messages; the folder's name by default.

    Returns
    -------
    dict
        ``path``, ``modality``, ``model_type``, ``architecture``, ``n_parameters``,
        ``n_source_classes``, ``size_bytes``, ``tasks``, ``own_code``, ``spare_adapter``.

    Raises
    ------
    ModelNotFoundError
        If ``config.json`` cannot be read.
    WeightsFormatError
        If there are no intact safetensors weights.
    UnsupportedModelError
        If its preprocessing or its family is not known.
    """
    name = name or folder.name
    refuse_odd_files(folder, name)
    config = _read_config(folder)
    modality = _modality(folder, config, wanted, name)
    files = weight_files(folder, name)
    tensors = read_headers(files, name)
    n_parameters = count_parameters(tensors)
    refuse_oversized(config, name, n_tensors=len(tensors), n_parameters=n_parameters)
    heads = (WORDS_HEAD,) if tuple(tasks) == (WORDS_TASK,) else _HEADS[modality]
    return {
        "path": str(folder),
        "modality": modality,
        "model_type": config.get("model_type"),
        "architecture": _architecture(config),
        "n_parameters": n_parameters,
        "n_source_classes": _n_source_classes(config, heads),
        "size_bytes": sum(path.stat().st_size for path in files),
        "tasks": tuple(tasks) or _tasks(folder, config, modality),
        "own_code": brings_own_code(folder),
        "spare_adapter": has_adapter(folder),
    }
