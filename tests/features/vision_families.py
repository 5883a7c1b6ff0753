"""Every family of image and video models, as small as its configuration allows, and its pooling by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
import transformers

from ptmrank_core.records import ModelSpec
from tests.checkpoints import LABELS, PROCESSOR

# Formulas on the output of a backbone of transformers, written apart from the product's rules.
Formula = Callable[[Any], torch.Tensor]


def cls(out: Any) -> torch.Tensor:
    """The first token."""
    return out.last_hidden_state[:, 0]


def tokens(out: Any) -> torch.Tensor:
    """The mean of all tokens."""
    return out.last_hidden_state.mean(dim=1)


def patches(out: Any) -> torch.Tensor:
    """The mean of all tokens but the first."""
    return out.last_hidden_state[:, 1:, :].mean(dim=1)


def area(out: Any) -> torch.Tensor:
    """The mean over a map's positions."""
    return out.last_hidden_state.flatten(2).mean(dim=2)


def pooler(out: Any) -> torch.Tensor:
    """The model's own pooling, without its empty axes."""
    return out.pooler_output.reshape(len(out.pooler_output), -1)


@dataclass(frozen=True)
class Case:
    """One family.

    Parameters
    ----------
    stem
        Start of its class names in transformers.
    values
        Values of a small configuration.
    formula
        Pooling of a headless checkpoint.
    head_formula
        Pooling of a checkpoint with a head; ``None`` where the family has no classifier.
    backbone
        Attribute of the classifier that holds its backbone.
    method
        How the headless model is called.
    arguments
        What it takes besides the sample.
    processor
        What differs from the common ``preprocessor_config.json``.
    model, classifier
        Class names that do not follow from the stem; ``"none"`` where there is no headless model.
    """

    stem: str
    values: Mapping[str, Any]
    formula: Formula
    head_formula: Formula | None = None
    backbone: str = ""
    method: str = "__call__"
    arguments: Mapping[str, Any] = field(default_factory=dict)
    model: str = ""
    classifier: str = ""
    processor: Mapping[str, Any] = field(default_factory=dict)


VIT = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "image_size": 32,
    "patch_size": 8,
}
STAGES = {"hidden_sizes": [8, 16], "depths": [1, 1], "num_stages": 2}
RESNET = {"embedding_size": 8, "hidden_sizes": [8, 16], "depths": [1, 1], "layer_type": "basic"}
SWIN = {
    "image_size": 32,
    "patch_size": 4,
    "embed_dim": 8,
    "depths": [1, 1],
    "num_heads": [1, 2],
    "window_size": 4,
}
TEXT = {
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "vocab_size": 32,
}
SHARED = {"method": "get_image_features", "backbone": "vision_model"}


def towers(**auxiliary: Any) -> dict[str, Any]:
    """A configuration of two towers."""
    return {"vision_config": {**VIT, **auxiliary}, "text_config": TEXT, "projection_dim": 12}


