"""The stage of parts of the samples: what it keeps, that it can be cancelled and goes on, how it fails."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ptmrank_core.benchmark import RunStore, run_here
from ptmrank_core.benchmark.analyses import rank_intervals as stage
from ptmrank_core.config import Settings
from ptmrank_core.events import AnalysisStep, Event
from ptmrank_core.metrics import compute, prepare_inputs
from ptmrank_core.pieces import scores as pieces
from ptmrank_core.records import (
    Analyses,
    HalfSampleScores,
    RunPlan,
    RunState,
    contents_of,
    problems_of,
)
from ptmrank_core.results import rank_result
from ptmrank_core.sampling import draw_parts, units_of
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import forget_results, stored_features_plan
from tests.ready_made import LABELS, draw_features, save_features

STRENGTHS = {"good": 2.0, "fair": 1.0, "poor": 0.3}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Features of three models for the same samples."""
    for name, strength in STRENGTHS.items():
        save_features(tmp_path / "f" / f"{name}.npz", strength)
    return tmp_path / "f"


def plan_of(
    settings: Settings, folder: Path, metrics: tuple[str, ...], half_samples: int | None = 12
) -> RunPlan:
    """Plan a run of a folder of features with so many parts."""
    analyses = Analyses(half_samples=half_samples, projections=False)
    return stored_features_plan(settings, folder, metrics, analyses=analyses, seed=3)


def found(settings: Settings, plan: RunPlan) -> dict[str, HalfSampleScores]:
    """What the run keeps of parts, by metric."""
    findings = RunStore(settings).findings(plan.run_id)
    assert {own.kind for own in findings} <= {"halves", "neighbours", "probe", "seeds"}
    return contents_of(findings, HalfSampleScores)


def test_scores_are_those_of_the_rows(settings: Settings, folder: Path) -> None:
    """Every kept score is the metric of the part's own rows, the same rows for every model."""
    plan = plan_of(settings, folder, ("logme", "hscore"))
    run_here(plan.run_id, settings, sources=SOURCES)
    parts = draw_parts(units_of(LABELS, "classification"), n_parts=12, seed=3)
    for metric, finding in found(settings, plan).items():
        assert finding.sizes == (45,) * 12
        for model, scores in finding.scores.items():
            expected = [
                compute(metric, prepare_inputs(draw_features(STRENGTHS[model])[rows], labels=LABELS[rows]))
                for rows in parts.rows
            ]
            assert scores == pytest.approx([output.value for output in expected], rel=1e-12)


def test_candidates_are_joined_on_the_scale_of_all_samples(settings: Settings, folder: Path) -> None:
    """ETran is combined over the models of each part, its components scaled as those of all samples."""
    plan = plan_of(settings, folder, ("etran",))
    run_here(plan.run_id, settings, sources=SOURCES)
    scores = found(settings, plan)["etran"].scores
    rows = draw_parts(units_of(LABELS, "classification"), n_parts=12, seed=3).rows[0]
    parts, full = (
        {
            model: compute(
                "etran", prepare_inputs(draw_features(own)[chosen], labels=LABELS[chosen])
            ).components
            for model, own in STRENGTHS.items()
        }
        for chosen in (rows, np.arange(60))
    )
    for model, own in scores.items():
        expected = 0.0
        for name, weight in (("s_cls", 0.85), ("s_en", 0.15)):
            least, greatest = (end(one[name] for one in full.values()) for end in (min, max))
            expected += weight * (parts[model][name] - least) / (greatest - least)
        assert own[0] == pytest.approx(expected)
    assert len({score for own in scores.values() for score in own}) == 36  # nobody's is 1 by definition


def test_slow_metrics_only_where_they_weigh_much(settings: Settings, folder: Path) -> None:
    """Without a number cheap metrics get 60 parts, and those that iterate 20 if they weigh much."""
    metrics = ("hscore", "nleep", "wdje", "logme:thuml")
    for asked, expected in ((None, {"hscore": 60, "nleep": 20}), (0, {}), (10, {"hscore": 10, "nleep": 10})):
        plan = plan_of(settings, folder, metrics, asked)
        run_here(plan.run_id, settings, sources=SOURCES)
        kept = {name: len(own.sizes) for name, own in found(settings, plan).items()}
        assert kept == expected


def test_a_variant_chosen_alone_votes(settings: Settings, folder: Path) -> None:
    """A plan of variants has half-samples of them: there is nothing else to rank by."""
    plan = plan_of(settings, folder, ("hscore:plain",))
    run_here(plan.run_id, settings, sources=SOURCES)
    assert set(found(settings, plan)) == {"hscore:plain"}


