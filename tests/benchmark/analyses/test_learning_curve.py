"""Parts of the samples, and the models scored on them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ptmrank_core.benchmark import RunStore, make_plan, new_run_id, now, run_here
from ptmrank_core.benchmark.analyses.learning_curve import parts_of
from ptmrank_core.catalogue import FEATURES_TASK, feature_models
from ptmrank_core.config import Settings
from ptmrank_core.data import load_feature_samples
from ptmrank_core.metrics import compute, prepare_inputs
from ptmrank_core.ranking import size_curve
from ptmrank_core.records import VALUE, Analyses, ExtractionOptions, PartScores, RunPlan, RunState
from ptmrank_core.worker import SOURCES
from tests.sampling.making import samples_of


def test_small_samples_have_no_parts() -> None:
    """Nothing is drawn with fewer than two samples of each class."""
    assert parts_of(samples_of(np.array([0, 0, 1, 1, 2, 2])), 0) == []


@pytest.fixture
def features(tmp_path: Path) -> Path:
    """Three models of 120 samples: a good one, a poor one and noise."""
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], 40)
    signal = np.eye(3)[labels] @ rng.normal(size=(3, 6))
    for name, noise in (("good", 0.5), ("poor", 3.0), ("noise", 1e3)):
        embeddings = signal + noise * rng.normal(size=(120, 6))
        np.savez(tmp_path / f"{name}.npz", embeddings=embeddings.astype(np.float32), labels=labels)
    return tmp_path


def planned(settings: Settings, folder: Path, analyses: Analyses) -> RunPlan:
    """Plan a run of these features and keep it."""
    models = feature_models(folder)
    samples = load_feature_samples(folder, models)
    plan = make_plan(
        run_id=new_run_id(),
        created_at=now(),
        task=FEATURES_TASK,
        samples=samples,
        models=models,
        metrics=("logme", "etran", "nleep"),
        options=ExtractionOptions(),
        seed=0,
        analyses=analyses,
    )
    RunStore(settings).create(plan, samples.summary())
    return plan


def test_each_model_is_scored_on_the_same_parts(settings: Settings, features: Path) -> None:
    """The values are those of the metric on those rows; components are kept; slow metrics are left out."""
    plan = planned(
        settings, features, Analyses(half_samples=0, probe=False, projections=False, sample_sizes=True)
    )
    assert run_here(plan.run_id, settings, sources=SOURCES) is RunState.FINISHED
    found = [own for own in RunStore(settings).findings(plan.run_id) if own.kind == "sample-size"]
    assert [own.subject for own in found] == [spec.id for spec in plan.models]
    parts = RunStore(settings).result(plan.run_id).contents(PartScores)["good"]
    assert parts.sizes == (12.0, 24.0, 42.0, 60.0, 90.0)
    assert set(parts.scores) == {"logme", "etran"}
    samples = load_feature_samples(features, plan.models)
    rows = parts_of(samples, plan.seed)[3][1]
    with np.load(features / "good.npz") as file:
        inputs = prepare_inputs(file["embeddings"][rows], labels=file["labels"][rows])
    assert parts.scores["logme"][3][1] == pytest.approx({VALUE: compute("logme", inputs).value})
    output = compute("etran", inputs)
    assert parts.scores["etran"][3][1] == pytest.approx({VALUE: output.value, **output.components})


@pytest.mark.parametrize(("asked", "is_done"), [(None, True), (False, False)])
def test_it_is_done_unasked_where_it_is_cheap(
    settings: Settings, features: Path, asked: bool | None, is_done: bool
) -> None:
    """Three models of 120 samples take a moment: done unless it was refused."""
    plan = planned(
        settings, features, Analyses(half_samples=0, probe=False, projections=False, sample_sizes=asked)
    )
    run_here(plan.run_id, settings, sources=SOURCES)
    kinds = {own.kind for own in RunStore(settings).findings(plan.run_id)}
    assert ("sample-size" in kinds) is is_done


def test_a_curve_is_kendalls_tau_with_the_whole() -> None:
    """One swapped pair of three models gives 1/3; a draw without an order is passed over."""
    full = {"a": 3.0, "b": 2.0, "c": 1.0}
    swapped = {"a": 3.0, "b": 1.0, "c": 2.0}
    curve = size_curve([10, 20], [[full, swapped, {"a": 1.0}], [{}]], full, higher_is_better=True)
    assert curve.tau[0] == pytest.approx(2 / 3)
    assert (curve.low[0], curve.high[0]) == pytest.approx((1 / 3, 1.0))
    assert curve.tau[1] is None
