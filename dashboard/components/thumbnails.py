"""Samples as small pictures: what a picture or a video shows, and how a recording sounds."""

from __future__ import annotations

from typing import Any

from PIL import Image

from ptmrank_core.records import Modality
from ptmrank_core.reports.figures.maps.spectrogram import spectrogram

__all__ = ["has_pictures", "thumbnail"]

SOUND_PIXELS = (220, 90)
WITH_PICTURES = {"image", "video", "audio"}


def has_pictures(modality: Modality) -> bool:
    """Whether samples of a modality can be drawn."""
    return modality in WITH_PICTURES


def thumbnail(modality: Modality, decoded: Any, longest: int) -> Image.Image:
    """Draw a sample.

    Parameters
    ----------
    modality, decoded
        One that has pictures, and what the sample is.
    longest
        Pixels of the longest side. Tiny pictures are enlarged pixel by pixel, or a browser would blur them.
        Of a recording it is a spectrogram, which is square where it is small.
    """
    if modality == "audio":
        is_small = longest < min(SOUND_PIXELS)
        width, height = (longest, longest) if is_small else SOUND_PIXELS
        return spectrogram(decoded, width=width, height=height)
    picture: Image.Image = decoded.sample(1)[0] if modality == "video" else decoded
    factor = longest / max(picture.size)
    size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    method = Image.Resampling.NEAREST if factor > 1 else Image.Resampling.BILINEAR
    return picture.convert("RGB").resize(size, method, reducing_gap=2.0 if factor < 1 else None)
