"""No fault of the feature cache is raised: what is damaged is moved aside, what cannot be kept is not."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import diskcache
import numpy as np
import pytest

from ptmrank_core.config import Settings
from ptmrank_core.features import FeatureCache
from ptmrank_core.features.cache import database
from ptmrank_core.features.cache.vectors import LayerVectors, SampleVectors

SMALL = SampleVectors(np.arange(8, dtype=np.float32), None)
LARGE = SampleVectors(np.arange(40_000, dtype=np.float32), None)


def keep(cache: FeatureCache) -> None:
    """Keep a vector in the table and one in a file."""
    cache.put_many("key", [("small", SMALL), ("large", LARGE)])


def found(cache: FeatureCache) -> int:
    """How many of the two are found."""
    return sum(vectors is not None for vectors in cache.get_many("key", ["small", "large"]))


def values_cut_off(folder: Path) -> None:
    """Cut the values that are in files."""
    for path in folder.rglob("*.val"):
        os.truncate(path, 100)


def values_are_folders(folder: Path) -> None:
    """Put a folder in the place of each value."""
    for path in list(folder.rglob("*.val")):
        path.unlink()
        path.mkdir()


DAMAGE: dict[str, Callable[[Path], object]] = {
    "text": lambda folder: (folder / "cache.db").write_bytes(b"no features" * 9999),
    "pages": lambda folder: (folder / "cache.db").write_bytes(
        (folder / "cache.db").read_bytes()[:4096] + b"\xff" * 40_960
    ),
    "gone": shutil.rmtree,
    "values-cut": values_cut_off,
    "values-folders": values_are_folders,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damage_under_a_run_is_a_miss_and_the_cache_is_filled_again(
    settings: Settings, damage: Callable[[Path], object]
) -> None:
    """What is damaged between two batches is not found, and what comes after it is kept again."""
    with FeatureCache(settings) as cache:
        keep(cache)
        with closing(sqlite3.connect(settings.features_dir / "cache.db")) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # everything is in the file that is damaged
        damage(settings.features_dir)
        assert found(cache) < 2
        keep(cache)
        keep(cache)  # where the first of them met the damage
        assert found(cache) == 2
    with FeatureCache(settings) as cache:
        assert found(cache) == 2


@pytest.mark.parametrize("kind", ["text", "pages"])
def test_a_damaged_database_is_moved_aside_and_said(
    settings: Settings, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The damaged one stays under a name that says so, until the cache is cleared."""
    with FeatureCache(settings) as cache:
        keep(cache)
    DAMAGE[kind](settings.features_dir)
    with FeatureCache(settings) as cache:
        assert found(cache) == 0
        [note] = cache.notes
        assert cache.fault is None
    [aside] = settings.home.glob("features-damaged-*")
    assert "The feature cache was damaged" in note
    assert f"was moved to {aside}" in note
    assert note in caplog.text
    with FeatureCache(settings) as cache:
        assert cache.notes == ()
        cache.clear()
    assert not aside.exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_full_disk_keeps_nothing_and_stops_nothing(
    settings: Settings, number: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said once; with room again, vectors are kept again."""

    def full(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with FeatureCache(settings) as cache:
        with monkeypatch.context() as patch:
            patch.setattr(diskcache.Disk, "_write", full)
            keep(cache)
            keep(cache)
            assert cache.fault is not None
        assert found(cache) == 0
        assert caplog.text.count("Features are neither found nor kept") == 1
        keep(cache)
        assert found(cache) == 2
        assert cache.fault is None


def test_a_locked_database_stops_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another process keeps it locked, nothing is kept, and the reason is said."""
    monkeypatch.setattr(database, "LOCK_SECONDS", 0.1)
    with FeatureCache(settings) as cache:
        keep(cache)
        other = sqlite3.connect(settings.features_dir / "cache.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        cache.put_many("key", [("third", SMALL)])
        assert cache.fault is not None
        assert "another process keeps it locked" in cache.fault.message
        assert found(cache) == 2
        other.close()
        cache.put_many("key", [("third", SMALL)])
        assert cache.get_many("key", ["third"])[0] is not None


def test_a_link_that_leads_nowhere_is_left_alone(settings: Settings) -> None:
    """The disk that it leads to may come back: nothing is moved, and nothing is kept."""
    settings.home.mkdir()
    settings.features_dir.symlink_to(settings.home / "unplugged")
    with FeatureCache(settings) as cache:
        keep(cache)
        assert found(cache) == 0
        assert cache.fault is not None
        assert "is a link that leads nowhere" in cache.fault.message
    assert settings.features_dir.is_symlink()


def test_a_value_outside_of_the_folder_is_neither_read_nor_deleted(
    settings: Settings, tmp_path: Path
) -> None:
    """A database that names another file gets nothing of it."""
    precious = tmp_path / "precious"
    precious.write_bytes(SMALL.to_bytes())
    with FeatureCache(settings) as cache:
        keep(cache)
        for name in (str(precious), "../../precious"):
            with sqlite3.connect(settings.features_dir / "cache.db") as db:
                db.execute("UPDATE Cache SET filename = ? WHERE key = 'key:large'", (name,))
            db.close()
            assert cache.get_many("key", ["large"]) == [None]
        cache.clear()
    assert precious.exists()


def test_a_number_of_layers_that_is_wrong_is_damage() -> None:
    """The checksum does not cover the head, so the widths have to add up."""
    data = LayerVectors((np.ones(4, np.float32), np.ones(4, np.float32))).to_bytes()
    for number in (0, 1, 3, 9, 2**31):
        head = data[:4] + number.to_bytes(4, "little") + data[8:]
        assert LayerVectors.from_bytes(head) is None
