"""Verified vectors -> the feature cache."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from ptmrank_core.errors import InputError
from ptmrank_core.features.cache import FeatureCache
from ptmrank_core.features.cache.vectors import LayerVectors, SampleVectors
from ptmrank_core.features.exchange.layout import EMBEDDINGS
from ptmrank_core.features.exchange.reading import Exchanged
from ptmrank_core.features.precision import keep_failure
from ptmrank_core.records import CACHE_ARRAYS, ExtractionOptions

__all__ = ["put_exchanged"]

AT_ONCE = 4096


def put_exchanged(cache: FeatureCache, read: Exchanged, file: str) -> int:
    """Store verified vectors that a cache does not hold yet; return how many samples that are.

    Parameters
    ----------
    cache
        The cache.
    read
        The vectors.
    file
        Name of their file, for messages.

    Raises
    ------
    InputError
        If they are larger than the cache may be.
    StoreError
        If the cache cannot be written.
    """
    report = cache.report()
    size = sum(read.arrays[EMBEDDINGS[name]].nbytes for name in read.sets)
    size += sum(array.nbytes for name, array in read.arrays.items() if name.startswith(CACHE_ARRAYS))
    if size > report.limit_bytes:
        raise InputError(
            f"{file} needs {size / 1e6:,.1f} MB; the cache may hold {report.limit_bytes / 1e6:,.1f} MB.",
            hint="Set PTMRANK_CACHE_GB to a larger number.",
        )
    n_new = 0
    entries = read.entries()
    while batch := list(islice(entries, AT_ONCE)):
        n_new += _put_missing(cache, read.key, batch)
        if cache.fault is not None:
            raise cache.fault
    cache.note_use(read.key, read.spec, read.dtype)
    if read.notes:
        cache.keep_notes(read.key, read.notes)
    if read.failure:
        options = ExtractionOptions(dtype=read.asked_dtype)
        keep_failure(read.spec, options, cache.machine_facts, read.failure)
    return n_new


def _put_missing(
    cache: FeatureCache, key: str, batch: Sequence[tuple[str, SampleVectors, LayerVectors | None]]
) -> int:
    """Store those of a batch that are missing, in one transaction."""
    digests = [digest for digest, _, _ in batch]
    known = cache.get_many(key, digests)
    new = [entry for entry, own in zip(batch, known, strict=True) if own is None]
    hidden = [(digest, layers) for digest, _, layers in batch if layers is not None]
    kept = cache.get_layers(key, [digest for digest, _ in hidden])
    cache.put_many(
        key,
        [(digest, vectors) for digest, vectors, _ in new],
        [entry for entry, own in zip(hidden, kept, strict=True) if own is None],
    )
    return len({digest for digest, _, _ in new})
