"""Decoding pictures of all supported formats to 8-bit RGB."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np
from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.TiffImagePlugin import TiffImageFile

from ptmrank_core.data.media.formats import Formats, UnidentifiedError
from ptmrank_core.data.media.pillow import QUIET
from ptmrank_core.data.sources.entries import read_unchanged
from ptmrank_core.data.sources.limits import DEFAULT_LIMITS
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import Blob

__all__ = [
    "DAMAGE_ERRORS",
    "PICTURES",
    "Decoded",
    "ImageItem",
    "PictureChange",
    "decode",
    "decode_image",
    "to_rgb",
]

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM")
PICTURES = Formats(
    one="an image",
    kind="picture",
    read=".jpg .jpeg .jpe .jfif .png .apng .webp .gif .bmp .dib .tif .tiff .ppm .pgm .pbm .pnm .pfm",
    others=".heic .heif .avif .jxl .jp2 .svg .ico .psd .dng .cr2 .cr3 .nef .arw .tga .exr",
    better="JPEG or PNG",
)
DAMAGE_ERRORS = (
    OSError,  # truncated data, and most of what a codec says
    SyntaxError,  # Pillow's word for a broken PNG or TIFF structure
    ValueError,
    TypeError,  # a TIFF tag of another type than the format asks for
    KeyError,
    IndexError,
    EOFError,
    OverflowError,
    RuntimeError,
    MemoryError,  # a size in a broken header
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
"""What Pillow raises on damaged data."""

BAND_PIXELS = 2**22
ORIENTATION_TAG, BITS_PER_SAMPLE_TAG = 0x0112, 258
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture upright, by its EXIF orientation."""


class PictureChange(Enum):
    """A change on the way to 8-bit RGB: which pictures need it, and what is done to them."""

    ALPHA = ("with an alpha channel", "put on white")
    CMYK = ("in CMYK", "converted to RGB")
    DEEP = ("with more than 8 bits of grey", "scaled to 8 bits")
    FRAMES = ("with several frames", "reduced to the first frame")
    PALETTE = ("with a palette", "converted to RGB")
    ROTATED = ("with an EXIF orientation", "turned upright")

    def sentence(self, count: int) -> str:
        """Write the note on the number of pictures that were changed this way."""
        which, done = self.value
        pictures = "1 picture" if count == 1 else f"{count} pictures"
        return f"{pictures} {which} {'was' if count == 1 else 'were'} {done}."


def _open(data: bytes, max_pixels: int) -> ImageFile:
    """Read the header of a picture and check its size."""
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise SamplesError(f"too many pixels: {error}") from error
    except DAMAGE_ERRORS as error:
        reason = f"unreadable image: no readable header of {', '.join(FORMATS)}"
        raise UnidentifiedError(reason) from error
    if image.width * image.height > max_pixels:
        size = f"{image.width:,} x {image.height:,}"
        raise SamplesError(f"too many pixels: {size}; at most {max_pixels:,} are read")
    return image


