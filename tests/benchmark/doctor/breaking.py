"""Homes with a finished run and cached features, and what can break them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ptmrank_core.benchmark import run_here
from ptmrank_core.benchmark.drafts import RunDraft, keep_draft
from ptmrank_core.config import Settings
from ptmrank_core.data import store_upload
from ptmrank_core.features import FeatureCache
from ptmrank_core.features.cache.vectors import SampleVectors
from ptmrank_core.records import LOCAL_OWNER
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan
from tests.ready_made import save_features

__all__ = ["BROKEN", "Broken", "fill", "overwrite", "store_of"]

DATASET = "org--set/" + "a" * 40 + "-" + "b" * 16
TABLE = b"text,label\n" + b"".join(b"line %d,%d\n" % (row, row % 2) for row in range(40))


def fill(settings: Settings, folder: Path) -> str:
    """Fill a home: a finished run, cached features of which some are in files, an upload; return the run."""
    for name, strength in (("strong", 3.0), ("weak", 0.5)):
        save_features(folder / f"{name}.npz", strength)
    run = stored_features_plan(settings, folder, ["logme", "hscore"]).run_id
    run_here(run, settings, sources=SOURCES)
    store_upload([("table.csv", TABLE)], settings.uploads_dir)
    wide = np.arange(40_000, dtype=np.float32)
    with FeatureCache(settings) as cache:
        cache.put_many(
            "key", [("small", SampleVectors(wide[:8], None)), ("large", SampleVectors(wide, None))]
        )
    return run


def overwrite(path: Path, start: int, data: bytes) -> None:
    """Write over a part of a file."""
    with path.open("r+b") as file:
        file.seek(start)
        file.write(data)


def store_of(settings: Settings) -> Path:
    """The file of the run store, with everything in it: its journal is written back."""
    path = settings.runs_dir / "runs.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def cache_of(settings: Settings) -> Path:
    """The database of the feature cache."""
    return settings.features_dir / "cache.db"


def models_of(settings: Settings) -> Path:
    """The file of the names of the cached models."""
    return settings.home / "cached_models.json"


def change(settings: Settings, *queries: str) -> None:
    """Run queries over the run store."""
    with closing(sqlite3.connect(store_of(settings))) as db, db:
        for query in queries:
            db.execute(query)


def file_for_folder(path: Path) -> None:
    """Put a file in the place of a folder, whatever was in it."""
    if path.exists():
        path.rename(path.with_name(f"{path.name}.elsewhere"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"precious")


def folder_for_file(path: Path) -> None:
    """Put a folder in the place of a file."""
    if path.exists():
        path.unlink()
    path.mkdir(parents=True)
    (path / "precious").write_bytes(b"precious")


def cut_middle(path: Path) -> None:
    """Overwrite whole pages in the middle of a database."""
    size = path.stat().st_size
    overwrite(path, size // 2 // 4096 * 4096, b"\xff" * 8192)


@dataclass(frozen=True)
class Broken:
    """One kind of broken home.

    Parameters
    ----------
    do
        Breaks it.
    subject, said
        What the doctor names, and a part of what it says.
    is_mended
        Whether the doctor can mend it.
    has_runs
        Whether the run is still there once it was mended.
    """

    do: Callable[[Settings], object]
    subject: str
    said: str
    is_mended: bool = True
    has_runs: bool = True


def truncated(settings: Settings) -> None:
    """Cut the run store in half."""
    data = store_of(settings).read_bytes()
    (settings.runs_dir / "runs.sqlite").write_bytes(data[: len(data) // 2])


def write_draft(settings: Settings) -> None:
    """Spoil one of two drafts."""
    for draft_id in ("a" * 32, "b" * 32):
        path = keep_draft(settings, LOCAL_OWNER, draft_id, RunDraft(samples_source="demo:digits"))
    path.write_bytes(b"{")


IS_A_FILE, IS_A_FOLDER = "is a file, and a folder is expected", "is a folder, and a file is expected"
BROKEN = {
    "runs-is-a-file": Broken(lambda s: file_for_folder(s.runs_dir), "runs", IS_A_FILE, has_runs=False),
    "features-is-a-file": Broken(lambda s: file_for_folder(s.features_dir), "features", IS_A_FILE),
    "results-is-a-file": Broken(lambda s: file_for_folder(s.results_dir), "results", IS_A_FILE),
    "uploads-is-a-file": Broken(lambda s: file_for_folder(s.uploads_dir), "uploads", IS_A_FILE),
    "datasets-is-a-file": Broken(lambda s: file_for_folder(s.datasets_dir), "datasets", IS_A_FILE),
    "merged-is-a-file": Broken(lambda s: file_for_folder(s.merged_dir), "merged", IS_A_FILE),
    "drafts-is-a-file": Broken(lambda s: file_for_folder(s.drafts_dir), "drafts", IS_A_FILE),
    "draft-is-text": Broken(write_draft, "draft", "is not JSON"),
    "home-is-a-file": Broken(lambda s: file_for_folder(s.home), "home", IS_A_FILE, has_runs=False),
    "store-is-a-folder": Broken(
        lambda s: folder_for_file(store_of(s)),
        "run store",
        IS_A_FOLDER,
        has_runs=False,
    ),
    "store-is-text": Broken(
        lambda s: _write(store_of(s), "these are no runs" * 999),
        "run store",
        "not a database",
        has_runs=False,
    ),
    "store-has-another-head": Broken(
        lambda s: overwrite(store_of(s), 0, b"x" * 16), "run store", "not a database"
    ),
    "store-is-truncated": Broken(truncated, "run store", "malformed", has_runs=False),
    "store-has-damaged-pages": Broken(lambda s: cut_middle(store_of(s)), "run store", "", has_runs=False),
    "store-lacks-a-table": Broken(lambda s: change(s, "DROP TABLE cells"), "run store", "no such table"),
    "store-is-another-database": Broken(
        lambda s: change(s, "ALTER TABLE runs RENAME TO walks"), "run store", "no such table", has_runs=False
    ),
    "cache-is-text": Broken(
        lambda s: _write(cache_of(s), "no features" * 999),
        "feature cache",
        "not a database",
    ),
    "cache-is-truncated": Broken(
        lambda s: (cache_of(s)).write_bytes((cache_of(s)).read_bytes()[:6000]),
        "feature cache",
        "malformed",
    ),
    "cache-is-a-folder": Broken(lambda s: folder_for_file(cache_of(s)), "feature cache", "is a folder"),
    "cache-is-another-database": Broken(
        lambda s: _rename_cache(cache_of(s)), "feature cache", "no such table"
    ),
    "results-are-text": Broken(
        lambda s: _write(s.results_dir / "cache.db", "no results" * 999),
        "kept results",
        "not a database",
    ),
    "results-are-truncated": Broken(
        lambda s: (s.results_dir / "cache.db").write_bytes((s.results_dir / "cache.db").read_bytes()[:6000]),
        "kept results",
        "malformed",
    ),
    "a-value-is-missing": Broken(
        lambda s: [path.unlink() for path in s.features_dir.rglob("*.val")], "feature cache", "1 of 2 values"
    ),
    "models-are-nested": Broken(
        lambda s: _write(models_of(s), "[" * 100_000),
        "cached_models.json",
        "nested too deeply",
    ),
    "models-are-not-json": Broken(
        lambda s: _write(models_of(s), "not {"),
        "cached_models.json",
        "cannot be read",
    ),
    "models-are-a-folder": Broken(lambda s: folder_for_file(models_of(s)), "cached_models.json", "directory"),
    "a-dataset-is-damaged": Broken(
        lambda s: _put(s.datasets_dir / DATASET / "facts.json", b"{"),
        "dataset",
        "facts",
    ),
    "a-merged-model-is-damaged": Broken(
        lambda s: _put(s.merged_dir / ("c" * 32) / "merged_facts.json", b"[" * 100_000),
        "merged model",
        "facts",
    ),
    "an-upload-has-changed": Broken(
        lambda s: next(s.uploads_dir.rglob("table.csv")).write_bytes(b"text,label\n"),
        "upload",
        "not what was uploaded",
        is_mended=False,
    ),
    "a-plan-is-damaged": Broken(
        lambda s: change(s, "UPDATE runs SET plan = '{'"), "run", "cannot be read", is_mended=False
    ),
    "a-score-is-damaged": Broken(
        lambda s: change(s, "UPDATE cells SET cell = '[1]'"), "run", "score", is_mended=False
    ),
    "store-is-newer": Broken(
        lambda s: change(s, "PRAGMA user_version = 999"), "run store", "later version", is_mended=False
    ),
}
"""The kinds of broken homes, by name."""


def _rename_cache(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("ALTER TABLE Cache RENAME TO Things")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
