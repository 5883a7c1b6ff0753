"""Who ranks the candidates as training does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import kendalltau
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ptmrank_core.errors import InputError
from ptmrank_core.lessons import (
    KNOBS,
    Candidate,
    Opinion,
    Scene,
    Task,
    Training,
    cheap_metrics,
    compare,
    compare_views,
    headline,
    make_world,
    score_candidate,
    slow_metrics,
    sweep,
    sweep_points,
    train,
)
from ptmrank_core.lessons.comparison import best_of_training, leaders
from ptmrank_core.metrics import METRICS, compute, default_metrics, prepare_inputs
from ptmrank_core.records import MetricOutput

FEW = Task(n_per_class=20)


def trained(*n_right: int) -> dict[str, Training]:
    """Candidates that tell their first so many of 1,000 fresh samples right."""
    found = {}
    for name, count in zip("ABCD", n_right, strict=False):
        found[name] = Training(count / 1_000, np.arange(1_000) < count, (0,), (count / 1_000,))
    return found


def opinions(**values: float) -> dict[str, Opinion]:
    """Candidates with a score under one metric, of which higher is better."""
    return {name: Opinion({"hscore": MetricOutput(value)}, {}, value) for name, value in values.items()}


def test_every_metric_is_cheap_or_slow_by_its_own_facts() -> None:
    """None is both; the slow ones took longest when they were measured."""
    assert sorted((*cheap_metrics(), *slow_metrics())) == sorted(default_metrics())
    longest = max(METRICS[name].measured_seconds for name in cheap_metrics())
    assert longest < min(METRICS[name].measured_seconds for name in slow_metrics())


def test_scores_are_those_of_the_metrics_on_the_world() -> None:
    """Each is what the metric gives for the same arrays; all apply."""
    opinion = score_candidate(FEW, Candidate())
    inputs = prepare_inputs(**make_world(FEW, Candidate()).arrays)
    assert opinion.problems == {}
    assert {name: own.value for name, own in opinion.outputs.items()} == {
        name: compute(name, inputs).value for name in default_metrics()
    }


def test_the_probe_is_what_scikit_learn_reaches_out_of_fold() -> None:
    """Five folds of logistic regression in scikit-learn come to the same accuracy, to three points."""
    task = Task(n_per_class=200)
    world = make_world(task, Candidate())
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000))
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    expected = cross_val_score(model, world.arrays["embeddings"], world.arrays["labels"], cv=folds).mean()
    assert score_candidate(task, Candidate(), ()).accuracy == pytest.approx(expected, abs=0.03)


def test_copies_that_are_torn_apart_leak() -> None:
    """Wide features of few originals: the probe guesses, unless it has seen copies of its tests."""
    task, candidate = Task(n_per_class=60, n_copies=6), Candidate(separation=0.0, n_noise_features=60)
    opinion = score_candidate(task, candidate, ())
    assert opinion.leaky_accuracy is not None
    assert opinion.accuracy is not None
    assert opinion.leaky_accuracy > 0.95
    assert opinion.accuracy < 0.6
    single = score_candidate(replace(task, n_copies=1), candidate, ())
    assert single.leaky_accuracy == single.accuracy


def test_a_model_without_a_head_has_reasons_instead_of_scores() -> None:
    """What needs its source classes says so; everything else has a score."""
    opinion = score_candidate(FEW, Candidate(head=None))
    source = {"source_logits", "source_embeddings"}
    needing = {name for name in default_metrics() if METRICS[name].needs & source}
    assert set(opinion.problems) == needing
    assert set(opinion.outputs) == set(default_metrics()) - needing
    assert all("not there for this model" in why for why in opinion.problems.values())


def test_training_names_those_that_fresh_samples_do_not_tell_apart() -> None:
    """Of 1,000 samples 40 more right is certain, 3 more is not, whatever order the candidates come in."""
    assert best_of_training(trained(900, 860)) == ("A",)
    assert best_of_training(trained(897, 900)) == ("A", "B")
    assert best_of_training(trained(900, 860, 899)) == ("A", "C")
    assert best_of_training(trained(700)) == ("A",)


def test_a_metric_agrees_where_it_puts_first_what_training_does() -> None:
    """The right candidate alone agrees; another one, or a tie with it, does not, unless training ties too."""
    truth = trained(700, 900)
    for values, first, verdict in (
        ({"A": 0.1, "B": 0.4}, ("B",), "agrees"),
        ({"A": 0.5, "B": 0.4}, ("A",), "disagrees"),
        ({"A": 0.4, "B": 0.4}, ("A", "B"), "disagrees"),
    ):
        view = compare_views(opinions(**values), truth).views["hscore"]
        assert (view.first, view.verdict, view.tau) == (first, verdict, None)
    tied = compare_views(opinions(A=0.4, B=0.4), trained(900, 900)).views["hscore"]
    assert tied.verdict == "agrees"


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (2.0, (0, 1)),
        (2.0 * (1 - 5e-10), (0, 1)),
        (2.0 * (1 - 2e-9), (0,)),
        (2.0 * (1 + 2e-9), (1,)),
        (-2.0, (0,)),
    ],
)
@pytest.mark.parametrize("scale", [1.0, 1e9])
def test_scores_that_differ_by_rounding_alone_are_the_same(
    second: float, expected: tuple[int, ...], scale: float
) -> None:
    """Nobody leads by less than 1e-9 of the score."""
    assert leaders({0: 2.0 * scale, 1: second * scale}) == expected


def test_scores_near_zero_are_the_same_by_their_distance() -> None:
    """Below 1 it is 1e-9 itself: a part of nearly nothing would tell round-off apart."""
    assert leaders({"a": 1e-12, "b": -1e-10}) == ("a", "b")
    assert leaders({"a": 1e-12, "b": -2e-9}) == ("a",)


def test_what_is_not_known_of_all_candidates_decides_nothing() -> None:
    """A reason for one of them leaves a metric undecided, training that lacks one leaves all so."""
    known = opinions(A=0.1, B=0.4)
    lacking = known | {"B": Opinion({}, {"hscore": "It has no head."})}
    assert compare_views(lacking, trained(700, 900)).views["hscore"].verdict == "undecided"
    early = compare_views(known, {"A": trained(700)["A"]})
    assert early.best == ()
    assert early.views["hscore"].first == ("B",)
    assert early.views["hscore"].verdict == "undecided"
    pending = compare_views(known | {"B": Opinion({}, {})}, trained(700, 900))
    assert "hscore" not in pending.views


def test_of_more_than_two_kendalls_tau_is_scipys() -> None:
    """It is tau-b with the accuracies."""
    values, truth = {"A": 0.3, "B": 0.1, "C": 0.2, "D": 0.2}, trained(900, 500, 700, 600)
    view = compare_views(opinions(**values), truth).views["hscore"]
    expected = kendalltau(list(values.values()), [own.accuracy for own in truth.values()]).statistic
    assert view.tau == pytest.approx(expected)


def test_a_scene_is_compared_by_its_parts() -> None:
    """Accuracies are those of training each candidate, values those of scoring it where none are joined."""
    scene = Scene(FEW, (Candidate("A"), Candidate("B", separation=4.0)))
    found = compare(scene)
    assert found.accuracies == {own.name: train(FEW, own).accuracy for own in scene.candidates}
    assert found.best == ("B",)
    scored = {own.name: score_candidate(FEW, own).outputs for own in scene.candidates}
    plain = [metric for metric in found.views if METRICS[metric].combine is None]
    for metric in plain:
        expected = {name: outputs[metric].value for name, outputs in scored.items()}
        assert dict(found.views[metric].values) == expected
    assert set(found.views) == set(default_metrics())
    assert found.n_decided == len(found.views)
    assert found.n_agreeing == sum(view.verdict == "agrees" for view in found.views.values())
    assert found.probe.verdict == "agrees"


@pytest.mark.parametrize("names", ["", "AA", "ABCDE"])
def test_one_to_four_candidates_with_different_names(names: str) -> None:
    """None, two of one name, and five are refused."""
    candidates = tuple(Candidate(name) for name in names)
    with pytest.raises(InputError, match="expected one to 4 with different names"):
        compare(Scene(FEW, candidates))


def test_the_headline_says_who_is_first_and_who_agrees() -> None:
    """A winner, a tie of two of three, a tie of all, one alone, and metrics still to come."""
    both = compare_views(opinions(A=0.5, B=0.4), trained(940, 880))
    assert headline(both) == "Training puts A first (94 % against 88 %); 1 of 1 metrics agrees."
    assert headline(both, 3) == "Training puts A first (94 % against 88 %); so far 1 of 1 metrics agree."
    tied = compare_views(opinions(A=0.5, B=0.4), trained(880, 880))
    assert headline(tied) == (
        "Training cannot tell A and B apart (88 % and 88 %); 1 of 1 metrics prefer one all the same."
    )
    three = compare_views(opinions(A=0.5, B=0.4, C=0.9), trained(880, 880, 500))
    assert headline(three) == (
        "Training cannot tell A and B apart (88 % and 88 % against 50 %); 0 of 1 metrics agree."
    )
    lacking = opinions(A=0.5, B=0.4) | {"B": Opinion({}, {"hscore": "It has no head."})}
    assert headline(compare_views(lacking, trained(940, 880))).endswith(
        "0 of 0 metrics agree, 1 cannot score all of them."
    )
    assert headline(compare_views(opinions(A=0.5), trained(940))) == (
        "Trained, A is right on 94 % of fresh samples: add a candidate to compare it."
    )


@pytest.mark.parametrize("knob", KNOBS)
def test_a_sweep_moves_one_setting_alone(knob: str) -> None:
    """Its points differ from the scene in this setting only, at the values that it names, ascending."""
    task, candidate = Task(n_per_class=20, seed=5), Candidate("B", separation=1.0)
    is_of_task = KNOBS[knob].whose == "task"
    points = sweep_points(task, candidate, knob)
    at = tuple(getattr(one if is_of_task else other, knob) for one, other in points)
    assert at == KNOBS[knob].sweep == tuple(sorted(set(at)))
    start = {knob: getattr(task if is_of_task else candidate, knob)}
    for one, other in points:
        back = (replace(one, **start), other) if is_of_task else (one, replace(other, **start))
        assert back == (task, candidate)
        make_world(one, other)


def test_a_sweep_is_the_scores_of_its_scenes() -> None:
    """What a metric, the probe and training have at a value is what they say in that scene."""
    curves = sweep(FEW, Candidate(), "scale")
    for place, (task, candidate) in enumerate(sweep_points(FEW, Candidate(), "scale")):
        opinion = score_candidate(task, candidate)
        assert curves.probed[place] == opinion.accuracy
        assert curves.trained[place] == train(task, candidate).accuracy
        assert {name: values[place] for name, values in curves.values.items()} == {
            name: own.value for name, own in opinion.outputs.items()
        }