def _bands(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """Yield a picture in bands, each with its top: what converting takes beside the picture is bounded."""
    n_rows = max(1, BAND_PIXELS // max(1, image.width))
    for top in range(0, image.height, n_rows):
        yield top, image.crop((0, top, image.width, min(top + n_rows, image.height)))


def _convert_bands(image: Image.Image, convert: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """Convert a picture to RGB band by band."""
    made = Image.new("RGB", image.size)
    for top, band in _bands(image):
        made.paste(convert(band), (0, top))
    return made


def _put_on_white(band: Image.Image) -> Image.Image:
    """Put a picture with an alpha channel on white."""
    band = band.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", band.size, "white"), band).convert("RGB")


def _scale_grey(image: Image.Image, bits: int, white: int = 0) -> tuple[Image.Image, float]:
    """Scale grey levels of more than 8 bits to 8 bits of RGB; return the picture and its brightest level.

    The full range is that of the bits, unless another white is given.
    """
    top = 1.0 if image.mode == "F" else 2.0**bits - 1
    levels = (np.asarray(band) for _, band in _bands(image))
    ranges = np.array([(band.min(), band.max()) for band in levels], dtype=np.float64)
    low, high = ranges[:, 0].min(), ranges[:, 1].max()
    if not (low >= 0 and high <= top):  # so that a NaN is refused too
        raise SamplesError(f"unreadable image: grey levels from {low:g} to {high:g}; expected 0 to {top:g}")

    def scale(band: Image.Image) -> Image.Image:
        """Scale the levels of a band."""
        levels = np.minimum(np.asarray(band).astype(np.float64) * (255 / (white or top)), 255) + 0.5
        return Image.fromarray(levels.astype(np.uint8)).convert("RGB")

    return _convert_bands(image, scale), high


def _grey_bits(image: Image.Image) -> int:
    """Return the bits of grey of a picture with more than 8: 12, which files store in 16, or 16."""
    stored = image.tag_v2.get(BITS_PER_SAMPLE_TAG) if isinstance(image, TiffImageFile) else None
    bits = stored[0] if isinstance(stored, tuple) else stored
    # 32-bit files hold 16-bit levels in practice; brighter ones have no known white.
    return bits if isinstance(bits, int) and bits <= 16 else 16


def to_rgb(image: Image.Image, white: int = 0) -> tuple[Image.Image, set[PictureChange], int]:
    """Convert any mode to 8-bit RGB.

    Parameters
    ----------
    image
        A picture with all its pixels.
    white
        The level of white in pictures with more than 8 bits of grey that do not state their range; 0 for the
        brightest that their bits can hold.

    Returns
    -------
    picture, changes, brightest
        The picture, how it was changed, and the brightest of the levels whose range it does not state; 0 for
        any other picture.
    """
    changes = set()
    if image.mode == "F" or image.mode.startswith("I"):
        bits = _grey_bits(image)
        is_stated = image.mode == "F" or bits < 16
        rgb, brightest = _scale_grey(image, bits, 0 if is_stated else white)
        return rgb, {PictureChange.DEEP}, 0 if is_stated else int(brightest)
    if image.mode in {"P", "PA"}:
        changes.add(PictureChange.PALETTE)
    if image.mode == "CMYK":
        changes.add(PictureChange.CMYK)
    if image.has_transparency_data:
        changes.add(PictureChange.ALPHA)
        return _convert_bands(image, _put_on_white), changes, 0
    return image.convert("RGB"), changes, 0


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation; 1 where there is none, or none that can be read."""
    try:
        orientation = image.getexif().get(ORIENTATION_TAG, 1)
    except DAMAGE_ERRORS:
        return 1
    return orientation if isinstance(orientation, int) else 1


class Decoded(NamedTuple):
    """A picture, how decoding changed it, and its brightest level where its range is not stated."""

    picture: Image.Image
    changes: set[PictureChange]
    brightest: int


def decode(data: bytes, max_pixels: int, white: int = 0) -> Decoded:
    """Decode a picture."""
    with QUIET:
        image = _open(data, max_pixels)
        try:
            # JPEG files of some cameras hold a second, small picture: that is no animation.
            is_animated = image.format != "MPO" and getattr(image, "is_animated", False)
            image.load()
            orientation = _orientation(image)
            rgb, changes, brightest = to_rgb(image, white)
            del image  # large ones would be in memory three times
            if orientation in UPRIGHT:
                rgb = rgb.transpose(UPRIGHT[orientation])
                changes.add(PictureChange.ROTATED)
        except DAMAGE_ERRORS as error:
            raise SamplesError(f"unreadable image: {error or type(error).__name__}") from error
    if is_animated:
        changes.add(PictureChange.FRAMES)
    return Decoded(rgb, changes, brightest)


def decode_image(data: bytes, *, max_pixels: int = DEFAULT_LIMITS.max_pixels, white: int = 0) -> Image.Image:
    """Decode a picture to 8-bit RGB.

    The EXIF orientation is applied, deep grey levels are scaled from their full range, alpha is
    put on white, and only the first frame of an animation is kept.

    Parameters
    ----------
    data
        Bytes of a JPEG, PNG, WebP, GIF, BMP, TIFF or PPM file.
    max_pixels
        Bound on width times height.
    white
        As of ``to_rgb``.

    Returns
    -------
    PIL.Image.Image
        In mode ``"RGB"``, with all its pixels in memory.

    Raises
    ------
    SamplesError
        If it cannot be decoded; the message is the reason.
    """
    return decode(data, max_pixels, white).picture


@dataclass(frozen=True, slots=True)
class ImageItem:
    """A picture, read and decoded when it is needed.

    Parameters
    ----------
    blob
        Reads its bytes.
    digest
        SHA-256 (hex) of its bytes; features are cached under it.
    max_pixels
        Bound on width times height.
    brightest
        Its brightest level, where it has more than 8 bits of grey and does not state their range; else 0.
    white
        The level of white of all such pictures of its data set; 0 for the brightest that their bits can hold.
    """

    blob: Blob
    digest: str
    max_pixels: int = DEFAULT_LIMITS.max_pixels
    brightest: int = 0
    white: int = 0

    @property
    def size(self) -> int:
        """The same for all pictures: models see them at one size."""
        return 1

    def decode(self) -> Image.Image:
        """Return the picture as 8-bit RGB.

        Raises
        ------
        SamplesError
            If its bytes can no longer be read, or have changed since they were first read.
        """
        data = read_unchanged(self.blob, self.digest, "picture")
        return decode_image(data, max_pixels=self.max_pixels, white=self.white)
