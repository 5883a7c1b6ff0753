"""References that are probed beside the candidates of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ptmrank_core import reports, results
from ptmrank_core.benchmark import RunStore, make_plan, run_here
from ptmrank_core.benchmark.analyses import plain, references
from ptmrank_core.catalogue import COLUMNS, resolve_models, task_category
from ptmrank_core.config import Settings
from ptmrank_core.data import load_samples
from ptmrank_core.features.baselines import baseline_features
from ptmrank_core.features.twins import TWIN_PREFIX
from ptmrank_core.probing import fit_probe
from ptmrank_core.records import (
    Analyses,
    ControlScores,
    ExtractionOptions,
    Finding,
    ProbeResult,
    ReferenceResult,
    RunOptions,
    RunPlan,
    RunResult,
)
from ptmrank_core.results.references import references_of
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan, stored_plan
from tests.ready_made import save_features

ONLY = Analyses(half_samples=0, sample_sizes=False, projections=False)


@pytest.fixture(autouse=True)
def time_to_spare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No reference is left out because this machine is slow."""
    monkeypatch.setattr(references, "FREE_SECONDS", 1e6)


def run(settings: Settings, plan: RunPlan, name: str, analyses: Analyses, source: Path) -> RunResult:
    """Do a plan with other analyses."""
    plan = replace(plan, run_id=name, analyses=analyses)
    store = RunStore(settings)
    store.create(plan, load_samples(source).summary())
    run_here(plan.run_id, settings, sources=SOURCES)
    return store.result(plan.run_id)


@pytest.fixture
def do_pictures(settings: Settings, picture_zip: Path, zoo: Path) -> Callable[[str, Analyses], RunResult]:
    """Run three checkpoints on pictures."""
    plan = stored_plan(settings, picture_zip, zoo, ["logme"])
    return lambda name, analyses: run(settings, plan, name, analyses, picture_zip)


def rows_of(n: int = 90) -> tuple[np.ndarray, np.ndarray]:
    """Rows of five numbers of unequal scale in three classes."""
    codes = np.arange(n) % 3
    rows = np.random.default_rng(0).normal(size=(n, 5)) + 1.5 * np.eye(5)[codes]
    return rows * [1, 10, 100, 1, 1], codes


def do_rows(settings: Settings, folder: Path, models: str) -> RunResult:
    """Run candidates on the rows of a table."""
    rows, codes = rows_of()
    lines = [",".join([*map(repr, row), f"c{code}"]) for row, code in zip(rows.tolist(), codes, strict=True)]
    (folder / "t.csv").write_text("\n".join(["x0,x1,x2,x3,x4,label", *lines]) + "\n", encoding="utf-8")
    samples, task = load_samples(folder / "t.csv"), task_category("tabular-classification")
    plan = make_plan(
        run_id="rows",
        created_at="2026-01-01T00:00:00+00:00",
        task=task.name,
        samples=samples,
        models=resolve_models(models, task),
        options=RunOptions(metrics=("logme",), options=ExtractionOptions(), seed=0, analyses=ONLY),
    )
    store = RunStore(settings)
    store.create(plan, samples.summary())
    run_here(plan.run_id, settings, sources=SOURCES)
    return store.result(plan.run_id)


def test_pixels_and_a_twin_of_the_first_are_probed(
    do_pictures: Callable[[str, Analyses], RunResult], picture_zip: Path
) -> None:
    """Pixels reach what the probe reaches on them; the twin has the first model's width and no score."""
    result = do_pictures("default", ONLY)
    first = results.rank_result(result).order[0]
    pixels, twin = references_of(result)
    samples = load_samples(picture_zip)
    expected = fit_probe(baseline_features(samples).embeddings, labels=samples.labels)
    assert (pixels.name, pixels.kind, pixels.value) == ("plain", "baseline", expected.value)
    assert pixels.losses == tuple(expected.losses.tolist())
    assert (twin.name, twin.kind, twin.of) == (f"untrained:{first}", "untrained", first)
    assert twin.n_features == result.outcomes[first].n_features
    assert len(twin.losses) == samples.n_samples
    assert set(results.rank_result(result).order) == {spec.id for spec in result.plan.models}
    assert set(reports.rank_payload(result, results.rank_result(result))["references"]) == {
        "plain",
        f"untrained:{first}",
    }


