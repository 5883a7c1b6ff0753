"""Results that are kept: the same question computes nothing, another one only what is new of it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ptmrank_core.benchmark import RunStore, run_here
from ptmrank_core.benchmark.work.kept_results import Kept, KeptResults
from ptmrank_core.config import Settings
from ptmrank_core.events import CancelToken, never_cancels
from ptmrank_core.features.process import ModelCallsHere
from ptmrank_core.metrics import METRICS, compute
from ptmrank_core.pieces import ListedScores, SeedValues
from ptmrank_core.pieces.running import run_piece
from ptmrank_core.pieces.table import PIECES
from ptmrank_core.records import Analyses, Failure, ProbeResult, RunPlan, RunResult, RunState, Score
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import forget_results, stored_features_plan, stored_plan
from tests.ready_made import LABELS, draw_features, save_features

ALL = Analyses(half_samples=12, controls=True, sample_sizes=True)
METRICS_ASKED = ("logme", "hscore", "nleep")
STRENGTHS = {"good": 2.0, "fair": 1.0, "poor": 0.3}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Features of three models for the same samples."""
    for name, strength in STRENGTHS.items():
        save_features(tmp_path / "f" / f"{name}.npz", strength)
    return tmp_path / "f"


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each metric was computed, and each piece was run."""
    counts: Counter[str] = Counter()

    def count_metric(name: str, *rest: Any, **others: Any) -> Any:
        counts[name] += 1
        return compute(name, *rest, **others)

    def count_piece(function: str, *rest: Any) -> Any:
        counts[f"piece {function}"] += 1
        return run_piece(function, *rest)

    monkeypatch.setattr("ptmrank_core.pieces.scoring.compute", count_metric)
    monkeypatch.setattr("ptmrank_core.pieces.scores.compute", count_metric)
    monkeypatch.setattr("ptmrank_core.benchmark.work.pool.run_piece", count_piece)
    return counts


def ask(settings: Settings, folder: Path, *, seed: int = 0, **others: Any) -> RunResult:
    """Rank a folder of features, with every analysis that there is of them."""
    plan = stored_features_plan(settings, folder, METRICS_ASKED, analyses=ALL, seed=seed)
    return execute(settings, plan, **others)


def execute(settings: Settings, plan: RunPlan, cancel: CancelToken = never_cancels) -> RunResult:
    """Execute a run."""
    run_here(plan.run_id, settings, sources=SOURCES, cancel=cancel)
    return RunStore(settings).result(plan.run_id)


def answer_of(result: RunResult) -> tuple[object, ...]:
    """All that a run found, without the seconds of it."""
    cells = [
        replace(cell, seconds=0.0, kept_seconds=0.0) if isinstance(cell, Score) else cell
        for cell in (*result.cells, *result.layer_cells)
    ]
    findings = [
        replace(finding, seconds=0.0, kept_seconds=0.0)
        for finding in sorted(result.findings, key=lambda own: (own.kind, own.subject))
    ]
    outcomes = {
        model: replace(own, score_seconds=0.0, report=replace(own.report, seconds={}))
        for model, own in result.outcomes.items()
    }
    return sorted(cells, key=lambda cell: (cell.model, cell.metric)), findings, outcomes


def test_the_same_question_computes_nothing(settings: Settings, folder: Path, counted: Counter[str]) -> None:
    """Asked again, a run reads its answer: equal in every cell and finding, and none of it took time."""
    first = ask(settings, folder)
    assert counted["logme"]
    assert counted["piece parts"] == counted["piece probe"] == 3
    counted.clear()
    again = ask(settings, folder)
    assert not counted
    assert answer_of(again) == answer_of(first)
    scores = [cell for cell in again.cells if isinstance(cell, Score)]
    assert scores
    assert all(cell.seconds == 0.0 < cell.kept_seconds for cell in scores)
    costs = {(own.kind, own.subject): own.cost_seconds for own in first.findings}
    kept = [own for own in again.findings if own.kept_seconds]
    assert {own.kind for own in kept} >= {"probe", "halves", "sample-size", "seeds", "projection", "permuted"}
    assert [own.kept_seconds for own in kept] == pytest.approx(
        [costs[own.kind, own.subject] for own in kept], abs=0.05
    )


def test_an_answer_that_is_kept_is_the_one_that_is_computed(
    settings: Settings, folder: Path, counted: Counter[str]
) -> None:
    """With the kept results removed, everything is computed again, and is the same."""
    ask(settings, folder)
    kept = ask(settings, folder)
    forget_results(settings)
    counted.clear()
    computed = ask(settings, folder)
    assert counted["logme"]
    assert counted["piece projection"]
    assert answer_of(kept) == answer_of(computed)


def test_features_that_nothing_needs_are_not_read(settings: Settings, folder: Path) -> None:
    """Asked again, no file of features is opened beyond what tells that it is unchanged."""
    ask(settings, folder)
    plan = stored_features_plan(settings, folder, METRICS_ASKED, analyses=ALL)

    def refuse(*_: object) -> Any:
        raise AssertionError("features were read")

    sources = replace(SOURCES, load_features=refuse)
    run_here(plan.run_id, settings, sources=sources)
    result = RunStore(settings).result(plan.run_id)
    assert result.state is RunState.FINISHED
    assert not [cell for cell in result.cells if isinstance(cell, Failure)]
    assert all(not finding.problem for finding in result.findings if finding.kind != "controls")


def test_one_model_more_costs_its_own_part(settings: Settings, folder: Path, counted: Counter[str]) -> None:
    """Of a run with one model more, that model alone is scored, probed and analysed."""
    ask(settings, folder)
    save_features(folder / "new.npz", 0.6)
    counted.clear()
    result = ask(settings, folder)
    assert counted["piece probe"] == counted["piece parts"] == counted["piece subsets"] == 1
    new = {cell.model for cell in result.cells if isinstance(cell, Score) and not cell.kept_seconds}
    assert new == {"new"}


def test_another_seed_or_version_is_another_question(
    settings: Settings, folder: Path, counted: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A seed changes what is drawn with it and no score; a metric's version its scores; a piece's its own."""
    ask(settings, folder)
    counted.clear()
    ask(settings, folder, seed=5)
    assert counted["piece parts"] == counted["piece probe"] == 3
    assert "piece neighbours" not in counted
    assert "piece seeds" not in counted
    newer = dict(METRICS) | {"hscore": replace(METRICS["hscore"], version=99)}
    monkeypatch.setattr("ptmrank_core.benchmark.work.identity.METRICS", newer)
    counted.clear()
    result = ask(settings, folder)
    assert {cell.metric for cell in result.cells if isinstance(cell, Score) and not cell.kept_seconds} == {
        "hscore"
    }
    assert counted["hscore"]
    assert not counted["logme"]
    pieces = dict(PIECES) | {"neighbours": replace(PIECES["neighbours"], version=99)}
    monkeypatch.setattr("ptmrank_core.benchmark.work.identity.PIECES", pieces)
    counted.clear()
    ask(settings, folder)
    assert set(counted) == {"piece neighbours"}


