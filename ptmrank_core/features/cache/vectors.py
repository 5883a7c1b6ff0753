"""The vectors of one sample under one model, and how they are encoded in the cache.

An entry contains its lengths and a checksum, so that a truncated or foreign one is recognised.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

import numpy as np

from ptmrank_core.records import FloatArray

__all__ = ["LayerVectors", "SampleVectors"]

# By the end of the sample that was not read; the first also stands for "not recorded" in older entries.
MAGICS = {"": b"PTMF", "end": b"PTME", "start": b"PTMS"}
CUTS = {magic: cut for cut, magic in MAGICS.items()}
HEADER = struct.Struct("<4sIiI")  # magic, width, source classes or -1, CRC-32 of the body
LAYERS_MAGIC = b"PTML"
LAYERS_HEADER = struct.Struct("<4sII")  # magic, number of layers, CRC-32 of the rest


@dataclass(frozen=True, slots=True)
class SampleVectors:
    """Vectors of one sample under one model.

    Parameters
    ----------
    embedding
        float32 array of shape (d,).
    source_logits
        float32 array of shape (z,), or ``None`` where the model has no head.
    layers
        float32 arrays of shape (d_l,) of the hidden layers, the input's own embedding first; empty where they
        were not asked for. They are kept apart, as ``LayerVectors``.
    cut
        Which end of the sample was not read, since it is longer than the model reads: ``"end"`` or
        ``"start"``; empty if all of it was.
    """

    embedding: FloatArray
    source_logits: FloatArray | None
    layers: tuple[FloatArray, ...] = ()
    cut: str = ""

    def to_bytes(self) -> bytes:
        """Encode: header, then the little-endian float32 values."""
        logits = self.source_logits
        body = self.embedding.astype("<f4").tobytes()
        if logits is not None:
            body += logits.astype("<f4").tobytes()
        n_classes = -1 if logits is None else logits.size
        return HEADER.pack(MAGICS[self.cut], self.embedding.size, n_classes, zlib.crc32(body)) + body

    @classmethod
    def from_bytes(cls, data: object) -> SampleVectors | None:
        """Decode; ``None`` where the bytes are not an intact entry."""
        if not isinstance(data, bytes) or len(data) < HEADER.size:
            return None
        magic, width, n_classes, checksum = HEADER.unpack_from(data)
        body = data[HEADER.size :]
        intact = magic in CUTS and len(body) == 4 * (width + max(n_classes, 0))
        if not intact or zlib.crc32(body) != checksum:
            return None
        values = np.frombuffer(body, dtype="<f4")
        return cls(values[:width], values[width:] if n_classes >= 0 else None, cut=CUTS[magic])


@dataclass(frozen=True, slots=True)
class LayerVectors:
    """Vectors of one sample in the hidden layers of a model.

    Parameters
    ----------
    layers
        float32 arrays of shape (d_l,), the input's own embedding first.
    """

    layers: tuple[FloatArray, ...]

    def to_bytes(self) -> bytes:
        """Encode: header, the widths, then the little-endian float32 values."""
        widths = np.array([layer.size for layer in self.layers], dtype="<u4").tobytes()
        body = widths + b"".join(layer.astype("<f4").tobytes() for layer in self.layers)
        return LAYERS_HEADER.pack(LAYERS_MAGIC, len(self.layers), zlib.crc32(body)) + body

    @classmethod
    def from_bytes(cls, data: object) -> LayerVectors | None:
        """Decode; ``None`` where the bytes are not an intact entry."""
        if not isinstance(data, bytes) or len(data) < LAYERS_HEADER.size:
            return None
        magic, n_layers, checksum = LAYERS_HEADER.unpack_from(data)
        body = data[LAYERS_HEADER.size :]
        if magic != LAYERS_MAGIC or zlib.crc32(body) != checksum:
            return None
        if len(body) % 4 or len(body) < 4 * n_layers:
            return None
        widths = np.frombuffer(body[: 4 * n_layers], dtype="<u4")
        values = np.frombuffer(body[4 * n_layers :], dtype="<f4")
        if (
            int(widths.sum(dtype=np.uint64)) != values.size
        ):  # the checksum does not cover the number of layers
            return None
        return cls(tuple(np.split(values, np.cumsum(widths)[:-1])))
