"""Scores under further seeds: what is kept, whose mean votes, and what is shown."""

from __future__ import annotations

from functools import wraps
from importlib import import_module
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest

from ptmrank_core import results
from ptmrank_core.benchmark import RunStore, run_here
from ptmrank_core.benchmark.analyses import full_precision
from ptmrank_core.benchmark.analyses import seed_means as stage
from ptmrank_core.config import Settings
from ptmrank_core.data import load_samples
from ptmrank_core.errors import MetricError, OutOfMemoryError
from ptmrank_core.features import FeatureCache, extract
from ptmrank_core.metrics import compute, nleep, prepare_inputs
from ptmrank_core.records import (
    ExtractionOptions,
    ExtractionReport,
    Features,
    MetricOutput,
    RunResult,
    RunState,
    SeedScores,
)
from ptmrank_core.results.scores import seed_notes, voting_scores
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import NO_HALVES, stored_features_plan, stored_plan
from tests.ready_made import LABELS, draw_features, save_features

DIRICHLET = "pactran:dirichlet"  # its value moves with every feature, however few the samples
STRENGTHS = {"good": 2.0, "fair": 1.0, "poor": 0.3}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Features of three models for the same samples."""
    for name, strength in STRENGTHS.items():
        save_features(tmp_path / "f" / f"{name}.npz", strength)
    return tmp_path / "f"


def run(settings: Settings, folder: Path, metrics: tuple[str, ...]) -> RunResult:
    """Score the folder under some metrics, with no analysis that can be left out."""
    plan = stored_features_plan(settings, folder, metrics, analyses=NO_HALVES)
    run_here(plan.run_id, settings, sources=SOURCES)
    result = RunStore(settings).result(plan.run_id)
    assert result.state == RunState.FINISHED
    return result


def expected_scores(model: str) -> list[float]:
    """N-LEEP of a model's features under its own seed and the further ones."""
    features = draw_features(STRENGTHS[model]).astype(np.float32)
    return [nleep(features, LABELS, seed=seed) for seed in (123, *stage.FURTHER_SEEDS)]


def test_the_mean_over_five_seeds_votes_and_one_seed_is_shown(settings: Settings, folder: Path) -> None:
    """Every model has five scores, the shown one first; the order rests on their mean, and a note says so."""
    result = run(settings, folder, ("logme", "nleep"))
    kept = result.contents(SeedScores)
    shown, voting = results.scores_by_metric(result.cells), voting_scores(result)
    assert set(kept) == set(shown["nleep"]) == set(STRENGTHS)
    for model in STRENGTHS:
        expected = expected_scores(model)
        assert kept[model].scores == {"nleep": pytest.approx(tuple(expected), rel=1e-8)}
        assert shown["nleep"][model] == pytest.approx(expected[0], rel=1e-12)
        assert voting["nleep"][model] == pytest.approx(fmean(expected), rel=1e-8)
    assert voting["logme"] == shown["logme"]
    ranking = results.rank_result(result)
    order = sorted(STRENGTHS, key=lambda model: -fmean(expected_scores(model)))
    assert list(ranking.per_metric["nleep"]) == order
    spread = max(max(values) - min(values) for values in map(expected_scores, STRENGTHS))
    assert (
        f"N-LEEP votes with its mean over 5 seeds, which differ by up to {spread:.2g} for one model; the"
        " score that is shown is that of its own seed." in ranking.vote_notes
    )


def test_nothing_is_scored_again_without_a_stochastic_voter(settings: Settings, folder: Path) -> None:
    """Deterministic metrics and variants beside a default form, which never vote, have a single score."""
    result = run(settings, folder, ("logme", "nleep:spherical"))
    assert result.contents(SeedScores) == {}
    assert voting_scores(result) == results.scores_by_metric(result.cells)
    assert seed_notes(result) == ()


def test_variants_that_vote_alone_are_averaged_too(settings: Settings, folder: Path) -> None:
    """A stochastic variant that was chosen without any default form votes with its mean."""
    result = run(settings, folder, ("nleep:spherical",))
    assert {len(own.scores["nleep:spherical"]) for own in result.contents(SeedScores).values()} == {5}


