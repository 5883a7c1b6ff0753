"""The modality of a checkpoint, from its config and its other files."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ptmrank_core.records import Modality

__all__ = ["DUAL_FAMILIES", "TIMM", "modality_of_config"]

TIMM = "timm_wrapper"
# The class that saved a checkpoint says most: wav2vec2 ends in ForCTC, VideoMAE in ForVideoClassification.
_BY_ENDING: Mapping[str, Modality] = MappingProxyType(
    {
        "ForImageClassification": "image",
        "ForImageClassificationWithTeacher": "image",
        "ForMaskedImageModeling": "image",
        "ForObjectDetection": "image",
        "ForSemanticSegmentation": "image",
        "ForDepthEstimation": "image",
        "ForVideoClassification": "video",
        "ForAudioClassification": "audio",
        "ForAudioFrameClassification": "audio",
        "ForCTC": "audio",
        "ForXVector": "audio",
        "ForTokenClassification": "text",
        "ForMaskedLM": "text",
        "ForCausalLM": "text",
        "ForQuestionAnswering": "text",
    }
)
_VIDEO = "timesformer videomae videoprism_vision_model vivit vjepa2 xclip"
_AUDIO = (
    "audio-spectrogram-transformer clap_audio_model data2vec-audio hubert moonshine sew sew-d "
    "speech_to_text speecht5 unispeech unispeech-sat wav2vec2 wav2vec2-bert wav2vec2-conformer wavlm whisper"
)
_IMAGE = (
    "aimv2_vision_model beit bit chinese_clip_vision_model clip_vision_model convnext convnextv2 cvt "
    "data2vec-vision deit detr dinat dinov2 dinov2_with_registers dinov3_convnext dinov3_vit donut-swin "
    "dpt efficientnet focalnet glpn hgnet_v2 hiera ijepa imagegpt levit mlcd_vision_model mobilenet_v1 "
    "mobilenet_v2 mobilevit mobilevitv2 pixio poolformer pvt pvt_v2 regnet resnet segformer "
    "siglip_vision_model siglip2_vision_model swiftformer swin swin2sr swinv2 textnet timm_wrapper vit "
    "vit_mae vit_msn yolos"
)
_BY_FAMILY: Mapping[str, Modality] = MappingProxyType(
    {
        **dict.fromkeys(_VIDEO.split(), "video"),
        **dict.fromkeys(_AUDIO.split(), "audio"),
        **dict.fromkeys(_IMAGE.split(), "image"),
    }
)
_PICTURES_AND_TEXT = "aimv2 align altclip chinese_clip clip metaclip_2 siglip siglip2"
# Two towers in one checkpoint: the first is taken unless the task asks for the other.
DUAL_FAMILIES: Mapping[str, tuple[Modality, Modality]] = MappingProxyType(
    {
        **dict.fromkeys(_PICTURES_AND_TEXT.split(), ("image", "text")),
        "clap": ("audio", "text"),
        "xclip": ("video", "text"),
    }
)


def modality_of_config(
    config: Mapping[str, Any], processor: Mapping[str, Any], *, has_tokenizer: bool, wanted: Modality | None
) -> Modality | None:
    """Find the modality of a checkpoint.

    Parameters
    ----------
    config, processor
        Contents of ``config.json`` and ``preprocessor_config.json`` (empty where there is none).
    has_tokenizer
        Whether there is a tokenizer beside them.
    wanted
        Modality of the task; it decides between the two towers of models like CLIP.

    Returns
    -------
    Modality or None
        ``None`` where it is not known.
    """
    family = config.get("model_type") or ""
    towers = DUAL_FAMILIES.get(family)
    if towers is not None:
        return wanted if wanted in towers else towers[0]
    architecture = next(iter(config.get("architectures") or []), "")
    by_class = next((m for ending, m in _BY_ENDING.items() if architecture.endswith(ending)), None)
    known = by_class or _BY_FAMILY.get(family)
    if known is not None:
        return known
    if has_tokenizer:
        return "text"
    if "sampling_rate" in processor:
        return "audio"
    return "image" if processor else None
