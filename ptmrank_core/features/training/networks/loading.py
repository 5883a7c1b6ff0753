"""Loading a checkpoint with a head for the user's samples. Imports torch and transformers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import torch
import transformers

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features.encoders.checkpoint import load_config, read_weights
from ptmrank_core.features.encoders.missing import is_of_pretraining
from ptmrank_core.features.training.networks.base import switch_off
from ptmrank_core.records import ModelSpec, Samples

__all__ = ["AUTO_CLASSES", "config_for", "drawn_weights", "load_classifier", "output_names"]

AUTO_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "image": "AutoModelForImageClassification",
        "text": "AutoModelForSequenceClassification",
        "audio": "AutoModelForAudioClassification",
    }
)
PROBLEMS: Mapping[str, str] = MappingProxyType(
    {
        "classification": "single_label_classification",
        "regression": "regression",
        "multilabel": "multi_label_classification",
    }
)


def output_names(samples: Samples) -> tuple[str, ...]:
    """Names of a network's outputs: classes, labels, or columns of numbers."""
    n_outputs = 1 if samples.labels.ndim == 1 else samples.labels.shape[1]
    return samples.class_names or tuple(
        f"value {k + 1}" if n_outputs > 1 else "value" for k in range(n_outputs)
    )


def config_for(spec: ModelSpec, samples: Samples) -> Any:
    """Read a checkpoint's configuration, with the outputs that the samples need."""
    names = output_names(samples)
    config = load_config(spec)
    config.num_labels = len(names)  # PVT keeps the number apart from the names
    config.id2label = dict(enumerate(names))
    config.label2id = {name: number for number, name in config.id2label.items()}
    config.problem_type = PROBLEMS[samples.target_kind]
    # Of the classes of a family the first: that of a distilled DeiT has two heads, which it averages.
    config.architectures = []
    switch_off(config)
    return config


def load_classifier(spec: ModelSpec, config: Any) -> tuple[Any, dict[str, Any]]:
    """Load a checkpoint with a head, whichever weights it holds."""
    loader = getattr(transformers, AUTO_CLASSES[spec.modality])
    try:
        return read_weights(spec, loader, config, torch.float32)
    except UnsupportedModelError as error:
        if "Unrecognized configuration class" not in error.message:
            raise
        raise UnsupportedModelError(
            f"transformers has no {spec.modality} classifier of the family {spec.model_type!r}, so "
            f"{spec.id!r} cannot be trained here.",
            hint="Its features can be ranked all the same; train a head on them.",
        ) from error


def drawn_weights(spec: ModelSpec, model: Any, info: Mapping[str, Any]) -> list[str]:
    """Names of the weights that a checkpoint lacks; refuse one that lacks weights of the body."""
    mismatched = [str(entry[0] if isinstance(entry, tuple) else entry) for entry in info["mismatched_keys"]]
    drawn = sorted({*info["missing_keys"], *mismatched})
    body = model.base_model
    prefix = f"{model.base_model_prefix}."
    if body is not model:
        lacking = [
            name
            for name in drawn
            if name.startswith(prefix) and "pooler" not in name and not is_of_pretraining(name)
        ]
        if lacking:
            raise UnsupportedModelError(
                f"The checkpoint of {spec.id!r} lacks {len(lacking)} weights ({', '.join(lacking[:3])}); "
                "they would be initialised at random.",
                hint="Use a checkpoint that was saved with them, or another model.",
            )
    return drawn