def test_a_model_that_fails_under_one_seed_keeps_its_single_score(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The failure is kept with its reason, and the model votes with the score that it has."""

    def fail_once(name: str, inputs: object, *, seed: int) -> MetricOutput:
        if np.isclose(inputs.embeddings, draw_features(STRENGTHS["poor"]), atol=1e-5).all():  # type: ignore[attr-defined]
            raise MetricError("no mixture")
        return compute(name, inputs, seed=seed)  # type: ignore[arg-type]

    monkeypatch.setattr("ptmrank_core.pieces.scores.compute", fail_once)
    result = run(settings, folder, ("nleep",))
    assert set(result.contents(SeedScores)) == {"good", "fair"}
    assert "no mixture" in result.problems(SeedScores)["poor"]
    assert voting_scores(result)["nleep"]["poor"] == results.scores_by_metric(result.cells)["nleep"]["poor"]


def run_in_half_precision(settings: Settings, pictures: Path, zoo: Path) -> RunResult:
    """Score three tiny checkpoints that compute in bfloat16."""
    plan = stored_plan(settings, pictures, zoo, (DIRICHLET,), dtype="bfloat16")
    run_here(plan.run_id, settings, sources=SOURCES)
    return RunStore(settings).result(plan.run_id)


def scores_of(settings: Settings, pictures: Path, result: RunResult, dtype: str) -> dict[str, list[float]]:
    """Score the models of a run under every seed, on features in one number format."""
    samples = load_samples(pictures)
    options = ExtractionOptions(device="cpu", dtype=dtype, batch_size=4)
    scores = {}
    for model, outcome in result.outcomes.items():
        features = extract(samples, outcome.spec, options=options, cache=FeatureCache(settings))
        inputs = prepare_inputs(
            embeddings=features.embeddings, labels=features.labels, source_logits=features.source_logits
        )
        scores[model] = [compute(DIRICHLET, inputs, seed=seed).value for seed in (None, *stage.FURTHER_SEEDS)]
    return scores


def kept_scores(result: RunResult) -> dict[str, list[float]]:
    """Every model's scores under the seeds, as they were kept."""
    return {m: list(own.scores[DIRICHLET]) for m, own in result.contents(SeedScores).items()}


def test_features_in_half_precision_are_extracted_in_float32_for_the_vote(
    settings: Settings, picture_zip: Path, zoo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where that is cheap, all seeds score features in float32; the score that is shown is the run's own."""
    monkeypatch.setattr(full_precision, "FREE_SECONDS", float("inf"))
    result = run_in_half_precision(settings, picture_zip, zoo)
    assert {own.dtype for own in result.contents(SeedScores).values()} == {"float32"}
    fine = scores_of(settings, picture_zip, result, "float32")
    coarse = scores_of(settings, picture_zip, result, "bfloat16")
    assert kept_scores(result) == {model: pytest.approx(values) for model, values in fine.items()}
    shown = results.scores_by_metric(result.cells)[DIRICHLET]
    assert shown == {model: pytest.approx(values[0]) for model, values in coarse.items()}
    assert any(fine[model][0] != pytest.approx(coarse[model][0], rel=1e-6) for model in fine)
    assert "The mean rests on features in float32." in seed_notes(result)[0]


def test_features_in_float32_that_would_take_too_long_are_not_extracted_and_that_is_said(
    settings: Settings, picture_zip: Path, zoo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seeds score the features of the run then; once those in float32 are cached they are taken."""
    monkeypatch.setattr(full_precision, "FREE_SECONDS", 0.0)
    monkeypatch.setattr(full_precision, "SHARE", 0.0)
    result = run_in_half_precision(settings, picture_zip, zoo)
    assert {own.dtype for own in result.contents(SeedScores).values()} == {"bfloat16"}
    coarse = scores_of(settings, picture_zip, result, "bfloat16")
    assert kept_scores(result) == {model: pytest.approx(values) for model, values in coarse.items()}
    assert "too slow or not possible here" in seed_notes(result)[0]
    scores_of(settings, picture_zip, result, "float32")
    again = run_in_half_precision(settings, picture_zip, zoo)
    assert {own.dtype for own in again.contents(SeedScores).values()} == {"float32"}


def test_a_model_that_does_not_run_in_float32_is_scored_on_the_features_of_the_run(
    settings: Settings, picture_zip: Path, zoo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory for half precision need not suffice for twice as much; that costs no model its seeds."""

    @wraps(extract)
    def extract_small(*arguments: object, options: ExtractionOptions, **others: object) -> Features:
        if options.dtype == "float32":
            raise OutOfMemoryError("full")
        return extract(*arguments, options=options, **others)  # type: ignore[arg-type]

    monkeypatch.setattr(full_precision, "FREE_SECONDS", float("inf"))
    # The name of the module is that of its function: the package shows the function.
    monkeypatch.setattr(import_module("ptmrank_core.features.extract"), "extract", extract_small)
    result = run_in_half_precision(settings, picture_zip, zoo)
    assert {own.dtype for own in result.contents(SeedScores).values()} == {"bfloat16"}
    assert result.problems(SeedScores) == {}


def test_what_float32_would_take_is_told_by_what_half_precision_took() -> None:
    """Twice the forward pass, for all samples by those that were measured; unknown without a measurement."""
    seconds = {"load": 1.0, "preprocess": 2.0, "forward": 3.0}
    report = ExtractionReport("bfloat16", "cpu", seconds, n_run=40)
    assert full_precision.expected_seconds(report, 40) == pytest.approx(9.0)
    assert full_precision.expected_seconds(report, 80) == pytest.approx(17.0)
    cached = ExtractionReport("bfloat16", None, {"load": 0.0}, n_run=0)
    assert full_precision.expected_seconds(cached, 40) == float("inf")
