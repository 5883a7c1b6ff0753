"""Tables compressed with gzip, one in each file: ``reviews.csv.gz``."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

from ptmrank_core.data.sources.entries import Entry, SourceListing, unreadable
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.sources.signatures import is_packed_table
from ptmrank_core.records import Blob

__all__ = ["unpack_tables"]

GZIP_WINDOW = 31
CHUNK_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class GzipBlob:
    """The bytes of a compressed file, unpacked when they are needed.

    Parameters
    ----------
    blob
        The compressed bytes.
    name
        Name of the file.
    limits
        Bounds on what it unpacks to.
    """

    blob: Blob
    name: str
    limits: Limits

    def read(self) -> bytes:
        """Return the unpacked bytes.

        Raises
        ------
        SamplesError
            If they are damaged, or more than the limits allow, or than their packed size suggests.
        """
        packed = self.blob.read()
        most = min(
            self.limits.max_entry_bytes,
            max(self.limits.ratio_floor_bytes, self.limits.max_ratio * len(packed)),
        )
        parts: list[bytes] = []
        n_bytes = 0
        try:
            while packed:
                unpacker = zlib.decompressobj(GZIP_WINDOW)
                while not unpacker.eof:
                    part = unpacker.decompress(packed, CHUNK_BYTES)
                    packed = unpacker.unconsumed_tail
                    if not part and not packed and not unpacker.eof:
                        raise unreadable(self.name, "it is cut off")
                    parts.append(part)
                    n_bytes += len(part)
                    if n_bytes > most:
                        raise unreadable(
                            self.name,
                            f"it unpacks to more than {most:,} bytes, which is too much, or suggests a "
                            "decompression bomb",
                        )
                packed = unpacker.unused_data.lstrip(b"\0")
        except zlib.error as error:
            raise unreadable(self.name, error) from error
        return b"".join(parts)


def unpack_tables(listing: SourceListing, limits: Limits) -> SourceListing:
    """Let compressed tables be tables: ``reviews.csv.gz`` becomes ``reviews.csv``.

    Parameters
    ----------
    listing
        The files of a source.
    limits
        Bounds on what a table unpacks to.
    """
    names = {entry.name for entry in listing.entries}
    entries = []
    for entry in listing.entries:
        bare = entry.name[: -len(".gz")]
        if is_packed_table(entry.name) and bare not in names:
            entries.append(replace(entry, name=bare, blob=GzipBlob(entry.blob, entry.name, limits)))
        else:
            entries.append(entry)
    return SourceListing(tuple(sorted(entries, key=_name)), listing.left_out)


def _name(entry: Entry) -> str:
    return entry.name
