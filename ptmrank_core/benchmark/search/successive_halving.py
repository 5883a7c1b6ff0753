"""Successive halving, as arithmetic: which samples come first, in how many rounds, and who goes on."""

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

# Models that reach all samples, at least: a model goes on while it may be among the best so many.
FINALISTS = 3
# Samples of the first round, at least: of each class, and of all.
OF_EACH_CLASS, MIN_SAMPLES = 8, 40


@dataclass(frozen=True, slots=True)
class Schedule:
    """Rounds of a search.

    Parameters
    ----------
    sizes
        Samples of each round, ascending; the last one is all of them.
    budget
        Samples that models may be run on, all rounds and models together.
    """

    sizes: tuple[int, ...]
    budget: int

    def with_whole_groups(self, order: NestedOrder) -> Schedule:
        """Cut every round down to whole groups; rounds that then have the same samples are one.

        A round on fewer samples costs no more, and how many models go on follows from what was spent.
        """
        sizes = {len(order.at_most(size)) for size in self.sizes}
        return replace(self, sizes=tuple(sorted(sizes)))

    def most_to_keep(self, played: int, n_run: int) -> int:
        """Return how many models may go on after so many rounds, if half of them go on after each later one.

        Parameters
        ----------
        played
            Rounds that are over.
        n_run
            Samples that models were run on so far.
        """
        steps = np.diff(self.sizes)[played - 1 :]
        kept = FINALISTS
        while n_run + _cost(kept + 1, steps) <= self.budget:
            kept += 1
        return kept


@dataclass(frozen=True, slots=True)
class Decision:
    """What a round decided of one model.

    Parameters
    ----------
    model
        Its id.
    kept
        Whether it goes on.
    reason
        Why, in one sentence.
    interval
        Least and greatest rank that the samples of the round are compatible with; ``None`` where not known.
    is_forced
        Whether it goes although it may be among the best: the budget holds no more.
    """

    model: str
    kept: bool
    reason: str
    interval: tuple[int, int] | None = None
    is_forced: bool = False


def _cost(n_models: int, steps: Sequence[int] | NDArray[np.int64]) -> int:
    """Count the samples that models are run on in rounds of so many new ones, half going on each time."""
    total = 0
    for step in steps:
        total += n_models * int(step)
        n_models = max(FINALISTS, math.ceil(n_models / 2))
    return total


def schedule(n_models: int, n_samples: int, fewest: int, full_models: int) -> Schedule:
    """Plan the rounds of a search.

    Parameters
    ----------
    n_models
        Candidates.
    n_samples
        All samples.
    fewest
        Samples that the first round takes at least.
    full_models
        The budget, in models that are run on all samples.

    Returns
    -------
    Schedule
        Sizes double from round to round; there are as few rounds as the budget allows. One round where all
        candidates fit into it.

    Raises
    ------
    InputError
        If the candidates do not fit even on the fewest samples; the hint has the least budget.
    """
    budget = full_models * n_samples
    if n_models <= max(full_models, FINALISTS):
        return Schedule((n_samples,), max(budget, n_models * n_samples))
    for n_rounds in range(2, n_samples):
        sizes = [math.ceil(n_samples / 2**i) for i in reversed(range(n_rounds))]
        sizes[0] = max(sizes[0], fewest)
        if sizes[0] >= sizes[1]:
            break
        if _cost(n_models, np.diff([0, *sizes])) <= budget:
            return Schedule(tuple(sizes), budget)
    least = n_models * fewest + FINALISTS * (n_samples - fewest)
    if least <= budget:
        middle = (size for size in (2 * fewest, 4 * fewest) if 2 * size < n_samples)
        return Schedule((fewest, *middle, n_samples), budget)
    raise InputError(
        f"{n_models} models on {fewest} samples each, and {FINALISTS} of them on all {n_samples}, cost more "
        f"than a budget of {full_models} models on all samples.",
        hint=f"Expected a budget of at least {math.ceil(least / n_samples)}.",
    )


def order_samples(samples: Samples, seed: int) -> tuple[NestedOrder, int]:
    """Order samples so that the first so many are a fair part of all, classes by their share, groups whole.

    Parameters
    ----------
    samples
        All samples.
    seed
        Seed of the order.

    Returns
    -------
    order, fewest
        The order, and how many samples the first round takes at least: 40, and eight of every class (of a
        small class all that there are), which come first; in whole groups.
    """
    order = nested_order(units_of_samples(samples), minimum=OF_EACH_CLASS, seed=seed)
    n_wanted = min(samples.n_samples, max(MIN_SAMPLES, order.n_least))
    return order, int(order.ends[np.searchsorted(order.ends, n_wanted)])


def choose(ranking: Ranking, models: Sequence[str], most: int) -> list[Decision]:
    """Decide who goes on after a round.

    A model goes on while its interval says that it may be among the best three. Where these are more than the
    budget allows, the last of them in the order have to go, and the decision says that it was the budget.

    Parameters
    ----------
    ranking
        Of the round's models.
    models
        All of them; one without a rank goes, as it will have no score on more samples either.
    most
        How many may go on.
    """
    known = ranking.intervals.intervals if ranking.intervals else {}
    decisions, n_kept = {}, 0
    for place, model in enumerate(ranking.order, start=1):
        interval = known.get(model)
        is_plausible = place <= FINALISTS or interval is None or interval[0] <= FINALISTS
        span = f"ranks {interval[0]} to {interval[1]} are possible" if interval else "no interval is known"
        if not is_plausible:
            reason = f"not among the best {FINALISTS}: {span}"
        elif n_kept >= most:
            reason = f"place {place}, and the budget holds {most}: {span}"
        else:
            reason = f"place {place}: {span}"
        kept = is_plausible and n_kept < most
        n_kept += kept
        decisions[model] = Decision(model, kept, reason, interval, is_plausible and not kept)
    return [decisions.get(model, Decision(model, kept=False, reason="no score")) for model in models]
