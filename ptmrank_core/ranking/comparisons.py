"""Comparisons of all pairs of models -> which model is distinguishably better, with joint error control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Comparisons", "overlap_within_ties", "tie_groups"]

Array: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Comparisons:
    """Standardised differences between all pairs of models.

    Parameters
    ----------
    observed
        Shape (n_models, n_models), antisymmetric: on all samples.
    draws
        Shape (n_models, n_draws, n_models): draws of them under no difference, antisymmetric too.
    """

    observed: Array
    draws: NDArray[np.float32]

    def of_one(self, model: int, level: float) -> tuple[Mask, Mask]:
        """Find the models that one model is better than, and worse than, shape (n_models,) each.

        With probability ``level`` all of these statements are true.
        """
        observed, draws = self.observed[model], self.draws[model]
        both = np.concatenate([observed, -observed])
        is_itself = np.arange(len(both)) % len(observed) == model
        rejected = _step_down(both, np.concatenate([draws, -draws], axis=1), ~is_itself, level)
        return rejected[: len(observed)], rejected[len(observed) :]

    def of_all(self, level: float) -> Mask:
        """Find all better models, shape (n_models, n_models): all true with probability ``level``."""
        n_models, n_draws = len(self.observed), self.draws.shape[1]
        flat = self.draws.transpose(1, 0, 2).reshape(n_draws, -1)
        active = ~np.eye(n_models, dtype=bool).ravel()
        return _step_down(self.observed.ravel(), flat, active, level).reshape(n_models, n_models)


def _step_down(observed: Array, draws: NDArray[np.float32], active: Mask, level: float) -> Mask:
    """Reject one-sided hypotheses by Romano and Wolf's stepdown, the least credible first.

    Hypotheses that are rejected no longer enter the critical value of the others. The two directions of one
    pair are separate hypotheses, and a direction that is never rejected stays in, so that errors of the sign
    are controlled as well.

    Parameters
    ----------
    observed
        Statistics, shape (n,): large values contradict the hypothesis.
    draws
        The same under it, shape (n_draws, n).
    active
        The hypotheses that are tested, shape (n,).
    level
        Probability that no true hypothesis is rejected.
    """
    rejected = np.zeros_like(active)
    while active.any():
        critical = np.quantile(draws[:, active].max(axis=1), level, method="higher")
        new = active & (observed > critical)
        if not new.any():
            break
        rejected |= new
        active = active & ~new
    return rejected


def tie_groups(order: Sequence[int], better: Mask) -> list[tuple[int, ...]]:
    """Find the longest runs of an order in which no two models are distinguishable.

    Two runs may overlap: the second of three models can be tied with the first and with the third although
    these two are distinguishable.

    Parameters
    ----------
    order
        Places in ``better``, best first.
    better
        Which model is better than which, shape (n_models, n_models).

    Returns
    -------
    list of tuple
        Runs of two or more, best first; none within another.
    """
    is_distinguishable = better | better.T
    runs: list[tuple[int, ...]] = []
    start = stop = 0
    for end in range(1, len(order) + 1):
        begin = start
        while is_distinguishable[order[end - 1], order[begin : end - 1]].any():
            begin += 1
        if begin > start and end - 1 - start > 1:
            runs.append(tuple(order[start : end - 1]))
        start, stop = begin, end
    if stop - start > 1:
        runs.append(tuple(order[start:stop]))
    return runs


def overlap_within_ties(
    intervals: Mapping[int, tuple[int, int]], ties: Sequence[tuple[int, ...]]
) -> dict[int, tuple[int, int]]:
    """Extend intervals of models of one tie group until every two of them share a rank.

    An interval holds the rank of one model with less certainty than all statements of the tie groups hold
    together: two models can be told apart by the first and not by the second. A reader must not find them
    tied and on places of their own.

    Parameters
    ----------
    intervals
        Place -> lowest and highest rank.
    ties
        Groups of places, as from :func:`tie_groups`: the better one first.
    """
    found = dict(intervals)
    for group in ties:
        for k, first in enumerate(group):
            for second in group[k + 1 :]:
                high, low = intervals[first][1], intervals[second][0]
                if high < low:
                    found[first] = found[first][0], max(found[first][1], low)
                    found[second] = min(found[second][0], high), found[second][1]
    return found
