"""The finished run that comes along opens whole and read-only, and is what its command would make again."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from assets.demo.scripts import finished
from assets.demo.scripts.thumbnails import DRAWN, draw_ranking
from ptmrank_core import cli
from ptmrank_core.benchmark import RunStore, cached_embeddings, shipped_store
from ptmrank_core.benchmark.store import shipped
from ptmrank_core.benchmark.store.schema import prepare_tables
from ptmrank_core.config import ASSETS, Settings
from ptmrank_core.data import load_samples
from ptmrank_core.errors import StoreError
from ptmrank_core.features import FeatureCache
from ptmrank_core.records import (
    ClassDistances,
    ControlScores,
    HalfSampleScores,
    PartScores,
    ProbeResult,
    ProjectedEmbeddings,
    ReferenceResult,
    RunResult,
    RunState,
    Score,
    Truth,
)
from ptmrank_core.worker import SOURCES

MAKE_ANEW = f"the finished run no longer fits: run `{finished.COMMAND}`"
MOST_BYTES = 9_000_000
PARTS = (
    Truth,
    ProbeResult,
    HalfSampleScores,
    PartScores,
    ControlScores,
    ReferenceResult,
    ProjectedEmbeddings,
    ClassDistances,
)
HOME = shipped.shipped_settings().home


@pytest.fixture(scope="module")
def kept() -> RunResult:
    """The run as it comes along."""
    return shipped_store().result(shipped.SHIPPED_RUN)


def test_it_says_what_it_said_when_it_was_made(kept: RunResult) -> None:
    """Its order and its verdict are those on record, whatever has become of the rules since."""
    record = json.loads((HOME / finished.RECORD).read_text(encoding="utf-8"))
    del record["made_with"]
    assert finished.answer_of(kept) == record, MAKE_ANEW


def test_it_has_everything_that_results_show(kept: RunResult) -> None:
    """It is finished, nothing in it failed, and each analysis that a section shows is there."""
    assert kept.state is RunState.FINISHED
    assert not [finding for finding in kept.findings if finding.problem]
    assert [kind.__name__ for kind in PARTS if not kept.contents(kind)] == [], MAKE_ANEW
    assert {cell.metric for cell in kept.cells if isinstance(cell, Score)} == set(kept.plan.metrics)
    assert {subject.partition(":")[0] for subject in kept.contents(ProjectedEmbeddings)} >= {"lda", "tsne"}


def test_it_is_about_the_samples_of_today(kept: RunResult) -> None:
    """The samples that the pages show beside it are those that it was ranked on."""
    assert kept.plan.samples_fingerprint == load_samples(finished.SAMPLES).fingerprint, MAKE_ANEW


def test_the_embeddings_of_its_models_come_along(kept: RunResult, settings: Settings) -> None:
    """They need no cache: for each model a row of each sample, as wide as its run had it."""
    samples = load_samples(finished.SAMPLES)
    with closing(FeatureCache(settings)) as cache:
        for outcome in kept.outcomes.values():
            found = cached_embeddings(kept.plan, outcome.spec, samples, sources=SOURCES, cache=cache)
            assert found is not None, MAKE_ANEW
            assert found.shape == (samples.n_samples, outcome.n_features)
            assert np.isfinite(found).all()


def test_nothing_in_it_is_of_one_machine() -> None:
    """No text of the store has an absolute path, or the home where it was ranked."""
    with closing(
        sqlite3.connect(f"{shipped.shipped_settings().store_file.as_uri()}?mode=ro&immutable=1", uri=True)
    ) as db:
        texts = "\n".join(line for line in db.iterdump() if line.startswith("INSERT"))
    assert str(ASSETS.parent) not in texts
    assert not re.findall(r'"(?:/|[A-Za-z]:\\)[\w.-]{1,40}[/\\][^"]{0,200}"', texts)  # arrays are longer


def test_it_is_stored_as_this_version_stores_runs(tmp_path: Path) -> None:
    """What is only read cannot be migrated: it has the tables of today, in one file without a journal."""
    path = tmp_path / "copy.sqlite"
    shutil.copyfile(shipped.shipped_settings().store_file, path)
    with closing(sqlite3.connect(path)) as db:
        before = db.execute("PRAGMA schema_version").fetchone()
        prepare_tables(db)
        assert db.execute("PRAGMA schema_version").fetchone() == before, MAKE_ANEW
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert {path.name for path in shipped.shipped_settings().runs_dir.iterdir()} == {"runs.sqlite"}


@pytest.mark.parametrize(
    "change",
    [
        lambda store: store.delete(shipped.SHIPPED_RUN),
        lambda store: store.queue(shipped.SHIPPED_RUN, "cpu"),
        lambda store: store.drop_findings(shipped.SHIPPED_RUN, "probe"),
    ],
)
def test_no_writer_can_change_it(change: Callable[[RunStore], object], kept: RunResult) -> None:
    """Whoever has its store in hand and writes to it is refused, and nothing is different then."""
    with pytest.raises(StoreError, match="run store cannot be used"):
        change(shipped_store())
    assert shipped_store().result(shipped.SHIPPED_RUN).findings == kept.findings


@pytest.mark.usefixtures("home")
def test_the_command_line_writes_its_report(tmp_path: Path) -> None:
    """It is named by its id there, wherever the runs of the reader are."""
    assert cli.main(["report", shipped.SHIPPED_RUN, "--out", str(tmp_path), "--format", "json"]) == 0
    written = json.loads(next(tmp_path.glob("*.json")).read_text(encoding="utf-8"))
    assert finished.SAMPLES in json.dumps(written)


def test_it_stays_small() -> None:
    """The run and the pictures take less than 9 MB together."""
    files = [path for folder in (HOME, HOME.parent / "thumbnails") for path in folder.rglob("*")]
    assert sum(path.stat().st_size for path in files if path.is_file()) < MOST_BYTES


def test_the_pictures_are_whole(kept: RunResult) -> None:
    """Each demo has one, the ranking's is drawn from the run, and none asks for anything from elsewhere."""
    folder = HOME.parent / "thumbnails"
    names = {f"{source.removeprefix('demo:')}.svg" for source in DRAWN}
    assert {path.name for path in folder.iterdir()} == {*names, "finished.svg"}
    assert (folder / "finished.svg").read_text(encoding="utf-8") == draw_ranking(kept), MAKE_ANEW
    for path in folder.iterdir():
        picture = ET.fromstring(path.read_bytes())  # noqa: S314 - our own file
        assert not [one for one in picture.iter() if any("href" in name for name in one.attrib)], path
        assert path.stat().st_size < 10_000


