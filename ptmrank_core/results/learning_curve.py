"""How the order settles as samples are added."""

from __future__ import annotations

from collections.abc import Mapping

from ptmrank_core.metrics import METRICS, join_scores
from ptmrank_core.ranking import SizeCurve, consensus_draws, size_curve
from ptmrank_core.records import PartScores, Ranking, RunResult
from ptmrank_core.results.evidence import CONSENSUS
from ptmrank_core.results.scores import scores_by_metric

__all__ = ["curves_of", "size_verdict"]

# Kendall's tau between the orders on half and on all samples; between the two, neighbours may still swap.
SETTLED, UNSETTLED = 0.9, 0.7
Draws = list[list[dict[str, float]]]


def curves_of(result: RunResult, ranking: Ranking) -> dict[str, SizeCurve]:
    """Collect the curve of every metric that was scored on subsets of the samples, the consensus first.

    The consensus on a subset uses the votes of the whole run, among the metrics that were scored on subsets.
    """
    result = result.of_candidates()
    by_model = result.contents(PartScores)
    if not by_model:
        return {}
    first = next(iter(by_model.values()))
    sizes = first.sizes
    draws = {metric: _draws(metric, by_model, len(sizes)) for metric in first.scores}
    full = scores_by_metric(result.cells)
    directions = {metric: METRICS[metric].higher_is_better for metric in result.plan.metrics}
    votes = {name: ranking.votes[name].weight if ranking.votes else 1.0 for name in ranking.metrics_used}
    joined = consensus_draws(draws, votes, directions)
    curves = {
        metric: size_curve(sizes, metric_draws, full[metric], higher_is_better=directions[metric])
        for metric, metric_draws in draws.items()
        if metric in full
    }
    if joined:
        curves = {
            CONSENSUS: size_curve(sizes, joined, ranking.mean_ranks, higher_is_better=False),
            **curves,
        }
    return {name: curve for name, curve in curves.items() if any(tau is not None for tau in curve.tau)}


def _draws(metric: str, by_model: Mapping[str, PartScores], n_sizes: int) -> Draws:
    """Scores of one metric: size -> draw -> model -> value that ranks."""
    draws: Draws = []
    for size in range(n_sizes):
        columns = {
            model: parts.scores[metric][size] for model, parts in by_model.items() if metric in parts.scores
        }
        draws.append([])
        for draw in range(max(map(len, columns.values()), default=0)):
            parts = {model: score for model, scores in columns.items() if (score := scores[draw]) is not None}
            draws[-1].append(join_scores(metric, parts))
    return draws


def size_verdict(curve: SizeCurve, n_samples: int) -> str:
    """Say in one sentence whether more labels would change the order; empty where nothing can be said."""
    known = [(size, tau) for size, tau in zip(curve.sizes, curve.tau, strict=True) if tau is not None]
    upto_half = [pair for pair in known if pair[0] <= 0.55 * n_samples]
    if not upto_half:
        return ""
    size, tau = upto_half[-1]
    agreement = (
        f"With {size:.0f} of the {n_samples} samples the order agrees with that of all at τ = {tau:.2f}: "
    )
    if tau >= SETTLED:
        return f"{agreement}you have enough labels; more would hardly change it."
    if tau >= UNSETTLED:
        return f"{agreement}the order is nearly settled; more labels may still swap neighbours."
    return f"{agreement}it has not settled; label more before you trust it."
