"""What fine-tuning is expected to reach in a run, and why nothing is said where nothing can be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ptmrank_core.prediction import load_coefficients, predict_accuracies
from ptmrank_core.records import (
    Finding,
    ModelSpec,
    ProbeResult,
    RunResult,
    RunState,
    SamplesSummary,
    Score,
)
from ptmrank_core.results.prediction import prediction_of
from ptmrank_core.results.ranking import rank_result
from tests.plans import plan_of

COUNTS = {"a": 100, "b": 60, "c": 40}


def run(probes: dict[str, float], counts: dict[str, int] = COUNTS, measure: str = "accuracy") -> RunResult:
    """A run of models with these probes; they are ranked in this order."""
    models = tuple(ModelSpec(name, "local", "image", revision="r") for name in ("p", "q", "r"))
    plan = plan_of(models, ("logme",))
    return RunResult(
        plan=plan,
        state=RunState.FINISHED,
        samples=SamplesSummary(200, counts, (), ()),
        cells=tuple(Score(spec.id, "logme", -float(place), 0.1) for place, spec in enumerate(models)),
        outcomes={},
        environment={},
        seconds=1.0,
        findings=tuple(
            Finding("probe", name, ProbeResult(measure, value, (), None, 1.0), 1.0)
            for name, value in probes.items()
        ),
    )


def test_each_probe_gives_an_accuracy_with_its_interval() -> None:
    """The chance is the share of the largest class; the note says what the intervals rest on."""
    result = run({"p": 0.9, "q": 0.8, "r": 0.7})
    found = prediction_of(result, rank_result(result))
    line = load_coefficients()
    assert found.by_model == predict_accuracies({"p": 0.9, "q": 0.8, "r": 0.7}, line, chance=0.5)
    assert (found.measure, found.level) == ("accuracy", 0.9)
    assert found.note == (
        f"Predicted from the linear probes by one line through {line.n_models} models that were fine-tuned on"
        f" {len(line.sets)} recorded sets; the 90% intervals are wide because sets differ."
    )


def test_a_model_whose_probe_is_a_constant_guess_has_none() -> None:
    """Two standard errors above the largest class are needed; the note says how many lack it."""
    result = run({"p": 0.9, "q": 0.56, "r": 0.5})
    found = prediction_of(result, rank_result(result))
    assert set(found.by_model) == {"p"}
    assert found.note.endswith("2 models have none: the linear probe is too close to a constant guess.")


def test_where_no_probe_beats_a_constant_guess_nothing_is_said() -> None:
    """As with permuted labels: no accuracy is promised."""
    result = run({"p": 0.5, "q": 0.45, "r": 0.52})
    found = prediction_of(result, rank_result(result))
    assert (found.measure, found.by_model) == ("", {})
    assert found.note.startswith("No linear probe does clearly better than a constant guess")


@pytest.mark.parametrize("kind", ["regression", "multilabel"])
def test_only_accuracies_are_predicted(kind: str) -> None:
    """Numbers and several labels were never fine-tuned to learn from, and the note says so."""
    result = run({"p": 0.9}, {}, "r2")
    result = replace(result, samples=replace(result.samples, target_kind=kind))
    found = prediction_of(result, rank_result(result))
    assert (found.measure, found.by_model) == ("", {})
    assert found.note.startswith("What fine-tuning will reach can be predicted for classes only")


def test_without_a_probe_the_note_says_what_is_missing() -> None:
    """While the run is at work, or where no probe was asked for."""
    result = run({})
    assert prediction_of(result, rank_result(result)).note == (
        "What fine-tuning will reach is predicted from a linear probe, and none was fitted (yet)."
    )


def test_one_class_has_no_accuracy_to_predict() -> None:
    """Where a constant guess is always right there is nothing to learn."""
    result = run({"p": 1.0}, {"a": 200})
    assert prediction_of(result, rank_result(result)).by_model == {}