IMAGES: dict[str, Case] = {
    "beit": Case("Beit", VIT, patches, pooler),
    "bit": Case(
        "Bit",
        {"embedding_size": 8, "hidden_sizes": [32, 64], "depths": [1, 1], "num_groups": 4},
        pooler,
        pooler,
    ),
    "convnext": Case("ConvNext", {**STAGES, "patch_size": 4}, pooler, pooler),
    "convnextv2": Case("ConvNextV2", {**STAGES, "patch_size": 4}, pooler, pooler),
    "cvt": Case(
        "Cvt",
        {"embed_dim": [8, 8, 16], "num_heads": [1, 1, 2], "depth": [1, 2, 3]},
        lambda out: out.cls_token_value.squeeze(1),
        lambda out: out.cls_token_value.squeeze(1),
    ),
    "data2vec-vision": Case("Data2VecVision", VIT, patches, pooler),
    "deit": Case("DeiT", VIT, cls, cls),
    "deit-distilled": Case("DeiT", VIT, cls, cls, classifier="DeiTForImageClassificationWithTeacher"),
    "dinov2": Case("Dinov2", VIT, cls, cls),
    "dinov2_with_registers": Case("Dinov2WithRegisters", {**VIT, "num_register_tokens": 3}, cls, cls),
    "dinov3_convnext": Case("DINOv3ConvNext", {"hidden_sizes": [8, 8, 8, 16], "depths": [1] * 4}, pooler),
    "dinov3_vit": Case("DINOv3ViT", {**VIT, "num_register_tokens": 2}, cls),
    "dpt": Case("DPT", {**VIT, "backbone_out_indices": [0, 1, 1, 1]}, patches),
    "efficientnet": Case(
        "EfficientNet",
        {
            "image_size": 32,
            "width_coefficient": 0.25,
            "in_channels": [32, 16],
            "out_channels": [16, 24],
            "kernel_sizes": [3, 3],
            "strides": [1, 2],
            "num_block_repeats": [1, 1],
            "expand_ratios": [1, 6],
            "hidden_dim": 320,
            "batch_norm_eps": 1e-8,
        },
        pooler,
        pooler,
    ),
    "focalnet": Case(
        "FocalNet",
        {"image_size": 32, "embed_dim": 8, "depths": [1, 1], "focal_levels": [1, 1], "focal_windows": [3, 3]},
        pooler,
        pooler,
    ),
    "hiera": Case(
        "Hiera",
        {
            "image_size": [32, 32],
            "embed_dim": 8,
            "depths": [1, 1, 1],
            "num_heads": [1, 2, 4],
            "query_stride": [2, 2],
            "num_query_pool": 2,
            "masked_unit_size": [4, 4],
        },
        tokens,
        pooler,
    ),
    "ijepa": Case("IJepa", VIT, tokens, tokens),
    "levit": Case(
        "Levit",
        {
            "image_size": 64,
            "hidden_sizes": [8, 8, 16],
            "num_attention_heads": [1, 1, 2],
            "depths": [1, 1, 1],
            "key_dim": [8, 8, 8],
        },
        tokens,
        tokens,
        processor={"size": {"height": 64, "width": 64}},
    ),
    "mobilenet_v1": Case("MobileNetV1", {"depth_multiplier": 0.1, "image_size": 32}, pooler, pooler),
    "mobilenet_v2": Case("MobileNetV2", {"depth_multiplier": 0.1, "image_size": 32}, pooler, pooler),
    "mobilevit": Case(
        "MobileViT",
        {"image_size": 32, "hidden_sizes": [8, 12, 16], "neck_hidden_sizes": [8, 8, 8, 8, 8, 8, 16]},
        pooler,
        pooler,
    ),
    "mobilevitv2": Case(
        "MobileViTV2",
        {
            "image_size": 64,
            "width_multiplier": 0.125,
            "base_attn_unit_dims": [64, 64, 64],
            "n_attn_blocks": [1, 1, 1],
        },
        pooler,
        pooler,
        processor={"size": {"height": 64, "width": 64}},
    ),
    "poolformer": Case("PoolFormer", {"hidden_sizes": [8, 8, 8, 16], "depths": [1, 1, 1, 1]}, area, area),
    "pvt": Case(
        "Pvt",
        {
            "image_size": 32,
            "hidden_sizes": [8, 8, 8, 16],
            "depths": [1] * 4,
            "num_attention_heads": [1, 1, 2, 2],
            "num_labels": 3,
        },
        cls,
        cls,
    ),
    "pvt_v2": Case(
        "PvtV2",
        {
            "image_size": 32,
            "hidden_sizes": [8, 8, 8, 16],
            "depths": [1] * 4,
            "num_attention_heads": [1, 1, 2, 2],
        },
        area,
        area,
    ),
    "regnet": Case(
        "RegNet",
        {"embedding_size": 8, "hidden_sizes": [8, 16], "depths": [1, 1], "groups_width": 8},
        pooler,
        pooler,
    ),
    "resnet": Case("ResNet", RESNET, pooler, pooler),
    "segformer": Case(
        "Segformer",
        {"hidden_sizes": [8, 8, 8, 16], "depths": [1] * 4, "num_attention_heads": [1, 1, 2, 2]},
        area,
        area,
    ),
    "swiftformer": Case(
        "SwiftFormer", {"image_size": 32, "embed_dims": [8, 8, 8, 16], "depths": [1] * 4}, area, area
    ),
    "swin": Case("Swin", SWIN, pooler, pooler),
    "swinv2": Case("Swinv2", SWIN, pooler, pooler),
    "textnet": Case(
        "TextNet",
        {
            "image_size": [32, 32],
            "stem_out_channels": 8,
            "hidden_sizes": [8, 8, 8, 16, 16],
            "conv_layer_kernel_sizes": [[[3, 3]], [[3, 1]], [[1, 3]], [[3, 3]]],
            "conv_layer_strides": [[2], [2], [1], [1]],
        },
        area,
        area,
    ),
    "vit": Case("ViT", VIT, cls, cls),
    "vit_mae": Case("ViTMAE", {**VIT, "mask_ratio": 0.75}, patches),
    "vit_msn": Case("ViTMSN", VIT, cls, cls),
    "pixio": Case("Pixio", VIT, pooler),
    "glpn": Case(
        "GLPN", {"hidden_sizes": [8, 8, 8, 16], "depths": [1] * 4, "num_attention_heads": [1, 1, 2, 2]}, area
    ),
    "imagegpt": Case(
        "ImageGPT",
        {"n_embd": 16, "n_layer": 1, "n_head": 2, "n_positions": 64, "vocab_size": 9},
        tokens,
        tokens,
        processor={
            "image_processor_type": "ImageGPTImageProcessor",
            "size": {"height": 8, "width": 8},
            "clusters": [[r, g, b] for r in (-1.0, 1.0) for g in (-1.0, 1.0) for b in (-1.0, 1.0)],
        },
    ),
    "donut-swin": Case("DonutSwin", SWIN, pooler, pooler),
    "hgnet_v2": Case(
        "HGNetV2",
        {
            "depths": [1, 1, 1, 1],
            "embedding_size": 8,
            "hidden_sizes": [8, 8, 8, 16],
            "stem_channels": [3, 8, 8],
            "stage_in_channels": [8, 8, 8, 8],
            "stage_mid_channels": [8] * 4,
            "stage_out_channels": [8, 8, 8, 16],
            "stage_num_blocks": [1] * 4,
            "stage_numb_of_layers": [1] * 4,
        },
        area,
        area,
        backbone="encoder",
        model="none",
    ),
    "yolos": Case(
        "Yolos",
        {**VIT, "image_size": [32, 32], "num_detection_tokens": 5},
        lambda out: out.last_hidden_state[:, 1:17].mean(dim=1),
    ),
    "detr": Case(
        "Detr",
        {
            "use_timm_backbone": False,
            "use_pretrained_backbone": False,
            "backbone": None,
            "backbone_config": {"model_type": "resnet", **RESNET, "out_features": ["stage2"]},
            "d_model": 16,
            "encoder_layers": 1,
            "decoder_layers": 1,
            "encoder_ffn_dim": 16,
            "decoder_ffn_dim": 16,
            "encoder_attention_heads": 2,
            "decoder_attention_heads": 2,
            "num_queries": 4,
        },
        lambda out: out.encoder_last_hidden_state.mean(dim=1),
    ),
    "clip": Case("CLIP", towers(), pooler, patches, **SHARED),
    "metaclip_2": Case("MetaClip2", towers(), pooler, patches, **SHARED),
    "siglip": Case("Siglip", towers(), pooler, tokens, **SHARED),
    "siglip2": Case(
        "Siglip2",
        towers(num_patches=16),
        pooler,
        **SHARED,
        processor={"image_processor_type": "Siglip2ImageProcessor", "patch_size": 8, "max_num_patches": 16},
    ),
    "aimv2": Case("Aimv2", towers(), pooler, **SHARED),
    "altclip": Case("AltCLIP", towers(), pooler, **SHARED),
    "chinese_clip": Case("ChineseCLIP", towers(), pooler, **SHARED),
    "align": Case(
        "Align",
        {
            "text_config": TEXT,
            "projection_dim": 12,
            "vision_config": {
                "image_size": 32,
                "width_coefficient": 0.25,
                "in_channels": [32, 16],
                "out_channels": [16, 24],
                "kernel_sizes": [3, 3],
                "strides": [1, 2],
                "num_block_repeats": [1, 1],
                "expand_ratios": [1, 6],
                "hidden_dim": 320,
                "depthwise_padding": [],
            },
        },
        pooler,
        **SHARED,
    ),
    "clip_vision_model": Case("CLIPVision", VIT, pooler),
    "siglip_vision_model": Case("SiglipVision", VIT, pooler),
    "siglip2_vision_model": Case(
        "Siglip2Vision",
        {**VIT, "num_patches": 16},
        pooler,
        processor={"image_processor_type": "Siglip2ImageProcessor", "patch_size": 8, "max_num_patches": 16},
    ),
    "aimv2_vision_model": Case("Aimv2Vision", VIT, pooler),
    "chinese_clip_vision_model": Case("ChineseCLIPVision", VIT, pooler),
    "mlcd_vision_model": Case("MLCDVision", VIT, pooler),
}

