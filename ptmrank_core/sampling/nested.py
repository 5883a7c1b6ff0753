"""Orders in which samples enter parts: each part stratified, groups whole, within every larger one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.sampling.strata import Indices
from ptmrank_core.sampling.units import Units

__all__ = ["NestedOrder", "nested_order", "nested_orders"]

# Whether half a unit is rounded up or down must not depend on the last digit of a share.
ROUND_OFF = 1e-9


@dataclass(frozen=True, eq=False, slots=True)
class NestedOrder:
    """All samples in the order in which they enter parts of the set.

    Parameters
    ----------
    rows
        Shape (n_samples,): indices of the samples, those of a unit side by side.
    ends
        Shape (n_units,), ascending: sizes of the parts that end with a whole unit.
    entries
        Shape (n_units,), ascending: a part of any larger share contains the unit; 0 for the units of the
        smallest part.
    n_least
        Samples of the smallest part.
    """

    rows: Indices
    ends: Indices
    entries: NDArray[np.float64]
    n_least: int

    def of_share(self, share: float) -> Indices:
        """Return the samples of a part, ascending: a share in (0, 1] of every stratum, to half a unit.

        The smallest part may hold more than its share.
        """
        n_units = int(np.searchsorted(self.entries, share - ROUND_OFF))
        return self.first(int(self.ends[n_units - 1]))

    def at_most(self, n_samples: int) -> Indices:
        """Return the samples of the largest part of no more than so many, ascending, or of the smallest."""
        n_units = int(np.searchsorted(self.ends, n_samples, side="right"))
        return self.first(max(self.n_least, int(self.ends[n_units - 1]) if n_units else 0))

    def first(self, n_samples: int) -> Indices:
        """Return the first samples, ascending; groups are whole where the number is one of ``ends``."""
        return np.sort(self.rows[:n_samples])


def nested_orders(units: Units, n_orders: int = 1, *, minimum: int, seed: int) -> list[NestedOrder]:
    """Draw orders of the samples.

    The units of every stratum are shuffled, and strata are merged so that each has its share of any part, to
    half a unit. Units that hold the first samples of a class come before all others.

    Parameters
    ----------
    units
        Units of the samples.
    n_orders
        Number of orders, at least 1; more of them begin with the same ones.
    minimum
        Samples of every class (or label, or fifth of the numbers) that each part holds, at least 1; all
        where a class has no more.
    seed
        Seed of the draw.
    """
    rng = np.random.default_rng(seed)
    return [_draw(units, minimum, rng) for _ in range(n_orders)]


def nested_order(units: Units, *, minimum: int, seed: int) -> NestedOrder:
    """Draw one order of the samples, the first of :func:`nested_orders`."""
    return nested_orders(units, 1, minimum=minimum, seed=seed)[0]


def _draw(units: Units, minimum: int, rng: np.random.Generator) -> NestedOrder:
    """Draw one order."""
    strata = [
        rng.permutation(np.flatnonzero(units.stratum_of == stratum))
        for stratum in np.unique(units.stratum_of)
    ]
    ties = rng.random(units.n_units)
    is_first = _holds_first(units, np.argsort(np.lexsort((ties, _entries(units, strata)))), minimum)
    # The smallest part is the beginning of each stratum: no other part then has more than its share of one.
    entries = _entries(units, [members[np.argsort(~is_first[members], kind="stable")] for members in strata])
    order = np.lexsort((ties, entries, ~is_first))
    return NestedOrder(
        rows=np.argsort(np.argsort(order)[units.unit_of], kind="stable"),
        ends=np.cumsum(units.sizes[order]),
        entries=np.where(is_first, 0.0, entries)[order],
        n_least=int(units.sizes[is_first].sum()),
    )


def _entries(units: Units, strata: Sequence[Indices]) -> NDArray[np.float64]:
    """Return where the middle of each unit is in its stratum, as a share of the stratum."""
    entries = np.empty(units.n_units)
    for members in strata:
        ends = np.cumsum(units.sizes[members])
        entries[members] = (ends - units.sizes[members] / 2) / ends[-1]
    return entries


def _holds_first(units: Units, place: Indices, minimum: int) -> NDArray[np.bool_]:
    """Return which units hold the first samples of a class."""
    place_of_sample = place[units.unit_of]
    is_first = np.zeros(units.n_units, dtype=bool)
    for rows in units.classes:
        earliest = rows[np.argsort(place_of_sample[rows], kind="stable")[:minimum]]
        is_first[units.unit_of[earliest]] = True
    return is_first
