"""How many frames an animation has, found out without decoding them."""

from __future__ import annotations

import re

from PIL import Image

from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.errors import SamplesError

__all__ = ["count_frames"]

BLOCK = re.compile(rb"[\x21\x2c\x3b]")
FRAME, END = 0x2C, 0x3B
HEADER_BYTES, FRAME_BYTES, TABLE_FLAG = 13, 10, 0x80


def count_frames(image: Image.Image, data: bytes, limits: Limits) -> int:
    """Count the frames of an animation.

    Parameters
    ----------
    image
        The animation, opened.
    data
        Its bytes.
    limits
        Bounds on the frames, and on the pixels of all of them.

    Raises
    ------
    SamplesError
        If there are more: each is decoded to reach the next.
    """
    # Pillow counts the frames of a GIF by reading through all of them.
    n_frames = 0 if image.format != "GIF" else _frames_of_gif(data, limits.max_frames)
    if n_frames <= limits.max_frames:
        n_frames = int(getattr(image, "n_frames", 1))
    if n_frames > limits.max_frames:
        raise SamplesError(f"too long: more than {limits.max_frames:,} frames")
    n_pixels = n_frames * image.width * image.height
    if n_pixels > limits.max_animation_pixels:
        raise SamplesError(
            f"too many pixels: {n_pixels:,} in {n_frames:,} frames; at most "
            f"{limits.max_animation_pixels:,} are read"
        )
    return n_frames


def _frames_of_gif(data: bytes, most: int) -> int:
    """Count the frames of a GIF block by block, up to one more than a number."""
    place = HEADER_BYTES + _table_bytes(data, HEADER_BYTES - 3)
    n_frames = 0
    while n_frames <= most and (found := BLOCK.search(data, place)):
        place = found.start()
        if data[place] == END:
            break
        if data[place] == FRAME:
            n_frames += 1
            place += FRAME_BYTES + 1 + _table_bytes(data, place + FRAME_BYTES - 1)
        else:
            place += 2
        while place < len(data) and data[place]:
            place += data[place] + 1
        place += 1
    return n_frames


def _table_bytes(data: bytes, place: int) -> int:
    """Return the size of the table of colours that flags announce."""
    flags = data[place] if place < len(data) else 0
    return 3 << ((flags & 7) + 1) if flags & TABLE_FLAG else 0
