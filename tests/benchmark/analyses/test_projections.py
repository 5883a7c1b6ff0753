"""The best models in the plane, and their pairs of classes, as analyses of a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ptmrank_core.benchmark import RunStore, cached_embeddings, drawn_rows, new_run_id, run_here
from ptmrank_core.benchmark.store.codec import plan_from_json, to_json
from ptmrank_core.config import Settings
from ptmrank_core.events import AnalysisStep, Event
from ptmrank_core.features import FeatureCache
from ptmrank_core.metrics import class_distances
from ptmrank_core.projection import lda, trustworthiness, tsne
from ptmrank_core.records import (
    Analyses,
    ClassDistances,
    Finding,
    ProjectedEmbeddings,
    RunPlan,
    RunState,
    Samples,
)
from ptmrank_core.results import rank_result
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan
from tests.ready_made import LABELS, draw_features, save_features
from tests.sampling.making import samples_of

ONLY = Analyses(half_samples=0, probe=False)


def planned(settings: Settings, folder: Path, n_models: int = 2, **arrays: Any) -> RunPlan:
    """A run of files of features, the later the better."""
    for index in range(n_models):
        save_features(folder / "f" / f"m{index}.npz", embeddings=draw_features(0.5 + index, index), **arrays)
    return stored_features_plan(settings, folder / "f", ("logme", "hscore"), analyses=ONLY)


def found(settings: Settings, plan: RunPlan, kind: str) -> dict[str, Finding]:
    """Findings of a kind, by their subjects."""
    return {own.subject: own for own in RunStore(settings).findings(plan.run_id) if own.kind == kind}


def test_a_run_keeps_every_map_of_its_models(settings: Settings, tmp_path: Path) -> None:
    """Each finding holds what the public functions give for the features, its trust and its settings."""
    plan = planned(settings, tmp_path)
    events: list[Event] = []
    run_here(plan.run_id, settings, sources=SOURCES, sink=events.append)
    maps = found(settings, plan, "projection")
    assert {"lda:m0", "tsne:m0", "lda:m1", "tsne:m1"} <= set(maps)
    features = draw_features(1.5, 1)
    for method, projection in (("lda", lda(features, LABELS)), ("tsne", tsne(features, seed=plan.seed))):
        kept = maps[f"{method}:m1"].content
        assert isinstance(kept, ProjectedEmbeddings)
        assert (kept.method, kept.model) == (method, "m1")
        assert kept.rows.unpack().tolist() == list(range(60))
        assert kept.points.unpack() == pytest.approx(projection.points, abs=1e-5)
        trust = trustworthiness(features, projection.points, seed=plan.seed)
        assert trust is not None
        assert kept.trust == trust
        assert kept.settings == pytest.approx(dict(projection.settings))
    steps = [event for event in events if isinstance(event, AnalysisStep) and event.kind == "projection"]
    assert [step.done for step in steps] == list(range(len(maps) + 1))


def test_a_run_keeps_how_far_classes_are_apart(settings: Settings, tmp_path: Path) -> None:
    """The distances are those of the public function, and the classes stand with them."""
    plan = planned(settings, tmp_path)
    run_here(plan.run_id, settings, sources=SOURCES)
    kept = found(settings, plan, "separability")["m0"].content
    assert isinstance(kept, ClassDistances)
    assert kept.classes.unpack().tolist() == [0, 1, 2]
    expected = class_distances(draw_features(0.5, 0), LABELS)
    assert kept.distances.unpack() == pytest.approx(expected, rel=1e-5)


def test_classes_in_words_have_their_pairs(settings: Settings, tmp_path: Path) -> None:
    """Files of features may name their classes: what is kept are their numbers, and the same distances."""
    words = np.array(["rose", "daisy", "tulip"])[LABELS]
    plan = planned(settings, tmp_path, n_models=1, labels=words)
    run_here(plan.run_id, settings, sources=SOURCES)
    kept = found(settings, plan, "separability")["m0"]
    assert isinstance(kept.content, ClassDistances), kept.problem
    assert kept.content.classes.unpack().tolist() == [0, 1, 2]
    codes = np.unique(words, return_inverse=True)[1]
    np.testing.assert_allclose(
        kept.content.distances.unpack(), class_distances(draw_features(0.5, 0), codes), rtol=1e-5
    )


def test_six_models_are_enough(settings: Settings, tmp_path: Path) -> None:
    """Of eight models the best six of the ranking are projected."""
    plan = planned(settings, tmp_path, n_models=8)
    run_here(plan.run_id, settings, sources=SOURCES)
    order = rank_result(RunStore(settings).result(plan.run_id)).order
    assert {subject.split(":")[1] for subject in found(settings, plan, "projection")} == set(order[:6])
    assert set(found(settings, plan, "separability")) == set(order[:6])


def test_maps_of_models_that_are_no_longer_among_the_best_go(settings: Settings, tmp_path: Path) -> None:
    """Where the order has changed since, as by a model that was retried, those of the best alone stay."""
    plan = planned(settings, tmp_path, n_models=7)
    run_here(plan.run_id, settings, sources=SOURCES)
    store = RunStore(settings)
    maps, pairs = found(settings, plan, "projection"), found(settings, plan, "separability")
    assert len(pairs) == 6
    former = [replace(maps["lda:m6"], subject="lda:m0"), replace(pairs["m6"], subject="m0")]
    store.add_findings(plan.run_id, former)
    store.finish(plan.run_id, RunState.CANCELLED, seconds=1.0)
    run_here(plan.run_id, settings, sources=SOURCES)
    assert found(settings, plan, "projection").keys() == maps.keys()
    assert found(settings, plan, "separability").keys() == pairs.keys()


def test_numbers_to_predict_have_no_lda(settings: Settings, tmp_path: Path) -> None:
    """A regression has t-SNE, and neither LDA nor pairs of classes."""
    plan = planned(settings, tmp_path, labels=None, targets=np.linspace(0, 1, 60))
    assert RunStore(settings).result(plan.run_id).samples.target_kind == "regression"
    run_here(plan.run_id, settings, sources=SOURCES)
    assert {subject.split(":")[0] for subject in found(settings, plan, "projection")} >= {"tsne"}
    assert not any(subject.startswith("lda") for subject in found(settings, plan, "projection"))
    assert not found(settings, plan, "separability")


def test_nothing_is_done_where_it_is_not_wanted(settings: Settings, tmp_path: Path) -> None:
    """A plan without projections has none; a plan that was stored before there were any wants them."""
    plan = planned(settings, tmp_path)
    store = RunStore(settings)
    without = replace(plan, run_id=new_run_id(), analyses=replace(ONLY, projections=False))
    store.create(without, store.result(plan.run_id).samples)
    run_here(without.run_id, settings, sources=SOURCES)
    assert not store.findings(without.run_id)
    old = to_json(plan).replace(', "projections": true', "")
    assert "projections" not in old
    assert plan_from_json(old) == plan


def test_one_bad_model_costs_no_other(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A map that fails says why, and all others are there."""

    def fail_once(features: np.ndarray, *, seed: int) -> Any:
        if np.allclose(features, draw_features(1.5, 1)):
            raise ValueError("no map of this one")
        return tsne(features, seed=seed)

    monkeypatch.setattr("ptmrank_core.projection.tsne", fail_once)
    plan = planned(settings, tmp_path)
    run_here(plan.run_id, settings, sources=SOURCES)
    maps = found(settings, plan, "projection")
    assert "no map of this one" in maps["tsne:m1"].problem
    assert {name for name, own in maps.items() if own.content} >= {"lda:m0", "tsne:m0", "lda:m1"}
    assert RunStore(settings).result(plan.run_id).state is RunState.FINISHED