def test_slow_metrics_have_no_parts_where_that_takes_long(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An iterative metric whose scores took longer than a fifth of the run allows is left without parts."""
    monkeypatch.setattr(stage, "CHEAP_SECONDS", 0.0)
    plan = plan_of(settings, folder, ("hscore", "nleep"), None)
    run_here(plan.run_id, settings, sources=SOURCES)
    assert set(found(settings, plan)) == {"hscore"}
    result = RunStore(settings).result(plan.run_id)
    assert rank_result(result).intervals is None


def test_it_stops_between_parts_and_goes_on(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancelled in the second model, a run keeps the first; resumed, it scores the others and ends alike."""
    undisturbed = plan_of(settings, folder, ("logme",))
    run_here(undisturbed.run_id, settings, sources=SOURCES)
    forget_results(settings)
    plan = plan_of(settings, folder, ("logme",))
    seen: list[Event] = []
    calls: list[str] = []

    def count(model: str, *rest: object) -> object:
        calls.append(model)
        return score_cells(model, *rest)

    score_cells = pieces.score_cells
    monkeypatch.setattr(pieces, "score_cells", count)

    def is_pulled() -> bool:
        return len(calls) == 15

    state = run_here(plan.run_id, settings, sources=SOURCES, sink=seen.append, cancel=is_pulled)
    assert state is RunState.CANCELLED
    assert len(calls) == 15  # twelve parts of the first model, three of the second
    assert AnalysisStep("halves", 1, 3) in seen
    store = RunStore(settings)
    kinds = [own.kind for own in store.findings(plan.run_id)]
    assert [kind for kind in kinds if kind.startswith("halves")] == ["halves of model"]
    calls.clear()
    assert run_here(plan.run_id, settings, sources=SOURCES) is RunState.FINISHED
    assert len(calls) == 24
    again = found(settings, plan)["logme"]
    assert again == found(settings, undisturbed)["logme"]
    calls.clear()
    run_here(plan.run_id, settings, sources=SOURCES)
    assert calls == []


def test_a_part_that_fails_is_null(settings: Settings, tmp_path: Path) -> None:
    """Where a metric has no value on a part its score is null there; the others stand."""
    features = draw_features(1.0)
    save_features(tmp_path / "f" / "a.npz", embeddings=features)
    only = np.zeros_like(features)
    only[:1] = 1.0
    save_features(tmp_path / "f" / "b.npz", embeddings=only)
    plan = plan_of(settings, tmp_path / "f", ("logme:thuml",), 40)
    run_here(plan.run_id, settings, sources=SOURCES)
    scores = found(settings, plan)["logme:thuml"].scores
    assert None not in scores["a"]
    rows = draw_parts(units_of(LABELS, "classification"), n_parts=40, seed=3).rows
    assert [value is None for value in scores["b"]] == [0 not in own.tolist() for own in rows]


def test_why_there_are_none(settings: Settings, tmp_path: Path) -> None:
    """Classes too small to be divided leave one finding a metric that says so."""
    labels = np.arange(60) // 3
    for name in "ab":
        save_features(tmp_path / "f" / f"{name}.npz", labels=labels)
    plan = plan_of(settings, tmp_path / "f", ("logme", "hscore"))
    run_here(plan.run_id, settings, sources=SOURCES)
    assert not found(settings, plan)
    problems = problems_of(RunStore(settings).findings(plan.run_id), HalfSampleScores)
    assert set(problems) == {"logme", "hscore"}
    assert all("20 of 20 classes cannot be divided" in why for why in problems.values())


def test_further_inputs_are_split_or_whole(settings: Settings, tmp_path: Path) -> None:
    """A part takes its own rows of the head's outputs, and the whole reference set and class names."""
    rng = np.random.default_rng(1)
    auxiliary = {
        "source_logits": rng.normal(size=(60, 4)),
        "reference_embeddings": rng.normal(size=(30, 8)),
        "label_embeddings": rng.normal(size=(2, 3, 5)),
    }
    for name in "ab":
        save_features(tmp_path / "f" / f"{name}.npz", **auxiliary)
    plan = plan_of(settings, tmp_path / "f", ("leep", "nce", "ped", "emms"))
    run_here(plan.run_id, settings, sources=SOURCES)
    rows = draw_parts(units_of(LABELS, "classification"), n_parts=12, seed=3).rows[5]
    inputs = prepare_inputs(
        draw_features(2.0)[rows],
        labels=LABELS[rows],
        **auxiliary | {"source_logits": auxiliary["source_logits"][rows]},
    )
    for metric, finding in found(settings, plan).items():
        assert finding.scores["a"][5] == pytest.approx(compute(metric, inputs).value, rel=1e-12)
    assert len(found(settings, plan)) == 4


def test_regression_on_parts(settings: Settings, tmp_path: Path) -> None:
    """Numbers to predict are divided too, and ETran's single component is taken as it is."""
    targets = LABELS + np.linspace(0, 0.5, 60)
    for name, strength in STRENGTHS.items():
        save_features(tmp_path / "f" / f"{name}.npz", strength, labels=None, targets=targets)
    plan = plan_of(settings, tmp_path / "f", ("logme", "etran"))
    run_here(plan.run_id, settings, sources=SOURCES)
    scores = found(settings, plan)["etran"].scores
    assert all(value < 0 for own in scores.values() for value in own)


def test_one_model_has_no_rivals(settings: Settings, tmp_path: Path) -> None:
    """A run of a single model does no work for intervals."""
    save_features(tmp_path / "f" / "only.npz")
    plan = plan_of(settings, tmp_path / "f", ("logme",))
    run_here(plan.run_id, settings, sources=SOURCES)
    assert found(settings, plan) == {}


def test_sums_over_the_samples_grow(settings: Settings, tmp_path: Path) -> None:
    """TransRate of features at least as wide as a part adds up there: its deviations count n/m times."""
    rng = np.random.default_rng(0)
    for name, width in (("wide", 60), ("other", 45), ("narrow", 44)):
        save_features(tmp_path / "f" / f"{name}.npz", embeddings=rng.normal(size=(60, width)))
    plan = plan_of(settings, tmp_path / "f", ("logme", "transrate"))
    run_here(plan.run_id, settings, sources=SOURCES)
    kept = found(settings, plan)
    assert kept["transrate"].growth == pytest.approx({"wide": 4 / 3, "other": 4 / 3})
    assert kept["logme"].growth == {}
