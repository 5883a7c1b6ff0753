"""Families that read images and videos.

The vector is the one that the classification head of a checkpoint reads, or the nearest to it that a headless
checkpoint of the family has as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ptmrank_core.features.pooling.families import Family

__all__ = ["IMAGE_FAMILIES", "VIDEO_FAMILIES"]

_CLS = Family("cls")
_MEAN = Family("mean")
_MAP = Family("mean_map")
_POOLER = Family("pooler")
# Two towers: the picture's embedding in the space that it shares with texts, so projected where the family
# projects. A classifier made of such a model has no projection: it reads the mean of the patches.
_TOWERS = Family("pooler", call="image_features", unused=("text_model",), backbone="vision_model")
_SHARED_SPACE = {
    "aimv2": _TOWERS,
    "align": _TOWERS,
    "altclip": _TOWERS,
    "chinese_clip": _TOWERS,
    "clip": Family(
        "pooler",
        head_rule="mean_patches",
        call="image_features",
        unused=("text_model",),
        backbone="vision_model",
    ),
    "metaclip_2": Family(
        "pooler",
        head_rule="mean_patches",
        call="image_features",
        unused=("text_model",),
        backbone="vision_model",
    ),
    # SigLIP has no CLS token: an attention pooling of its own makes the shared vector.
    "siglip": Family(
        "pooler", head_rule="mean", call="image_features", unused=("text_model",), backbone="vision_model"
    ),
    "siglip2": Family(
        "pooler", head_rule="mean", call="image_features", unused=("text_model",), backbone="vision_model"
    ),
}
# A tower saved alone: its own pooled vector, before any projection.
_SINGLE_TOWERS = {
    "aimv2_vision_model": _POOLER,
    "chinese_clip_vision_model": _POOLER,
    "clip_vision_model": _POOLER,
    "mlcd_vision_model": _POOLER,
    "siglip2_vision_model": _POOLER,
    "siglip_vision_model": _POOLER,
}
_TRANSFORMERS = {
    # BEiT's head reads its pooler, a layer norm of the patches' mean; masked pre-training saves none.
    "beit": Family("mean_patches", head_rule="pooler"),
    # CvT's CLS token joins in the last stage and leaves beside the map.
    "cvt": Family("cls_token_value"),
    "data2vec-vision": Family("mean_patches", head_rule="pooler"),
    # Poolers of ViT and DeiT are a dense layer that checkpoints saved from a classifier do not hold:
    # transformers fills it at random. They get a rule that does not touch the pooler. DeiT's distillation
    # token copies a teacher's answers; the CLS token is there in all of its checkpoints.
    "deit": _CLS,
    "donut-swin": _POOLER,
    # DINOv2's classifier reads CLS and the patches' mean side by side: twice as wide. CLS alone is what its
    # authors use for k-nearest neighbours, and as wide as other models' vectors.
    "dinov2": _CLS,
    "dinov2_with_registers": _CLS,
    "dinov3_vit": _CLS,
    # Depth is read from the patches; DPT's pooler is a dense layer that depth checkpoints do not hold.
    "dpt": Family("mean_patches"),
    "focalnet": _POOLER,
    "glpn": _MAP,
    # Hiera's pooler is a layer norm of the mean that masked pre-training does not save.
    "hiera": Family("mean", head_rule="pooler"),
    "ijepa": _MEAN,  # no CLS token
    "imagegpt": _MEAN,
    "levit": _MEAN,
    "pixio": _POOLER,  # the mean of its several CLS tokens
    "pvt": _CLS,
    "pvt_v2": _MAP,
    "segformer": Family("mean_map", config=MappingProxyType({"reshape_last_stage": True})),
    # The norm before SwiftFormer's and PoolFormer's pooling belongs to their heads.
    "swiftformer": _MAP,
    "swin": _POOLER,
    "swinv2": _POOLER,
    "vit": _CLS,
    # ViT-MAE hides three quarters of the picture, drawn at random, unless told not to; and it shuffles the
    # patches, which moves their mean by rounding, unless it is called with their order.
    "vit_mae": Family("mean_patches", config=MappingProxyType({"mask_ratio": 0.0}), call="unshuffled"),
    "vit_msn": _CLS,
    # YOLOS appends tokens for its boxes, and its CLS token is trained by nothing: patches alone.
    "yolos": Family("mean", call="patches_alone"),
}
_CONVOLUTIONS = {
    "bit": _POOLER,
    "convnext": _POOLER,
    "convnextv2": _POOLER,
    "dinov3_convnext": _POOLER,
    "efficientnet": _POOLER,
    # HGNet has no base model: its classifier pools what its encoder gives.
    "hgnet_v2": Family("mean_map", backbone="encoder"),
    "mobilenet_v1": _POOLER,
    "mobilenet_v2": _POOLER,
    "mobilevit": _POOLER,
    "mobilevitv2": _POOLER,
    "poolformer": _MAP,
    # ResNets' poolers give (batch, channels, 1, 1); the rule flattens.
    "regnet": _POOLER,
    "resnet": _POOLER,
    "textnet": _MAP,
}
_OTHERS = {
    # Boxes are read from queries; the picture is in the encoder's map.
    "detr": Family("mean", call="encoder_alone"),
    # timm's own pooling, whatever the architecture (``forward_head`` before its logits).
    "timm_wrapper": Family("pooler", call="timm"),
}
IMAGE_FAMILIES: Mapping[str, Family] = MappingProxyType(
    {**_SHARED_SPACE, **_SINGLE_TOWERS, **_TRANSFORMERS, **_CONVOLUTIONS, **_OTHERS}
)
VIDEO_FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "timesformer": _CLS,
        "videomae": _MEAN,  # no CLS token
        # ViViT's pooler is a dense layer that classifiers do not hold.
        "vivit": _CLS,
        # The predictor guesses masked parts; it is no part of the encoder.
        "vjepa2": Family("mean", arguments=MappingProxyType({"skip_predictor": True})),
        "xclip": Family("pooler", call="video_features", unused=("text_model",)),
    }
)