# Not the name of the family: a variant of it.
VARIANTS = {"deit-distilled": "deit"}


def head_of(modality: str) -> str:
    """Ending of the class names of classifiers."""
    return "ForVideoClassification" if modality == "video" else "ForImageClassification"


NOISE = 0.03
# How most video models read frames.
FRAMES = {
    "image_processor_type": "VideoMAEImageProcessor",
    "size": {"shortest_edge": 36},
    "do_center_crop": True,
    "crop_size": {"height": 32, "width": 32},
}


def _make_lively(model: torch.nn.Module) -> None:
    """Give every part weights that pass pictures on: fresh convolutions before batch norms hardly do."""
    for parameter in model.parameters():
        parameter.add_(NOISE * torch.randn_like(parameter))
    norms = [
        part for part in model.modules() if isinstance(part, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d)
    ]
    for norm in norms:
        torch.nn.init.normal_(norm.weight, mean=1.0, std=0.1)
    flat = any(isinstance(norm, torch.nn.BatchNorm1d) for norm in norms)
    for part in model.modules():
        if norms and isinstance(part, torch.nn.Conv2d | torch.nn.Linear if flat else torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(part.weight)
            part.weight.mul_(0.9)


def save_family(folder: Path, case: Case, *, head: bool, modality: str = "image") -> Path:
    """Save a small model of a family with its processor; its weights are random and not small."""
    labels = {"id2label": LABELS, "label2id": {name: i for i, name in LABELS.items()}} if head else {}
    config = getattr(transformers, f"{case.stem}Config")(**case.values, **labels)
    name = (case.classifier or case.stem + head_of(modality)) if head else (case.model or f"{case.stem}Model")
    torch.manual_seed(0)
    model = getattr(transformers, name)(config)
    with torch.no_grad():
        _make_lively(model)
    model.save_pretrained(folder)
    processor = {**PROCESSOR, **(FRAMES if modality == "video" else {}), **case.processor}
    (folder / "preprocessor_config.json").write_text(json.dumps(processor), encoding="utf-8")
    return folder


def spec_of(folder: Path, *, modality: str = "image") -> ModelSpec:
    """Describe a saved model as the catalogue does."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    architecture = config["architectures"][0]
    has_head = head_of(modality) in architecture
    return ModelSpec(
        id=folder.name,
        source="local",
        modality=modality,  # type: ignore[arg-type] # a literal in every call
        revision=f"{folder}",
        path=str(folder),
        model_type=config["model_type"],
        architecture=architecture,
        n_source_classes=len(LABELS) if has_head else None,
    )


def by_hand(
    folder: Path, case: Case, inputs: Mapping[str, torch.Tensor], *, modality: str
) -> tuple[Any, Any]:
    """Vectors and logits from plain calls of transformers, in float32."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    head = head_of(modality) in config["architectures"][0]
    loader = {
        (False, "image"): transformers.AutoModel,
        (False, "video"): transformers.AutoModel,
        (True, "image"): transformers.AutoModelForImageClassification,
        (True, "video"): transformers.AutoModelForVideoClassification,
    }[head, modality]
    overrides = {"mask_ratio": 0.0} if config["model_type"] == "vit_mae" else {}
    if config["model_type"] == "vjepa2":
        inputs = {"pixel_values_videos": inputs["pixel_values"]}
    model = loader.from_pretrained(folder, dtype=torch.float32, **overrides).eval()
    with torch.inference_mode():
        if not head:
            method = model if case.method == "__call__" else getattr(model, case.method)
            return case.formula(method(**inputs, **case.arguments)).numpy(), None
        assert case.head_formula is not None
        backbone = getattr(model, case.backbone) if case.backbone else model.base_model
        logits = model(**inputs).logits.numpy()
        first = next(iter(inputs.values()))
        if case.backbone == "encoder":
            return case.head_formula(backbone(model.embedder(first))).numpy(), logits
        return case.head_formula(backbone(**inputs, **case.arguments)).numpy(), logits


VIDEO = {**VIT, "num_frames": 4, "tubelet_size": 2}
VIDEOS: dict[str, Case] = {
    "timesformer": Case("Timesformer", {**VIDEO, "intermediate_size": 16}, cls, cls),
    "videomae": Case("VideoMAE", VIDEO, tokens, tokens),
    "videomae-fc_norm": Case("VideoMAE", {**VIDEO, "use_mean_pooling": False}, tokens, tokens),
    "vivit": Case(
        "Vivit",
        {**VIDEO, "tubelet_size": [2, 8, 8]},
        cls,
        cls,
        processor={
            "image_processor_type": "VivitImageProcessor",
            "rescale_factor": 1 / 127.5,
            "offset": True,
            "size": {"shortest_edge": 36},
            "do_center_crop": True,
            "crop_size": {"height": 32, "width": 32},
        },
    ),
    "vjepa2": Case(
        "VJEPA2",
        {
            **VIDEO,
            "crop_size": 32,
            "frames_per_clip": 4,
            "pred_hidden_size": 12,
            "pred_num_attention_heads": 2,
            "pred_num_hidden_layers": 1,
            "num_pooler_layers": 1,
        },
        tokens,
        tokens,
        arguments={"skip_predictor": True},
    ),
    "xclip": Case(
        "XCLIP",
        {
            "text_config": TEXT,
            "projection_dim": 16,
            "vision_config": {
                **VIDEO,
                "mit_hidden_size": 16,
                "mit_intermediate_size": 16,
                "mit_num_attention_heads": 2,
                "mit_num_hidden_layers": 1,
            },
        },
        pooler,
        method="get_video_features",
    ),
}
VARIANTS["videomae-fc_norm"] = "videomae"
