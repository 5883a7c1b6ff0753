"""What a race says, read from its records alone: state, rows, curves, expectations."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ptmrank_core.records import Expectation, Finding, Prediction, Race, RaceParts, RunResult, RunState
from ptmrank_core.results import rank_result
from ptmrank_core.results.phrases import strip_bidi
from ptmrank_core.results.prediction import prediction_of
from ptmrank_core.results.race import (
    RacePhase,
    RaceSoFar,
    expectations_of,
    final_clock,
    race_curves,
    race_of,
    race_problem,
    race_rows,
    race_sentence,
    race_story,
    say_rates,
    say_standing,
    with_race,
)
from tests.results.race.races import MODELS, PARTS, RACES, RUN, dose, raced, standing, used

PHASES = {
    "begun": RacePhase.DOSES,
    "ready": RacePhase.DOSES,
    "heads": RacePhase.DOSES,
    "at work": RacePhase.DOSES,
    "final training": RacePhase.FINAL,
    "decided": RacePhase.DECIDED,
    "time up": RacePhase.DECIDED,
    "near chance": RacePhase.DECIDED,
    "cancelled": RacePhase.BROKEN_OFF,
    "cancelled at once": RacePhase.BROKEN_OFF,
    "cancelled in the final": RacePhase.BROKEN_OFF,
    "final failed": RacePhase.DOSES,
    "refused": RacePhase.REFUSED,
    "all failed": RacePhase.WITHOUT_WINNER,
    "regression": RacePhase.DECIDED,
    "several labels": RacePhase.DECIDED,
}
SENTENCES = {
    "begun": "The race so far: no model is trained yet.",
    "ready": "The race so far: none of 9 models is trained yet.",
    "heads": "The race so far: all 9 models are still in after 15 s; resnet-letters leads.",
    "at work": "The race so far: 3 of 9 models are still in after 112 s; vit-letters leads.",
    "final training": (
        "The race so far: vit-letters is ahead of the other 8 after 112 s and is being trained to the end."
    ),
    "decided": "",
    "cancelled": (
        "After 112 s of the race 3 of 9 models are still in and vit-letters is ahead; the chance that another"
        " model is better by more than a point is 16 %."
    ),
    "cancelled at once": "The race had not trained any model yet.",
    "cancelled in the final": "The race was at the final training of vit-letters, after 112 s.",
    "final failed": "The race so far: 3 of 9 models are still in after 112 s; vit-letters leads.",
    "refused": (
        "The race did not begin. The smallest class, d, has 6 samples; a race needs ten of each class."
    ),
    "all failed": "The race ended without a winner. No model is left that can be trained.",
}


def race(name: str) -> RaceSoFar:
    """The race of one of the runs here."""
    found = race_of(RACES[name])
    assert found is not None
    return found


def test_every_race_is_in_its_phase() -> None:
    """Each of the hand-written races is read as what it is, and all phases are among them."""
    assert {name: race(name).phase for name in RACES} == PHASES
    assert set(PHASES.values()) == set(RacePhase)
    at_work = {name for name in RACES if race(name).is_at_work}
    assert at_work == {"begun", "ready", "heads", "at work", "final training", "final failed"}


def test_a_run_without_a_race_has_none() -> None:
    """Nothing is read from a run that did not race, nor from one whose race failed as a whole."""
    assert race_of(RUN) is None
    assert race_problem(RUN) == ""
    failed = replace(RUN, findings=(*RUN.findings, Finding(Race.KIND, "", None, 1.0, "The disk is full.")))
    assert race_of(failed) is None
    assert race_problem(failed) == "The disk is full."


@pytest.mark.parametrize("name", SENTENCES)
def test_the_state_is_said_in_a_sentence(name: str) -> None:
    """Who is in, who leads, how far it came, or why there is none; nothing once it is decided."""
    assert strip_bidi(race_sentence(race(name))) == SENTENCES[name]


def test_the_standing_of_a_decided_race_names_the_winner() -> None:
    """It says among how many and in what time."""
    assert strip_bidi(say_standing(race("decided"))) == "vit-letters came out ahead of the other 8, in 3 min"


def test_numbers_of_models_are_said_in_the_singular_too() -> None:
    """One of two, one of one."""
    done = [dose(0, "x", "head", 0.8)]
    for others, said in ([standing("y", 0.5, 0.0, "Behind.")], "1 of 2 models is"), ([], "the only model is"):
        record = Race(PARTS, (standing("x", 0.9, 1.0), *others), 60.0, 4.0, 0.01, leader="x")
        found = race_of(raced(RUN, record, done, state=RunState.RUNNING))
        assert found is not None
        assert strip_bidi(say_standing(found)) == f"{said} still in after 4.0 s; x leads"


def test_the_time_left_counts_down_to_nothing() -> None:
    """It is the limit less what was used, never below 0."""
    assert race("at work").seconds_left == 600.0 - used(race("at work").doses)
    late = replace(race("at work"), race=replace(race("at work").race, seconds_used=700.0))
    assert late.seconds_left == 0.0


def test_the_rows_are_the_standings_with_what_was_trained() -> None:
    """Order, standing and reason are those of the race; value, passes and seconds those of the doses."""
    rows = race_rows(race("at work"))
    assert [row.model for row in rows] == [own.model for own in race("at work").race.standings]
    assert [row.standing for row in rows] == ["leads", "in", "in", *["out"] * 6]
    first, *_, last = rows
    assert (first.n_doses, first.stage, first.value, first.standard_error) == (3, "full", 0.8 + 0.15, 0.03)
    assert first.passes == 2.0 / 2 + 4.0
    assert first.seconds == 4.0 + 8.0 + 24.0
    assert first.expected is not None
    assert (first.expected.value, first.expected.low) == (pytest.approx(0.96), pytest.approx(0.92))
    assert (last.n_doses, last.stage, last.value, last.passes) == (1, "head", None, 0.0)
    assert last.reason == "Training failed: The file is empty."
    assert last.is_out


def test_the_winner_is_told_from_a_leader() -> None:
    """It has won only when the final training is there; the final dose is not one that compares models."""
    assert race_rows(race("final training"))[0].standing == "leads"
    assert race_rows(race("decided"))[0].standing == "won"
    failed = race_rows(race("final failed"))[0]
    assert (failed.standing, failed.n_doses, failed.stage) == ("leads", 3, "full")
    assert failed.reason == "The final training failed: Memory ran out."


def test_a_failed_dose_leaves_the_value_before_it() -> None:
    """A model whose second dose fails keeps what its first gave, and says why."""
    done = [dose(0, "x", "head", 0.8), dose(1, "x", "part", None, epochs=0.0, problem="Memory ran out.")]
    found = race_of(raced(RUN, Race(PARTS, (standing("x", 0.9, 1.0),), 60.0, 8.0, leader="x"), done))
    assert found is not None
    (row,) = race_rows(found)
    assert (row.value, row.n_doses, row.reason, row.passes) == (0.8, 2, "Memory ran out.", 0.0)
    (curve,) = race_curves(found)
    assert [point.value for point in curve.points] == [0.8]


def test_the_curves_run_on_the_clock_of_the_race() -> None:
    """Points stand where they were measured: after all doses before, within their own by its passes."""
    curves = {curve.model: curve for curve in race_curves(race("at work"))}
    assert list(curves) == [MODELS[1], MODELS[0], *MODELS[2:8]]
    points = curves["vit-letters"].points
    heads = [3.0 + place % 3 for place in range(8)]
    before_part = sum(heads) + 1.0 + 8.0
    before_full = sum(heads) + 1.0 + 4 * 8.0
    in_part, in_full = [before_part + 4, before_part + 8], [before_full + 6 * epoch for epoch in (1, 2, 3, 4)]
    assert [point.clock for point in points] == pytest.approx([sum(heads[:2]), *in_part, *in_full])
    assert [point.passes for point in points] == pytest.approx([0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0])
    assert [point.seconds for point in points] == pytest.approx([4.0, 8.0, 12.0, 18.0, 24.0, 30.0, 36.0])
    assert [point.stage for point in points] == ["head", "part", "part", *["full"] * 4]
    assert points[-1].value == 0.8 + 0.15
    assert [point.clock for point in points] == sorted(point.clock for point in points)


def test_a_dose_that_goes_on_adds_only_its_own_passes() -> None:
    """Passes count all doses of a stage, so the second full dose of four starts at two."""
    done = [
        dose(0, "x", "full", 0.8, epochs=2.0, curve=((1.0, 0.7), (2.0, 0.8)), seconds=10.0),
        dose(1, "x", "full", 0.9, epochs=4.0, curve=((3.0, 0.85), (4.0, 0.9)), seconds=20.0),
    ]
    found = race_of(raced(RUN, Race(PARTS, (standing("x", 0.9, 1.0),), 60.0, 30.0, leader="x"), done))
    assert found is not None
    (curve,) = race_curves(found)
    assert [(point.passes, point.clock) for point in curve.points] == [(1, 5), (2, 10), (3, 20), (4, 30)]
    assert race_rows(found)[0].passes == 4.0


def test_a_race_that_goes_on_after_its_end_keeps_its_clock() -> None:
    """With more time given, the former final training took its seconds, and the last one is the end."""
    done = [
        dose(0, "x", "head", 0.8, seconds=2.0),
        dose(1, "x", "final", 0.9, epochs=6.0, seconds=30.0),
        dose(2, "x", "part", 0.85, epochs=2.0, seconds=8.0),
    ]
    race_ = Race(PARTS, (standing("x", 0.9, 1.0),), 100.0, 40.0, leader="x")
    found = race_of(raced(RUN, race_, done, state=RunState.RUNNING))
    assert found is not None
    assert found.phase is RacePhase.DOSES
    assert [dose.number for dose in found.trainings] == [0, 1, 2]
    assert [point.clock for point in race_curves(found)[0].points] == [2.0, 40.0]
    ended = race_of(raced(RUN, race_, [*done, dose(3, "x", "final", 0.9, epochs=6.0, seconds=20.0)]))
    assert ended is not None
    assert final_clock(ended) == 60.0


def test_a_race_that_has_just_been_asked_for_says_so() -> None:
    """Before the samples are parted there are no models and no numbers to tell."""
    asked = race_of(raced(RUN, Race(RaceParts(0, 0, 0, 0), (), 60.0, 0.0), state=RunState.RUNNING))
    assert asked is not None
    assert (asked.phase, race_rows(asked), race_curves(asked)) == (RacePhase.DOSES, (), ())
    assert race_story(asked) == ("No model is trained yet.",)


def test_doses_are_read_in_their_order() -> None:
    """The findings of a store may come in any order."""
    mixed = replace(RACES["at work"], findings=RACES["at work"].findings[::-1])
    assert race_of(mixed) == race("at work")


def test_the_race_knows_more_than_the_predictor() -> None:
    """What its doses show takes the place of what was predicted; a model it knows nothing of keeps that."""
    result = RACES["at work"]
    ranking = rank_result(result)
    before, now = prediction_of(result, ranking), expectations_of(result, ranking)
    own = {standing.model: standing.expected for standing in race("at work").race.standings}
    assert own["regnet-fonts"] is None
    assert {model: now.by_model[model] for model in MODELS[:8]} == {model: own[model] for model in MODELS[:8]}
    assert now.by_model["regnet-fonts"] == before.by_model["regnet-fonts"]
    assert now.note.startswith("After 15 doses of real training in the race")


@pytest.mark.parametrize("name", ["begun", "ready", "refused", "all failed"])
def test_before_its_first_value_a_race_expects_nothing(name: str) -> None:
    """What is predicted stays as it is until a dose gave a value."""
    result = RACES[name]
    assert expectations_of(result, rank_result(result)) == prediction_of(result, rank_result(result))


def test_what_was_predicted_under_another_measure_is_left_out() -> None:
    """Shares of accuracy never stand beside shares of precision."""
    found = with_race(Prediction("accuracy", by_model={"z": Expectation(0.9, 0.8, 1.0)}), race("regression"))
    assert found.measure == "r2"
    assert "z" not in found.by_model


def test_the_story_of_a_decided_race_ends_with_what_it_reaches() -> None:
    """Samples, who came out ahead, how sure that is, the final training, and the notes of the race."""
    assert tuple(map(strip_bidi, race_story(race("decided")))) == (
        "360 samples are trained on, 120 choose between the models, and 120 judge the winner alone.",
        "vit-letters came out ahead of the other 8, in 3 min.",
        "The chance that another model is better by more than a point is 6 %.",
        (
            "After its final training (480 samples, 6 passes) vit-letters reaches 95.0 % (90 % interval: 90.0"
            " to 98.0 %) on 120 held-out samples."
        ),
        "Peak learning rates of 0.00005 and 0.0001 were tried.",
    )
    assert "The time that is left is needed for the final training of vit-letters." in race_story(
        race("time up")
    )


def with_state(name: str, state: RunState) -> RunResult:
    """A race in another state of its run."""
    return replace(RACES[name], state=state)


def test_an_error_breaks_a_race_off_as_cancelling_does() -> None:
    """What is known stays known."""
    found = race_of(with_state("at work", RunState.FAILED))
    assert found is not None
    assert found.phase is RacePhase.BROKEN_OFF
    assert strip_bidi(race_sentence(found)) == SENTENCES["cancelled"]


def test_trials_of_other_rates_take_time_and_are_told_but_compare_no_models() -> None:
    """Curves, rows and the doses that are counted are those without them; the clock of the final is later."""
    decided = RACES["decided"]
    plain, before = race_of(decided), decided.contents(Race)[""]
    assert plain is not None
    trials = [
        replace(dose(15 + place, MODELS[1], "full", value, epochs=4.0, seconds=20.0), rate=rate)
        for place, (rate, value) in enumerate(((2.0, 0.9), (0.5, 0.99)))
    ]
    final = replace(
        dose(17, MODELS[1], "final", 0.95, epochs=6.0, seconds=60.0), rate=0.5, learning_rate=5e-5
    )
    tried = race_of(raced(RUN, before, (*plain.doses, *trials, final)))
    assert tried is not None
    assert (tried.doses, tried.trials) == (plain.doses, tuple(trials))
    assert [own.number for own in tried.trainings] == list(range(18))
    assert race_rows(tried) == race_rows(plain)
    assert race_curves(tried) == race_curves(plain)
    assert final_clock(tried) == final_clock(plain) + 40
    assert say_rates(plain) == ""
    assert say_rates(tried) == (
        "3 peak learning rates were tried with it (the usual one, twice the usual one, half the usual one); "
        "the final training took half the usual one, 5e-05."
    )
    assert race_story(tried)[-2] == say_rates(tried)
