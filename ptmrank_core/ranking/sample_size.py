"""How the order of the models stabilises with the number of samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ptmrank_core.ranking.agreement import kendall
from ptmrank_core.ranking.consensus import ModelScores, check_scores, consensus_values, rank_models

__all__ = ["SizeCurve", "consensus_draws", "size_curve"]


@dataclass(frozen=True, slots=True)
class SizeCurve:
    """Agreement of the order on fewer samples with the order on all of them.

    Parameters
    ----------
    sizes
        Mean number of samples of each point, ascending.
    tau
        Kendall's tau-b at each size, the mean over draws; ``None`` where no draw has one.
    low, high
        Lowest and highest over the draws.
    """

    sizes: tuple[float, ...]
    tau: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]


def size_curve(
    sizes: Sequence[float],
    draws: Sequence[Sequence[ModelScores]],
    full: ModelScores,
    *,
    higher_is_better: bool,
) -> SizeCurve:
    """Compare the order of models on parts of the samples with their order on all.

    Parameters
    ----------
    sizes
        Number of samples of each point.
    draws
        For each size the scores of some draws: model -> finite score.
    full
        Scores on all samples.
    higher_is_better
        Direction of the scores.

    Returns
    -------
    SizeCurve
        Parts are nested in the whole, so that tau tends to 1 by construction as they grow: a curve that is
        high early shows a stable order, not a right one.
    """
    taus = [
        [tau for scores in of_size if (tau := _tau(scores, full, higher_is_better)) is not None]
        for of_size in draws
    ]
    return SizeCurve(
        sizes=tuple(sizes),
        tau=tuple(float(np.mean(of_size)) if of_size else None for of_size in taus),
        low=tuple(min(of_size, default=None) for of_size in taus),
        high=tuple(max(of_size, default=None) for of_size in taus),
    )


def _tau(part: ModelScores, full: ModelScores, higher_is_better: bool) -> float | None:  # noqa: FBT001
    """Kendall's tau-b over the models with both; ``None`` where it is not defined."""
    both = {"full": full, "part": part}
    directions = dict.fromkeys(both, higher_is_better)
    check_scores(both, tuple(full.keys() | part.keys()), directions)
    ranks = [rank_models(scores, higher_is_better=higher_is_better) for scores in both.values()]
    tau, _ = kendall(*ranks)
    return tau if np.isfinite(tau) else None


def consensus_draws(
    draws: Mapping[str, Sequence[Sequence[ModelScores]]],
    weights: Mapping[str, float],
    higher_is_better: Mapping[str, bool],
) -> list[list[dict[str, float]]]:
    """Combine the metrics of each draw in a consensus: the weighted mean rank, lower is better.

    Parameters
    ----------
    draws
        Metric -> size -> draw -> scores of models.
    weights
        Metric -> its weight in the vote on all samples, at least 0.
    higher_is_better
        Direction of every metric.

    Returns
    -------
    list of list of dict
        Size -> draw -> model -> consensus value, over the metrics of positive weight.
    """
    voting = {metric: by_size for metric, by_size in draws.items() if weights.get(metric, 0.0) > 0}
    if not voting:
        return []
    n_sizes = len(next(iter(voting.values())))
    return [
        [
            consensus_values(
                {metric: by_size[size][draw] for metric, by_size in voting.items()},
                weights,
                higher_is_better=higher_is_better,
            )
            for draw in range(len(next(iter(voting.values()))[size]))
        ]
        for size in range(n_sizes)
    ]
