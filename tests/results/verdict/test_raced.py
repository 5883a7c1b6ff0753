"""A race decides as soon as its winner is trained to the end, and not before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ptmrank_core.records import Finding, Race, RunResult, RunState, VerdictKind
from ptmrank_core.results.phrases import strip_bidi
from ptmrank_core.results.race import race_of, race_sentence
from tests.results.race.races import RACES, RUN, dose, raced, standing
from tests.results.verdict.runs import said, sure, trained, with_truth

COMPARED = (
    "8 of 9 models were compared by training; the held-out samples served neither training nor choosing, so"
    " picking the best of many does not flatter the value."
)
HEADLINE = (
    "Take vit-letters: fine-tuned, it reaches 95.0 % (90 % interval: 90.0 to 98.0 %) on 120 held-out samples."
)
NEAR_CHANCE = (
    "The race found no model that is better than a constant guess 25.0 %: the best, vit-letters, reaches"
    " 28.0 % (90 % interval: 23.0 to 31.0 %) on 120 held-out samples."
)
UNDECIDED = [
    *("begun", "ready", "heads", "at work", "final training", "cancelled", "cancelled at once"),
    *("cancelled in the final", "final failed", "refused", "all failed"),
]


def test_the_winner_is_the_answer() -> None:
    """Who won, its value with an interval, on and among how many, how sure that is, and what is next."""
    verdict, sentences = said(RACES["decided"])
    assert (verdict.kind, verdict.models) == (VerdictKind.TRAINED, ("vit-letters",))
    assert sentences == (
        HEADLINE,
        COMPARED,
        "The chance that another model is better by more than a point is 6 %.",
        "Save the trained model: it can be used as it is, and trained further.",
    )
    assert (verdict.measure, verdict.chance, verdict.expected) == ("accuracy", 0.25, None)
    assert dict(verdict.reached) == {"vit-letters": pytest.approx(0.95)}


def test_a_race_that_ran_out_of_time_says_so() -> None:
    """Where the chance is still 10 % or more, why no more was done follows it, and how to be surer."""
    _, sentences = said(RACES["time up"])
    assert sentences[2:] == (
        "The chance that another model is better by more than a point is 23 %.",
        "The time that is left is needed for the final training of vit-letters.",
        "Save the trained model and use it, or race again with more time to be surer.",
    )


def test_a_winner_near_a_constant_guess_is_no_choice() -> None:
    """An interval that holds the constant guess names no model, as with other trainings."""
    verdict, sentences = said(RACES["near chance"])
    assert (verdict.kind, verdict.models) == (VerdictKind.TRAINED, ())
    assert sentences == (
        NEAR_CHANCE,
        COMPARED,
        "Choose candidates that were trained on data closer to yours, or label more samples.",
    )


@pytest.mark.parametrize(
    ("name", "value", "chance"),
    [
        ("regression", "R² 0.75 (90 % interval: 0.70 to 0.78)", 0.0),
        ("several labels", "average precision 0.85 (90 % interval: 0.80 to 0.88)", 0.25),
    ],
)
def test_numbers_and_several_labels_are_decided_alike(name: str, value: str, chance: float) -> None:
    """Their measure is named, and a point is a hundredth."""
    verdict, sentences = said(RACES[name])
    assert sentences[0] == f"Take vit-letters: fine-tuned, it reaches {value} on 120 held-out samples."
    assert sentences[2] == "The chance that another model is better by more than 0.01 is 6 %."
    assert (verdict.kind, verdict.chance) == (VerdictKind.TRAINED, chance)


@pytest.mark.parametrize("name", UNDECIDED)
def test_the_headline_waits_for_the_final_training(name: str) -> None:
    """Before that the answer stays that of the ranking, with one sentence of the race more."""
    result = RACES[name]
    verdict, sentences = said(result)
    before, without = said(replace(RUN, state=result.state))
    assert (verdict.kind, verdict.models, sentences[0]) == (before.kind, before.models, without[0])
    found = race_of(result)
    assert found is not None
    assert sentences.count(strip_bidi(race_sentence(found))) == 1
    assert sum("race" in sentence for sentence in sentences[:-1]) == 1


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("at work", "Wait for the end of the race: it trains the models that may be the best."),
        ("cancelled", "Resume the run: the race goes on where it stopped."),
        ("final failed", "Wait for the end of the race: it trains the models that may be the best."),
        ("all failed", "Mend what failed, and run the race again."),
    ],
)
def test_the_next_step_is_that_of_the_race(name: str, step: str) -> None:
    """To wait, to resume, or to mend; nobody is told to train by hand what is being trained."""
    verdict, sentences = said(RACES[name])
    assert (verdict.next_step, sentences[-1]) == (step, step)


def test_a_refused_race_changes_nothing_but_says_why() -> None:
    """Every other sentence is that of the run without it."""
    with_race, without = said(RACES["refused"])[1], said(RUN)[1]
    reason = "The race did not begin. The smallest class, d, has 6 samples; a race needs ten of each class."
    assert [sentence for sentence in with_race if sentence != reason] == list(without)
    assert reason in with_race


def test_a_race_that_failed_as_a_whole_says_why() -> None:
    """The problem of the finding is in the answer."""
    failed = replace(RUN, findings=(*RUN.findings, Finding(Race.KIND, "", None, 1.0, "The disk is full.")))
    assert "The race failed: The disk is full." in said(failed)[1]


def test_after_a_race_the_scores_do_not_say_how_sure_they_are() -> None:
    """There is one statement of certainty: that of the training, once it has ended with some behind it."""
    probability = "By these scores it is the best of the 9 with a probability of 95 %."
    for name in ("at work", "final failed", "cancelled at once", "refused", "all failed"):
        assert probability in said(RACES[name])[1], name
    for name in ("cancelled", "cancelled in the final", "decided"):
        assert probability not in said(RACES[name])[1], name


def test_what_is_expected_is_what_the_race_expects() -> None:
    """The sentence on fine-tuning and the data of the verdict are those of the standings."""
    verdict, sentences = said(RACES["at work"])
    assert verdict.expected is not None
    assert verdict.expected.value == pytest.approx(0.93)
    assert "Fine-tuned, resnet-letters is expected to reach 93 % (90 % interval: 89 to 96 %)." in sentences


def test_a_decided_race_outranks_other_trainings() -> None:
    """Models trained one by one and imported results come after a race, and before one at work."""
    values = {"resnet-letters": 0.99, "bit-photos": 0.97}
    for other in (trained(RACES["decided"], values), with_truth(RACES["decided"], values)):
        assert said(other)[0].models == ("vit-letters",)
    working = trained(RACES["at work"], values)
    verdict, sentences = said(working)
    assert verdict.models == ("resnet-letters",)
    assert sentences[0].startswith("You trained two models: resnet-letters did best")
    assert "The race so far: 3 of 9 models are still in after 112 s; vit-letters leads." in sentences


def test_a_race_decides_though_the_probes_are_near_chance() -> None:
    """Real training outranks every other evidence."""
    from_nothing: RunResult = replace(RACES["decided"], cells=())
    assert said(from_nothing, sure(replace(RUN, cells=RUN.cells)))[0].models == ("vit-letters",)


def test_a_run_that_is_resumed_stays_decided() -> None:
    """Later analyses at work do not take the answer back."""
    assert said(replace(RACES["decided"], state=RunState.RUNNING))[0].kind is VerdictKind.TRAINED


def test_models_that_were_never_trained_are_told_as_probed() -> None:
    """A race that trains two of nine says that the others were compared by their probes alone."""
    decided = race_of(RACES["decided"])
    assert decided is not None
    few = [own for own in decided.doses if own.model in {"vit-letters", "resnet-letters"}]
    assert said(raced(RUN, decided.race, few))[1][1].startswith(
        "8 of 9 models were compared, 2 by training and 6 by linear probes alone; the held-out samples served"
    )


def test_a_race_of_one_says_that_nothing_was_compared() -> None:
    """A value without company is told as one, with no chance of another."""
    final = race_of(RACES["decided"])
    assert final is not None
    record = replace(final.race, standings=(standing("vit-letters", 0.9, 1.0),))
    sentences = said(raced(RUN, record, [dose(0, "vit-letters", "head", 0.8)]))[1]
    assert sentences[1:] == (
        "No other model could be compared; the held-out samples served no training.",
        "Save the trained model: it can be used as it is, and trained further.",
    )
