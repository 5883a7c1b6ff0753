"""The numbers behind a verdict, as a row of cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.wording import plain
from ptmrank_core.records import Race, Ranking, RunResult, Verdict, VerdictKind
from ptmrank_core.reports.figures.style.escaping import shorten_middle
from ptmrank_core.results.phrases import percent

__all__ = ["Card", "cards_of", "show_numbers"]

MAX_TRAINED = 3
PIXELS = 160  # two side by side, on a phone and beside the words of the answer
LONGEST_NAME = 20
TWIN = "Untrained twin"
TRAINED = "Measured on samples that were held out from its training."
PROBE = "What a linear probe reaches, cross-validated on the features that the metrics read."


@dataclass(frozen=True, slots=True)
class Card:
    """One number: what it is, its value, of which model, and a longer explanation."""

    title: str
    value: str
    of: str
    about: str


def cards_of(verdict: Verdict, result: RunResult, ranking: Ranking) -> list[Card]:
    """Collect what is expected after fine-tuning, and what is reached already."""
    return [*_expected(verdict), *_reached(verdict, result, ranking), *_chance(verdict)]


def show_numbers(cards: Sequence[Card]) -> None:
    """Draw cards side by side, as many as there is room for."""
    with st.container(horizontal=True, gap="small", key="answer-numbers"):
        for card in cards:
            st.metric(
                card.title,
                card.value,
                delta=card.of,
                delta_color="off",
                delta_arrow="off",
                help=card.about or None,
                width=PIXELS,
            )


def _expected(verdict: Verdict) -> list[Card]:
    """Return the card of what fine-tuning is expected to give, with its interval."""
    expected = verdict.expected
    if expected is None:
        return []
    low, high = (percent(end).removesuffix(" %") for end in (expected.low, expected.high))
    value = f"{percent(expected.value)} ({low}–{high})"
    return [Card("Expected, fine-tuned", value, _short(verdict.models[0]), plain(verdict.expected_note))]


def _reached(verdict: Verdict, result: RunResult, ranking: Ranking) -> list[Card]:
    """Return the cards of the trained models, or of the probes of the first, the best and a reference."""
    if verdict.kind is VerdictKind.TRAINED:
        trained = list(verdict.reached.items())[:MAX_TRAINED]
        return [
            Card("Fine-tuned", _say(verdict, value) + _ends(result, name), _short(name), TRAINED)
            for name, value in trained
        ]
    candidates = {spec.id for spec in result.plan.candidates}
    of_candidates = {name: value for name, value in verdict.reached.items() if name in candidates}
    if not of_candidates:
        return []
    first = ranking.order[0]
    best = max(of_candidates, key=lambda name: of_candidates[name])
    chosen = {first: "Probe of the first"} | {best: "Best probe"}
    chosen |= {name: "Best reference" for name in verdict.reached if name not in candidates}
    return [
        Card(title, _say(verdict, verdict.reached[name]), _short(name), PROBE)
        for name, title in chosen.items()
        if name in verdict.reached
    ]


def _ends(result: RunResult, model: str) -> str:
    """Write the ends of the interval of a race's winner; nothing for any other model."""
    race = result.contents(Race).get("")
    if race is None or race.final is None or model != race.winner:
        return ""
    final, of_share = race.final, race.final.measure == "accuracy"
    ends = [percent(end).removesuffix(" %") if of_share else f"{end:.2f}" for end in (final.low, final.high)]
    return f" ({'–'.join(ends)})"


def _chance(verdict: Verdict) -> list[Card]:
    """Return the card of a constant guess."""
    if verdict.chance is None:
        return []
    of = "the mean" if verdict.measure == "r2" else "the largest class"
    of = "the share of positives" if verdict.measure == "average_precision" else of
    return [Card("Constant guess", _say(verdict, verdict.chance), of, "What any model should beat.")]


def _short(name: str) -> str:
    """Write a name in a card; of a twin what it is, for the answer beside it says of which model."""
    if name.startswith(TWIN):
        return TWIN
    return plain(shorten_middle(name.removeprefix("demo:"), LONGEST_NAME))


def _say(verdict: Verdict, value: float) -> str:
    return percent(value, 1) if verdict.measure == "accuracy" else f"{value:.3g}"
