"""One level of white for all pictures of a data set that have more than 8 bits of grey."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from ptmrank_core.data.deduplication import LabelledFile
from ptmrank_core.data.media.images import ImageItem, PictureChange
from ptmrank_core.data.media.kinds import Checked

__all__ = ["ScaledGrey", "with_one_white"]

BITS_OF_CAMERAS = (8, 10, 12, 14)
CheckedT = TypeVar("CheckedT", Checked, LabelledFile)


@dataclass(frozen=True, slots=True)
class ScaledGrey:
    """The change that grey levels are scaled from fewer bits than the file has."""

    white: int

    @property
    def name(self) -> str:
        """Name that the notes are sorted by."""
        return f"GREY {self.white:05d}"

    def sentence(self, count: int) -> str:
        """Write the note on the number of pictures that were scaled."""
        pictures, were = ("1 picture", "was") if count == 1 else (f"{count} pictures", "were")
        return (
            f"{pictures} with 16 bits of grey {were} scaled from the levels 0 to {self.white:,}: none of the "
            "samples is brighter."
        )


def with_one_white(checked: Sequence[CheckedT]) -> list[CheckedT]:
    """Scale pictures of 10, 12 or 14 bits in files of 16 bits from the range that they use.

    Parameters
    ----------
    checked
        All decoded files of a data set.

    Returns
    -------
    list
        The same where no picture has such levels, or the brightest needs all 16 bits. Otherwise these
        pictures have a common white, which their digests and notes tell.
    """
    levels = [one.item.brightest for one in checked if isinstance(one.item, ImageItem)]
    brightest = max(levels, default=0)
    white = next((2**bits - 1 for bits in BITS_OF_CAMERAS if brightest < 2**bits), 0)
    if not brightest or not white:
        return list(checked)
    return [_scaled(one, white) for one in checked]


def _scaled(one: CheckedT, white: int) -> CheckedT:
    """Give a picture the white of its data set; any other file stays as it is."""
    if not isinstance(one.item, ImageItem) or not one.item.brightest:
        return one
    digest = hashlib.sha256(f"{one.digest}, white {white}".encode()).hexdigest()
    changes = (one.changes - {PictureChange.DEEP}) | {ScaledGrey(white)}
    return replace(one, item=replace(one.item, white=white), digest=digest, changes=changes)
