"""The work that is killed: one scenario for each kind of thing that the product writes.

Every scenario starts from the same folder, made once: ``home``, ``in`` (what a user brings) and ``out``.
"""

from __future__ import annotations

import io
import os
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ptmrank_core import cli, worker
from ptmrank_core.benchmark import RunStore, list_runs
from ptmrank_core.benchmark.housekeeping import sweep
from ptmrank_core.config import Settings, load_settings
from ptmrank_core.data.uploads import store_features, store_upload
from ptmrank_core.features import FeatureCache
from ptmrank_core.features.cache.vectors import SampleVectors
from ptmrank_core.records import Analyses, RunState
from tests.benchmark.comparing import given
from tests.benchmark.runs import stored_features_plan
from tests.ready_made import save_features

__all__ = ["SCENARIOS", "Scenario", "settings_of"]

METRICS, N_PARTS = "logme,hscore,leep,gbc", 12
RANK = ("rank", "--metrics", METRICS, "--intervals", str(N_PARTS))
KEY, N_VECTORS = "k" * 64, 40
MONTH_SECONDS = 30 * 86_400


@dataclass(frozen=True, slots=True)
class Scenario:
    """One kind of work.

    Parameters
    ----------
    name
        What a user calls it.
    prepare
        Fills the folder that the work starts from.
    work
        Does the work in the folder; returns an exit status. It is killed.
    finish
        Does what a user does afterwards; returns an exit status, which is 0 when the work is done.
    outcome
        What has come of it, to be held against that of an undisturbed one.
    """

    name: str
    prepare: Callable[[Path], None]
    work: Callable[[Path], int]
    finish: Callable[[Path], int]
    outcome: Callable[[Path], Any]


def settings_of(place: Path) -> Settings:
    """Settings of the home of a folder."""
    return Settings(home=place / "home")


def command(place: Path, *words: str) -> int:
    """Run the command line at the home of a folder, within this process."""
    os.environ["PTMRANK_HOME"] = str(place / "home")
    return cli.main(words)


def finish_runs(place: Path, otherwise: Callable[[Path], int]) -> int:
    """Resume every run that has not finished; do the work anew where no run was kept."""
    settings = settings_of(place)
    entries = list_runs(RunStore(settings), settings)
    if not entries:
        return otherwise(place)
    open_runs = [entry.run_id for entry in entries if entry.outline.state is not RunState.FINISHED]
    return max((command(place, "runs", "resume", run) for run in open_runs), default=0)


def finish_ranking(place: Path) -> int:
    """Resume the run, and rank once more, which writes the files that were asked for."""
    return finish_runs(place, rank) or rank(place)


def all_given(place: Path) -> list[dict[str, Any]]:
    """What each run gave, every one once: the same work may have been done twice."""
    settings = settings_of(place)
    store = RunStore(settings)
    found: list[dict[str, Any]] = []
    for entry in list_runs(store, settings):
        one = given(store, entry.run_id)
        if one not in found:
            found.append(one)
    return found


def whole_files(folder: Path) -> dict[str, bytes]:
    """The bytes of every file of a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# Ranking on the command line, and in a worker.


def bring_features(place: Path) -> None:
    """Three models' features."""
    for number, strength in enumerate((0.5, 1.0, 2.0)):
        head = np.random.default_rng(number).normal(size=(60, 4))
        save_features(place / "in" / f"m{number}.npz", strength, source_logits=head)


def rank(place: Path) -> int:
    """Rank on the command line, with intervals and projections, and write the tables."""
    return command(place, *RANK, "--features", str(place / "in"), "--out", str(place / "out"))


def bring_run(place: Path) -> None:
    """A run that waits in the store, as the dashboard leaves it."""
    bring_features(place)
    analyses = Analyses(half_samples=N_PARTS, projections=True, references=False)
    stored_features_plan(settings_of(place), place / "in", METRICS.split(","), analyses=analyses)


def work_run(place: Path) -> int:
    """Do the run that waits, as a worker."""
    os.environ["PTMRANK_HOME"] = str(place / "home")
    settings = load_settings()
    return worker.main([list_runs(RunStore(settings), settings)[0].run_id])


# A run that is there already.


def bring_finished(place: Path) -> None:
    """A run that has finished, and its card."""
    bring_features(place)
    assert rank(place) == 0


def replay(place: Path) -> int:
    """Repeat the run of a card."""
    return command(place, "replay", str(place / "out" / "card.json"))


