"""A run in five slides: the answer, how sure it is, what the model sees, whether it holds, what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ptmrank_core.records import Ranking, RunResult, RunState, Truth, Verdict, VerdictKind
from ptmrank_core.records.names import join_words
from ptmrank_core.results.alternative import cheaper_alternative, say_alternative
from ptmrank_core.results.cost import ModelCost, costs_of
from ptmrank_core.results.evidence import TRUTH_TITLES, evidence_of, reached_of, truths_of
from ptmrank_core.results.phrases import (
    abbreviate,
    bidi_isolate,
    percent,
    plural,
    say_duration,
    say_targets,
    say_value,
)
from ptmrank_core.results.trust import say_evidence
from ptmrank_core.results.verdict import verdict_of

__all__ = ["Slide", "SlideKind", "base_of_slides", "shown_model", "slides_of", "strongest_truth"]

PROBES = ("probe", "knn")


class SlideKind(StrEnum):
    """The five questions, in the order in which they are asked."""

    ANSWER = "Which model?"
    CERTAINTY = "How sure is that?"
    SIGHT = "What does it see?"
    HOLD = "Does it hold?"
    COST = "What does it cost?"


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide: a question and what the run says to it.

    Parameters
    ----------
    kind
        The question.
    statement
        The answer in one sentence; names of models are isolated, as in a verdict.
    detail
        What has to be said with it, in a sentence or two; may be empty.
    number
        The one number of the slide, to be written very large; may be empty.
    """

    kind: SlideKind
    statement: str
    detail: str = ""
    number: str = ""


def slides_of(result: RunResult, ranking: Ranking) -> tuple[Slide, ...]:
    """Say a run in five slides; what is not known is said to be so.

    Parameters
    ----------
    result, ranking
        A run, in progress or finished, and its ranking.
    """
    verdict = verdict_of(result, ranking)
    model = shown_model(verdict, ranking)
    return (
        Slide(SlideKind.ANSWER, verdict.sentences[0], *_reached(verdict)),
        _certainty(verdict, ranking),
        _sight(result, model),
        _hold(result, ranking),
        _cost(costs_of(result), ranking, model),
    )


def shown_model(verdict: Verdict, ranking: Ranking) -> str:
    """Name the model that the slides are about: that of the answer, else the first of the order."""
    return next(iter(verdict.models), next(iter(ranking.order), ""))


def base_of_slides(result: RunResult, ranking: Ranking) -> str:
    """Say what a slide rests on, in small print: samples, models, metrics, date, run."""
    return (
        f"{plural(result.samples.n_samples, 'sample')} {say_targets(result.samples)}, "
        f"{plural(len(ranking.order), 'model')}, {plural(len(ranking.metrics_used), 'metric')}, "
        f"{result.plan.created_at[:10]}, run {result.plan.run_id[:8]}"
        + ("" if result.state is RunState.FINISHED else " (not finished)")
    )


def strongest_truth(result: RunResult) -> tuple[str, Truth] | None:
    """Return the strongest evidence that a run has, training before probes; ``None`` where it has none."""
    return next(iter(truths_of(result).items()), None)


def _reached(verdict: Verdict) -> tuple[str, str]:
    """Say what the answer's model is expected to reach, or reaches already; and that number by itself."""
    if verdict.expected is not None:
        low, high = (percent(end).removesuffix(" %") for end in (verdict.expected.low, verdict.expected.high))
        value = percent(verdict.expected.value)
        return f"Fine-tuned, it is expected to reach {value} ({low} to {high} %).", value
    model = next(iter(verdict.models), "")
    if model not in verdict.reached:
        return "", ""
    how = "Fine-tuned" if verdict.kind is VerdictKind.TRAINED else "Under a linear probe"
    value = say_value(verdict.measure, verdict.reached[model])
    return f"{how}, it reaches {value}.", value


def _certainty(verdict: Verdict, ranking: Ranking) -> Slide:
    """Say how sure the answer is: what the verdict says next, for it is said alike everywhere."""
    said = [sentence for sentence in verdict.sentences[1:] if sentence != verdict.next_step]
    if len(ranking.order) == 1:
        statement = f"Only {bidi_isolate(ranking.order[0])} is ranked: there is no order to be sure of."
        return Slide(SlideKind.CERTAINTY, statement)
    if ranking.intervals is None and verdict.kind is not VerdictKind.TRAINED:
        return Slide(SlideKind.CERTAINTY, "How sure the order is, is not known.", said[0] if said else "")
    tied = next(iter(ranking.intervals.ties), ()) if ranking.intervals else ()
    detail = f"These samples do not tell {join_words([*map(bidi_isolate, tied)])} apart." if tied else ""
    statement = said[0] if said else verdict.sentences[0]
    return Slide(SlideKind.CERTAINTY, statement, detail if verdict.kind is VerdictKind.TIED else "")


def _sight(result: RunResult, model: str) -> Slide:
    """Say what a simple classifier makes of the model's features."""
    reached = reached_of(result)
    name = bidi_isolate(model)
    for kind, how in zip(PROBES, ("a linear probe", "a vote of nearest neighbours"), strict=True):
        truth = reached.get(kind)
        if truth is not None and model in truth.values:
            value = say_value(truth.measure, truth.values[model])
            statement = f"On the features of {name} {how} reaches {value}, without any fine-tuning."
            return Slide(SlideKind.SIGHT, statement)
    return Slide(SlideKind.SIGHT, f"Nothing was fitted on the features of {name}.")


def _hold(result: RunResult, ranking: Ranking) -> Slide:
    """Say how well the order agrees with what is known of the models beside it."""
    strongest = strongest_truth(result)
    if strongest is None:
        statement = "Nothing is known yet of what these models reach: no metric can be checked here."
        return Slide(SlideKind.HOLD, statement)
    name, truth = strongest
    said = say_evidence(evidence_of(result, ranking)[name], truth)
    first, _, rest = said.partition(". ")
    first, _, more = first.partition("; ")
    rest = " ".join(filter(None, [f"{more[:1].upper()}{more[1:].removesuffix('.')}." if more else "", rest]))
    if not said:
        return Slide(SlideKind.HOLD, f"{TRUTH_TITLES[name]}: too few models have a result to check a metric.")
    return Slide(SlideKind.HOLD, f"{TRUTH_TITLES[name]}: {first.removesuffix('.')}.", rest)


def _cost(costs: dict[str, ModelCost], ranking: Ranking, model: str) -> Slide:
    """Say what the model costs, and whether a cheaper one comes near."""
    cost, facts = costs.get(model), []
    if cost is not None and cost.n_parameters is not None:
        facts.append(f"has {abbreviate(cost.n_parameters)} parameters")
    if cost is not None and cost.seconds_per_1000 is not None:
        facts.append(f"takes {say_duration(cost.seconds_per_1000)} for 1,000 samples here")
    name = bidi_isolate(model)
    if not facts:
        return Slide(SlideKind.COST, f"What {name} costs is not known.")
    other = cheaper_alternative(ranking, costs)
    return Slide(SlideKind.COST, f"{name} {join_words(facts)}.", say_alternative(other) if other else "")
