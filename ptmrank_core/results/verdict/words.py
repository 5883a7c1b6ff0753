"""Numbers and names as the sentences of the verdict write them."""

from __future__ import annotations

from collections.abc import Sequence

from ptmrank_core.records import Expectation, Prediction
from ptmrank_core.records.names import join_words
from ptmrank_core.results.phrases import abbreviate, bidi_isolate, percent, plural, say_value
from ptmrank_core.results.verdict.cheapest import Cheapest

__all__ = ["any_of", "name_some", "say_cheapest", "say_constant", "say_expectation", "say_gap", "say_value"]

# Names that a sentence lists before it counts the rest.
MAX_NAMES = 4


def say_gap(measure: str, value: float) -> str:
    """Write a margin: ``1.2 points`` of an accuracy."""
    return f"{100 * value:.1f} points" if measure == "accuracy" else f"{value:.2g}"


def say_expectation(expected: Expectation, prediction: Prediction) -> str:
    """Write what is expected, with its interval, without digits that nobody can vouch for."""
    level = f"{percent(prediction.level)} interval"
    if prediction.measure == "accuracy":
        value, low, high = (f"{100 * share:.0f}" for share in (expected.value, expected.low, expected.high))
        return f"is expected to reach {value} % ({level}: {low} to {high} %)"
    value = say_value(prediction.measure, expected.value)
    return f"is expected to reach {value} ({level}: {expected.low:.2f} to {expected.high:.2f})"


def say_constant(measure: str, chance: float) -> str:
    """Say what a constant guess reaches."""
    return f"a constant guess {say_value(measure, chance)}"


def name_some(models: Sequence[str]) -> str:
    """List names, all of a few or the first three and how many more: ``A, B, C and 5 more``."""
    if len(models) <= MAX_NAMES:
        return join_words([bidi_isolate(model) for model in models])
    shown = [bidi_isolate(model) for model in models[: MAX_NAMES - 1]]
    return join_words([*shown, f"{len(models) - len(shown)} more"])


def any_of(models: Sequence[str], n_candidates: int) -> str:
    """Name a choice: ``either of A and B``, ``any of A, B and C``, ``any of the 12 candidates``."""
    if len(models) == n_candidates and len(models) > MAX_NAMES:
        return f"any of the {plural(len(models), 'candidate')}"
    if len(models) <= MAX_NAMES:
        names = [bidi_isolate(model) for model in models]
        return f"either {names[0]} or {names[1]}" if len(models) == 2 else f"any of {join_words(names)}"
    return f"any of {name_some(models)}"


def say_cheapest(cheapest: Cheapest) -> str:
    """Name the cheapest of several models with what it costs."""
    return f"{bidi_isolate(cheapest.model)} is the cheapest ({_say_cost(cheapest)})"


def _say_cost(cheapest: Cheapest) -> str:
    if cheapest.cost == "seconds_per_1000":
        return f"{cheapest.value:.2g} s for 1,000 samples"
    number = abbreviate(cheapest.value)
    return f"{number}B on disk" if cheapest.cost == "size_bytes" else f"{number} parameters"