def finish_replay(place: Path) -> int:
    """Resume a replay that was killed, and repeat the card once more."""
    return finish_runs(place, replay) or replay(place)


def report(place: Path) -> int:
    """Write the tables and the report of a run."""
    return command(place, "report", "latest", "--out", str(place / "out" / "report"))


def delete(place: Path) -> int:
    """Delete every run that is there."""
    settings = settings_of(place)
    runs = [entry.run_id for entry in list_runs(RunStore(settings), settings)]
    return max((command(place, "runs", "delete", run, "--yes") for run in runs), default=0)


# Uploads.


def zip_of(names: Sequence[str]) -> bytes:
    """A zip archive of small texts in folders of classes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), f"a text of {name}")
    return packed.getvalue()


def upload(place: Path) -> int:
    """Store a zip archive, loose files and features, as the dashboard does."""
    folder = settings_of(place).uploads_dir
    names = [f"{kind}/{number}.txt" for kind in ("cat", "dog") for number in range(5)]
    store_upload([("photos.zip", zip_of(names))], folder)
    store_upload([(name, f"a text of {name}".encode()) for name in names], folder)
    store_features([(path.name, path.read_bytes()) for path in sorted((place / "in").iterdir())], folder)
    return 0


def uploads(place: Path) -> dict[str, bytes]:
    """Everything that lies in the folder of uploads."""
    return whole_files(settings_of(place).uploads_dir)


# The feature cache.


def vectors_of(number: int) -> SampleVectors:
    """The vector of a sample."""
    return SampleVectors(np.full(300, number, dtype=np.float32), np.arange(4, dtype=np.float32))


def fill_cache(place: Path) -> int:
    """Store vectors in batches, as a model does whose features are extracted."""
    with FeatureCache(settings_of(place)) as cache:
        for start in range(0, N_VECTORS, 8):
            cache.put_many(KEY, [(digest(i), vectors_of(i)) for i in range(start, start + 8)])
    return 0


def digest(number: int) -> str:
    """The digest of a sample."""
    return f"{number:064x}"


def cached(place: Path) -> dict[str, Any]:
    """Every vector of the cache, and how many entries were damaged."""
    with FeatureCache(settings_of(place)) as cache:
        found = cache.get_many(KEY, [digest(i) for i in range(N_VECTORS)])
        return {
            "vectors": [None if one is None else one.embedding.tobytes() for one in found],
            "damaged": cache.verify().n_damaged,
        }


def clear_cache(place: Path) -> int:
    """Clear the cache."""
    return command(place, "cache", "clear")


def bring_cache(place: Path) -> None:
    """A cache that is full of vectors."""
    fill_cache(place)


# The sweep.


def bring_rubbish(place: Path) -> None:
    """A finished run of an upload, which stays; uploads of no run and unfinished writes, which go."""
    bring_features(place)
    upload(place)
    kept = next(path.parent for path in settings_of(place).uploads_dir.rglob("m0.npz"))
    assert command(place, *RANK, "--features", str(kept)) == 0
    for name in ("uploads/.partial-0123abcd", "features/.partial-abcd0123", "uploads/.upload-x1y2"):
        (place / "home" / name).mkdir(parents=True)
        (place / "home" / name / "half.txt").write_text("half")
    (place / "home" / "runs" / f"{'a' * 32}.log").write_text("of a run that is gone")


def sweep_later(place: Path) -> int:
    """Sweep as in a month."""
    report = sweep(settings_of(place), now=time.time() + MONTH_SECONDS)
    return int(bool(report.failed))


def bring_nothing(place: Path) -> None:
    """An empty folder."""
    (place / "home").mkdir()


SCENARIOS = (
    Scenario("command line", bring_features, rank, finish_ranking, all_given),
    Scenario("worker", bring_run, work_run, lambda place: finish_runs(place, work_run), all_given),
    Scenario("replay", bring_finished, replay, finish_replay, all_given),
    Scenario("report", bring_finished, report, report, lambda place: sorted(whole_files(place / "out"))),
    Scenario("deleting runs", bring_finished, delete, delete, all_given),
    Scenario("uploads", bring_features, upload, upload, uploads),
    Scenario("cache write", bring_nothing, fill_cache, fill_cache, cached),
    Scenario("sweep", bring_rubbish, sweep_later, sweep_later, all_given),
    Scenario("clearing the cache", bring_cache, clear_cache, clear_cache, cached),
)
