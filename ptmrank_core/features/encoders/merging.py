"""Merging an adapter of PEFT into a copy of its base model. Imports torch, transformers and peft."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
import transformers

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features.adapters import FACT_NAMES, FACTS, find_merged
from ptmrank_core.features.encoders.adapter_files import (
    MERGE_THERE,
    AdapterTensors,
    quiet,
    read_settings,
    read_tensors,
    retarget,
)
from ptmrank_core.features.encoders.checkpoint import load_config, no_bars, read_weights
from ptmrank_core.features.reasons import told_as
from ptmrank_core.files import renewed_folder, write_file
from ptmrank_core.records import ModelSpec

__all__ = ["merge_adapter"]

AUTO_CLASSES = {
    "SEQ_CLS": "AutoModelForSequenceClassification",
    "TOKEN_CLS": "AutoModelForTokenClassification",
    "QUESTION_ANS": "AutoModelForQuestionAnswering",
    "CAUSAL_LM": "AutoModelForCausalLM",
    "SEQ_2_SEQ_LM": "AutoModelForSeq2SeqLM",
    "FEATURE_EXTRACTION": "AutoModel",
}
# Modules that peft saves with an adapter of a task without being asked.
SAVED_HEADS = {
    "SEQ_CLS": ("classifier", "score"),
    "TOKEN_CLS": ("classifier", "score"),
    "QUESTION_ANS": ("qa_outputs",),
}
# Heads whose outputs are classes of the training data.
WORDS_TASK, WORDS_HEAD = ("token-classification",), "ForTokenClassification"
CLASSIFIERS = ("ForImageClassification", "ForSequenceClassification", "ForAudioClassification")
# Of the base, what is saved anew or is no part of the merged model.
NOT_COPIED = re.compile(
    r".*\.(safetensors|bin|h5|msgpack|onnx|pt|pth|ckpt|gguf|ot|py|md|png|jpe?g|gif|svg)|adapter_.*|\..*"
)
# Of a repository of sentence-transformers.
MODULE = re.compile(r"\d+_\w+/(config\.json|model\.safetensors)")


@dataclass(frozen=True, eq=False, slots=True)
class _Loaded:
    """A base model, the adapter under the names of its modules, and what neither of them holds."""

    model: Any
    tensors: AdapterTensors
    lacking: frozenset[str]


def merge_adapter(spec: ModelSpec, folder: Path) -> ModelSpec:
    """Merge an adapter into a copy of its base model, which is an ordinary checkpoint from then on.

    Parameters
    ----------
    spec
        The adapter: its folder, and the base model with the folder of its files.
    folder
        Where the copy is written, whole or not at all.

    Returns
    -------
    ModelSpec
        The adapter with the path and the facts of the copy.

    Raises
    ------
    UnsupportedModelError
        If the adapter cannot be merged, or does not fit the base.
    WeightsFormatError
        If the weights of one of the two cannot be read.

    Notes
    -----
    A weight that neither the base nor the adapter holds is left out of the copy, so that a copy is refused,
    or not, like any checkpoint that lacks it.
    """
    if spec.base is None or spec.base.path is None:
        raise UnsupportedModelError(
            f"{spec.id!r} is no adapter with a base model on disk.",
            hint="Name its base model as base_model_name_or_path in adapter_config.json.",
        )
    adapter = Path(str(spec.path))
    with told_as(f"The adapter {spec.id!r} cannot be merged into its base model", hint=MERGE_THERE):
        config = read_settings(spec.id, adapter)
        tensors = read_tensors(spec.id, adapter, config)
        loaded = _load_base(spec, config, tensors)
        if loaded.tensors is not tensors:
            retarget(config, tensors, loaded.tensors)
        _leave_heads_out(config, loaded.tensors)
        merged, lacking = _merged(spec, config, loaded), loaded.lacking
    state = {name: own for name, own in merged.state_dict().items() if name not in lacking}
    has_head = any(not name.startswith(f"{merged.base_model_prefix}.") for name in state)
    if not has_head and merged.base_model is not merged:
        state = {name.removeprefix(f"{merged.base_model_prefix}."): own for name, own in state.items()}
        merged = merged.base_model
    with renewed_folder(folder) as new:
        _copy_small_files(Path(spec.base.path), new)
        _copy_small_files(adapter, new)
        with no_bars():
            merged.save_pretrained(new, state_dict=state)
        write_file(new / FACTS, json.dumps(_facts_of(spec, merged, new)))
    found = find_merged(spec, folder)
    assert found is not None  # noqa: S101 - it was written a moment ago
    return found


def _load_base(spec: ModelSpec, config: Any, tensors: AdapterTensors) -> _Loaded:
    """Load the base in the class that was adapted.

    Raises
    ------
    UnsupportedModelError
        If there is no class that has what the adapter changes.
    """
    assert spec.base is not None  # noqa: S101 - as merge_adapter has checked
    base = replace(spec, id=spec.base.name, path=spec.base.path, base=None)
    own = load_config(base)
    problems = []
    for name in _class_names(config, own):
        loader = getattr(transformers, name)
        try:
            model, info = _read(base, loader, own)
        except UnsupportedModelError as error:
            problems.append(error)
            continue
        fitting = next((one for one in (tensors, tensors.renamed(model)) if one.fits(model)), None)
        if fitting is None:
            continue
        n_outputs = _n_outputs(model, fitting)
        if n_outputs not in {None, own.num_labels}:
            own.num_labels = n_outputs
            model, info = _read(base, loader, own)
        mismatched = {str(own[0] if isinstance(own, tuple) else own) for own in info["mismatched_keys"]}
        lacking = {str(key) for key in info["missing_keys"]} | mismatched
        return _Loaded(model, fitting, frozenset(lacking - fitting.tensors.keys()))
    if problems:
        raise problems[0]
    raise UnsupportedModelError(
        f"The adapter {spec.id!r} does not fit {spec.base.name!r}: it changes "
        f"{', '.join(tensors.changed[:2]) or 'layers'}, which that model does not have.",
        hint="Name the model that it was trained on as base_model_name_or_path in adapter_config.json.",
    )


def _read(base: ModelSpec, loader: Any, config: Any) -> tuple[Any, dict[str, Any]]:
    """Load a base with whichever weights it has, in its own number format."""
    return read_weights(base, loader, config, config.dtype or torch.float32)


def _class_names(config: Any, own: Any) -> list[str]:
    """Name the classes that may have been adapted, the likeliest first."""
    told = (config.auto_mapping or {}).get("base_model_class")
    names = [told, AUTO_CLASSES.get(_task_of(config)), *(own.architectures or ()), "AutoModel"]
    known = [str(name) for name in names if name and hasattr(transformers, str(name))]
    return list(dict.fromkeys(name for name in known if _is_model(name)))


def _is_model(name: str) -> bool:
    found = getattr(transformers, name)
    return name.startswith("AutoModel") or (
        isinstance(found, type) and issubclass(found, transformers.PreTrainedModel)
    )


def _n_outputs(model: Any, tensors: AdapterTensors) -> int | None:
    """Find how many outputs the head has that an adapter brings; ``None`` if it brings none."""
    for name, part in reversed(list(model.named_modules())):
        weight = tensors.tensors.get(f"{name}.weight")
        is_head = isinstance(part, torch.nn.Linear) and part.out_features == model.config.num_labels
        if is_head and weight is not None:
            return int(weight.shape[0])
    return None


def _leave_heads_out(config: Any, tensors: AdapterTensors) -> None:
    """Let an adapter replace those modules alone that it brings: peft fails on a head that is not there."""
    asked = {*(config.modules_to_save or ()), *SAVED_HEADS.get(_task_of(config), ())}
    brought = sorted(name for name in asked if any(f".{name}." in f".{own}" for own in tensors.tensors))
    config.modules_to_save, config.task_type = brought or None, None


def _task_of(config: Any) -> str:
    return str(getattr(config.task_type, "value", config.task_type))


def _merged(spec: ModelSpec, config: Any, loaded: _Loaded) -> Any:
    """Put an adapter on its base and merge the two."""
    from peft import PeftModel, set_peft_model_state_dict  # noqa: PLC0415 - an extra

    tensors = loaded.tensors
    with quiet():
        adapted = PeftModel(loaded.model, config)
        result = set_peft_model_state_dict(adapted, tensors.of_peft)
        own = [name for name in result.missing_keys if f".{tensors.mark}" in name]
        odd = sorted({*result.unexpected_keys, *own})
        if not odd:
            return adapted.merge_and_unload(safe_merge=True)
    raise UnsupportedModelError(
        f"The weights of the adapter {spec.id!r} are not those that its settings and its base model ask for: "
        f"{', '.join(odd[:3])}.",
        hint="Expected adapter_config.json and adapter_model.safetensors of one training.",
    )


def _copy_small_files(source: Path, folder: Path) -> None:
    """Copy what reads the input: tokenizer, processor and modules of sentence-transformers; no weights."""
    for path in (*source.glob("*"), *source.glob("*/*")):
        name = path.relative_to(source)
        if len(name.parts) == 1:
            is_read = NOT_COPIED.fullmatch(path.name) is None
        else:
            is_read = MODULE.fullmatch(name.as_posix()) is not None
        if path.is_file() and is_read:
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(path, folder / name)


def _facts_of(spec: ModelSpec, model: Any, folder: Path) -> dict[str, Any]:
    """Collect the facts of a merged model."""
    architecture = type(model).__name__
    heads = WORDS_HEAD if spec.tasks == WORDS_TASK else CLASSIFIERS
    n_classes = model.config.num_labels if architecture.endswith(heads) else 0
    facts = {
        "architecture": architecture,
        "n_parameters": sum(weight.numel() for weight in model.parameters()),
        "n_source_classes": n_classes if n_classes > 1 else None,
        "size_bytes": sum(path.stat().st_size for path in folder.glob("*.safetensors")),
    }
    return {name: facts[name] for name in FACT_NAMES}
