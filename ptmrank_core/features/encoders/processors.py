"""Reading ``preprocessor_config.json``: the preprocessing steps of a checkpoint's images.

Most image processors of transformers do the same steps, which are done here without torch, also for families
whose processor in transformers needs torchvision (DINOv3, V-JEPA2). Processors with other steps are called
themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features.encoders.pixels import PixelSteps
from ptmrank_core.records import FloatArray
from ptmrank_core.records.foreign import read_json_file, unreadable_json
from ptmrank_core.records.names import reason_of

__all__ = [
    "DEFAULTS",
    "SETTINGS_FILES",
    "own_steps",
    "read_settings",
    "refuse_other_input",
    "refuse_unknown_steps",
    "steps_of",
    "type_of",
]

# In the order in which transformers looks for them.
SETTINGS_FILES = ("processor_config.json", "preprocessor_config.json", "video_preprocessor_config.json")
TYPES = ("image_processor_type", "video_processor_type", "feature_extractor_type")
FILTERS = range(6)  # of Pillow
MOST_PIXELS = 8192
SAVE = "Save its image processor into the folder: processor.save_pretrained(folder)."
NESTED = ("image_processor", "video_processor")
IMAGENET = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
HALVES = {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
BILINEAR = {"resample": 2}
ALL_STEPS = {
    "do_resize": True,
    "do_center_crop": False,
    "do_rescale": True,
    "do_normalize": True,
    "rescale_factor": 1 / 255,
}
# Defaults of the classes for settings that the file lacks. DINOv3 rescales before it resizes, in floating
# point; here the resized image is rounded to 8 bits, as every processor with Pillow does: at most half a grey
# level.
DEFAULTS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "DINOv3ViTImageProcessor": {
            **ALL_STEPS,
            **BILINEAR,
            **IMAGENET,
            "size": {"height": 224, "width": 224},
        },
        "VivitImageProcessor": {
            **ALL_STEPS,
            **BILINEAR,
            **HALVES,
            "size": {"shortest_edge": 256},
            "do_center_crop": True,
            "crop_size": {"height": 224, "width": 224},
            "rescale_factor": 1 / 127.5,
            "offset": True,
        },
        "VideoMAEImageProcessor": {
            **ALL_STEPS,
            **BILINEAR,
            **HALVES,
            "size": {"shortest_edge": 224},
            "do_center_crop": True,
            "crop_size": {"height": 224, "width": 224},
        },
        "VJEPA2VideoProcessor": {
            **ALL_STEPS,
            **BILINEAR,
            **IMAGENET,
            "size": {"shortest_edge": 292},
            "do_center_crop": True,
            "crop_size": {"height": 256, "width": 256},
        },
    }
)
# Processors of transformers that do these steps and no others (shown by a test for each).
_PLAIN = "Beit Bit CLIP ConvNext DeiT Levit MobileNetV1 MobileNetV2 Pvt Segformer Siglip VideoMAE ViT"
PLAIN = frozenset(f"{name}ImageProcessor" for name in _PLAIN.split())
UNDERSTOOD = frozenset(
    {
        *ALL_STEPS,
        "resample",
        "image_mean",
        "image_std",
        "size",
        "crop_size",
        "offset",
        "image_processor_type",
        "do_convert_rgb",
        "default_to_square",
        "data_format",
        "input_data_format",
        "return_tensors",
        "processor_class",
    }
)
_ALIASES = MappingProxyType(
    {"VideoMAEVideoProcessor": "VideoMAEImageProcessor", "VivitVideoProcessor": "VivitImageProcessor"}
)


def read_settings(folder: Path, model_id: str) -> dict[str, Any]:
    """Read the preprocessing settings of a checkpoint's images or frames.

    Raises
    ------
    UnsupportedModelError
        If no file of the folder has them, or it cannot be read.
    """
    for name in SETTINGS_FILES:
        path = folder / name
        if not path.is_file():
            continue
        try:
            content = read_json_file(path, marks=False).value
        except (OSError, ValueError) as error:
            told = f"{name} of {model_id!r} could not be read: {unreadable_json(error)}."
            raise UnsupportedModelError(told, hint=SAVE) from error
        if name == SETTINGS_FILES[0]:
            content = next((content[key] for key in NESTED if key in content), None)
        if isinstance(content, dict):
            return content
    raise UnsupportedModelError(
        f"{model_id!r} has no {SETTINGS_FILES[1]}, so it is not known how it reads pictures.",
        hint=SAVE,
    )


def type_of(settings: Mapping[str, Any]) -> str:
    """Name of the class that wrote the settings, without the suffix of a backend; empty if not stated."""
    for key in TYPES:
        if settings.get(key):
            name = str(settings[key]).removesuffix("Fast").removesuffix("Pil")
            name = name.replace("FeatureExtractor", "ImageProcessor")
            return _ALIASES.get(name, name)
    return ""


def steps_of(settings: Mapping[str, Any], model_id: str) -> PixelSteps:
    """Return the steps that settings describe.

    Parameters
    ----------
    settings
        ``do_resize``, ``size`` (height and width, or shortest edge), ``resample``, ``do_center_crop``,
        ``crop_size``, ``do_rescale``, ``rescale_factor``, ``offset``, ``do_normalize``, ``image_mean``,
        ``image_std``.
    model_id
        For messages.

    Raises
    ------
    UnsupportedModelError
        If a setting is missing that has no default here.
    """
    known = {**ALL_STEPS, **DEFAULTS.get(type_of(settings), {})}
    known |= {name: value for name, value in settings.items() if value is not None}
    try:
        scale, shift = _linear(known)
        return PixelSteps(
            size=_size(known["size"]) if known["do_resize"] else None,
            resample=FILTERS.index(int(known["resample"])) if known["do_resize"] else 0,
            crop=_crop(known["crop_size"]) if known["do_center_crop"] else None,
            scale=scale,
            shift=shift,
        )
    except (ArithmeticError, KeyError, TypeError, ValueError) as error:
        raise UnsupportedModelError(
            f"The preprocessing of {model_id!r} ({_named(settings)}) cannot be followed: {reason_of(error)}.",
            hint="Expected size, crop_size, image_mean and image_std as transformers writes them.",
        ) from error


def own_steps(settings: Mapping[str, Any], model_id: str) -> PixelSteps | None:
    """Return the steps of a processor of transformers by all its settings; ``None`` if it does more."""
    kind, size = type_of(settings), settings.get("size")
    if kind not in PLAIN or not isinstance(size, Mapping) or settings.get("do_pad"):
        return None
    shortest = size.get("shortest_edge")
    if shortest is None:
        return steps_of(settings, model_id) if set(size) == {"height", "width"} else None
    if len(size) > 1:
        return None
    if kind == "LevitImageProcessor":
        return steps_of({**settings, "size": {"shortest_edge": int(256 / 224 * shortest)}}, model_id)
    if kind == "ConvNextImageProcessor":
        return _convnext_steps(settings, shortest, model_id)
    return steps_of(settings, model_id)


def _convnext_steps(settings: Mapping[str, Any], shortest: int, model_id: str) -> PixelSteps | None:
    """ConvNeXT resizes by ``crop_pct`` and crops below 384 pixels; from there on it resizes to a square."""
    square = {"height": shortest, "width": shortest}
    if settings.get("do_center_crop") or not settings.get("do_resize"):
        return None
    if shortest >= 384:
        return steps_of({**settings, "size": square}, model_id)
    edge = {"shortest_edge": int(shortest / settings["crop_pct"])}
    return steps_of({**settings, "size": edge, "do_center_crop": True, "crop_size": square}, model_id)


def refuse_unknown_steps(settings: Mapping[str, Any], model_id: str) -> None:
    """Raise if settings contain steps that are not supported.

    Raises
    ------
    UnsupportedModelError
        If there is a setting that is not supported.
    """
    if settings.get("auto_map"):
        raise UnsupportedModelError(
            f"The preprocessing of {model_id!r} ({_named(settings)}) needs the checkpoint's own code, which "
            "is never run here.",
            hint="Choose another model, or rank it by your own function (embedding_function in a script).",
        )
    unknown_steps = sorted(name for name, value in settings.items() if value and name not in UNDERSTOOD)
    if unknown_steps:
        raise UnsupportedModelError(
            f"The preprocessing of {model_id!r} ({_named(settings)}) does more than "
            f"resizing, cropping and normalising: {', '.join(unknown_steps)}.",
            hint="Only processors that transformers implements with Pillow can do that here.",
        )


def refuse_other_input(settings: Mapping[str, Any], model_id: str) -> None:
    """Raise if settings are those of recordings.

    Raises
    ------
    UnsupportedModelError
        With the class that they name.
    """
    if "sampling_rate" in settings:
        raise UnsupportedModelError(
            f"{SETTINGS_FILES[1]} of {model_id!r} is that of recordings ({_named(settings)}), and the model "
            "reads pictures.",
            hint="Copy config.json and the preprocessing from one and the same model.",
        )


def _named(settings: Mapping[str, Any]) -> str:
    """Name of the class in the settings, as it stands there."""
    return next((str(settings[key]) for key in TYPES if settings.get(key)), "of no named class")


def _linear(settings: Mapping[str, Any]) -> tuple[FloatArray, FloatArray]:
    """Combine rescaling, offset and normalisation into one scale and one shift for each channel."""
    scale, shift = np.ones(3), np.zeros(3)
    if settings["do_rescale"]:
        scale = scale * float(settings["rescale_factor"])
        shift = shift - float(bool(settings.get("offset")))
    if settings["do_normalize"]:
        mean = np.asarray(settings["image_mean"], dtype=np.float64)
        std = np.asarray(settings["image_std"], dtype=np.float64)
        if not (std.all() and np.isfinite(std).all() and np.isfinite(mean).all()):
            raise ValueError(f"image_mean is {settings['image_mean']} and image_std {settings['image_std']}")
        scale, shift = scale / std, (shift - mean) / std
    return (
        np.broadcast_to(scale, 3).astype(np.float32).reshape(3, 1, 1),
        np.broadcast_to(shift, 3).astype(np.float32).reshape(3, 1, 1),
    )


def _size(size: Any) -> tuple[int, int] | int:
    if isinstance(size, Mapping):
        if set(size) == {"shortest_edge"}:
            return _pixels(size["shortest_edge"])
        return _pixels(size["height"]), _pixels(size["width"])
    return _pixels(size)


def _crop(size: Any) -> tuple[int, int]:
    if isinstance(size, Mapping):
        return _pixels(size["height"]), _pixels(size["width"])
    return _pixels(size), _pixels(size)


def _pixels(number: Any) -> int:
    if not 1 <= float(number) <= MOST_PIXELS:
        raise ValueError(f"a size is {number} pixels; expected 1 to {MOST_PIXELS}")
    return int(number)
