"""Images and videos to arrays with only numpy and Pillow, so that child processes need no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

from ptmrank_core.features.encoders.prepared import Prepared
from ptmrank_core.records import FloatArray

__all__ = ["FramesPreparer", "PictureReader", "PicturesPreparer", "PixelSteps", "TransformersReader"]


@dataclass(frozen=True, eq=False, slots=True)
class PixelSteps:
    """Steps of image preprocessing: resize, crop at the centre, scale and shift.

    Parameters
    ----------
    size
        Height and width after resizing; one number for the shorter side; ``None`` for no resizing.
    resample
        Filter of Pillow.
    crop
        Height and width of the centre crop; ``None`` for no crop.
    scale, shift
        float32 arrays of shape (3, 1, 1): pixels in 0..255 become ``pixel * scale + shift``.
    """

    size: tuple[int, int] | int | None
    resample: int
    crop: tuple[int, int] | None
    scale: FloatArray
    shift: FloatArray

    def __call__(self, picture: Image) -> dict[str, NDArray[Any]]:
        """Turn an RGB picture into ``pixel_values``: float32 of shape (3, height, width)."""
        if self.size is not None:
            height, width = self._target(picture.height, picture.width)
            picture = picture.resize((width, height), resample=self.resample)
        pixels = np.asarray(picture)
        if self.crop is not None:
            pixels = _center_crop(pixels, *self.crop)
        values: FloatArray = pixels.transpose(2, 0, 1).astype(np.float32, order="C")
        values *= self.scale
        values += self.shift
        return {"pixel_values": values}

    def text(self) -> str:
        """Write the steps out."""
        return repr((self.size, self.resample, self.crop, self.scale.tolist(), self.shift.tolist()))

    def _target(self, height: int, width: int) -> tuple[int, int]:
        """Height and width after resizing."""
        if not isinstance(self.size, int):
            return self.size or (height, width)
        short, long = min(height, width), max(height, width)
        new_long = int(self.size * long / short)
        return (self.size, new_long) if height <= width else (new_long, self.size)


class PictureReader(Protocol):
    """Turns an RGB image into inputs of a model, without a batch axis. It can be pickled."""

    def __call__(self, picture: Image) -> dict[str, NDArray[Any]]:
        """Read one picture."""
        ...


@dataclass(frozen=True, slots=True)
class TransformersReader:
    """An image processor of transformers, applied to one image at a time.

    An image that is prepared alone is not padded to the size of another, so that its vector does not depend
    on other images.
    """

    processor: Any
    tensors: str = "np"

    def __call__(self, picture: Image) -> dict[str, NDArray[Any]]:
        """Read one picture."""
        inputs = self.processor(images=[picture], return_tensors=self.tensors)
        # Nothing is padded, so the mask of some detectors is not needed, and not all models accept it.
        return {name: np.asarray(value[0]) for name, value in inputs.items() if name != "pixel_mask"}


@dataclass(frozen=True, slots=True)
class PicturesPreparer:
    """Prepares pictures: one row each."""

    read: PictureReader

    @property
    def steps(self) -> str:
        """What it does, the same text for all that do the same; empty where that is not known."""
        return self.read.text() if isinstance(self.read, PixelSteps) else ""

    def __call__(self, items: Sequence[Image]) -> list[Prepared]:
        """Prepare RGB pictures."""
        return [Prepared((self.read(picture),)) for picture in items]


@dataclass(frozen=True, slots=True)
class FramesPreparer:
    """Prepares videos: frames sampled evenly, each read as a picture.

    Parameters
    ----------
    read
        Reads a frame.
    n_frames
        Frames that the model reads of a video.
    """

    read: PictureReader
    n_frames: int

    def __call__(self, items: Sequence[Any]) -> list[Prepared]:
        """Prepare videos: rows of shape (frames, channels, height, width)."""
        return [Prepared((self._row(video.sample(self.n_frames)),)) for video in items]

    def _row(self, frames: Sequence[Image]) -> dict[str, NDArray[Any]]:
        return {"pixel_values": np.stack([self.read(frame)["pixel_values"] for frame in frames])}


def _center_crop(pixels: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """Crop (height, width) at the centre; a smaller image is padded with black."""
    missing = max(height - pixels.shape[0], 0), max(width - pixels.shape[1], 0)
    if any(missing):
        before = [(gap + 1) // 2 for gap in missing]
        around = [(first, gap - first) for first, gap in zip(before, missing, strict=True)]
        pixels = np.pad(pixels, (*around, (0, 0)))
    top, left = (pixels.shape[0] - height) // 2, (pixels.shape[1] - width) // 2
    return pixels[top : top + height, left : left + width]
