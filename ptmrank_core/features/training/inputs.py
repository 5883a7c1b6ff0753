"""Samples as a network reads them, prepared once. Needs only numpy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.features.encoders.prepared import Prepared, Preparer
from ptmrank_core.features.preparing import decode_items
from ptmrank_core.records import Samples

__all__ = ["Inputs"]

# Prepared samples are kept between passes, up to this size in all.
MAX_KEPT_BYTES = 512 * 2**20
CHUNK = 256


class Inputs:
    """The samples of a training, prepared when they are first needed.

    Parameters
    ----------
    samples
        All samples.
    preparer
        Turns decoded samples into what the network reads.

    Attributes
    ----------
    n_cut
        Number of samples so far that are longer than the network reads.
    """

    def __init__(self, samples: Samples, preparer: Preparer | Callable[..., list[Prepared]]) -> None:
        self._samples = samples
        self._preparer = preparer
        self._kept: dict[int, Prepared] = {}
        self._kept_bytes = 0
        self._cut: set[int] = set()
        self._lengths: dict[int, int] = {}

    @property
    def n_cut(self) -> int:
        """Number of samples so far that are longer than the network reads."""
        return len(self._cut)

    def lengths(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the lengths of samples; all 0 if the first is, as those of pictures are."""
        if not len(rows) or self.prepared(rows[:1])[0].length == 0:
            return np.zeros(len(rows), dtype=np.int64)
        for start in range(0, len(rows), CHUNK):
            chunk = [row for row in rows[start : start + CHUNK].tolist() if row not in self._lengths]
            for row, sample in zip(chunk, self.prepared(np.array(chunk, dtype=np.int64)), strict=True):
                self._lengths[row] = sample.length
        return np.array([self._lengths[row] for row in rows.tolist()], dtype=np.int64)

    def prepared(self, rows: NDArray[np.int64]) -> list[Prepared]:
        """Return prepared samples, kept from an earlier pass or prepared now."""
        lacking = [i for i in rows.tolist() if i not in self._kept]
        new: dict[int, Prepared] = {}
        if lacking:
            names = [self._samples.names[i] for i in lacking]
            decoded = decode_items([self._samples.items[i] for i in lacking], names)
            new = dict(zip(lacking, self._preparer(decoded), strict=True))
        prepared = [self._kept[i] if i in self._kept else new[i] for i in rows.tolist()]
        for index, sample in new.items():
            self._cut |= {index} if sample.is_cut else set()
            if self._kept_bytes + sample.n_bytes <= MAX_KEPT_BYTES:
                self._kept[index] = sample
                self._kept_bytes += sample.n_bytes
        return prepared
