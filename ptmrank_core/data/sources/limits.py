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
    decoded_floor_bytes
        What any columnar table, or a file of arrays, may decode to, however small it is.
    decoded_ratio
        What it may decode to for each of its bytes, beyond that.
    max_decoded_bytes
        What no columnar table may exceed, nor the media of one of its row groups.
    max_columns
        Columns of a columnar table.
    max_decode_seconds
        Processor time that decoding any columnar file may take; one more for each ``bytes_a_second``.
    bytes_a_second
        How much of a larger file a second decodes, at least.
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
    decoded_floor_bytes: int = 256 * MIB
    decoded_ratio: int = 32
    max_decoded_bytes: int = 1 * GIB
    max_columns: int = 100_000
    max_decode_seconds: int = 15
    bytes_a_second: int = 32 * MIB
    max_pixels: int = 100_000_000
    max_seconds: int = 1_200
    max_rows: int = 1_000_000
    max_text_chars: int = 1_000_000

    def decoded_bytes(self, packed: int) -> int:
        """Return what a columnar file of this size may decode to."""
        by_size = self.decoded_floor_bytes + self.decoded_ratio * packed
        return min(self.max_total_bytes, self.max_decoded_bytes, by_size)

    def decode_seconds(self, packed: int) -> int:
        """Return how long decoding a columnar file of this size may take."""
        return self.max_decode_seconds + packed // self.bytes_a_second


DEFAULT_LIMITS = Limits()
