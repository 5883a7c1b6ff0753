"""Scores as the vote takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from ptmrank_core.records import (
    ExtractionReport,
    Failure,
    Finding,
    ModelOutcome,
    ModelSpec,
    RunResult,
    RunState,
    SamplesSummary,
    Score,
    SeedScores,
    Stage,
)
from ptmrank_core.results import rank_result
from ptmrank_core.results.scores import seed_notes, voting_scores
from tests.plans import plan_of

SEEDS = {"a": (-1.0, -0.5, -0.4, -0.6, -0.5), "b": (-0.9, -0.9, -1.0, -0.8, -0.9)}


def result_of(scores: Mapping[str, float], metric: str = "nleep") -> RunResult:
    """Make a run of some models with one score each."""
    specs = tuple(ModelSpec(name, "local", "image", revision="r") for name in scores)
    plan = plan_of(specs, (metric,), samples_source="demo:digits")
    report = ExtractionReport("bfloat16", "cpu", {"load": 1.0, "preprocess": 0.5, "forward": 2.0}, 1, 3)
    return RunResult(
        plan=plan,
        state=RunState.FINISHED,
        samples=SamplesSummary(40, {"x": 20, "y": 20}, (), ()),
        cells=tuple(Score(name, metric, value, 0.1) for name, value in scores.items()),
        outcomes={spec.id: ModelOutcome(spec, report, 8, score_seconds=0.25) for spec in specs},
        environment={},
        seconds=5.0,
    )


def seeded(dtypes: Mapping[str, str]) -> RunResult:
    """Two models; by their own seed b is first, by the mean over five seeds a."""
    findings = [
        Finding(SeedScores.KIND, model, SeedScores({"nleep": SEEDS[model]}, dtype), 0.1)
        for model, dtype in dtypes.items()
    ]
    return replace(result_of({"a": -1.0, "b": -0.9}), findings=tuple(findings))


def test_the_mean_over_seeds_ranks() -> None:
    """A lucky start does not decide: the mean over the seeds does."""
    assert rank_result(result_of({"a": -1.0, "b": -0.9})).order == ("b", "a")
    result = seeded({"a": "float32", "b": "float32"})
    assert voting_scores(result) == {"nleep": {"a": pytest.approx(-0.6), "b": pytest.approx(-0.9)}}
    assert rank_result(result).order == ("a", "b")


def test_a_model_without_further_seeds_keeps_its_score() -> None:
    """While the seeds of a model are not there yet, or failed, its only score is taken."""
    scores = voting_scores(seeded({"a": "float32"}))
    assert scores == {"nleep": {"a": pytest.approx(-0.6), "b": -0.9}}


def test_a_mean_without_a_score_is_not_ranked() -> None:
    """A finding of a model whose cell is no score is not a score."""
    result = seeded({"a": "float32", "b": "float32"})
    failed = Failure("b", "nleep", Stage.SCORE, "MetricError", "none", "")
    assert voting_scores(replace(result, cells=(result.cells[0], failed))) == {
        "nleep": {"a": pytest.approx(-0.6)}
    }


SAID = (
    "N-LEEP votes with its mean over 5 seeds, which differ by up to 0.6 for one model; the score that is"
    " shown is that of its own seed"
)
COARSE = (
    " Features in bfloat16 move it about as much, and with the size of the batches; those in float32 do not,"
    " but one more pass for them was too slow or not possible here."
)


def test_how_much_the_seeds_differ_is_said_and_coarse_features_with_it() -> None:
    """The note has the largest spread of one model; half precision, which moves scores as much, is named."""
    coarse = f"{SAID}.{COARSE}"
    assert seed_notes(seeded({"a": "bfloat16", "b": "bfloat16"})) == (coarse,)
    assert seed_notes(seeded({"a": "bfloat16", "b": "float32"})) == (coarse,)
    assert rank_result(seeded({"a": "bfloat16"})).vote_notes[-1] == coarse
    assert seed_notes(result_of({"a": -1.0})) == ()


def test_means_on_finer_features_than_the_scores_that_are_shown_are_told() -> None:
    """Where features were extracted again for the vote, the shown score is on others; else none is told."""
    finer = f"{SAID}, on features in bfloat16. The mean rests on features in float32."
    result = seeded({"a": "float32", "b": "float32"})
    assert seed_notes(result) == (finer,)
    outcomes = {
        model: replace(outcome, report=replace(outcome.report, dtype="float32"))
        for model, outcome in result.outcomes.items()
    }
    assert seed_notes(replace(result, outcomes=outcomes)) == (f"{SAID}.",)