def test_other_labels_are_another_question(settings: Settings, tmp_path: Path, counted: Counter[str]) -> None:
    """Nothing of a run is taken over where one label differs."""
    for place, labels in (("a", LABELS), ("b", np.roll(LABELS, 1))):
        for name, strength in STRENGTHS.items():
            save_features(tmp_path / place / f"{name}.npz", embeddings=draw_features(strength), labels=labels)
        counted.clear()
        result = ask(settings, tmp_path / place)
        assert counted["piece probe"] == 3
        assert not any(cell.kept_seconds for cell in result.cells if isinstance(cell, Score))


def test_a_model_whose_features_are_cached_is_not_even_read(
    settings: Settings, picture_zip: Path, zoo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked again, scores of checkpoints need no vector; the outcomes are those of cached ones."""
    plans = [stored_plan(settings, picture_zip, zoo) for _ in range(4)]
    execute(settings, plans[0])
    forget_results(settings)
    cached = execute(settings, plans[1])
    monkeypatch.setattr(
        "ptmrank_core.features.cache.feature_cache.FeatureCache.get_many",
        lambda *_: pytest.fail("vectors were read"),
    )
    monkeypatch.setattr(ModelCallsHere, "call", lambda *_, **__: pytest.fail("a model was run"))
    assert answer_of(execute(settings, plans[2])) == answer_of(cached)


def test_what_failed_or_was_cancelled_is_not_kept(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch, counted: Counter[str]
) -> None:
    """A lack of memory is no result: the run that follows computes what that one could not."""

    def run_out(*_: object, **__: object) -> Any:
        raise MemoryError

    def run_out_of(name: str, *rest: Any) -> Any:
        return run_out() if name == "hscore" else compute(name, *rest)

    with monkeypatch.context() as broken:
        broken.setattr("ptmrank_core.pieces.scoring.compute", run_out_of)
        broken.setattr("ptmrank_core.pieces.probe.fit_probe", run_out)
        first = ask(settings, folder)
    assert len([cell for cell in first.cells if isinstance(cell, Failure)]) == 3
    assert len(first.problems(ProbeResult)) == 3
    counted.clear()
    second = ask(settings, folder)
    assert not [cell for cell in second.cells if isinstance(cell, Failure)]
    assert counted["hscore"]
    assert counted["piece probe"] == 3
    of_logme = [cell for cell in second.cells if isinstance(cell, Score) and cell.metric == "logme"]
    assert not any(cell.seconds for cell in of_logme)


def put(settings: Settings, names: dict[str, int]) -> None:
    """Keep lists of so many scores under names."""
    rng = np.random.default_rng(0)
    with KeptResults(settings) as kept:
        for name, size in names.items():
            scores = tuple({"value": value} for value in rng.normal(size=size).tolist())
            kept.put_many([(name, Kept(ListedScores(scores), 0.5))])


def test_results_come_back_as_they_were(settings: Settings) -> None:
    """Small ones and large ones, bit by bit, with what they took; a record of another kind is a miss."""
    put(settings, {"key:small": 3, "key:large": 30_000})
    rng = np.random.default_rng(0)
    with KeptResults(settings) as kept:
        found = kept.get_many(["key:small", "key:large", "key:none"], ListedScores)
        assert found.keys() == {"key:small", "key:large"}
        assert [own["value"] for own in found["key:small"].result.scores] == rng.normal(size=3).tolist()
        assert found["key:large"].seconds == 0.5
        assert kept.get_many(["key:small"], SeedValues) == {}
        kept.forget({"key"})
        assert kept.report().n_results == 0


def test_the_store_is_bounded(settings: Settings) -> None:
    """Beyond its limit the oldest results go."""
    small = replace(settings, results_limit_bytes=1_000_000)
    put(small, {f"key:{number}": 4_000 for number in range(60)})
    with KeptResults(small) as kept:
        assert kept.report().size_bytes < 1_500_000
        assert not kept.get_many(["key:0"], ListedScores)
        assert kept.get_many(["key:59"], ListedScores)


def test_a_damaged_entry_is_a_miss_and_is_removed(settings: Settings) -> None:
    """It is counted where it is read, and gone after a check."""
    put(settings, {"key:a": 3, "key:b": 3})
    with closing(sqlite3.connect(settings.results_dir / "cache.db")) as db, db:
        db.execute("UPDATE Cache SET value = substr(value, 1, 20) WHERE key = 'key:a'")
    with KeptResults(settings) as kept:
        assert kept.get_many(["key:a", "key:b"], ListedScores).keys() == {"key:b"}
        assert kept.n_damaged == 1
        report = kept.verify()
    assert (report.n_results, report.n_damaged) == (1, 1)


def test_a_damaged_store_is_moved_aside_and_ends_no_run(settings: Settings, folder: Path) -> None:
    """The run computes what it cannot read, says so, and what it finds is kept in a new store."""
    first = ask(settings, folder)
    (settings.results_dir / "cache.db").write_text("no results" * 9999)
    second = ask(settings, folder)
    assert answer_of(second) == answer_of(first)
    assert "The store of results was damaged" in second.environment["feature_cache"]
    assert list(settings.home.glob("results-damaged-*"))
    assert all(cell.kept_seconds for cell in ask(settings, folder).cells if isinstance(cell, Score))


def test_a_store_that_cannot_be_opened_ends_no_run(settings: Settings, folder: Path) -> None:
    """With a link that leads nowhere in its place, results are computed and nothing is kept."""
    settings.home.mkdir()
    settings.results_dir.symlink_to(settings.home / "unplugged")
    result = ask(settings, folder)
    assert result.state is RunState.FINISHED
    assert settings.results_dir.is_symlink()


def test_several_runs_keep_results_side_by_side(settings: Settings) -> None:
    """What each of four writers keeps at the same time is there afterwards."""
    with ThreadPoolExecutor(4) as writers:
        for _ in writers.map(
            lambda writer: put(settings, {f"key:{writer}-{number}": 3 for number in range(20)}), range(4)
        ):
            pass
    with KeptResults(settings) as kept:
        assert kept.report().n_results == 80
        names = [f"key:{writer}-{number}" for writer in range(4) for number in range(20)]
        assert len(kept.get_many(names, ListedScores)) == 80
