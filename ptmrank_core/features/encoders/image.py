"""Image models of transformers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL.Image import Image
from transformers import AutoImageProcessor, AutoModel, AutoModelForImageClassification

from ptmrank_core.features.encoders.base import TransformerEncoder
from ptmrank_core.features.encoders.prepared import Prepared
from ptmrank_core.records import ExtractionOptions, ModelSpec

__all__ = ["ImageEncoder", "ImagePreparer"]


class ImagePreparer:
    """Turns RGB pictures into pixel values of shape (channels, height, width)."""

    def __init__(self, spec: ModelSpec) -> None:
        self._processor: Any = AutoImageProcessor.from_pretrained(
            spec.path, backend="pil", trust_remote_code=False, local_files_only=True
        )

    def __call__(self, items: Sequence[Image]) -> list[Prepared]:
        """Prepare pictures."""
        pixels = self._processor(images=list(items), return_tensors="np")["pixel_values"]
        return [Prepared(({"pixel_values": np.ascontiguousarray(picture)},)) for picture in pixels]


class ImageEncoder(TransformerEncoder):
    """An image model on a device."""

    def __init__(self, spec: ModelSpec, options: ExtractionOptions) -> None:
        self.preparer = ImagePreparer(spec)
        super().__init__(spec, options, headless=AutoModel, with_head=AutoModelForImageClassification)
