"""Short fine-tuning: which models are worth it, and its results as rows."""

from __future__ import annotations

from typing import Any

from ptmrank_core import ranking as orders
from ptmrank_core.records import CHECKPOINTS, FineTuning, Ranking, RunResult, Score

__all__ = ["models_to_train", "n_to_train", "next_to_train", "trainable", "tuned_rows"]


def models_to_train(ranking: Ranking, n: int) -> tuple[str, ...]:
    """Choose the models of a ranking that are most promising to fine-tune.

    The first of the order, and those that may be better than their place because the votes disagree on them:
    see :func:`ptmrank_core.ranking.models_to_train`.
    """
    weights = {name: ranking.votes[name].weight for name in ranking.metrics_used}
    ranks = {name: ranking.ranks[name] for name in weights}
    return orders.models_to_train(ranks, weights, order=ranking.order, n=n)


def trainable(result: RunResult, ranking: Ranking) -> list[str]:
    """List the ranked models that can be trained, best first."""
    specs = {model: result.outcomes[model].spec for model in ranking.order if model in result.outcomes}
    return [model for model, spec in specs.items() if spec.source in CHECKPOINTS]


def next_to_train(result: RunResult, ranking: Ranking) -> tuple[str, ...]:
    """List the models that further training would be of, the most promising first.

    Those that were not trained yet, those whose training ran out of time, and those where it failed.
    """
    done = {model for model, own in result.contents(FineTuning).items() if not own.training.was_cut}
    can_train = {*trainable(result, ranking)} - done
    return tuple(model for model in models_to_train(ranking, len(ranking.order)) if model in can_train)


def n_to_train(result: RunResult) -> int:
    """Count the models that a run is to train and has not tried yet."""
    candidates = {spec.id for spec in result.plan.candidates}
    scored = {cell.model for cell in result.cells if isinstance(cell, Score)} & candidates
    n_tried = sum(finding.kind == FineTuning.KIND for finding in result.findings)
    return max(min(result.plan.analyses.fine_tune, len(scored)) - n_tried, 0)


def tuned_rows(result: RunResult, ranking: Ranking) -> list[dict[str, Any]]:
    """Rows of the models that were trained, best of the ranking first.

    Returns
    -------
    list of dict
        ``model``; ``accuracy`` (or ``r2``) on the test samples, with its standard error; ``passes`` done and
        planned; ``tested on``; ``seconds``; ``note``: that time ran out, or why training failed.
    """
    findings = {finding.subject: finding for finding in result.findings if finding.kind == FineTuning.KIND}
    places = {model: place for place, model in enumerate(ranking.order)}
    rows = []
    for model in sorted(findings, key=lambda name: places.get(name, len(places))):
        finding = findings[model]
        if not isinstance(finding.content, FineTuning):
            rows.append({"model": model, "seconds": finding.seconds, "note": finding.problem})
            continue
        training = finding.content.training
        error = "" if training.standard_error is None else f" ± {training.standard_error:.3f}"
        rows.append(
            {
                "model": model,
                training.measure: f"{training.value:.3f}{error}",
                "passes": f"{training.epochs:.1f} of {training.planned_epochs}",
                "tested on": training.n_test,
                "seconds": training.seconds,
                "note": finding.content.note,
            }
        )
    return rows
