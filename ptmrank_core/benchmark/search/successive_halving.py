"""Successive halving: the order of the samples, the sizes of the rounds, and which models advance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import InputError
from ptmrank_core.records import Ranking, Samples
from ptmrank_core.sampling import NestedOrder, nested_order, units_of_samples

__all__ = ["FINALISTS", "Decision", "Schedule", "choose", "order_samples", "schedule"]

# Minimum number of finalists: a model advances as long as it may be among the best ``FINALISTS``.
FINALISTS = 3
# Minimum number of samples of the first round: of each class, and in total.
MIN_PER_CLASS, MIN_SAMPLES = 8, 40


@dataclass(frozen=True, slots=True)
class Schedule:
    """The rounds of a search.

    Parameters
    ----------
    sizes
        Number of samples of each round, ascending; the last round has all samples.
    budget
        Maximum number of forward passes (samples times models) of all rounds together.
    """

    sizes: tuple[int, ...]
    budget: int

    def with_whole_groups(self, order: NestedOrder) -> Schedule:
        """Reduce every round to whole groups, and merge rounds that then have the same samples.

        A smaller round costs no more, and the number of models that advance depends on what was spent.
        """
        sizes = {len(order.at_most(size)) for size in self.sizes}
        return replace(self, sizes=tuple(sorted(sizes)))

    def most_to_keep(self, n_rounds: int, n_run: int) -> int:
        """Return how many models may advance, if half of the models advance after each later round.

        Parameters
        ----------
        n_rounds
            Number of completed rounds.
        n_run
            Forward passes so far.
        """
        steps = np.diff(self.sizes)[n_rounds - 1 :]
        n_kept = FINALISTS
        while n_run + _cost(n_kept + 1, steps) <= self.budget:
            n_kept += 1
        return n_kept


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision on one model after a round.

    Parameters
    ----------
    model
        Its id.
    kept
        Whether it advances.
    reason
        The reason, a phrase.
    interval
        Lowest and highest rank compatible with the samples of the round; ``None`` if unknown.
    is_forced
        Whether it is eliminated for the budget alone, although it may be among the best.
    """

    model: str
    kept: bool
    reason: str
    interval: tuple[int, int] | None = None
    is_forced: bool = False


def _cost(n_models: int, steps: Sequence[int] | NDArray[np.int64]) -> int:
    """Count the forward passes of rounds that add ``steps`` samples each, half of the models advancing."""
    total = 0
    for step in steps:
        total += n_models * int(step)
        n_models = max(FINALISTS, math.ceil(n_models / 2))
    return total


def schedule(n_models: int, n_samples: int, min_samples: int, full_models: int) -> Schedule:
    """Plan the rounds of a search.

    Parameters
    ----------
    n_models
        Number of candidates.
    n_samples
        Number of all samples.
    min_samples
        Minimum number of samples of the first round.
    full_models
        The budget, as a number of models run on all samples.

    Returns
    -------
    Schedule
        Sizes double from round to round; there are as few rounds as the budget allows: a single one if it
        allows all candidates on all samples.

    Raises
    ------
    InputError
        If even the smallest possible rounds exceed the budget; the hint states the minimum budget.
    """
    budget = full_models * n_samples
    if n_models <= max(full_models, FINALISTS):
        return Schedule((n_samples,), max(budget, n_models * n_samples))
    for n_rounds in range(2, n_samples):
        sizes = [math.ceil(n_samples / 2**i) for i in reversed(range(n_rounds))]
        sizes[0] = max(sizes[0], min_samples)
        if sizes[0] >= sizes[1]:
            break
        if _cost(n_models, np.diff([0, *sizes])) <= budget:
            return Schedule(tuple(sizes), budget)
    min_budget = n_models * min_samples + FINALISTS * (n_samples - min_samples)
    if min_budget <= budget:
        middle = (size for size in (2 * min_samples, 4 * min_samples) if 2 * size < n_samples)
        return Schedule((min_samples, *middle, n_samples), budget)
    raise InputError(
        f"{n_models} models on {min_samples} samples each, and {FINALISTS} of them on all {n_samples}, cost "
        f"more than a budget of {full_models} models on all samples.",
        hint=f"Expected a budget of at least {math.ceil(min_budget / n_samples)}.",
    )


def order_samples(samples: Samples, seed: int) -> tuple[NestedOrder, int]:
    """Order samples so that every initial part is representative: stratified by class, with whole groups.

    Parameters
    ----------
    samples
        All samples.
    seed
        Random seed of the order.

    Returns
    -------
    order, min_samples
        The order, and the minimum number of samples of the first round: 40, and at least eight of every class
        (all samples of a smaller class), rounded up to whole groups.
    """
    order = nested_order(units_of_samples(samples), minimum=MIN_PER_CLASS, seed=seed)
    n_wanted = min(samples.n_samples, max(MIN_SAMPLES, order.n_least))
    return order, int(order.ends[np.searchsorted(order.ends, n_wanted)])


def choose(ranking: Ranking, models: Sequence[str], max_kept: int) -> list[Decision]:
    """Decide which models advance after a round.

    A model advances as long as its rank interval includes one of the best three ranks. If these are more
    models than the budget allows, the lowest-ranked of them are eliminated, and the reason names the budget.

    Parameters
    ----------
    ranking
        Ranking of the round's models.
    models
        All models of the round; one without a rank is eliminated, as more samples would not give it a score.
    max_kept
        Maximum number of models that advance.
    """
    intervals = ranking.intervals.intervals if ranking.intervals else {}
    decisions, n_kept = {}, 0
    for place, model in enumerate(ranking.order, start=1):
        interval = intervals.get(model)
        is_plausible = place <= FINALISTS or interval is None or interval[0] <= FINALISTS
        span = f"ranks {interval[0]} to {interval[1]} are possible" if interval else "no interval is known"
        if not is_plausible:
            reason = f"not among the best {FINALISTS}: {span}"
        elif n_kept >= max_kept:
            reason = f"place {place}, and the budget allows {max_kept}: {span}"
        else:
            reason = f"place {place}: {span}"
        kept = is_plausible and n_kept < max_kept
        n_kept += kept
        decisions[model] = Decision(model, kept, reason, interval, is_plausible and not kept)
    return [decisions.get(model, Decision(model, kept=False, reason="no score")) for model in models]
