"""Tiny real checkpoints, made from configs and saved to disk as users have them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
import transformers

LABELS = {0: "cat", 1: "dog", 2: "owl"}

# family -> (config class, model class stem, config values); inputs are 32x32 pictures
FAMILIES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "convnext": (
        "ConvNextConfig",
        "ConvNext",
        {"hidden_sizes": [8, 16], "depths": [1, 1], "num_stages": 2, "patch_size": 4},
    ),
    "resnet": (
        "ResNetConfig",
        "ResNet",
        {"embedding_size": 8, "hidden_sizes": [8, 16], "depths": [1, 1], "layer_type": "basic"},
    ),
    "vit": (
        "ViTConfig",
        "ViT",
        {
            "hidden_size": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "intermediate_size": 16,
            "image_size": 32,
            "patch_size": 8,
        },
    ),
    "swin": (
        "SwinConfig",
        "Swin",
        {
            "image_size": 32,
            "patch_size": 4,
            "embed_dim": 8,
            "depths": [1, 1],
            "num_heads": [1, 2],
            "window_size": 4,
        },
    ),
    "mobilenet_v2": ("MobileNetV2Config", "MobileNetV2", {"depth_multiplier": 0.1, "image_size": 32}),
    "dinov2": (
        "Dinov2Config",
        "Dinov2",
        {
            "hidden_size": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "image_size": 32,
            "patch_size": 8,
        },
    ),
}

PROCESSOR = {
    "image_processor_type": "ViTImageProcessor",
    "do_resize": True,
    "size": {"height": 32, "width": 32},
    "resample": 2,
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "do_normalize": True,
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5],
}


def save_checkpoint(folder: Path, family: str = "convnext", *, head: bool = True, seed: int = 0) -> Path:
    """Save a randomly initialised model of a family with its processor; return its folder."""
    config_name, stem, values = FAMILIES[family]
    labels = {"id2label": LABELS, "label2id": {name: i for i, name in LABELS.items()}} if head else {}
    config = getattr(transformers, config_name)(**values, **labels)
    model_name = f"{stem}ForImageClassification" if head else f"{stem}Model"
    torch.manual_seed(seed)
    getattr(transformers, model_name)(config).save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(PROCESSOR), encoding="utf-8")
    return folder
