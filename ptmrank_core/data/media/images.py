"""Decoding pictures of all supported formats to 8-bit RGB."""

from __future__ import annotations

import io
import struct
import threading
import warnings
import zlib
from dataclasses import dataclass
from enum import Enum
from types import TracebackType

import numpy as np
from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.TiffImagePlugin import TiffImageFile

from ptmrank_core.data.media.formats import Formats, UnidentifiedError
from ptmrank_core.data.sources.entries import read_unchanged
from ptmrank_core.data.sources.limits import DEFAULT_LIMITS
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import Blob

__all__ = [
    "DAMAGE_ERRORS",
    "PICTURES",
    "QUIET",
    "ImageItem",
    "PictureChange",
    "check_image",
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


class QuietPillow:
    """Mutes Pillow's warnings while any thread decodes a picture.

    ``warnings.catch_warnings`` alone is not safe in threads: two that overlap restore each other's
    filters. Here the first thread to enter sets the filter and the last to leave removes it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._depth = 0
        self._saved = warnings.catch_warnings()

    def __enter__(self) -> None:
        with self._lock:
            if self._depth == 0:
                self._saved = warnings.catch_warnings()
                self._saved.__enter__()
                warnings.filterwarnings("ignore", module=r"PIL\.")
            self._depth += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._depth -= 1
            if self._depth == 0:
                self._saved.__exit__(kind, error, trace)


QUIET = QuietPillow()
"""Used around everything that Pillow decodes."""


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


def _scale_grey(image: Image.Image, bits: int) -> Image.Image:
    """Scale grey levels of more than 8 bits to 8 bits, from their full range."""
    values = np.asarray(image).astype(np.float64)
    top = 1.0 if image.mode == "F" else 2.0**bits - 1
    low, high = values.min(), values.max()
    if not (low >= 0 and high <= top):  # so that a NaN is refused too
        raise SamplesError(f"unreadable image: grey levels from {low:g} to {high:g}; expected 0 to {top:g}")
    return Image.fromarray((values * (255 / top) + 0.5).astype(np.uint8))


def _grey_bits(image: Image.Image) -> int:
    """Return the bits of grey of a picture with more than 8: 12, which files store in 16, or 16."""
    stored = image.tag_v2.get(BITS_PER_SAMPLE_TAG) if isinstance(image, TiffImageFile) else None
    bits = stored[0] if isinstance(stored, tuple) else stored
    # 32-bit files hold 16-bit levels in practice; brighter ones have no known white.
    return bits if isinstance(bits, int) and bits <= 16 else 16


def to_rgb(image: Image.Image) -> tuple[Image.Image, set[PictureChange]]:
    """Convert any mode to 8-bit RGB; return the picture and the changes."""
    changes = set()
    if image.mode == "F" or image.mode.startswith("I"):
        return _scale_grey(image, _grey_bits(image)).convert("RGB"), {PictureChange.DEEP}
    if image.mode in {"P", "PA"}:
        changes.add(PictureChange.PALETTE)
    if image.mode == "CMYK":
        changes.add(PictureChange.CMYK)
    if image.has_transparency_data:
        changes.add(PictureChange.ALPHA)
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return image.convert("RGB"), changes


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation; 1 where there is none, or none that can be read."""
    try:
        orientation = image.getexif().get(ORIENTATION_TAG, 1)
    except DAMAGE_ERRORS:
        return 1
    return orientation if isinstance(orientation, int) else 1


def _decode(data: bytes, max_pixels: int) -> tuple[Image.Image, set[PictureChange]]:
    """Decode a picture; return it and the changes."""
    with QUIET:
        image = _open(data, max_pixels)
        try:
            # JPEG files of some cameras hold a second, small picture: that is no animation.
            is_animated = image.format != "MPO" and getattr(image, "is_animated", False)
            image.load()
            orientation = _orientation(image)
            rgb, changes = to_rgb(image)
            if orientation in UPRIGHT:
                rgb = rgb.transpose(UPRIGHT[orientation])
                changes.add(PictureChange.ROTATED)
        except DAMAGE_ERRORS as error:
            raise SamplesError(f"unreadable image: {error or type(error).__name__}") from error
    if is_animated:
        changes.add(PictureChange.FRAMES)
    return rgb, changes


def decode_image(data: bytes, *, max_pixels: int = DEFAULT_LIMITS.max_pixels) -> Image.Image:
    """Decode a picture to 8-bit RGB.

    The EXIF orientation is applied, deep grey levels are scaled from their full range, alpha is
    put on white, and only the first frame of an animation is kept.

    Parameters
    ----------
    data
        Bytes of a JPEG, PNG, WebP, GIF, BMP, TIFF or PPM file.
    max_pixels
        Bound on width times height.

    Returns
    -------
    PIL.Image.Image
        In mode ``"RGB"``, with all its pixels in memory.

    Raises
    ------
    SamplesError
        If it cannot be decoded; the message is the reason.
    """
    return _decode(data, max_pixels)[0]


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
    """

    blob: Blob
    digest: str
    max_pixels: int = DEFAULT_LIMITS.max_pixels

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
        return decode_image(data, max_pixels=self.max_pixels)


def check_image(name: str, data: bytes, max_pixels: int) -> frozenset[PictureChange]:
    """Decode a picture once, as a check.

    Parameters
    ----------
    name
        Name of its file; its suffix is used in messages.
    data
        Bytes of the file.
    max_pixels
        Bound on width times height.

    Returns
    -------
    frozenset of PictureChange
        The changes that ``decode_image`` makes.

    Raises
    ------
    SamplesError
        If it cannot be decoded; the message is the reason.
    """
    try:
        return frozenset(_decode(data, max_pixels)[1])
    except UnidentifiedError as error:
        raise PICTURES.explain(name, error) from error
