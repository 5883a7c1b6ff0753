"""The feature cache: one entry for each (model key, sample), on disk, without a pickle anywhere.

An entry contains its lengths and a checksum: a truncated or foreign one is counted as damaged and is a miss.
No fault of the cache ends a run, since features are only kept there.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from ptmrank_core.config import Settings
from ptmrank_core.errors import StoreError
from ptmrank_core.features.cache.database import database_of
from ptmrank_core.features.cache.entries import OURS, Entries
from ptmrank_core.features.cache.facts_file import MACHINE, MODELS, NOTES, FactsFile
from ptmrank_core.features.cache.reports import CachedModel, CacheReport
from ptmrank_core.features.cache.safe_database import set_aside
from ptmrank_core.features.cache.vectors import LayerVectors, SampleVectors
from ptmrank_core.files import remove
from ptmrank_core.records import ModelSpec

__all__ = ["FeatureCache", "cached_models"]

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
    settings
        Those.
    machine_facts
        Facts that earlier runs measured on this machine.
    n_damaged
        Number of entries read so far that were damaged; each was a miss.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._limit_bytes = settings.cache_limit_bytes
        self._database = Entries(settings.features_dir, settings.cache_limit_bytes)
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
        stored = self._database.read_many(names)
        decoded = [decode(stored[name]) if name in stored else None for name in names]
        self.n_damaged += sum(
            vectors is None and name in stored for vectors, name in zip(decoded, names, strict=True)
        )
        return decoded

    def put_many(
        self,
        key: str,
        entries: Iterable[tuple[str, SampleVectors]],
        layers: Iterable[tuple[str, LayerVectors]] = (),
    ) -> None:
        """Store (digest, vectors) pairs in one transaction; where the disk is full, none of them."""
        rows = [(f"{key}:{digest}", vectors.to_bytes()) for digest, vectors in entries]
        rows += [(f"{key}/layers:{digest}", hidden.to_bytes()) for digest, hidden in layers]
        self._database.write_many(rows)

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
        for key, n_samples, n_entries, size, stored_at in self._database.query(query):
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
        models = {name.partition(":")[0].partition("/")[0] for name in self._database.names()}
        n_entries, size_bytes = self._database.size()
        return CacheReport(n_entries, len(models), size_bytes, self._limit_bytes)

    def verify(self) -> CacheReport:
        """Read every entry and remove those that cannot be read; a damaged database is moved aside."""
        n_damaged = self._database.remove_damaged(_is_intact)
        return replace(self.report(), n_damaged=n_damaged)

    def clear(self) -> CacheReport:
        """Remove everything, whatever is damaged; return the report of before.

        Copies that adapters were merged into, and what was moved aside earlier, are removed too.
        """
        report = self.report()
        self._database.clear()
        shutil.rmtree(self.settings.merged_dir, ignore_errors=True)
        for path in set_aside(self.settings.home):
            if path.suffix or database_of(path).is_file():  # anything else was not ours
                remove(path)
        return report

    def forget(self, keys: Collection[str]) -> CacheReport:
        """Remove the entries of some keys; report on what was removed."""
        forgotten = [cached for cached in self.models() if cached.key in keys]
        names = [name for name in self._database.names() if name.partition(":")[0].partition("/")[0] in keys]
        self._database.delete_many(names)
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


def _is_intact(name: str, value: object) -> bool:
    """Whether an entry can be read."""
    decode = LayerVectors.from_bytes if "/layers:" in name else SampleVectors.from_bytes
    return decode(value) is not None
