"""What the verdict says: the headline, then what qualifies it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ptmrank_core.records import RunState
from ptmrank_core.records.names import join_words
from ptmrank_core.results.alternative import say_alternative
from ptmrank_core.results.phrases import bidi_isolate, percent, plural
from ptmrank_core.results.race import RaceSoFar, race_sentence
from ptmrank_core.results.verdict.cheapest import cheapest_of
from ptmrank_core.results.verdict.facts import Facts
from ptmrank_core.results.verdict.raced import raced_sentences
from ptmrank_core.results.verdict.rules import Decision, Reason, is_behind
from ptmrank_core.results.verdict.trained import trained_sentences
from ptmrank_core.results.verdict.words import (
    any_of,
    name_some,
    say_cheapest,
    say_constant,
    say_expectation,
    say_value,
)

__all__ = ["sentences_of"]

MOST = 0.99


def sentences_of(decision: Decision, facts: Facts) -> tuple[str, ...]:
    """Write the answer, without its next step."""
    said = [*SAY[decision.reason](decision, facts)]
    if decision.reason in WITH_PROBE:
        said.append(_say_reached(facts))
    if decision.reason in WITH_EXPECTATION:
        said.append(_say_expected(decision, facts))
    said += [_say_search(facts), _say_state(facts), _say_race(facts)]
    return tuple(filter(None, said))


def _nothing(_: Decision, facts: Facts) -> list[str]:
    if facts.error:
        return ["No model has a score.", f"The run failed as a whole: {facts.error}"]
    n_failed = len(facts.candidates) - len(facts.pending)
    if not facts.first_failure:
        return ["No model has a score."]
    failed = plural(n_failed, "model")
    return [f"No model has a score: {failed} failed.", f"The first of them, {facts.first_failure}"]


def _one(_: Decision, facts: Facts) -> list[str]:
    (model,) = facts.order
    n_others = len(facts.candidates) - 1
    said = [f"There is nothing to rank: {bidi_isolate(model)} is the only candidate with a score."]
    if n_others and facts.first_failure:
        others = "The other one has" if n_others == 1 else f"The other {n_others} have"
        said.append(f"{others} none; {facts.first_failure}")
    return said


def _unfinished(_: Decision, facts: Facts) -> list[str]:
    n_ranked, n_planned = len(facts.order), len(facts.candidates)
    if not facts.order:
        return [f"No model is ranked yet: 0 of {n_planned}."]
    first = bidi_isolate(facts.order[0])
    if not facts.pending:
        return [f"The models are ranked and {first} is ahead; how sure that is, is still being computed."]
    if n_ranked == 1:
        return [f"So far 1 of {plural(n_planned, 'model')} is ranked: {first}."]
    return [f"So far {n_ranked} of {plural(n_planned, 'model')} are ranked; {first} is ahead."]


def _chance(decision: Decision, facts: Facts) -> list[str]:
    (best,) = decision.rivals
    said = (
        f"The best of them, {bidi_isolate(best)}, reaches {_value(best, facts)} under a linear probe;"
        f" {say_constant(facts.measure, facts.chance or 0.0)}, and such a difference comes about by chance."
    )
    return ["No candidate suits these samples.", said]


def _reference(decision: Decision, facts: Facts) -> list[str]:
    (best,) = decision.rivals
    row = facts.best_reference
    other = f"{row.within} ({say_value(facts.measure, row.reached.value)})" if row else "others"
    said = (
        f"The best of them, {bidi_isolate(best)}, reaches {_value(best, facts)} under a linear probe, no"
        f" better than {other}."
    )
    return ["No candidate suits these samples.", said]


def _contradiction(decision: Decision, facts: Facts) -> list[str]:
    first, best = decision.rivals
    place = 1 + sum(own.value > facts.reached[first].value for own in facts.reached.values())
    said = (
        f"The scores put {bidi_isolate(first)} first; a linear probe puts it in place {place} of"
        f" {len(facts.reached)}, far behind {bidi_isolate(best)}."
    )
    return ["The evidence contradicts the ranking: no candidate is recommended.", said]


def _ceiling(decision: Decision, facts: Facts) -> list[str]:
    cheapest = cheapest_of(decision.rivals, facts.costs)
    head = f"Near the ceiling: take {any_of(decision.rivals, len(facts.candidates))}"
    values = sorted(facts.reached[model].value for model in decision.rivals)
    lowest, highest = (say_value(facts.measure, value) for value in (values[0], values[-1]))
    reached = lowest if lowest == highest else f"{lowest} or more"
    said = (
        f"They reach {reached} under a linear probe already. This close to the top the order means little:"
        " fine-tuning closes such gaps."
    )
    return [f"{head}; {say_cheapest(cheapest)}." if cheapest else f"{head}.", said]


def _no_probe(_: Decision, facts: Facts) -> list[str]:
    first = bidi_isolate(facts.order[0])
    why = "no linear probe was fitted" if not facts.has_probe else f"there is no linear probe of {first}"
    said = f"{first} comes first, but nothing shows that a candidate suits these samples: {why}."
    return [said, _say_alternative(facts)]


def _no_intervals(_: Decision, facts: Facts) -> list[str]:
    first = bidi_isolate(facts.order[0])
    then = f", then {name_some(facts.order[1:3])}" if len(facts.order) > 1 else ""
    why = facts.no_intervals or "There are no intervals."
    said = f"{first} comes first{then}, but how sure that order is cannot be said."
    return [said, why, _say_alternative(facts)]


def _tie(decision: Decision, facts: Facts) -> list[str]:
    choice = _capital(any_of(decision.rivals, len(facts.candidates)))
    cheapest = cheapest_of(decision.rivals, facts.costs)
    head = f"{choice}: these samples cannot tell them apart"
    return [f"{head}; {say_cheapest(cheapest)}." if cheapest else f"{head}."]


def _split(decision: Decision, _: Facts) -> list[str]:
    first, best = map(bidi_isolate, decision.rivals)
    return [f"Either {first} or {best}: the scores put one first, a linear probe the other."]


def _clear(_: Decision, facts: Facts) -> list[str]:
    first = facts.order[0]
    return [f"Fine-tune {bidi_isolate(first)} first.", _say_how_sure(facts), _say_alternative(facts)]


def _say_alternative(facts: Facts) -> str:
    """Name a cheaper model close behind the first, unless the probe puts it clearly behind."""
    alternative = facts.alternative
    if alternative is None or is_behind(facts, alternative.model, facts.order[0]):
        return ""
    return say_alternative(alternative)


def _value(model: str, facts: Facts) -> str:
    return say_value(facts.measure, facts.reached[model].value)


def _say_how_sure(facts: Facts) -> str:
    """Say how sure the first place is, in one number."""
    first, intervals = facts.order[0], facts.intervals
    if intervals is None or _knows_more(facts.race):
        return ""
    tied = {model for group in intervals.ties if first in group for model in group} - {first}
    if tied:
        others = name_some([model for model in facts.order if model in tied])
        return f"The scores alone do not set it apart from {others}; the linear probe does."
    if first not in intervals.p_best:
        return ""
    share = intervals.p_best[first]
    number = "more than 99 %" if share > MOST else percent(share)
    return f"By these scores it is the best of the {len(facts.order)} with a probability of {number}."


def _say_reached(facts: Facts) -> str:
    """Say what the first, the best, the best reference and a constant guess reach under the probe."""
    if not facts.reached:
        return ""
    first, best = facts.order[0], facts.best
    parts = []
    if first in facts.reached:
        parts.append(f"{bidi_isolate(first)} reaches {_value(first, facts)}")
    if best == first and len(facts.reached) > 1:
        parts[0] += f" (the highest of {len(facts.reached)})"
    if best != first:
        parts.append(f"{bidi_isolate(best)}, the highest, {_value(best, facts)}")
    if facts.chance is not None:
        parts.append(say_constant(facts.measure, facts.chance))
    row = facts.best_reference
    if row is None:
        return f"Under a linear probe {join_words(parts)}."
    reference = f"{row.within}, reaches {say_value(facts.measure, row.reached.value)}"
    return f"Under a linear probe {join_words(parts)}; the best reference, {reference}."


def _say_expected(decision: Decision, facts: Facts) -> str:
    """Say what fine-tuning the first model is expected to reach."""
    model = next(iter(decision.models), "")
    expected = facts.prediction.by_model.get(model)
    if expected is None or facts.is_table:
        return ""
    return f"Fine-tuned, {bidi_isolate(model)} {say_expectation(expected, facts.prediction)}."


def _say_search(facts: Facts) -> str:
    if not facts.n_dropped:
        return ""
    return f"{plural(facts.n_dropped, 'candidate')} had been dropped on fewer samples, for the budget."


def _say_state(facts: Facts) -> str:
    """Say that a run ended early, and what it did not reach."""
    if facts.state not in {RunState.CANCELLED, RunState.FAILED} or not facts.order:
        return ""
    missed = f"; {plural(len(facts.pending), 'model')} did not finish" if facts.pending else ""
    return f"The run was {'cancelled' if facts.state is RunState.CANCELLED else 'ended by an error'}{missed}."


def _knows_more(race: RaceSoFar | None) -> bool:
    """Whether a race ended with training behind it: how sure the scores are is then not the last word."""
    return race is not None and not race.is_at_work and bool(race.measure)


def _say_race(facts: Facts) -> str:
    """Say where a race stands that has not decided, or why it failed as a whole."""
    if facts.race is not None:
        return race_sentence(facts.race)
    return f"The race failed: {facts.race_problem}" if facts.race_problem else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


SAY: Mapping[Reason, Callable[[Decision, Facts], list[str]]] = {
    Reason.RACED: raced_sentences,
    Reason.TRAINED: trained_sentences,
    Reason.NOTHING: _nothing,
    Reason.ONE: _one,
    Reason.UNFINISHED: _unfinished,
    Reason.CHANCE: _chance,
    Reason.REFERENCE: _reference,
    Reason.CONTRADICTION: _contradiction,
    Reason.CEILING: _ceiling,
    Reason.NO_PROBE: _no_probe,
    Reason.NO_INTERVALS: _no_intervals,
    Reason.TIE: _tie,
    Reason.SPLIT: _split,
    Reason.CLEAR: _clear,
}
WITH_PROBE = {
    Reason.ONE,
    Reason.UNFINISHED,
    Reason.CONTRADICTION,
    Reason.CEILING,
    Reason.NO_INTERVALS,
    Reason.TIE,
    Reason.SPLIT,
    Reason.CLEAR,
}
WITH_EXPECTATION = {Reason.ONE, Reason.CEILING, Reason.NO_INTERVALS, Reason.TIE, Reason.SPLIT, Reason.CLEAR}
