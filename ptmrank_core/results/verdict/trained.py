"""What the verdict says of models that were really trained."""

from __future__ import annotations

from ptmrank_core.results.phrases import bidi_isolate
from ptmrank_core.results.verdict.cheapest import cheapest_of
from ptmrank_core.results.verdict.facts import Facts
from ptmrank_core.results.verdict.rules import Decision
from ptmrank_core.results.verdict.thresholds import TRAINED_ERRORS
from ptmrank_core.results.verdict.trainings import Trainings
from ptmrank_core.results.verdict.words import name_some, say_cheapest, say_gap, say_value

__all__ = ["trained_sentences"]

COUNTS = {1: "one model", 2: "two models", 3: "three models", 4: "four models", 5: "five models"}


def trained_sentences(decision: Decision, facts: Facts) -> list[str]:
    """Say which of the trained models did best, and what it reached."""
    trainings = facts.trainings
    if trainings is None:
        return []
    n_trained, best = len(trainings.values), trainings.best
    trained = f"You trained {COUNTS.get(n_trained, f'{n_trained} models')}: "
    if n_trained == 1:
        said = [f"{trained}{bidi_isolate(best)} reached {_say_result(trainings, best)}."]
    elif len(decision.rivals) == 1:
        said = [f"{trained}{bidi_isolate(best)} did best, {_say_result(trainings, best)}."]
    else:
        said = [_say_tie(trained, decision, facts, trainings)]
    if len(decision.rivals) == 1 < n_trained:
        second = list(trainings.values)[1]
        said.append(f"The next, {bidi_isolate(second)}, reached {_say_result(trainings, second)}.")
    if trainings.cut:
        cut = [model for model in trainings.values if model in trainings.cut]
        said.append(f"Time ran out before the training of {name_some(cut)} was complete.")
    return said


def _say_tie(trained: str, decision: Decision, facts: Facts, trainings: Trainings) -> str:
    cheapest = cheapest_of(decision.rivals, facts.costs)
    tail = f"; {say_cheapest(cheapest)}" if cheapest else ""
    best = trainings.best
    return (
        f"{trained}{bidi_isolate(best)} did best, {_say_result(trainings, best)}, but "
        f"{name_some(decision.rivals[1:])} cannot be told from it{tail}."
    )


def _say_result(trainings: Trainings, model: str) -> str:
    """Write what a model reached, with the margin of error of its test samples at 90 %."""
    value = say_value(trainings.measure, trainings.values[model])
    error = trainings.errors.get(model)
    return f"{value} (± {say_gap(trainings.measure, TRAINED_ERRORS * error)})" if error else value
