"""The feature cache: one entry for each (model key, sample), on disk, without a pickle anywhere.

An entry contains its lengths and a checksum: a truncated or foreign one is counted as damaged and is a miss.
No fault of the cache ends a run, since features are only kept there.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
import warnings
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from ptmrank_core.config import Settings
from ptmrank_core.errors import StoreError
from ptmrank_core.features.cache.database import database_of, is_sound
from ptmrank_core.features.cache.facts_file import MACHINE, MODELS, NOTES, FactsFile
from ptmrank_core.features.cache.reports import CachedModel, CacheReport
from ptmrank_core.features.cache.safe_database import SafeDatabase, set_aside
from ptmrank_core.features.cache.vectors import LayerVectors, SampleVectors
from ptmrank_core.files import remove
from ptmrank_core.records import ModelSpec

__all__ = ["FeatureCache", "cached_models"]

KEYS_AT_ONCE = 500  # parameters of one SQL query
OURS = "raw = 1 AND TYPEOF(key) = 'text'"  # rows that this class has written
T = TypeVar("T")


def cached_models(settings: Settings) -> frozenset[str]:
    """List the ids of the models that have run at this home; the cache is not opened.

    Some of their features may have been removed since.
    """
    facts = FactsFile(settings.home / MODELS).all().values()
    return frozenset(str(fact.get("model", "")) for fact in facts if isinstance(fact, dict))


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
        self._home, self._merged = settings.home, settings.merged_dir
        self._limit_bytes = settings.cache_limit_bytes
        self._database = SafeDatabase(settings.features_dir, settings.cache_limit_bytes)
        self.machine_facts = FactsFile(settings.home / MACHINE)
        self._owners = FactsFile(settings.home / MODELS)
        self._notes = FactsFile(settings.home / NOTES)
        self._file_notes = [
            note
            for file in (self.machine_facts, self._owners, self._notes)
            if (note := file.set_aside_if_damaged())
        ]
        self.n_damaged = 0

    @property
    def fault(self) -> StoreError | None:
        """What keeps the cache from being used now; ``None`` if nothing does."""
        return self._database.fault

    @property
    def notes(self) -> tuple[str, ...]:
        """What of the cache was lost since it was opened, in sentences."""
        return (*self._file_notes, *self._database.notes)

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

        def read(cache: Any) -> dict[str, object]:
            stored: dict[str, object] = {}
            in_files = []
            with closing(self._connect()) as database:
                for start in range(0, len(names), KEYS_AT_ONCE):
                    chunk = names[start : start + KEYS_AT_ONCE]
                    query = f"""
                        SELECT key, filename IS NOT NULL, value FROM Cache
                        WHERE raw = 1 AND key IN ({",".join("?" * len(chunk))})"""  # noqa: S608 - question marks
                    for name, is_file, value in database.execute(query, chunk):
                        in_files += [name] if is_file else []
                        stored[name] = value
            for name in in_files:
                stored[name] = cache.get(name, default=b"")
            return stored

        return self._database.use(read, {})

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(f"{self._database.path.as_uri()}?mode=ro", uri=True)

    def put_many(
        self,
        key: str,
        entries: Iterable[tuple[str, SampleVectors]],
        layers: Iterable[tuple[str, LayerVectors]] = (),
    ) -> None:
        """Store (digest, vectors) pairs in one transaction; where the disk is full, none of them."""
        rows = [(f"{key}:{digest}", vectors.to_bytes()) for digest, vectors in entries]
        rows += [(f"{key}/layers:{digest}", hidden.to_bytes()) for digest, hidden in layers]

        def write(cache: Any) -> None:
            with cache.transact():
                for name, value in rows:
                    cache.set(name, value)

        self._database.use(write, None)

    def _query(self, query: str) -> list[Any]:
        """Read rows of the table; none if it cannot be read."""

        def read(_: Any) -> list[Any]:
            with closing(self._connect()) as database:
                return database.execute(query).fetchall()

        return self._database.use(read, [])

    def _names(self) -> list[str]:
        return [str(row[0]) for row in self._query(f"SELECT key FROM Cache WHERE {OURS} ORDER BY rowid")]  # noqa: S608

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
        notes = self._notes.get(key)
        return tuple(map(str, notes)) if isinstance(notes, list) else ()

    def models(self) -> tuple[CachedModel, ...]:
        """List the models in the cache, the largest first, without reading any vector."""
        owner = "REPLACE(SUBSTR(key, 1, INSTR(key, ':') - 1), '/layers', '')"
        query = f"""
            SELECT {owner}, COUNT(DISTINCT SUBSTR(key, INSTR(key, ':'))), COUNT(*),
                SUM(CAST(size AS INTEGER) + COALESCE(LENGTH(value), 0)), CAST(MAX(store_time) AS REAL)
            FROM Cache WHERE {OURS} GROUP BY 1 ORDER BY 4 DESC, 1"""  # noqa: S608 - our own text
        cached_models = []
        for key, n_samples, n_entries, size, stored_at in self._query(query):
            owner_facts = self._owners.get(key)
            owner_facts = owner_facts if isinstance(owner_facts, dict) else {}
            model, revision, dtype = (
                str(owner_facts.get(name, "")) for name in ("model", "revision", "dtype")
            )
            counts = (n_samples, n_entries, size, stored_at or 0.0)
            used_at = owner_facts.get("used_at")
            used_at = used_at if isinstance(used_at, int | float) else None
            cached_models.append(CachedModel(key, model, revision, dtype, *counts, used_at))
        return tuple(cached_models)

    def report(self) -> CacheReport:
        """Count models and entries."""
        models = {name.partition(":")[0].partition("/")[0] for name in self._names()}
        n_entries, size_bytes = self._database.use(lambda cache: (len(cache), int(cache.volume())), (0, 0))
        return CacheReport(n_entries, len(models), size_bytes, self._limit_bytes)

    def verify(self) -> CacheReport:
        """Read every entry and remove those that cannot be read; a damaged database is moved aside."""

        def check_pages(_: Any) -> None:
            if not is_sound(self._database.path):
                self._database.start_over(ValueError("its pages do not fit together"))

        self._database.use(check_pages, None)
        n_damaged = 0
        for name in self._names():
            decode = LayerVectors.from_bytes if "/layers:" in name else SampleVectors.from_bytes
            if decode(self._read_many([name]).get(name)) is None:
                n_damaged += self._database.use(partial(_delete, name=name), 0)
        n_damaged += self._database.use(_check_files, 0)
        return replace(self.report(), n_damaged=n_damaged)

    def clear(self) -> CacheReport:
        """Remove everything, whatever is damaged; return the report of before.

        Copies that adapters were merged into, and what was moved aside earlier, are removed too.
        """
        report = self.report()
        self._database.use(lambda cache: cache.clear(), 0)
        shutil.rmtree(self._merged, ignore_errors=True)
        for path in set_aside(self._home):
            if path.suffix or database_of(path).is_file():  # anything else was not ours
                remove(path)
        return report

    def forget(self, keys: Collection[str]) -> CacheReport:
        """Remove the entries of some keys; report on what was removed."""
        forgotten = [cached for cached in self.models() if cached.key in keys]
        names = [name for name in self._names() if name.partition(":")[0].partition("/")[0] in keys]

        def delete(cache: Any) -> None:
            with cache.transact():
                for name in names:
                    cache.delete(name)

        self._database.use(delete, None)
        n_entries = sum(cached.n_entries for cached in forgotten)
        size_bytes = sum(cached.size_bytes for cached in forgotten)
        return CacheReport(n_entries, len(forgotten), size_bytes, self._limit_bytes)

    def __len__(self) -> int:
        return self._database.use(len, 0)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def __enter__(self) -> FeatureCache:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _delete(cache: Any, name: str) -> int:
    """Delete an entry; return how many there were."""
    return int(cache.delete(name))


def _check_files(cache: Any) -> int:
    """Remove entries without their file and files without their entry; return how many there were."""
    with warnings.catch_warnings():
        warnings.simplefilter(
            "always"
        )  # it counts its own warnings, which a filter must not turn into errors
        return len(cache.check(fix=True))
