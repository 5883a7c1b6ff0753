"""The results that are kept on disk, by content: JSON with a checksum, within a size limit.

The same store as that of the features, with the same promises: no pickle is read or written, a damaged entry
is a miss, a damaged database is moved aside, and no fault ends a run.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ptmrank_core.benchmark.store.codec import to_json
from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError, StoreError
from ptmrank_core.features.cache.entries import Entries
from ptmrank_core.records import decode

__all__ = ["WHAT", "Kept", "KeptReport", "KeptResults", "results_database"]

WHAT = "The store of results"
MAGIC = b"PTMK"
HEADER = struct.Struct("<4sI")  # magic, CRC-32 of the rest
# No result is larger, by far; a damaged entry could claim to be.
MAX_BYTES = 2**28


@dataclass(frozen=True, slots=True)
class Kept:
    """A result that is kept.

    Parameters
    ----------
    result
        Its record.
    seconds
        What it took to compute.
    """

    result: Any
    seconds: float


@dataclass(frozen=True, slots=True)
class KeptReport:
    """What is kept: number and bytes of results, their limit, and how many were damaged and removed."""

    n_results: int
    size_bytes: int
    limit_bytes: int
    n_damaged: int = 0


def results_database(settings: Settings) -> Entries:
    """Open the database of the results that are kept."""
    return Entries(settings.results_dir, settings.results_limit_bytes, what=WHAT, things="results")


class KeptResults:
    """The results on disk; a context manager.

    Parameters
    ----------
    settings
        Folder and size limit.

    Attributes
    ----------
    n_damaged
        Number of entries read so far that were damaged; each was a miss.
    """

    def __init__(self, settings: Settings) -> None:
        self._limit_bytes = settings.results_limit_bytes
        self._entries = results_database(settings)
        self.n_damaged = 0

    @property
    def fault(self) -> StoreError | None:
        """What keeps the store from being used now; ``None`` if nothing does."""
        return self._entries.fault

    @property
    def notes(self) -> tuple[str, ...]:
        """What was lost since the store was opened, in sentences."""
        return tuple(self._entries.notes)

    def get_many(self, names: Sequence[str], kind: type[Any]) -> dict[str, Kept]:
        """Look up results of one kind of record by their names; those that are not kept are left out."""
        found = {}
        for name, value in self._entries.read_many(names).items():
            kept = _decode(value, kind)
            if kept is None:
                self.n_damaged += 1
            else:
                found[name] = kept
        return found

    def put_many(self, rows: Iterable[tuple[str, Kept]]) -> None:
        """Keep results, all of them or none."""
        self._entries.write_many((name, _encode(kept)) for name, kept in rows)

    def report(self) -> KeptReport:
        """Count the results."""
        return KeptReport(*self._entries.size(), self._limit_bytes)

    def verify(self) -> KeptReport:
        """Read every result and remove those that are damaged; a damaged database is moved aside."""
        n_damaged = self._entries.remove_damaged(lambda _, value: _text_of(value) is not None)
        return replace(self.report(), n_damaged=n_damaged)

    def clear(self) -> KeptReport:
        """Remove all results; return the report of before."""
        report = self.report()
        self._entries.clear()
        return report

    def forget(self, keys: Collection[str]) -> KeptReport:
        """Remove the results of features with these keys; report on what was removed."""
        names = [name for name in self._entries.names() if name.partition(":")[0] in keys]
        before = self.report()
        self._entries.delete_many(names)
        n_bytes = before.size_bytes - self.report().size_bytes
        return KeptReport(len(names), max(0, n_bytes), self._limit_bytes)

    def close(self) -> None:
        """Close the database."""
        self._entries.close()

    def __enter__(self) -> KeptResults:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _encode(kept: Kept) -> bytes:
    """Encode a result: header, then compressed JSON."""
    text = f'{{"seconds": {json.dumps(kept.seconds)}, "result": {to_json(kept.result)}}}'
    body = zlib.compress(text.encode("utf-8", "surrogatepass"))
    return HEADER.pack(MAGIC, zlib.crc32(body)) + body


def _text_of(value: object) -> str | None:
    """Return the JSON of an entry; ``None`` where the bytes are not an intact one."""
    if not isinstance(value, bytes) or len(value) < HEADER.size:
        return None
    magic, checksum = HEADER.unpack_from(value)
    body = value[HEADER.size :]
    if magic != MAGIC or zlib.crc32(body) != checksum:
        return None
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(body, MAX_BYTES)
        return text.decode("utf-8", "surrogatepass") if unpacker.eof else None
    except (zlib.error, UnicodeDecodeError):
        return None


def _decode(value: object, kind: type[Any]) -> Kept | None:
    """Decode a result; ``None`` where it is damaged, or of another version of its record."""
    text = _text_of(value)
    if text is None:
        return None
    try:
        fields = json.loads(text)
        result: Any = decode(kind, fields["result"], "result")
        return Kept(result, float(fields["seconds"]))
    except (InputError, ValueError, TypeError, LookupError, RecursionError):
        return None
