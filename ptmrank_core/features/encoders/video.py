"""Video models of transformers."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import torch
from transformers import AutoConfig, AutoModel, AutoModelForVideoClassification

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features.encoders.base import TransformerEncoder
from ptmrank_core.features.encoders.image import picture_reader
from ptmrank_core.features.encoders.pixels import FramesPreparer
from ptmrank_core.records import ExtractionOptions, ModelSpec

__all__ = ["VideoEncoder"]

# Names of the number of frames in configurations.
FRAMES = ("num_frames", "frames_per_clip")


def _n_frames(spec: ModelSpec) -> int:
    """Return the number of frames that a model reads of a video.

    Raises
    ------
    UnsupportedModelError
        If its configuration does not say.
    """
    config = AutoConfig.from_pretrained(spec.path, trust_remote_code=False, local_files_only=True)
    for part in (config, getattr(config, "vision_config", None)):
        for name in FRAMES:
            if getattr(part, name, None):
                return int(getattr(part, name))
    raise UnsupportedModelError(
        f"The configuration of {spec.id!r} does not say how many frames it reads; expected "
        f"{' or '.join(FRAMES)}."
    )


class VideoEncoder(TransformerEncoder):
    """A video model on a device."""

    def __init__(self, spec: ModelSpec, options: ExtractionOptions) -> None:
        self.preparer = FramesPreparer(picture_reader(spec), _n_frames(spec))
        super().__init__(spec, options, headless=AutoModel, with_head=AutoModelForVideoClassification)

    def run(self, inputs: Mapping[str, torch.Tensor]) -> tuple[Any, torch.Tensor | None]:
        """Call the model with its own name for the frames."""
        frames = inputs["pixel_values"]
        if self._family.call == "video_features":
            output = self._model.get_video_features(pixel_values=frames)
            # Its tower reads frame by frame: the tokens of the frames of a video are joined again.
            layers = getattr(output, "hidden_states", None) or ()
            joined = tuple(layer.reshape(len(frames), -1, layer.shape[-1]) for layer in layers)
            return SimpleNamespace(pooler_output=output.pooler_output, hidden_states=joined), None
        return super().run({self._model.main_input_name: frames})
