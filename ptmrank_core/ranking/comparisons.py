"""Comparisons of all pairs of models -> which of two is better beyond doubt, all errors counted together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Comparisons", "tie_groups"]

Array: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Comparisons:
    """By how many of its standard deviations one model is ahead of another.

    Parameters
    ----------
    observed
        Shape (n_models, n_models), antisymmetric: the full sample's.
    draws
        Shape (n_models, n_draws, n_models): what chance alone makes of them, antisymmetric too.
    """

    observed: Array
    draws: NDArray[np.float32]

    def of_one(self, model: int, level: float) -> tuple[Mask, Mask]:
        """Models that one model is better and worse than, shape (n_models,) each.

        With probability ``level`` both are right in everything they say.
        """
        observed, draws = self.observed[model], self.draws[model]
        both = np.concatenate([observed, -observed])
        own = np.arange(len(both)) % len(observed) == model
        found = _step_down(both, np.concatenate([draws, -draws], axis=1), ~own, level)
        return found[: len(observed)], found[len(observed) :]

    def of_all(self, level: float) -> Mask:
        """Which model is better than which, (n_models, n_models): all right with probability ``level``."""
        n_models, n_draws = len(self.observed), self.draws.shape[1]
        flat = self.draws.transpose(1, 0, 2).reshape(n_draws, -1)
        active = ~np.eye(n_models, dtype=bool).ravel()
        return _step_down(self.observed.ravel(), flat, active, level).reshape(n_models, n_models)


def _step_down(observed: Array, draws: NDArray[np.float32], active: Mask, level: float) -> Mask:
    """Reject one-sided hypotheses, the least credible first; what is rejected no longer costs the others.

    Romano and Wolf's stepdown. The statistics of one pair's two directions are separate hypotheses, so that
    a direction which is never rejected goes on to count: errors of the sign are controlled as well.

    Parameters
    ----------
    observed
        Statistics, shape (n,): large speaks against the hypothesis.
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
    """Longest runs of an order in which no model is better than another beyond doubt.

    Two runs may overlap: the second of three models can be tied with the first and with the third where
    these two are told apart.

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
    apart = better | better.T
    runs: list[tuple[int, ...]] = []
    start = stop = 0
    for end in range(1, len(order) + 1):
        begin = start
        while apart[order[end - 1], order[begin : end - 1]].any():
            begin += 1
        if begin > start and end - 1 - start > 1:
            runs.append(tuple(order[start : end - 1]))
        start, stop = begin, end
    if stop - start > 1:
        runs.append(tuple(order[start:stop]))
    return runs
