"""Families that read pictures."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ptmrank_core.features.pooling.families import Family

__all__ = ["VISION_FAMILIES"]

# Poolers of ViT and DeiT are a dense layer that checkpoints saved from a classifier do not hold:
# transformers fills it at random. They get a rule that does not touch the pooler.
VISION_FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "beit": Family("mean_patches"),
        "bit": Family("pooler"),
        "convnext": Family("pooler"),
        "convnextv2": Family("pooler"),
        "data2vec-vision": Family("mean_patches"),
        "deit": Family("cls"),
        "dinov2": Family("cls"),
        "efficientnet": Family("pooler"),
        "focalnet": Family("pooler"),
        "mobilenet_v1": Family("pooler"),
        "mobilenet_v2": Family("pooler"),
        "poolformer": Family("mean_map"),
        "regnet": Family("pooler"),
        "resnet": Family("pooler"),
        "segformer": Family("mean_map"),
        "swin": Family("pooler"),
        "swinv2": Family("pooler"),
        "vit": Family("cls"),
        # ViT-MAE hides three quarters of the picture, drawn at random, unless told not to.
        "vit_mae": Family("mean_patches", config=MappingProxyType({"mask_ratio": 0.0})),
        "vit_msn": Family("cls"),
    }
)
