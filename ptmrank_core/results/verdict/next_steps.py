"""What would make the answer surer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ptmrank_core.results.learning_curve import SETTLED, UNSETTLED
from ptmrank_core.results.phrases import bidi_isolate
from ptmrank_core.results.race import RacePhase
from ptmrank_core.results.verdict.facts import Facts
from ptmrank_core.results.verdict.rules import Decision, Reason, is_above_chance
from ptmrank_core.results.verdict.words import name_some, say_expectation

__all__ = ["next_step"]

# The best of the three to train loses nothing to the best of all (mean over four sets that are not near the
# ceiling; 0.1 points where samples are few), that of the first three of the order 0.4: all of it by one model
# of one set, and there within the errors of the accuracies.
N_TO_TRAIN = 3


def next_step(decision: Decision, facts: Facts) -> str:
    """Say what to do next, in one sentence."""
    if (step := _of_race(decision, facts)) is not None:
        return step
    if decision.reason in STEPS:
        return STEPS[decision.reason]
    return STEPS_FOR_MODELS[decision.reason](decision, facts)


def _of_race(decision: Decision, facts: Facts) -> str | None:
    """Say what a race that is not decided asks for: to wait, or to go on with it; ``None`` for nothing."""
    if facts.race is None or decision.reason is Reason.UNFINISHED:
        return None
    if facts.race.is_at_work:
        return "Wait for the end of the race: it trains the models that may be the best."
    if facts.race.phase is RacePhase.BROKEN_OFF:
        return "Resume the run: the race goes on where it stopped."
    if facts.race.phase is RacePhase.WITHOUT_WINNER:
        return "Mend what failed, and run the race again."
    return None


def _after_race(decision: Decision, facts: Facts) -> str:
    """Say that the winner is there to be used, and how to be surer."""
    if not decision.models:
        return STEPS[Reason.CHANCE]
    if facts.race is not None and facts.race.ran_out_of_time and not facts.race.is_sure:
        return "Save the trained model and use it, or race again with more time to be surer."
    return "Save the trained model: it can be used as it is, and trained further."


def _after_training(decision: Decision, facts: Facts) -> str:
    """Name a model that was not trained and is expected to be better, or say what the trained ones allow."""
    trainings = facts.trainings
    if trainings is None:
        return ""
    if trainings.n_to_come:
        return STEPS[Reason.UNFINISHED]
    untrained = [model for model in facts.order if model not in trainings.values]
    by_model = facts.prediction.by_model
    expected = {model: by_model[model].value for model in untrained if model in by_model}
    better = max(expected, key=lambda model: expected[model], default="")
    reached = trainings.values[trainings.best]
    if better and trainings.measure == facts.prediction.measure and expected[better] > reached:
        return f"Train {bidi_isolate(better)} too: it {say_expectation(by_model[better], facts.prediction)}."
    if len(trainings.values) == 1 and untrained:
        names = _most_promising(untrained, facts, 2)
        return f"Train {names} in the same way, to have something to compare it with."
    return _of_trained(decision, trainings.best)


def _of_trained(decision: Decision, best: str) -> str:
    """Say what to do with the trained models where nothing else has to be trained."""
    if not decision.models:
        return STEPS[Reason.CHANCE]
    if len(decision.rivals) > 1:
        return "Take the one that costs least, or train them longer to tell them apart."
    return f"Go on with {bidi_isolate(best)}: nothing shows that another candidate does better."


def _compare(_: Decision, facts: Facts) -> str:
    if facts.is_table:
        return "For rows of numbers there is no pre-trained model to choose: go by what reaches most."
    return "Choose at least one more candidate to compare it with."


def _train_both(decision: Decision, _: Facts) -> str:
    return f"Fine-tune both {name_some(decision.rivals)} for an epoch, and go by what they reach."


def _fit_probe(_: Decision, facts: Facts) -> str:
    return (
        f"Run it with the linear probe, or fine-tune {_most_promising(facts.order, facts)} for an epoch each."
    )


def _tell_apart(decision: Decision, facts: Facts) -> str:
    return _with_labels(_train(decision.rivals, facts), facts)


def _confirm(_: Decision, facts: Facts) -> str:
    """Train the most promising that may still turn out the best; a single one is at least measured."""
    plausible = [model for model in facts.order if _may_win(model, facts)]
    if len(plausible) < 2:
        return "No other candidate may come up to it: fine-tune it, and measure it on samples held out."
    return _with_labels(_train(plausible, facts), facts)


def _may_win(model: str, facts: Facts) -> bool:
    """Whether a model may do better than the first once it is fine-tuned, as far as anything shows."""
    first, expected = facts.order[0], facts.prediction.by_model
    if model == first:
        return True
    if model in expected and first in expected:
        return expected[model].high >= expected[first].low
    return model not in facts.reached or is_above_chance(facts, model)


def _train(models: Sequence[str], facts: Facts) -> str:
    names = _most_promising(models, facts)
    return f"To be surer, fine-tune {names} for an epoch each, which tells more than any score"


def _most_promising(models: Sequence[str], facts: Facts, n: int = N_TO_TRAIN) -> str:
    """Name the models to train out of some, and those that the order alone would not choose."""
    wanted = [model for model in facts.to_train if model in models][:n]
    names = name_some([model for model in models if model in wanted])
    moved = [model for model in wanted if model not in models[:n]]
    return f"{names} (the votes disagree on {name_some(moved)})" if moved else names


def _with_labels(sentence: str, facts: Facts) -> str:
    """Add whether more labels would help, where the order on fewer samples shows it."""
    if facts.settled is None:
        return f"{sentence}."
    if facts.settled >= SETTLED:
        return f"{sentence}; more labels would hardly change the order."
    if facts.settled >= UNSETTLED:
        return f"{sentence}; more labels may still swap neighbours."
    return f"{sentence}; the order as a whole still changes with more labels."


STEPS: Mapping[Reason, str] = {
    Reason.NOTHING: "Mend what failed, or choose other candidates.",
    Reason.UNFINISHED: "Wait for the rest before you choose.",
    Reason.CHANCE: "Choose candidates that were trained on data closer to yours, or label more samples.",
    Reason.REFERENCE: (
        "Choose candidates that were trained on data closer to yours, or keep the simple features: a model"
        " has to beat them to be worth its cost."
    ),
    Reason.CEILING: (
        "Fine-tune one of them and measure it on samples that were held out: there is little left to gain."
    ),
}
STEPS_FOR_MODELS: Mapping[Reason, Callable[[Decision, Facts], str]] = {
    Reason.RACED: _after_race,
    Reason.TRAINED: _after_training,
    Reason.ONE: _compare,
    Reason.CONTRADICTION: _train_both,
    Reason.NO_PROBE: _fit_probe,
    Reason.NO_INTERVALS: _confirm,
    Reason.TIE: _tell_apart,
    Reason.SPLIT: _train_both,
    Reason.CLEAR: _confirm,
}
