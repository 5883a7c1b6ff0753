"""Samples on their way to the nodes: each block is put into the object store once, by its content."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ptmrank_core.features.blocks import Block, with_bytes
from ptmrank_core.features.process.frames import FrameKind, pack, to_bytes

__all__ = ["SentBlocks"]


class SentBlocks:
    """The blocks that nodes may ask for.

    Every node that runs a task on a block fetches it once, from any node that has it; the object store of a
    node keeps what fits, and the rest on its disk.

    Parameters
    ----------
    ray
        The package.
    by_path
        Whether every node reads files by the same paths: they are then not sent. What a file holds is
        compared with its digest when it is decoded.

    Attributes
    ----------
    n_bytes
        Bytes that were put into the store so far.
    """

    def __init__(self, ray: Any, *, by_path: bool) -> None:
        self._ray, self._by_path = ray, by_path
        self._references: dict[str, Any] = {}
        self._wanted: Counter[str] = Counter()
        self.n_bytes = 0

    def want(self, ids: Sequence[str]) -> None:
        """Note that a task on each of these blocks will come."""
        self._wanted.update(ids)

    def references(self, blocks: Sequence[Block], ids: Sequence[str]) -> list[Any]:
        """Return what stands for the blocks in a task; those that are not in the store yet are put there.

        Raises
        ------
        SamplesError
            If a file can no longer be read.
        """
        for block, name in zip(blocks, ids, strict=True):
            if name not in self._references:
                data = to_bytes(pack(FrameKind.SAMPLES, block if self._by_path else with_bytes(block)))
                self.n_bytes += len(data)
                self._references[name] = self._ray.put(data)
        return [self._references[name] for name in ids]

    def done(self, ids: Sequence[str]) -> None:
        """Note that a task on these blocks is done; what no other task wants leaves the store."""
        self._wanted.subtract(ids)
        for name in ids:
            if self._wanted[name] <= 0:
                self._references.pop(name, None)
