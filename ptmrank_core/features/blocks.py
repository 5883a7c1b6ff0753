"""Blocks: parts of the samples that a model can run on anywhere, with the batches that it has in one pass.

One pass sorts the samples by size and prepares windows of them; a batch never crosses the end of one, nor
a window that of a block. So a block has the same batches whether it is one of many in a pass, or alone
on another machine: with a given batch size its vectors are bit-identical on one kind of processor.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import numpy as np

from ptmrank_core.records import BytesBlob, Item, Samples

__all__ = ["BLOCK_SAMPLES", "Block", "blocks_of", "join_blocks", "with_bytes"]

# A multiple of the samples that are prepared together (``preparing.CHUNK_SAMPLES``).
BLOCK_SAMPLES = 4096


@dataclass(frozen=True, slots=True)
class Block:
    """Samples that follow one another in the order of a pass, each content once.

    Parameters
    ----------
    samples
        The samples, whose labels mean nothing.
    """

    samples: Samples

    @property
    def id(self) -> str:
        """Digest of the contents in their order."""
        return hashlib.sha256("".join(self.samples.digests).encode()).hexdigest()


def blocks_of(samples: Samples, auxiliary: Mapping[str, Samples]) -> list[Block]:
    """Cut samples and auxiliary sets into blocks, in the order in which one pass over all of them goes.

    Parameters
    ----------
    samples
        n samples.
    auxiliary
        Auxiliary sets, by name.

    Returns
    -------
    list of Block
        All have ``BLOCK_SAMPLES`` samples, but for the last.
    """
    sets = [samples, *auxiliary.values()]
    items = [item for one in sets for item in one.items]
    names = [name for one in sets for name in one.names]
    digests = [digest for one in sets for digest in one.digests]
    first: dict[str, int] = {}
    for index, digest in enumerate(digests):
        first.setdefault(digest, index)
    order = sorted(first.values(), key=lambda i: -items[i].size)
    return [
        _block(samples, [items[i] for i in part], [names[i] for i in part], [digests[i] for i in part])
        for part in (order[i : i + BLOCK_SAMPLES] for i in range(0, len(order), BLOCK_SAMPLES))
    ]


def _block(samples: Samples, items: Sequence[Item], names: Sequence[str], digests: Sequence[str]) -> Block:
    unlabelled = Samples(
        modality=samples.modality,
        names=tuple(names),
        items=tuple(items),
        labels=np.zeros(len(items), dtype=np.int64),
        class_names=("unlabelled",),
        digests=tuple(digests),
        left_out=(),
        source="block",
    )
    return Block(unlabelled)


def join_blocks(blocks: Sequence[Block]) -> Samples:
    """Put blocks that follow one another together."""
    parts = [block.samples for block in blocks]
    return _block(
        parts[0],
        [item for part in parts for item in part.items],
        [name for part in parts for name in part.names],
        [digest for part in parts for digest in part.digests],
    ).samples


def with_bytes(block: Block) -> Block:
    """Read what a block's samples have in files, so that it can leave this machine.

    Raises
    ------
    SamplesError
        If a file can no longer be read.
    """
    samples = block.samples
    return Block(replace(samples, items=tuple(map(_with_bytes, samples.items))))


def _with_bytes(item: Any) -> Any:
    has_blob = is_dataclass(item) and "blob" in _names(fields(item))
    return replace(item, blob=BytesBlob(item.blob.read())) if has_blob else item


def _names(of: Iterable[Any]) -> set[str]:
    return {field.name for field in of}
