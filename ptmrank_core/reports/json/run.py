"""Results as the JSON of the command line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from ptmrank_core.metrics import METRICS, differences
from ptmrank_core.records import (
    Cell,
    Failure,
    ModelOutcome,
    PriorAgreement,
    Ranking,
    RunResult,
    Score,
    Skipped,
)
from ptmrank_core.reports.json.analyses import analyses_payload
from ptmrank_core.reports.json.intervals import intervals_payload
from ptmrank_core.reports.json.race import race_payload
from ptmrank_core.reports.json.references import references_payload
from ptmrank_core.reports.json.samples import samples_payload
from ptmrank_core.reports.json.search import search_payload
from ptmrank_core.reports.json.verdict import verdict_payload
from ptmrank_core.reports.json.votes import agreement_payload, probe_payload, vote_payload
from ptmrank_core.results.command import rank_command
from ptmrank_core.results.phrases import strip_bidi
from ptmrank_core.results.scores import layer_scores, say_layers, scores_by_metric, summarise_layers
from ptmrank_core.results.verdict import verdict_of

__all__ = ["metrics_payload", "rank_payload", "score_payload", "used_environment"]


def score_payload(cells: Iterable[Cell], seconds: float) -> dict[str, Any]:
    """Cells of one model as JSON.

    Parameters
    ----------
    cells
        Of one model.
    seconds
        Wall time of all of them.

    Returns
    -------
    dict
        ``scores``, ``skipped``, ``failures`` by metric, and ``seconds``.
    """
    scores: dict[str, Any] = {}
    skipped: dict[str, str] = {}
    failures: dict[str, Any] = {}
    for cell in cells:
        if isinstance(cell, Score):
            scores[cell.metric] = {
                "value": cell.value,
                "seconds": cell.seconds,
                "higher_is_better": METRICS[cell.metric].higher_is_better,
                "components": dict(cell.components),
                "warnings": list(cell.warnings),
            }
        elif isinstance(cell, Skipped):
            skipped[cell.metric] = cell.reason
        elif isinstance(cell, Failure):
            failures[cell.metric] = {
                "stage": cell.stage,
                "error": cell.error,
                "message": cell.message,
                "hint": cell.hint,
            }
    return {"scores": scores, "skipped": skipped, "failures": failures, "seconds": seconds}


def metrics_payload() -> dict[str, Any]:
    """Build the registry as JSON: the facts of every metric and variant by name."""
    return {
        name: {
            "title": spec.title,
            "kind": spec.kind,
            "variant": spec.is_variant,
            "needs": sorted(spec.needs),
            "uses": sorted(spec.uses),
            "tasks": sorted(spec.tasks),
            "higher_is_better": spec.higher_is_better,
            "bounds": list(spec.bounds),
            "stochastic": spec.stochastic,
            "cost": spec.cost,
            "idea": spec.idea,
            "fails_when": spec.fails_when,
            "assumes": spec.traits.assumes,
            "use_when": spec.traits.use_when,
            "complexity": spec.traits.complexity,
            "differences": differences(name),
            "rewards_width": spec.rewards_width,
            "reference": spec.reference,
            "agreement": None if spec.is_variant else _prior_payload(spec.prior_agreement),
            "version": spec.version,
        }
        for name, spec in METRICS.items()
    }


def _prior_payload(prior: PriorAgreement) -> dict[str, Any]:
    """Build what is on record of a metric's agreement with fine-tuning, and what follows from it."""
    return {
        **{field: dict(getattr(prior, field)) for field in ("tuned", "ceiling", "few", "far", "probed")},
        **{field: [asdict(own) for own in getattr(prior, field)] for field in ("published", "by_authors")},
        "mean": prior.mean,
        "spread": prior.spread,
        "n_sets": prior.n_sets,
        "by_regime": {name: asdict(own) if own else None for name, own in prior.by_regime.items()},
    }


def _timings(outcome: ModelOutcome) -> dict[str, Any]:
    return {
        **{name: outcome.seconds[name] for name in ("load", "preprocess", "forward", "score")},
        "cache_hits": outcome.report.cache_hits,
        "cache_misses": outcome.report.cache_misses,
    }


def _outcomes_payload(result: RunResult) -> dict[str, Any]:
    """Build the JSON of what is known of each model besides its cells."""
    outcomes = result.outcomes
    return {
        "notes": {model: list(outcome.report.notes) for model, outcome in outcomes.items()},
        "revisions": {model: outcome.spec.revision for model, outcome in outcomes.items()},
        "extraction": {model: asdict(outcome.report) for model, outcome in outcomes.items()},
        "timings": {model: _timings(outcome) for model, outcome in outcomes.items()},
    }


def used_environment(result: RunResult) -> dict[str, str]:
    """List what the run ran with: the devices and number formats that ``auto`` resolved to, where known."""
    outcomes = result.outcomes.values()
    used = {
        "device": {outcome.report.device for outcome in outcomes if outcome.report.device},
        "dtype": {outcome.report.dtype for outcome in outcomes},
    }
    return {
        **result.environment,
        **{name: ", ".join(sorted(values)) for name, values in used.items() if values},
    }


def _layers_payload(result: RunResult) -> dict[str, Any]:
    """Build what was found of hidden layers: every score, and for each model the best and the mean."""
    scores = layer_scores(result)
    summaries = {
        metric: summarise_layers(metric, {m: own[metric] for m, own in scores.items() if metric in own})
        for metric in result.plan.metrics
        if any(metric in own for own in scores.values())
    }
    return {
        "layers": scores,
        "layer_summary": {
            metric: {
                "models": {model: asdict(own) for model, own in by_model.items()},
                "sentences": [strip_bidi(text) for text in say_layers(metric, by_model)],
            }
            for metric, by_model in summaries.items()
        },
    }


def rank_payload(result: RunResult, ranking: Ranking) -> dict[str, Any]:
    """Build the JSON of a run: its answer, every candidate's cells, samples, ranking, what it ran with.

    Controls and other references stand under ``references`` alone.
    """
    candidates = result.of_candidates()
    cells: dict[str, list[Cell]] = {spec.id: [] for spec in candidates.plan.models}
    for cell in candidates.cells:
        cells[cell.model].append(cell)
    seconds = {model: sum(outcome.seconds.values()) for model, outcome in result.outcomes.items()}
    ranked_by = scores_by_metric(candidates.cells)
    return {
        "verdict": verdict_payload(verdict_of(result, ranking)),
        "models": {
            model: score_payload(model_cells, seconds.get(model, 0.0)) for model, model_cells in cells.items()
        },
        "references": references_payload(result),
        "samples": samples_payload(result.samples),
        "ranking": {
            "order": list(ranking.order),
            "per_metric": {metric: list(order) for metric, order in ranking.per_metric.items()},
            "mean_ranks": dict(ranking.mean_ranks),
            "unranked": list(ranking.unranked),
            **intervals_payload(ranking, result),
            "combined": {metric: values for metric, values in ranked_by.items() if METRICS[metric].combine},
            **vote_payload(ranking),
        },
        "race": race_payload(result),
        "budget": search_payload(result),
        "agreement": agreement_payload(ranked_by),
        "probe": probe_payload(result),
        **_layers_payload(result),
        "run": result.plan.run_id,
        "command": rank_command(result.plan),
        "state": result.state,
        "environment": used_environment(result),
        **_outcomes_payload(result),
        "seconds": result.seconds,
        **analyses_payload(result, ranking),
    }
