"""The feature cache: one entry for each (model key, sample), on disk, without a pickle anywhere.

diskcache serialises what it does not know with pickle, which makes whoever can write to the folder able to
run code here (CVE-2025-69872). The ``Disk`` below stores ``str -> bytes`` and refuses everything else, both
ways. An entry carries its own lengths and checksum: a truncated or foreign one is a counted miss.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import diskcache
import numpy as np
from diskcache.core import MODE_BINARY, MODE_RAW

from ptmrank_core.config import Settings
from ptmrank_core.records import FloatArray

__all__ = ["FeatureCache", "SampleVectors"]

MAGIC = b"PTMF"
HEADER = struct.Struct("<4sIiI")  # magic, width, source classes or -1, CRC-32 of the body


class _BytesDisk(diskcache.Disk):  # type: ignore[misc] # diskcache carries no types
    """Stores text keys and bytes; can neither write nor read a pickle."""

    def put(self, key: Any) -> tuple[Any, bool]:
        """Turn a key into what the database holds."""
        if not isinstance(key, str):
            raise TypeError(f"Expected a text key, got {type(key).__name__}.")
        return key, True

    def get(self, key: Any, raw: bool) -> Any:  # noqa: FBT001 - the library's own signature
        """Turn what the database holds into a key."""
        if not raw:
            raise ValueError("A key of this cache is stored as a pickle; it is not ours.")
        return key

    def store(self, value: Any, read: bool, key: Any = diskcache.UNKNOWN) -> Any:  # noqa: FBT001
        """Write a value."""
        if not isinstance(value, bytes):
            raise TypeError(f"Expected bytes, got {type(value).__name__}.")
        return super().store(value, read, key=key)

    def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> Any:  # noqa: FBT001
        """Read a value; ``None`` where it is not bytes."""
        if mode not in {MODE_RAW, MODE_BINARY}:
            return None
        return super().fetch(mode, filename, value, read)


@dataclass(frozen=True, slots=True)
class SampleVectors:
    """What one model makes of one sample.

    Parameters
    ----------
    embedding
        float32 array of shape (d,).
    source_logits
        float32 array of shape (z,), or ``None`` where the model has no head.
    """

    embedding: FloatArray
    source_logits: FloatArray | None

    def to_bytes(self) -> bytes:
        """Encode: header, then the little-endian float32 values."""
        logits = self.source_logits
        body = self.embedding.astype("<f4").tobytes()
        if logits is not None:
            body += logits.astype("<f4").tobytes()
        n_classes = -1 if logits is None else logits.size
        return HEADER.pack(MAGIC, self.embedding.size, n_classes, zlib.crc32(body)) + body

    @classmethod
    def from_bytes(cls, data: object) -> SampleVectors | None:
        """Decode; ``None`` where the bytes are not an intact entry."""
        if not isinstance(data, bytes) or len(data) < HEADER.size:
            return None
        magic, width, n_classes, checksum = HEADER.unpack_from(data)
        body = data[HEADER.size :]
        intact = magic == MAGIC and len(body) == 4 * (width + max(n_classes, 0))
        if not intact or zlib.crc32(body) != checksum:
            return None
        values = np.frombuffer(body, dtype="<f4")
        return cls(values[:width], values[width:] if n_classes >= 0 else None)


class FeatureCache:
    """The features on disk.

    Parameters
    ----------
    settings
        Where they are kept and how much.

    Attributes
    ----------
    n_damaged
        Entries met so far that could not be read; each was counted as a miss.
    """

    def __init__(self, settings: Settings) -> None:
        folder = settings.features_dir
        folder.mkdir(parents=True, exist_ok=True)
        if os.name == "posix":
            folder.chmod(0o700)
        self._cache = diskcache.Cache(
            directory=str(folder),
            disk=_BytesDisk,
            size_limit=settings.cache_limit_bytes,
            eviction_policy="least-recently-stored",
        )
        self.n_damaged = 0

    def get_many(self, key: str, digests: Sequence[str]) -> list[SampleVectors | None]:
        """Look up the samples with these digests; ``None`` for each miss."""
        return [self._get(f"{key}:{digest}") for digest in digests]

    def _get(self, entry: str) -> SampleVectors | None:
        data = self._cache.get(entry, default=b"")
        vectors = SampleVectors.from_bytes(data)
        if vectors is None and data != b"":
            self.n_damaged += 1
        return vectors

    def put_many(self, key: str, entries: Iterable[tuple[str, SampleVectors]]) -> None:
        """Store (digest, vectors) pairs in one transaction."""
        with self._cache.transact():
            for digest, vectors in entries:
                self._cache.set(f"{key}:{digest}", vectors.to_bytes())

    def __len__(self) -> int:
        return len(self._cache)

    def close(self) -> None:
        """Close the database."""
        self._cache.close()

    def __enter__(self) -> FeatureCache:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
