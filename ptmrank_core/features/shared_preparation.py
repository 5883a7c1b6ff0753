"""Pictures that were prepared for one model, for the next one that reads them alike.

Candidates for the same samples often share their preprocessing, which takes a third as long as a small model
does. What was prepared last is kept in this process, within bounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from ptmrank_core.features.encoders.pixels import PicturesPreparer
from ptmrank_core.features.encoders.prepared import Prepared, Preparer
from ptmrank_core.features.preparing import CHUNK_SAMPLES, Chunk, prepare_ahead
from ptmrank_core.records import Item

__all__ = ["prepare_shared"]

MOST_BYTES = 64 * 2**20
# A sample, and the seconds that it took.
_Timed: TypeAlias = tuple[Prepared, float]
# Steps of preprocessing -> digest of a picture -> how it is read; one entry at most.
_former: dict[str, dict[str, _Timed]] = {}


def prepare_shared(
    items: Sequence[Item],
    names: Sequence[str],
    digests: Sequence[str],
    order: Sequence[int],
    preparer: Preparer,
) -> Iterator[Chunk]:
    """Prepare samples in the background, except those that were prepared in the same way just before.

    Parameters
    ----------
    items, names, order, preparer
        As :func:`~ptmrank_core.features.preparing.prepare_ahead` has them.
    digests
        Digests of all samples, which features are cached under.

    Yields
    ------
    Chunk
        Chunks of samples in the given order. Their seconds are what preparing them took, before too: what a
        run decides by time does not depend on the order of its models.

    Raises
    ------
    SamplesError, ModelError
        As :func:`~ptmrank_core.features.preparing.prepare_ahead` does.
    """
    steps = preparer.steps if isinstance(preparer, PicturesPreparer) else ""
    former = _former.get(steps, {})
    _former.clear()
    unknown = [index for index in order if digests[index] not in former]
    others = _one_by_one(prepare_ahead(items, names, unknown, preparer) if unknown else ())
    kept: dict[str, _Timed] = {}
    n_bytes = 0
    for start in range(0, len(order), CHUNK_SAMPLES):
        indices = order[start : start + CHUNK_SAMPLES]
        known = [former.get(digests[index]) for index in indices]
        timed = [next(others) if own is None else own for own in known]
        chunk = Chunk(indices, [sample for sample, _ in timed], sum(seconds for _, seconds in timed))
        n_bytes += sum(sample.n_bytes for sample in chunk.samples)
        if n_bytes > MOST_BYTES:
            steps = ""
            kept.clear()
        if steps:
            kept.update(zip((digests[index] for index in indices), timed, strict=True))
        yield chunk
    if steps:
        _former[steps] = kept


def _one_by_one(chunks: Iterable[Chunk]) -> Iterator[_Timed]:
    """Yield each sample of some chunks, with its share of their seconds."""
    for chunk in chunks:
        for sample in chunk.samples:
            yield sample, chunk.seconds / len(chunk.samples)
