"""Image models of transformers."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any, TypeAlias

import torch
from transformers import AutoImageProcessor, AutoModel, AutoModelForImageClassification

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features.encoders.base import TransformerEncoder
from ptmrank_core.features.encoders.checkpoint import ODD_CONFIG
from ptmrank_core.features.encoders.pixels import PictureReader, PicturesPreparer, TransformersReader
from ptmrank_core.features.encoders.prepared import Prepared
from ptmrank_core.features.encoders.processors import (
    DEFAULTS,
    own_steps,
    read_settings,
    refuse_other_input,
    refuse_unknown_steps,
    steps_of,
    type_of,
)
from ptmrank_core.records import ExtractionOptions, ModelSpec
from ptmrank_core.records.names import reason_of

__all__ = ["ImageEncoder", "picture_reader"]

Inputs: TypeAlias = Mapping[str, torch.Tensor]
Call: TypeAlias = Callable[[Any, Inputs], Any]


def _image_features(model: Any, inputs: Inputs) -> Any:
    """Embed images in the space that they share with texts; transformers 5 wraps it in an object."""
    return model.get_image_features(**inputs)


def _unshuffled(model: Any, inputs: Inputs) -> Any:
    """Call ViT-MAE with the patches in order: it sorts them by this noise."""
    pixels = inputs["pixel_values"]
    n_patches = model.get_input_embeddings().num_patches
    order = torch.arange(n_patches, device=pixels.device).expand(len(pixels), -1)
    return model(**inputs, noise=order)


def _timm(model: Any, inputs: Inputs) -> Any:
    """Run the features of a timm model once and its head twice: with and without its logits."""
    network = model.timm_model
    features = network.forward_features(inputs["pixel_values"])
    pooled = network.forward_head(features, pre_logits=True)
    return SimpleNamespace(pooler_output=pooled, logits=network.forward_head(features))


def _patches_alone(model: Any, inputs: Inputs) -> Any:
    """Leave out the CLS and detection tokens of YOLOS."""
    output, patches = model(**inputs), slice(1, -model.config.num_detection_tokens)
    return SimpleNamespace(
        last_hidden_state=output.last_hidden_state[:, patches],
        hidden_states=tuple(layer[:, patches] for layer in output.hidden_states or ()),
    )


def _encoder_alone(model: Any, inputs: Inputs) -> Any:
    """Take the output of DETR's encoder instead of that of its decoder."""
    output = model(**inputs)
    return SimpleNamespace(
        last_hidden_state=output.encoder_last_hidden_state, hidden_states=output.encoder_hidden_states
    )


CALLS: Mapping[str, Call] = MappingProxyType(
    {
        "encoder_alone": _encoder_alone,
        "image_features": _image_features,
        "patches_alone": _patches_alone,
        "timm": _timm,
        "unshuffled": _unshuffled,
    }
)


def picture_reader(spec: ModelSpec) -> PictureReader:
    """Build the reader that prepares images for a checkpoint.

    Raises
    ------
    UnsupportedModelError
        If the checkpoint does not say how, or names steps that are not supported.
    """
    if spec.model_type == "timm_wrapper":
        return _timm_reader(spec)
    settings = read_settings(Path(spec.path or ""), spec.id)
    refuse_other_input(settings, spec.id)
    if type_of(settings) in DEFAULTS:
        return steps_of(settings, spec.id)
    try:
        processor = _load_processor(spec)
    except (ImportError, OSError, *ODD_CONFIG):
        processor = None
    # Installed packages must not change a vector: the classes of torchvision are never used.
    if processor is None or getattr(processor, "backend", "pil") != "pil":
        refuse_unknown_steps(settings, spec.id)
        return steps_of(settings, spec.id)
    return own_steps(processor.to_dict(), spec.id) or TransformersReader(processor)


def _timm_reader(spec: ModelSpec) -> PictureReader:
    """Build the image transform of timm that the configuration of the model describes."""
    try:
        return TransformersReader(_load_processor(spec), tensors="pt")
    except (ImportError, RuntimeError) as error:  # a torchvision of another torch fails at import
        raise UnsupportedModelError(
            f"{spec.id!r} is a timm model, and timm cannot be imported here: "
            f"{reason_of(error).partition('. ')[0]}.",
            hint="pip install 'ptmrank[timm]', with a torchvision that belongs to the installed torch.",
        ) from error


def _load_processor(spec: ModelSpec) -> Any:
    """Load an image processor of transformers that works with Pillow."""
    return AutoImageProcessor.from_pretrained(
        spec.path, backend="pil", trust_remote_code=False, local_files_only=True
    )


class ImageEncoder(TransformerEncoder):
    """An image model on a device."""

    def __init__(self, spec: ModelSpec, options: ExtractionOptions) -> None:
        self.preparer = PicturesPreparer(picture_reader(spec))
        super().__init__(spec, options, headless=AutoModel, with_head=AutoModelForImageClassification)

    def group_of(self, sample: Prepared) -> Hashable:
        """Images of one size share a forward pass: some processors keep the aspect ratio."""
        return next(iter(sample.rows[0].values())).shape

    def mask(self, inputs: Inputs, output: Any) -> torch.Tensor | None:  # noqa: ARG002
        """Mask of real patches, for models that read a fixed number of patches in any aspect ratio."""
        return inputs.get("pixel_attention_mask")

    def run(self, inputs: Inputs) -> tuple[Any, torch.Tensor | None]:
        """Call the model as its family requires."""
        call = CALLS.get(self._family.call)
        if call is None or (self._has_head and call is not _timm):
            return super().run(inputs)
        output = call(self._model, inputs)
        return output, output.logits if self._has_head else None
