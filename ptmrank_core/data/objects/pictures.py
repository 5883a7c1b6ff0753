"""Pictures in memory, of Pillow or as arrays, as items."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from ptmrank_core.data.media.images import (
    DAMAGE_ERRORS,
    ORIENTATION_TAG,
    UPRIGHT,
    Decoded,
    ImageItem,
    PictureChange,
    to_rgb,
)
from ptmrank_core.data.media.kinds import Checked
from ptmrank_core.data.media.picture_checks import flaw_of
from ptmrank_core.data.media.pillow import QUIET
from ptmrank_core.data.media.text import NOT_A_TEXT
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import BytesBlob

__all__ = ["array_picture", "picture_item"]

CHANNELS = (1, 3, 4)
MODES = {1: "L", 3: "RGB", 4: "RGBA"}
EXPECTED = "expected uint8, or real numbers from 0 to 1"


def picture_item(image: Image.Image, limits: Limits) -> Checked:
    """Make an item of a picture of Pillow: 8-bit RGB and upright, as a file of it is read.

    Parameters
    ----------
    image
        A picture in any mode. Its EXIF orientation is applied, where it still has one.
    limits
        ``max_pixels`` is used.

    Returns
    -------
    Checked
        The item holds the pixels as PNG; the digest is of the pixels, so that the same picture has the same
        features, whatever it was made from.

    Raises
    ------
    SamplesError
        If it cannot be decoded or is too large; the message is the reason to leave it out.
    """
    if image.width * image.height > limits.max_pixels:
        size = f"{image.width:,} x {image.height:,}"
        raise SamplesError(f"too many pixels: {size}; at most {limits.max_pixels:,} are read")
    if not image.width * image.height:
        raise SamplesError("a picture without pixels")
    with QUIET:
        try:
            image.load()
            is_turned = image.getexif().get(ORIENTATION_TAG, 1) in UPRIGHT
            upright = ImageOps.exif_transpose(image) if is_turned else image
            rgb, changes, brightest = to_rgb(upright)
        except DAMAGE_ERRORS as error:
            raise SamplesError(f"unreadable image: {error or type(error).__name__}") from error
    changes |= {PictureChange.ROTATED} if is_turned else set()
    # Levels of grey whose range is not stated are kept: their white is that of the whole data set.
    pixels = upright.convert("I;16") if brightest else rgb
    data = _encode(pixels)
    head = NOT_A_TEXT + f"{pixels.mode}{rgb.width}x{rgb.height}:".encode()
    return Checked(
        ImageItem(BytesBlob(data), hashlib.sha256(data).hexdigest(), limits.max_pixels, brightest),
        hashlib.sha256(head + pixels.tobytes()).hexdigest(),
        frozenset(changes),
        flaw_of(Decoded(rgb, changes, brightest)),
    )


def _encode(image: Image.Image) -> bytes:
    """Write a picture as PNG, which loses nothing."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def array_picture(array: NDArray[Any]) -> Image.Image:
    """Make a picture of an array.

    Parameters
    ----------
    array
        Of shape (height, width), (height, width, channels) or (channels, height, width), with 1, 3 or 4
        channels; uint8, or real numbers from 0 to 1.

    Raises
    ------
    SamplesError
        If it is none of these, or if it is not clear which axis holds the channels.
    """
    pixels = _channels_last(array)
    if pixels.dtype != np.uint8:
        pixels = _scaled(pixels)
    channels = pixels.shape[2]
    return Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels, MODES[channels])


def _channels_last(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array with its channels as the last axis."""
    if array.ndim == 2:
        return array[:, :, None]
    is_first = array.ndim == 3 and array.shape[0] in CHANNELS
    is_last = array.ndim == 3 and array.shape[2] in CHANNELS
    if is_first == is_last:
        problem = "its channels may be the first axis or the last" if is_first else "that is no picture"
        raise SamplesError(
            f"An array of shape {array.shape} was given as a picture: {problem}.",
            hint="Expected (height, width), (height, width, channels) or (channels, height, width) with 1, 3 "
            "or 4 channels; or make it a picture with PIL.Image.fromarray.",
        )
    return np.ascontiguousarray(np.moveaxis(array, 0, 2)) if is_first else array


def _scaled(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """Scale real numbers from 0 to 1, or truth values, to 8 bits."""
    low, high = (float(pixels.min()), float(pixels.max())) if pixels.size else (0.0, 0.0)
    is_real = pixels.dtype.kind in "fb"
    if not (is_real and low >= 0 and high <= 1):  # so that a NaN is refused too
        raise SamplesError(
            f"A picture is an array of {pixels.dtype} from {low:g} to {high:g}; {EXPECTED}.",
            hint="Give the pixels as they were before they were standardised, or scale them to 0..255 and "
            'convert them: array.astype("uint8").',
        )
    return (pixels.astype(np.float64) * 255 + 0.5).astype(np.uint8)
