"""What the feature cache says of itself."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CacheReport", "CachedModel"]


@dataclass(frozen=True, slots=True)
class CacheReport:
    """Size and contents of the cache.

    Parameters
    ----------
    n_entries
        Number of entries.
    n_models
        Number of models, counted once for each revision, dtype and pooling.
    size_bytes, limit_bytes
        Size on disk, and its limit.
    n_damaged
        Entries that could not be read and were removed.
    """

    n_entries: int
    n_models: int
    size_bytes: int
    limit_bytes: int
    n_damaged: int = 0


@dataclass(frozen=True, slots=True)
class CachedModel:
    """Cached features of one model under one revision, dtype and pooling.

    Parameters
    ----------
    key
        Prefix of its entries.
    model, revision, dtype
        The model they belong to; empty if that was not recorded.
    n_samples, n_entries
        Number of samples that have a vector, and of entries: hidden layers have entries of their own.
    size_bytes
        Size of the vectors, without the overhead of the database.
    stored_at, used_at
        When the last vector was stored and when a run last asked for one, in seconds since 1970; ``None`` if
        no use was recorded.
    """

    key: str
    model: str
    revision: str
    dtype: str
    n_samples: int
    n_entries: int
    size_bytes: int
    stored_at: float
    used_at: float | None
