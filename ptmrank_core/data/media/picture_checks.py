"""Checks of pictures: whether they can be decoded, and show anything."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ptmrank_core.data.media.formats import UnidentifiedError
from ptmrank_core.data.media.images import PICTURES, Decoded, PictureChange, decode

__all__ = ["PictureFacts", "check_image", "flaw_of"]

BLANK_RANGE, DARK_LEVEL = 1, 12
"""Of 255 levels: what no model, and hardly anybody, sees a difference in."""


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What is known of a picture that can be decoded.

    Parameters
    ----------
    changes
        The changes that ``decode_image`` makes.
    brightest
        As of ``ImageItem``.
    flaw
        What makes it doubtful as a sample; empty for nothing.
    """

    changes: frozenset[PictureChange]
    brightest: int
    flaw: str


def check_image(name: str, data: bytes, max_pixels: int) -> PictureFacts:
    """Decode a picture once, as a check.

    Parameters
    ----------
    name
        Name of its file; its suffix is used in messages.
    data
        Bytes of the file.
    max_pixels
        Bound on width times height.

    Raises
    ------
    SamplesError
        If it cannot be decoded; the message is the reason.
    """
    try:
        decoded = decode(data, max_pixels)
    except UnidentifiedError as error:
        raise PICTURES.explain(name, error) from error
    return PictureFacts(frozenset(decoded.changes), decoded.brightest, flaw_of(decoded))


def flaw_of(decoded: Decoded) -> str:
    """Say what makes a picture doubtful: that there is nothing, or hardly anything, to be seen in it."""
    ranges = np.array(decoded.picture.getextrema())  # of shape (3, 2)
    if (np.ptp(ranges, axis=1) <= BLANK_RANGE).all() and not decoded.brightest:
        return "of one colour"
    if decoded.brightest:  # how dark it is depends on the other pictures
        return "nearly black" if decoded.brightest <= DARK_LEVEL else ""
    return "nearly black" if ranges.max() <= DARK_LEVEL else ""
