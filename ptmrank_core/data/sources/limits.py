"""Limits on the size of a source; what exceeds them is refused before it is read."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT_LIMITS", "Limits"]

KIB, MIB, GIB = 2**10, 2**20, 2**30


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on a user's archive or folder.

    Parameters
    ----------
    max_entries
        Entries of an archive (folders count too), files of a folder.
    max_entry_bytes
        Unpacked size of one entry.
    max_total_bytes
        Unpacked size of a whole archive.
    max_ratio
        Unpacked size over packed size, of one entry and of a whole archive.
    ratio_floor_bytes
        Unpacked size up to which the ratio does not matter: a short text of blanks compresses that well.
    max_pixels
        Width times height of a picture, read from its header before it is decoded.
    max_seconds
        Length of a recording or a video.
    max_rows
        Rows of a table.
    max_text_chars
        Characters of one text.
    """

    max_entries: int = 50_000
    max_entry_bytes: int = 256 * MIB
    max_total_bytes: int = 8 * GIB
    max_ratio: int = 200
    ratio_floor_bytes: int = 256 * KIB
    max_pixels: int = 100_000_000
    max_seconds: int = 1_200
    max_rows: int = 1_000_000
    max_text_chars: int = 1_000_000


DEFAULT_LIMITS = Limits()
