"""The feature cache: one entry for each (model key, sample), on disk, without a pickle anywhere.

diskcache serialises other types with pickle, so that whoever can write to the folder could run code here
(CVE-2025-69872). The ``Disk`` below reads and writes ``str -> bytes`` and refuses everything else. An entry
contains its lengths and a checksum: a truncated or foreign entry is counted as damaged and is a miss.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import diskcache
from diskcache.core import DBNAME, MODE_BINARY, MODE_RAW

from ptmrank_core.config import Settings
from ptmrank_core.features.cache.facts_file import FactsFile
from ptmrank_core.features.cache.vectors import LayerVectors, SampleVectors
from ptmrank_core.records import ModelSpec

__all__ = ["CacheReport", "CachedModel", "FeatureCache"]

KEYS_AT_ONCE = 500  # parameters of one SQL query


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


T = TypeVar("T")


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


class FeatureCache:
    """The features on disk.

    Parameters
    ----------
    settings
        Folder and size limit.

    Attributes
    ----------
    machine_facts
        Facts that earlier runs measured on this machine.
    n_damaged
        Number of entries read so far that were damaged; each was a miss.
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
        self._limit_bytes = settings.cache_limit_bytes
        self._database, self._merged = folder / DBNAME, settings.merged_dir
        self.machine_facts = FactsFile(settings.home / "extraction.json")
        self._owners = FactsFile(settings.home / "cached_models.json")
        self._notes = FactsFile(settings.home / "extraction_notes.json")
        self.n_damaged = 0

    def get_many(self, key: str, digests: Sequence[str]) -> list[SampleVectors | None]:
        """Look up the samples with these digests; ``None`` for each miss."""
        return self._decode_many([f"{key}:{digest}" for digest in digests], SampleVectors.from_bytes)

    def get_layers(self, key: str, digests: Sequence[str]) -> list[LayerVectors | None]:
        """Look up the hidden layers of the samples with these digests; ``None`` for each miss."""
        return self._decode_many([f"{key}/layers:{digest}" for digest in digests], LayerVectors.from_bytes)

    def _decode_many(self, names: Sequence[str], decode: Callable[[object], T | None]) -> list[T | None]:
        stored = self._read_many(names)
        decoded = [decode(stored[name]) if name in stored else None for name in names]
        self.n_damaged += sum(
            vectors is None and name in stored for vectors, name in zip(decoded, names, strict=True)
        )
        return decoded

    def _read_many(self, names: Sequence[str]) -> dict[str, object]:
        """Read hundreds of entries with each query: one query for each would take longer than decoding them.

        diskcache keeps small values in its table and large ones in files, which it reads itself.
        """
        stored: dict[str, object] = {}
        in_files = []
        with closing(sqlite3.connect(f"{self._database.as_uri()}?mode=ro", uri=True)) as database:
            for start in range(0, len(names), KEYS_AT_ONCE):
                chunk = names[start : start + KEYS_AT_ONCE]
                query = f"""
                    SELECT key, filename IS NOT NULL, value FROM Cache
                    WHERE raw = 1 AND key IN ({",".join("?" * len(chunk))})"""  # noqa: S608 - question marks
                for name, is_file, value in database.execute(query, chunk):
                    in_files += [name] if is_file else []
                    stored[name] = value
        for name in in_files:
            stored[name] = self._cache.get(name, default=b"")
        return stored

    def put_many(
        self,
        key: str,
        entries: Iterable[tuple[str, SampleVectors]],
        layers: Iterable[tuple[str, LayerVectors]] = (),
    ) -> None:
        """Store (digest, vectors) pairs in one transaction."""
        with self._cache.transact():
            for digest, vectors in entries:
                self._cache.set(f"{key}:{digest}", vectors.to_bytes())
            for digest, hidden in layers:
                self._cache.set(f"{key}/layers:{digest}", hidden.to_bytes())

    def _names(self) -> Iterator[str]:
        with closing(sqlite3.connect(f"{self._database.as_uri()}?mode=ro", uri=True)) as database:
            yield from (str(row[0]) for row in database.execute("SELECT key FROM Cache ORDER BY rowid"))

    def note_use(self, key: str, spec: ModelSpec, dtype: str) -> None:
        """Record the model that a key belongs to, and that a run asks for its vectors now."""
        fact = {"model": spec.id, "revision": spec.revision or "", "dtype": dtype, "used_at": time.time()}
        self._owners.put(key, fact)

    def keep_notes(self, key: str, notes: Sequence[str]) -> None:
        """Record what the encoder said of how the vectors of a key are made."""
        if tuple(notes) != self.notes_of(key):
            self._notes.put(key, list(notes))

    def notes_of(self, key: str) -> tuple[str, ...]:
        """Return the notes of a key; empty if none were recorded."""
        return tuple(map(str, self._notes.get(key) or ()))

    def models(self) -> tuple[CachedModel, ...]:
        """List the models in the cache, the largest first, without reading any vector."""
        owner = "REPLACE(SUBSTR(key, 1, INSTR(key, ':') - 1), '/layers', '')"
        query = f"""
            SELECT {owner}, COUNT(DISTINCT SUBSTR(key, INSTR(key, ':'))), COUNT(*),
                SUM(size + COALESCE(LENGTH(value), 0)), MAX(store_time)
            FROM Cache GROUP BY 1 ORDER BY 4 DESC, 1"""  # noqa: S608 - our own text
        with closing(sqlite3.connect(f"{self._database.as_uri()}?mode=ro", uri=True)) as database:
            rows = database.execute(query).fetchall()
        cached_models = []
        for key, n_samples, n_entries, size, stored_at in rows:
            owner_facts = self._owners.get(key) or {}
            model, revision, dtype = (
                str(owner_facts.get(name, "")) for name in ("model", "revision", "dtype")
            )
            counts = (n_samples, n_entries, size, stored_at)
            cached_models.append(
                CachedModel(key, model, revision, dtype, *counts, owner_facts.get("used_at"))
            )
        return tuple(cached_models)

    def report(self) -> CacheReport:
        """Count models and entries."""
        models = {name.partition(":")[0].partition("/")[0] for name in self._names()}
        return CacheReport(len(self), len(models), int(self._cache.volume()), self._limit_bytes)

    def verify(self) -> CacheReport:
        """Read every entry and remove those that cannot be read."""
        n_damaged = 0
        for name in list(self._names()):
            decode = LayerVectors.from_bytes if "/layers:" in name else SampleVectors.from_bytes
            if decode(self._read_many([name]).get(name)) is None:
                self._cache.delete(name)
                n_damaged += 1
        n_damaged += len(self._cache.check(fix=True))
        return replace(self.report(), n_damaged=n_damaged)

    def clear(self) -> CacheReport:
        """Remove everything, copies that adapters were merged into too; return the report of before."""
        report = self.report()
        self._cache.clear()
        shutil.rmtree(self._merged, ignore_errors=True)
        return report

    def forget(self, keys: Collection[str]) -> CacheReport:
        """Remove the entries of some keys; report on what was removed."""
        forgotten = [cached for cached in self.models() if cached.key in keys]
        names = [name for name in self._names() if name.partition(":")[0].partition("/")[0] in keys]
        with self._cache.transact():
            for name in names:
                self._cache.delete(name)
        n_entries = sum(cached.n_entries for cached in forgotten)
        size_bytes = sum(cached.size_bytes for cached in forgotten)
        return CacheReport(n_entries, len(forgotten), size_bytes, self._limit_bytes)

    def __len__(self) -> int:
        return len(self._cache)

    def close(self) -> None:
        """Close the database."""
        self._cache.close()

    def __enter__(self) -> FeatureCache:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
