"""Comparisons of all pairs of models -> which model is distinguishably better, with joint error control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Comparisons", "Distinguished", "overlap_within_ties", "tie_groups"]

Array: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Distinguished:
    """What comparisons tell apart.

    Parameters
    ----------
    n_behind, n_ahead
        How many models each one is better than, and worse than, shape (n_models,): the statements on one
        model are all true with the probability that was asked for.
    better
        Which model is better than which, shape (n_models, n_models): all true at once.
    """

    n_behind: NDArray[np.intp]
    n_ahead: NDArray[np.intp]
    better: Mask


@dataclass(frozen=True, eq=False, slots=True)
class Comparisons:
    """Standardised differences between all pairs of models.

    Draws of these differences are computed for one model after the other: all of them would be n_draws x
    n_models x n_models numbers.

    Parameters
    ----------
    observed
        On all samples, shape (n_models, n_models), antisymmetric up to round-off.
    deviations
        Draws of each model's deviation, shape (n_models, n_draws).
    units
        What the difference of two deviations is divided by, shape (n_models, n_models); infinite for a pair
        that is not compared.
    margin
        What it is multiplied by.
    """

    observed: Array
    deviations: Array
    units: Array
    margin: float = 1.0

    def resolve(self, each: float, together: float) -> Distinguished:
        """Find what is distinguishable.

        Hypotheses are rejected by Romano and Wolf's stepdown, the least credible first: those that are
        rejected no longer enter the critical value of the others. The two directions of one pair are separate
        hypotheses, and a direction that is never rejected stays in, so that errors of the sign are controlled
        as well.

        Parameters
        ----------
        each
            Probability that all statements on one model are true, for every model.
        together
            Probability that all statements on all pairs are true.
        """
        n_models, n_draws = self.deviations.shape
        n_behind, n_ahead = np.zeros((2, n_models), dtype=np.intp)
        highest = np.empty((n_models, n_draws), dtype=np.float32)
        for model in range(n_models):
            others = np.argsort(self.observed[model], kind="stable")
            others = others[others != model]
            draws = self._draws(model)[others]
            highest[model] = draws.max(axis=0)
            n_behind[model], n_ahead[model] = _step_down(self.observed[model, others], draws, each)
        return Distinguished(n_behind, n_ahead, self._of_all(highest, together))

    def _draws(self, model: int) -> NDArray[np.float32]:
        """Draws of the differences of one model from each under no difference, (n_models, n_draws)."""
        gaps = self.margin * (self.deviations[model] - self.deviations)
        draws: NDArray[np.float32] = (gaps / self.units[model][:, None]).astype(np.float32)
        return draws

    def _of_all(self, highest: NDArray[np.float32], level: float) -> Mask:
        """Find all better models.

        Parameters
        ----------
        highest
            Greatest difference of each model from any other in each draw, shape (n_models, n_draws). Changed
            in place: it becomes the greatest of those that are not rejected, or a bound of it.
        level
            Probability that all of them are.
        """
        others = ~np.eye(len(highest), dtype=bool)
        better = np.zeros_like(others)
        while True:
            critical = np.quantile(highest.max(axis=0), level, method="higher")
            new = others & (self.observed > critical)
            if np.count_nonzero(new) == np.count_nonzero(better):
                return better
            better = new
            self._lower(highest, others & ~better)

    def _lower(self, highest: NDArray[np.float32], active: Mask) -> None:
        """Lower the bounds until the greatest of each draw is that of an active difference.

        Only bounds that are the greatest of a draw are computed anew, until one of them stays the greatest:
        a few of each draw in place of all.
        """
        is_exact = np.zeros(highest.shape, dtype=bool)
        draws = np.arange(highest.shape[1])
        while len(draws):
            models = highest[:, draws].argmax(axis=0)
            stale = ~is_exact[models, draws]
            models, draws = models[stale], draws[stale]
            deviations = self.deviations[:, draws].T
            gaps = self.margin * (self.deviations[models, draws][:, None] - deviations)
            values = (gaps / self.units[models]).astype(np.float32)
            highest[models, draws] = np.where(active[models], values, -np.inf).max(axis=1)
            is_exact[models, draws] = True


def _step_down(observed: Array, draws: NDArray[np.float32], level: float) -> tuple[int, int]:
    """Count the rivals that one model is distinguishably better than, and worse than.

    As the least credible hypotheses are rejected first, those that are left are a run of the ordered rivals
    in either direction.

    Parameters
    ----------
    observed
        The model's difference from each rival, ascending, shape (n,).
    draws
        The same under no difference, shape (n, n_draws).
    level
        Probability that no true hypothesis is rejected.
    """
    n_rivals = len(observed)
    n_behind = n_ahead = 0
    while n_behind < n_rivals or n_ahead < n_rivals:
        largest = draws[: n_rivals - n_behind].max(axis=0, initial=-np.inf)
        smallest = draws[n_ahead:].min(axis=0, initial=np.inf)
        critical = np.quantile(np.maximum(largest, -smallest), level, method="higher")
        behind, ahead = int((observed > critical).sum()), int((-observed > critical).sum())
        if behind <= n_behind and ahead <= n_ahead:
            break
        n_behind, n_ahead = max(n_behind, behind), max(n_ahead, ahead)
    return n_behind, n_ahead


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
    apart = (better | better.T)[np.ix_(order, order)]
    runs: list[tuple[int, ...]] = []
    start = stop = 0
    for end in range(1, len(order) + 1):
        begin = start
        while apart[end - 1, begin : end - 1].any():
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
    places = np.array(list(intervals))
    lows, highs = np.zeros((2, places.max() + 1), dtype=np.int64)
    lows[places], highs[places] = np.array(list(intervals.values())).T
    found_lows, found_highs = lows.copy(), highs.copy()
    last: int | None = None
    for group in ties:
        # A group shares its first members with the one before, which has extended these.
        begin = group.index(last) + 1 if last in group else 1
        members = np.array(group)
        for k in range(begin, len(group)):
            better, worse = members[:k], members[k]
            found_highs[better] = np.maximum(found_highs[better], lows[worse])
            found_lows[worse] = min(lows[worse], highs[better].min())
        last = group[-1]
    return {place: (int(found_lows[place]), int(found_highs[place])) for place in intervals}