@pytest.mark.parametrize("source", ["demo:digits", "demo:spoken-digits"])
def test_a_thumbnail_is_what_the_script_draws(source: str) -> None:
    """The samples of a demo give the very picture on file; documents follow what is installed."""
    path = HOME.parent / "thumbnails" / f"{source.removeprefix('demo:')}.svg"
    assert DRAWN[source](load_samples(source)) == path.read_text(encoding="utf-8"), MAKE_ANEW


def test_a_difference_is_named(kept: RunResult) -> None:
    """A score that is off by more than a thousandth is told, one by less is not; a lost analysis is."""

    def moved(by: float) -> RunResult:
        first, *others = (cell for cell in kept.cells if isinstance(cell, Score))
        return replace(kept, cells=(replace(first, value=first.value + by), *others))

    assert finished.find_differences(kept, moved(1e-7)) == []
    assert [line for line in finished.find_differences(kept, moved(0.9)) if line.startswith("logme of demo:")]
    without = replace(kept, findings=tuple(own for own in kept.findings if own.kind != PartScores.KIND))
    assert finished.find_differences(kept, without)[-1] == f"only one of them has {PartScores.KIND}."


@pytest.mark.slow
def test_a_fresh_run_says_the_same(kept: RunResult, settings: Settings, tmp_path: Path) -> None:
    """The demo, ranked anew with all analyses, has its order and verdict, and its scores within 0.001.

    What the command would write is read again, and says the same.
    """
    fresh = finished.rank_demo(settings)
    assert finished.find_differences(kept, fresh) == [], MAKE_ANEW
    finished.keep(settings, tmp_path / "kept")
    again = RunStore(Settings(home=tmp_path / "kept"), is_read_only=True)
    assert finished.find_differences(fresh, again.result(shipped.SHIPPED_RUN)) == []
    assert again.owner(shipped.SHIPPED_RUN) == shipped.SHIPPED_OWNER
