"""What a race believes of models whose worth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ptmrank_core.benchmark.race.beliefs import Beliefs, Runner, standings
from ptmrank_core.benchmark.race.runners import RaceFacts, passes_to, planned_epochs, progress
from ptmrank_core.prediction import load_coefficients, predict_accuracies
from ptmrank_core.records import RaceStanding
from tests.benchmark.race.made_up import FACTS, dose, runner


def standing(beliefs: Beliefs, model: str) -> RaceStanding:
    """What is believed of one model."""
    return next(own for own in beliefs.standings if own.model == model)


def width(beliefs: Beliefs, model: str) -> float:
    """Width of its interval."""
    expected = standing(beliefs, model).expected
    assert expected is not None
    return expected.high - expected.low


def test_before_any_dose_models_stand_as_their_probes_do() -> None:
    """The expectations are those of the prediction from probes; the best probe leads, by no certainty."""
    probes = {"a": 0.7, "b": 0.9, "c": 0.8}
    found = standings([runner(model, probe) for model, probe in probes.items()], FACTS)
    assert [own.model for own in found.standings] == ["b", "c", "a"]
    assert found.leader == "b"
    predicted = predict_accuracies(probes, load_coefficients(), chance=0.1)
    for model in probes:
        expected = standing(found, model).expected
        assert expected is not None
        assert expected.value == pytest.approx(predicted[model].value)
        assert width(found, model) == pytest.approx(predicted[model].high - predicted[model].low, rel=0.1)
    assert found.chance_other is not None
    assert 0.1 < found.chance_other < 0.5
    assert sum(own.chance_best for own in found.standings) == pytest.approx(1.0)


def test_doses_overrule_the_probes() -> None:
    """After equal doses the model that reached more leads, and both intervals are narrower."""
    before = standings([runner("a", 0.8), runner("b", 0.85)], FACTS)
    after = standings([runner("a", 0.8, {4: 0.9}), runner("b", 0.85, {4: 0.8})], FACTS)
    assert (before.leader, after.leader) == ("b", "a")
    assert width(after, "a") < width(before, "a")
    assert width(after, "b") < width(before, "b")


def test_longer_doses_make_surer() -> None:
    """The same two values mean the more, the later they were reached."""
    chances = [
        standings([runner("a", 0.8, {epochs: 0.85}), runner("b", 0.8, {epochs: 0.8})], FACTS).chance_other
        for epochs in (1, 4, 8)
    ]
    assert chances == sorted(chances, reverse=True)


def test_what_all_doses_share_decides_nothing() -> None:
    """Where every model starts far from its end, all expectations fall, and the leader stays."""
    probes = {"a": 0.7, "b": 0.9, "c": 0.8}
    slow = {"a": 0.3, "b": 0.5, "c": 0.4}
    found = standings([runner(model, probe, {1: slow[model]}) for model, probe in probes.items()], FACTS)
    assert [own.model for own in found.standings] == ["b", "c", "a"]
    expected = standing(found, "b").expected
    assert expected is not None
    assert expected.value > 0.6


def test_a_model_that_cannot_win_is_out_with_figures() -> None:
    """The sentence says what is expected of it, after what, and how likely it is to be better."""
    weak = runner("weak", 0.3, {1: 0.3, 8: 0.35})
    found = standings([runner("good", 0.9, {8: 0.95}), weak, runner("bad", 0.2)], FACTS)
    assert [own.is_out for own in found.standings] == [False, True, True]
    told = standing(found, "weak")
    assert told.expected is not None
    low, value, high = (
        f"{100 * own:.1f} %" for own in (told.expected.low, told.expected.value, told.expected.high)
    )
    assert told.reason == (
        f"After 8 passes it is expected to reach {value} ({low} to {high}): its chance to be better than "
        "\u2068good\u2069 by more than a point is under 0.1 %."
    )
    assert standing(found, "bad").reason.startswith("By its linear probe it is expected to reach ")


def test_a_model_that_fails_is_out_with_its_reason() -> None:
    """Before training and in training; where every model failed there is no leader."""
    refused = replace(runner("x", 0.9), failed="It is a Python function.")
    broken = replace(runner("y", 0.9), doses=(dose("y", 1, None, problem="Not enough memory."),))
    found = standings([runner("a", 0.8), refused, broken], FACTS)
    assert found.leader == "a"
    assert [(own.model, own.expected, own.is_out, own.reason) for own in found.standings[1:]] == [
        ("x", None, True, "It is a Python function."),
        ("y", None, True, "Not enough memory."),
    ]
    none = standings([refused, broken], FACTS)
    assert (none.leader, none.chance_other, none.posterior) == ("", None, None)
    assert [own.model for own in none.standings] == ["x", "y"]


def test_the_same_race_is_believed_the_same() -> None:
    """Nothing is left to chance but what the seed of the parts draws."""
    runners = [runner("a", 0.8, {1: 0.7}), runner("b", 0.85), runner("c", 0.84, {1: 0.8, 2: 0.82})]
    assert standings(runners, FACTS) == standings(runners, FACTS)


def test_losses_of_the_same_samples_pair_the_models() -> None:
    """Two models that err on the same samples are told apart better than two that err anywhere."""
    rng = np.random.default_rng(0)
    hard = np.array([1.0] * 24 + [0.0] * 96)
    better = np.where(np.arange(120) < 12, 0.0, hard)
    apart = rng.permutation(hard)

    def chance(losses: np.ndarray) -> float:
        doses = {"a": tuple(better.tolist()), "b": tuple(losses.tolist())}
        runners = [
            Runner(model, 0.8, 1.0, (dose(model, 8, 1 - float(np.mean(own)), losses=own),))
            for model, own in doses.items()
        ]
        found = standings(runners, FACTS)
        assert found.leader == "a"
        assert found.chance_other is not None
        return found.chance_other

    assert chance(hard) < 0.7 * chance(apart)


def test_without_a_probe_nearly_nothing_is_known() -> None:
    """Its interval is wider than that of a model with a probe; a value of a head counts as one."""
    head = replace(runner("h", None), doses=(dose("h", 0, 0.8, stage="head"),))
    found = standings([runner("a", 0.8), runner("b", None), head], FACTS)
    assert width(found, "b") > 1.2 * width(found, "a")
    assert width(found, "h") == pytest.approx(width(found, "a"), rel=1e-6)


def test_numbers_are_known_less_well_than_classes() -> None:
    """No predictor was fitted to R2, which may be negative as well."""
    facts = replace(FACTS, measure="r2", chance=0.0)
    runners = [runner("a", 0.6), runner("b", -0.2)]
    found = standings(runners, facts)
    assert found.leader == "a"
    assert width(found, "a") > width(standings(runners, replace(facts, measure="accuracy")), "a")


def test_progress_counts_samples() -> None:
    """Two passes over half of the samples are one over all of them, of eight."""
    half = replace(dose("a", 2, 0.5, stage="part"), n_train=180)
    assert progress(half, FACTS) == pytest.approx(1 / 8)
    assert progress(dose("a", 20, 0.5), FACTS) == 1.0


def test_few_samples_are_passed_over_more_often() -> None:
    """The final training sees about as many samples whatever their number, within limits."""
    assert [planned_epochs(count) for count in (50, 600, 100_000)] == [30, 10, 3]
    assert RaceFacts("accuracy", 0.1, FACTS.parts).final_epochs == planned_epochs(480)
    assert [passes_to(step, 30) for step in (1 / 16, 1 / 4, 1.0)] == [2.0, 8.0, 30.0]
    assert [passes_to(step, 3) for step in (1 / 16, 1 / 8, 1 / 4)] == [0.25, 0.5, 0.75]
    assert FACTS.doses == (0.5, 1.0, 2.0, 4.0, 8.0)
