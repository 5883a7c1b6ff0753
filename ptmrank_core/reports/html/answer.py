"""The answer in a sentence, and what qualifies it."""

from __future__ import annotations

from dataclasses import dataclass

from ptmrank_core.records import RunState
from ptmrank_core.reports.html.blocks import Report
from ptmrank_core.reports.tables.run import probe_table
from ptmrank_core.results.alternative import cheaper_alternative, say_alternative
from ptmrank_core.results.cost import costs_of
from ptmrank_core.results.phrases import bidi_isolate, join_words, percent, plural, say_certainty, say_targets

__all__ = ["Answer", "answer"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What stands at the top of the report.

    Parameters
    ----------
    before, model, after
        The headline in three parts; the model is emphasised, and empty where there is none.
    sentences
        What qualifies it.
    """

    before: str
    model: str
    after: str
    sentences: tuple[str, ...]


def answer(report: Report) -> Answer:
    """Say which model to try first, and how much that is worth."""
    result, ranking = report.result, report.ranking
    if not ranking.order:
        return Answer("No model has a score", "", "", (result.error,) if result.error else ())
    best = ranking.order[0]
    then = (
        f"Then {join_words([bidi_isolate(model) for model in ranking.order[1:3]])}. "
        if len(ranking.order) > 1
        else ""
    )
    n_models = plural(len(ranking.order), "pre-trained model")
    n_samples = plural(result.samples.n_samples, "sample")
    n_metrics = plural(len(ranking.metrics_used), "metric")
    how = f"by the vote of {n_metrics}" if ranking.votes else f"by their mean rank over {n_metrics}"
    summary = (
        f"{then}{n_models} ranked on {n_samples} {say_targets(result.samples)}, without fine-tuning, {how}."
    )
    sentences = [summary]
    if ranking.intervals:
        sentences.append(say_certainty(best, ranking.intervals))
    cheaper = cheaper_alternative(ranking, costs_of(result))
    if cheaper is not None:
        sentences.append(say_alternative(cheaper))
    sentences += _probe(report, best)
    if result.state is not RunState.FINISHED:
        sentences.append(f"The run is {result.state}: this is the ranking of what was known so far.")
    return Answer("Try ", best, " first", tuple(sentences))


def _probe(report: Report, best: str) -> list[str]:
    """Say what a linear probe reaches on the best model's features, and where that stands."""
    records = [record for record in probe_table(report.result).records() if record["probe"] is not None]
    models = [record["model"] for record in records]
    if best not in models:
        return []
    record_of_best = records[models.index(best)]
    value = float(record_of_best["probe"] or 0.0)
    measure = record_of_best["measure"]
    reached = f"{percent(value, 1)} accuracy" if measure == "accuracy" else f"{measure} {value:.3f}"
    highest = (
        f"the highest of {len(models)}" if models[0] == best else f"highest: {bidi_isolate(str(models[0]))}"
    )
    return [f"A linear probe on its features reaches {reached} ({highest})."]
