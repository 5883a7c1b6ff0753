"""From a run and its ranking to the verdict."""

from __future__ import annotations

from types import MappingProxyType

from ptmrank_core.records import Ranking, RunResult, Verdict
from ptmrank_core.results.verdict.decisive_warnings import decisive_warnings, say_warnings
from ptmrank_core.results.verdict.facts import Facts, collect_facts
from ptmrank_core.results.verdict.next_steps import next_step
from ptmrank_core.results.verdict.rules import Decision, Reason, decide
from ptmrank_core.results.verdict.sentences import sentences_of

__all__ = ["verdict_of"]

FROM_TRAINING = {Reason.RACED, Reason.TRAINED}
FROM_VOTES = {Reason.CLEAR, Reason.TIE, Reason.SPLIT, Reason.NO_PROBE, Reason.NO_INTERVALS}


def verdict_of(result: RunResult, ranking: Ranking) -> Verdict:
    """Answer which model to fine-tune, how sure that is, and what to do next.

    Parameters
    ----------
    result
        A run, in progress or finished.
    ranking
        Its ranking; of a run in progress, that of the models whose scores are all there.

    Returns
    -------
    Verdict
        ``sentences`` is the whole answer: the headline first, ``next_step`` last.
    """
    facts = collect_facts(result, ranking)
    decision = decide(facts)
    step = next_step(decision, facts)
    first = next(iter(decision.models), "")
    warned = say_warnings(decisive_warnings(result, ranking)) if decision.reason in FROM_VOTES else ""
    return Verdict(
        kind=decision.kind,
        models=decision.models,
        sentences=(*sentences_of(decision, facts), *filter(None, [warned, step])),
        measure=_measure(decision, facts),
        reached=MappingProxyType(_reached(decision, facts)),
        chance=facts.chance,
        expected=None if decision.reason in FROM_TRAINING else facts.prediction.by_model.get(first),
        expected_note=facts.prediction.note,
        next_step=step,
    )


def _measure(decision: Decision, facts: Facts) -> str:
    if decision.reason is Reason.RACED and facts.race is not None:
        return facts.race.measure
    if decision.reason is Reason.TRAINED and facts.trainings is not None:
        return facts.trainings.measure
    return facts.measure


def _reached(decision: Decision, facts: Facts) -> dict[str, float]:
    """Collect what the first, the best and a reference reach, or what trained models do."""
    race = facts.race.race if facts.race else None
    if decision.reason is Reason.RACED and race is not None and race.final is not None:
        return {race.winner: race.final.value}
    if decision.reason is Reason.TRAINED and facts.trainings is not None:
        return dict(facts.trainings.values)
    if not facts.reached:
        return {}
    names = (facts.order[0], facts.best, *decision.models, *decision.rivals)
    reached = {name: facts.reached[name].value for name in names if name in facts.reached}
    reference = facts.best_reference
    return reached | ({reference.title: reference.reached.value} if reference else {})