def test_the_twin_of_a_former_first_goes(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """Where a model that had failed is tried again and comes first, its twin replaces that of the other."""
    plan = replace(stored_plan(settings, picture_zip, zoo, ["logme"]), run_id="retried", analyses=ONLY)
    store = RunStore(settings)
    store.create(plan, load_samples(picture_zip).summary())
    former = ReferenceResult("Untrained twin of another", "untrained", left_out="then")
    store.add_finding(plan.run_id, Finding(ReferenceResult.KIND, f"{TWIN_PREFIX}another", former, 0.0))
    run_here(plan.run_id, settings, sources=SOURCES)
    twins = [name for name in store.result(plan.run_id).contents(ReferenceResult) if TWIN_PREFIX in name]
    assert len(twins) == 1
    assert twins != [f"{TWIN_PREFIX}another"]


def test_they_can_be_switched_off(do_pictures: Callable[[str, Analyses], RunResult]) -> None:
    """By an option of their own; without probes there is nothing to compare with."""
    assert references_of(do_pictures("off", replace(ONLY, references=False))) == ()
    assert references_of(do_pictures("blind", replace(ONLY, probe=False))) == ()


def test_ready_made_features_have_none(settings: Settings, tmp_path: Path) -> None:
    """Their samples are unknown; with controls asked for, that is said."""
    rows, codes = rows_of()
    for name in ("one", "two"):
        save_features(tmp_path / "f" / f"{name}.npz", embeddings=rows, labels=codes)
    plan = stored_features_plan(
        settings, tmp_path / "f", ["logme"], analyses=replace(ONLY, controls=True), seed=0
    )
    run_here(plan.run_id, settings, sources=SOURCES)
    result = RunStore(settings).result(plan.run_id)
    assert references_of(result) == ()
    assert "Ready-made features come without the samples" in result.problems(ControlScores)["plain"]


def test_what_takes_too_long_is_left_out_with_the_reason(
    do_pictures: Callable[[str, Analyses], RunResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without time nothing is computed, and each reference says so."""
    for name in ("SHARE", "FREE_SECONDS"):
        monkeypatch.setattr(references, name, 0.0)
    result = do_pictures("hurried", ONLY)
    found = references_of(result)
    assert len(found) == 2
    for own in found:
        assert own.value is None
        assert "There are 0.0 s for it: all references may take 0% of the run's time so far" in own.left_out
        assert f"left out: {own.title}: {own.left_out}" in reports.rank_text(result)


def test_a_twin_that_would_take_too_long_is_not_begun(
    do_pictures: Callable[[str, Analyses], RunResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The estimate of its model's own time decides, unless its features are cached."""
    monkeypatch.setattr(references, "_seconds_of_twin", lambda *_: 2e6)
    monkeypatch.setattr(references, "untrained_twin", None)  # calling it would fail
    _, twin = references_of(do_pictures("long", ONLY))
    assert twin.left_out.startswith("It would take about 2000000 s. There are ")
    monkeypatch.undo()
    monkeypatch.setattr(references, "FREE_SECONDS", 1e6)
    assert references_of(do_pictures("short", ONLY))[1].value is not None
    monkeypatch.setattr(references, "_seconds_of_twin", lambda *_: 2e6)
    assert references_of(do_pictures("again", ONLY))[1].value is not None


def test_a_large_twin_is_not_built_in_memory(
    do_pictures: Callable[[str, Analyses], RunResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By default a twin has at most 500 M weights; one that was asked for among the controls is built."""
    monkeypatch.setattr(references, "MAX_PARAMETERS", 1000)
    twin = references_of(do_pictures("large", ONLY))[1]
    assert "random weights in memory; unless controls are asked for" in twin.left_out
    asked = references_of(do_pictures("asked", replace(ONLY, controls=True)))[1]
    assert (asked.name, asked.left_out) == (twin.name, "")
    assert asked.value is not None


def test_with_controls_nothing_is_computed_twice(
    do_pictures: Callable[[str, Analyses], RunResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pixels are read once; each reference has what its probe reaches, and its scores."""
    calls = []
    monkeypatch.setattr(
        plain,
        "baseline_features",
        lambda *args, **more: calls.append(1) or baseline_features(*args, **more),
    )
    result = do_pictures("all", replace(ONLY, controls=True))
    assert len(calls) == 1
    first = results.rank_result(result).order[0]
    by_name = {own.name: own for own in references_of(result)}
    for name in ("plain", f"untrained:{first}"):
        assert by_name[name].value is not None
        assert set(by_name[name].scores) == {"logme"}
    assert len(by_name) == 4  # twins of three families


def test_rows_of_numbers_have_predictors(settings: Settings, tmp_path: Path) -> None:
    """Where the columns compete: their components, neighbours as the probe has them, and trees."""
    result = do_rows(settings, tmp_path, COLUMNS)
    own = {reference.name: reference for reference in references_of(result)}
    assert {name: reference.kind for name, reference in own.items()} == {
        "plain": "baseline",
        "columns:knn": "predictor",
        "columns:trees": "predictor",
    }
    assert own["plain"].title == "Principal components of the columns (5)"
    probe = result.contents(ProbeResult)[COLUMNS]
    assert own["columns:knn"].value == probe.knn
    assert result.contents(ReferenceResult)["columns:knn"].probe.knn is None  # type: ignore[union-attr]
    assert len(own["columns:trees"].losses) == 90
    assert own["columns:trees"].value == pytest.approx(1 - np.mean(own["columns:trees"].losses))


def test_foreign_features_compete_with_the_columns(settings: Settings, tmp_path: Path) -> None:
    """Where only features from elsewhere compete, the standardised columns are a reference too."""
    rows, codes = rows_of()
    labels = np.array([f"c{code}" for code in codes])
    save_features(tmp_path / "f" / "one.npz", embeddings=rows[:, :2], labels=labels)
    result = do_rows(settings, tmp_path, str(tmp_path / "f" / "one.npz"))
    own = {reference.name: reference for reference in references_of(result)}
    assert set(own) == {"plain", "columns:pca", "columns:knn", "columns:trees"}
    assert own["plain"].title == "Standardised columns"
    assert own["plain"].value == fit_probe(rows, labels=codes).value