def test_cancelled_between_maps_it_goes_on_there(settings: Settings, tmp_path: Path) -> None:
    """What was found stays when the run is cancelled, and is not computed again when it goes on."""
    plan = planned(settings, tmp_path)
    stop: list[bool] = []

    def watch(event: Event) -> None:
        if isinstance(event, AnalysisStep) and event.kind == "projection" and event.done == 1:
            stop.append(True)

    run_here(plan.run_id, settings, sources=SOURCES, sink=watch, cancel=lambda: bool(stop))
    before = found(settings, plan, "projection")
    assert 1 <= len(before) <= 2
    assert RunStore(settings).result(plan.run_id).state is RunState.CANCELLED
    run_here(plan.run_id, settings, sources=SOURCES)
    after = found(settings, plan, "projection")
    assert len(after) > len(before)
    assert all(after[subject] == own for subject, own in before.items())


def test_what_is_looked_at_has_the_unit_of_the_run(settings: Settings, tmp_path: Path) -> None:
    """Kept embeddings come as the metrics of the run read them: standardised where it asks for that."""
    plan = replace(planned(settings, tmp_path), normalise="standardise")
    samples = SOURCES.load_samples(plan.samples_source, plan.reading)
    with FeatureCache(settings) as cache:
        kept = cached_embeddings(plan, plan.models[0], samples, sources=SOURCES, cache=cache)
    assert kept is not None
    assert kept.std(axis=0) == pytest.approx(np.ones(8))


def test_two_thousand_samples_are_drawn_of_more() -> None:
    """Every class keeps its share among the samples that are drawn."""
    labels = np.repeat([0, 1], [4000, 1000])
    texts = tuple(map(str, range(5000)))
    samples = Samples("tabular", texts, (None,) * 5000, labels, ("a", "b"), texts, (), "x")  # type: ignore[arg-type]
    rows = drawn_rows(samples, seed=0)
    assert len(rows) == 2000
    assert np.bincount(labels[rows]).tolist() == [1600, 400]


def test_many_groups_are_drawn_whole() -> None:
    """Of 50 speakers with 100 samples each twenty are drawn with all their samples."""
    groups = np.repeat(np.arange(50), 100)
    samples = samples_of(np.tile([0, 1], 2500), groups=groups.astype(str).tolist())
    rows = drawn_rows(samples, seed=0)
    assert np.unique(np.bincount(groups[rows], minlength=50)).tolist() == [0, 100]
    assert len(rows) == 2000


def test_of_few_large_groups_each_has_its_share() -> None:
    """Of four speakers with 1,250 samples each 500 are drawn, not one speaker alone."""
    groups = np.repeat(np.arange(4), 1250)
    samples = samples_of(np.tile([0, 1], 2500), groups=groups.astype(str).tolist())
    assert np.bincount(groups[drawn_rows(samples, seed=0)]).tolist() == [500] * 4
