"""The feature cache: what goes in comes out, and nothing else can."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import diskcache
import numpy as np
import pytest

from ptmrank_core.config import Settings
from ptmrank_core.features import FeatureCache
from ptmrank_core.features.cache.vectors import LayerVectors, SampleVectors


def vectors(seed: int, n_classes: int | None = 3) -> SampleVectors:
    """Random vectors of one sample."""
    rng = np.random.default_rng(seed)
    logits = None if n_classes is None else rng.normal(size=n_classes).astype(np.float32)
    return SampleVectors(rng.normal(size=5).astype(np.float32), logits)


@pytest.mark.parametrize("n_classes", [None, 0, 3, 20_000])
def test_an_entry_comes_back_bit_for_bit(settings: Settings, n_classes: int | None) -> None:
    """Small entries live in the database and large ones in files; both return the same bits."""
    entry = vectors(0, n_classes)
    with FeatureCache(settings) as cache:
        cache.put_many("key", [("a", entry)])
    with FeatureCache(settings) as cache:
        (found,) = cache.get_many("key", ["a"])
    assert found is not None
    np.testing.assert_array_equal(found.embedding, entry.embedding)
    if entry.source_logits is None:
        assert found.source_logits is None
    else:
        np.testing.assert_array_equal(found.source_logits, entry.source_logits)


def test_other_keys_and_samples_miss(settings: Settings) -> None:
    """An entry is found under its own key and digest alone, and a miss is not damage."""
    with FeatureCache(settings) as cache:
        cache.put_many("key", [("a", vectors(0))])
        assert cache.get_many("other", ["a"]) == [None]
        assert cache.get_many("key", ["b"]) == [None]
        assert cache.n_damaged == 0


def test_every_truncation_and_flipped_byte_is_a_miss() -> None:
    """No damaged entry is ever read as features."""
    data = vectors(1).to_bytes()
    for length in range(len(data)):
        assert SampleVectors.from_bytes(data[:length]) is None
    for position in range(len(data)):
        broken = bytearray(data)
        broken[position] ^= 0xFF
        assert SampleVectors.from_bytes(bytes(broken)) is None


def test_a_damaged_entry_is_counted(settings: Settings) -> None:
    """A truncated entry is a miss that shows in the count."""
    with FeatureCache(settings) as cache:
        cache.put_many("key", [("a", vectors(0))])
        cache._database._cache.set("key:a", b"PTMF")
        assert cache.get_many("key", ["a"]) == [None]
        assert cache.n_damaged == 1


class _Hostile:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def test_a_planted_pickle_is_a_miss_and_never_runs(settings: Settings, tmp_path: Path) -> None:
    """Somebody who can write to the folder cannot run code through it (CVE-2025-69872)."""
    trap = tmp_path / "ran"
    FeatureCache(settings).close()
    with diskcache.Cache(str(settings.features_dir)) as foreign:
        foreign.set("key:a", _Hostile(trap))
    with FeatureCache(settings) as cache:
        assert cache.get_many("key", ["a"]) == [None]
        assert cache.n_damaged == 1
    assert not trap.exists()


@pytest.mark.parametrize(("key", "value"), [("text", "no bytes"), (("a", 1), b"data"), ("text", {"a": 1})])
def test_only_text_keys_and_bytes_are_stored(settings: Settings, key: Any, value: Any) -> None:
    """What diskcache would pickle is refused on the way in."""
    with FeatureCache(settings) as cache, pytest.raises(TypeError, match="Expected"):
        cache._database._cache.set(key, value)


def test_the_folder_is_private(settings: Settings) -> None:
    """Other users of the machine cannot read or plant features."""
    FeatureCache(settings).close()
    assert settings.features_dir.stat().st_mode & 0o077 == 0


def test_layers_come_back_as_they_were_and_damage_is_a_miss(settings: Settings) -> None:
    """Hidden layers of different widths share an entry with one checksum."""
    layers = LayerVectors((np.arange(3, dtype=np.float32), np.ones(5, dtype=np.float32)))
    with FeatureCache(settings) as cache:
        cache.put_many("key", [], [("a", layers)])
        (found, missing) = cache.get_layers("key", ["a", "b"])
        assert missing is None
        assert found is not None
        assert [layer.tolist() for layer in found.layers] == [[0, 1, 2], [1, 1, 1, 1, 1]]
        cache._database._cache.set("key/layers:a", layers.to_bytes()[:-4])
        assert cache.get_layers("key", ["a"]) == [None]
        assert cache.n_damaged == 1


def test_many_vectors_and_large_ones_are_read_back(settings: Settings) -> None:
    """Small values stand in the database, large ones in files; a lookup finds both in the order asked for."""
    widths = [4, 20_000, 8]
    vectors = {
        f"d{i}": SampleVectors(np.full(widths[i % 3], i, dtype=np.float32), None) for i in range(1_200)
    }
    with FeatureCache(settings) as cache:
        cache.put_many("key", vectors.items())
        names = [*reversed(vectors), "unknown"]
        found = cache.get_many("key", names)
        assert found[-1] is None
        for name, vector in zip(names, found[:-1], strict=False):
            assert vector is not None
            np.testing.assert_array_equal(vector.embedding, vectors[name].embedding)


def test_stats_verify_and_clear(settings: Settings) -> None:
    """The cache can be counted, checked and emptied; damage is removed and told."""
    ones = SampleVectors(np.ones(4, dtype=np.float32), None)
    with FeatureCache(settings) as cache:
        for key in ("k1", "k2"):
            cache.put_many(key, [(str(i), ones) for i in range(3)])
        report = cache.report()
        assert (report.n_entries, report.n_models, report.n_damaged) == (6, 2, 0)
        assert report.size_bytes > 0
        cache._database._cache.set("k1:1", b"damaged")
        assert (cache.verify().n_damaged, cache.verify().n_damaged, len(cache)) == (1, 0, 5)
        assert cache.clear().n_entries == 5
        assert len(cache) == 0
