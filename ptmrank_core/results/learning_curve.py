"""How the order settles as samples are added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ptmrank_core.metrics import METRICS, join_scores
from ptmrank_core.ranking import SizeCurve, consensus_draws, size_curve
from ptmrank_core.records import PartScores, Ranking, RunResult
from ptmrank_core.results.evidence import CONSENSUS
from ptmrank_core.results.scores import scores_by_metric

__all__ = ["SETTLED", "UNSETTLED", "consensus_curve", "curves_of", "settled_at", "size_verdict"]

# Kendall's tau between the orders on half and on all samples; between the two, neighbours may still swap.
SETTLED, UNSETTLED = 0.9, 0.7
# Half of the samples, but for what does not divide evenly.
HALF = 0.55
Draws = list[list[dict[str, float]]]


def curves_of(result: RunResult, ranking: Ranking) -> dict[str, SizeCurve]:
    """Collect the curve of every metric that was scored on subsets of the samples, the consensus first.

    The consensus on a subset uses the votes of the whole run, among the metrics that were scored on subsets.
    """
    result = result.of_candidates()
    sizes, draws = _drawn(result)
    full = scores_by_metric(result.cells)
    consensus = _consensus(sizes, draws, ranking)
    curves = {CONSENSUS: consensus} if consensus else {}
    curves |= {
        metric: size_curve(sizes, own, full[metric], higher_is_better=METRICS[metric].higher_is_better)
        for metric, own in draws.items()
        if metric in full
    }
    return {name: curve for name, curve in curves.items() if _is_known(curve)}


def consensus_curve(result: RunResult, ranking: Ranking) -> SizeCurve | None:
    """Compute the curve of the consensus alone, as in :func:`curves_of`; ``None`` where there is none."""
    curve = _consensus(*_drawn(result.of_candidates()), ranking)
    return curve if curve and _is_known(curve) else None


def _drawn(result: RunResult) -> tuple[Sequence[float], dict[str, Draws]]:
    """Collect the sizes of the subsets, and the scores on them by metric; empty where there are none."""
    by_model = result.contents(PartScores)
    first = next(iter(by_model.values()), None)
    if first is None:
        return (), {}
    return first.sizes, {metric: _draws(metric, by_model, len(first.sizes)) for metric in first.scores}


def _consensus(sizes: Sequence[float], draws: Mapping[str, Draws], ranking: Ranking) -> SizeCurve | None:
    votes = {name: ranking.votes[name].weight if ranking.votes else 1.0 for name in ranking.metrics_used}
    joined = consensus_draws(draws, votes, {name: spec.higher_is_better for name, spec in METRICS.items()})
    return size_curve(sizes, joined, ranking.mean_ranks, higher_is_better=False) if joined else None


def _is_known(curve: SizeCurve) -> bool:
    return any(tau is not None for tau in curve.tau)


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


def settled_at(curve: SizeCurve, n_samples: int) -> tuple[float, float] | None:
    """Find the largest subset of at most about half of the samples: its size, and the order's agreement."""
    known = [
        (size, tau)
        for size, tau in zip(curve.sizes, curve.tau, strict=True)
        if tau is not None and size <= HALF * n_samples
    ]
    return known[-1] if known else None


def size_verdict(curve: SizeCurve, n_samples: int) -> str:
    """Say in one sentence whether more labels would change the order; empty where nothing can be said."""
    found = settled_at(curve, n_samples)
    if found is None:
        return ""
    size, tau = found
    agreement = (
        f"With {size:.0f} of the {n_samples} samples the order agrees with that of all at τ = {tau:.2f}: "
    )
    if tau >= SETTLED:
        return f"{agreement}you have enough labels; more would hardly change it."
    if tau >= UNSETTLED:
        return f"{agreement}the order is nearly settled; more labels may still swap neighbours."
    return f"{agreement}it has not settled; label more before you trust it."
