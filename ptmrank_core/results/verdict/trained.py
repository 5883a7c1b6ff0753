"""What the verdict says of models that were really trained."""

from __future__ import annotations

from ptmrank_core.results.phrases import bidi_isolate
from ptmrank_core.results.verdict.cheapest import cheapest_of
from ptmrank_core.results.verdict.facts import Facts
from ptmrank_core.results.verdict.rules import Decision
from ptmrank_core.results.verdict.thresholds import TRAINED_ERRORS
from ptmrank_core.results.verdict.trainings import Trainings
from ptmrank_core.results.verdict.words import name_some, say_cheapest, say_constant, say_gap, say_value

__all__ = ["trained_sentences"]

COUNTS = {1: "one model", 2: "two models", 3: "three models", 4: "four models", 5: "five models"}


def trained_sentences(decision: Decision, facts: Facts) -> list[str]:
    """Say which of the trained models did best, and what it reached."""
    trainings = facts.trainings
    if trainings is None:
        return []
    count, best, n_others = _say_count(trainings), trainings.best, len(trainings.values) - 1
    result = _say_result(trainings, best)
    if not decision.models:
        constant = say_constant(trainings.measure, facts.chance or 0.0)
        said = [f"{count}: none is better than {constant}; the best is {bidi_isolate(best)}, {result}."]
    elif not n_others:
        said = [f"{count}: {bidi_isolate(best)} reached {result}."]
    elif len(decision.rivals) > 1:
        said = [f"{count}: {_say_tie(decision, facts, trainings)}"]
    else:
        second = list(trainings.values)[1]
        said = [
            f"{count}: {bidi_isolate(best)} did best, {result}.",
            f"The next, {bidi_isolate(second)}, reached {_say_result(trainings, second)}.",
        ]
    if trainings.cut:
        cut = [model for model in trainings.values if model in trainings.cut]
        said.append(f"Time ran out before the training of {name_some(cut)} was complete.")
    return said


def _say_count(trainings: Trainings) -> str:
    n_trained = len(trainings.values)
    count = COUNTS.get(n_trained, f"{n_trained} models")
    if not trainings.n_to_come:
        return f"You trained {count}"
    return f"So far {count} of {n_trained + trainings.n_to_come} {'is' if n_trained == 1 else 'are'} trained"


def _say_tie(decision: Decision, facts: Facts, trainings: Trainings) -> str:
    best, others = trainings.best, name_some(decision.rivals[1:])
    cheapest = cheapest_of(decision.rivals, facts.costs)
    tail = f"; {say_cheapest(cheapest)}" if cheapest else ""
    result = _say_result(trainings, best)
    return f"{bidi_isolate(best)} did best, {result}, but {others} cannot be told from it{tail}."


def _say_result(trainings: Trainings, model: str) -> str:
    """Write what a model reached, with the margin of error of its test samples at 90 %."""
    value = say_value(trainings.measure, trainings.values[model])
    error = trainings.errors.get(model)
    return f"{value} (± {say_gap(trainings.measure, TRAINED_ERRORS * error)})" if error else value
