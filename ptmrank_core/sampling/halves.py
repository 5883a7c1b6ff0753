"""Halves of a set of samples, drawn without replacement and stratified: the same rows for every model."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import InputError
from ptmrank_core.sampling.shares import draw_share
from ptmrank_core.sampling.strata import Indices
from ptmrank_core.sampling.units import Units

__all__ = ["MIN_TO_HALVE", "HalfSamples", "draw_halves"]

HALF = Fraction(1, 2)
# A half of a class has to show the spread of the class, which takes two samples.
MIN_TO_HALVE = 4
MIN_IN_HALF = 2
MAX_TRIES = 200  # of one half, until every stratum is in it


@dataclass(frozen=True, eq=False, slots=True)
class HalfSamples:
    """Half-samples of one set of samples.

    Parameters
    ----------
    rows
        Ascending indices of the samples of each half; together with the strata that are kept whole they hold
        half of the samples of every other stratum.
    notes
        Restrictions of intervals from them, one sentence each.
    """

    rows: tuple[Indices, ...]
    notes: tuple[str, ...]


def draw_halves(units: Units, *, n_halves: int, seed: int) -> HalfSamples:
    """Draw half-samples without replacement.

    Strata are halved one by one, odd ones now up and now down; where units are groups, half of the groups of
    a stratum are drawn. A stratum with fewer than four samples, or in a single group, is too small to be
    halved and stands whole in every half.

    Parameters
    ----------
    units
        Units of the samples.
    n_halves
        Number of halves, at least 1.
    seed
        Seed of the draws.

    Raises
    ------
    InputError
        If nothing can be halved, or no half of the groups holds every stratum.
    """
    is_fixed = _fixed_units(units)
    if is_fixed.all():
        raise InputError(
            "No class is large enough to be halved: there are no half-samples.",
            hint=f"Add samples: a class takes {MIN_TO_HALVE}, or two groups.",
        )
    rng = np.random.default_rng(seed)
    rows = tuple(_draw_one(units, is_fixed, rng) for _ in range(n_halves))
    return HalfSamples(rows, _notes(units, len(units.rows(is_fixed))))


def _notes(units: Units, n_fixed: int) -> tuple[str, ...]:
    """Name the restrictions of intervals from the halves."""
    notes = []
    if n_fixed:
        notes.append(
            f"{n_fixed} of {units.n_samples} samples are of classes too small to be halved: every half has "
            "them, and intervals do not cover their sampling error."
        )
    if units.group_names:
        notes.append(f"Halves consist of whole groups: there are {units.n_units} groups.")
    return tuple(notes)


def _fixed_units(units: Units) -> NDArray[np.bool_]:
    """Find the units that are in every half, shape (n_units,).

    A group is if it is the only one with samples of a stratum, or the only one drawn from its stratum.
    """
    if not units.group_names:
        return np.asarray((np.bincount(units.strata) < MIN_TO_HALVE)[units.strata])
    holds = units.counts > 0
    is_alone = np.bincount(units.stratum_of)[units.stratum_of] < 2
    return np.asarray((holds & (holds.sum(axis=0) == 1)).any(axis=1) | is_alone)


def _draw_one(units: Units, is_fixed: NDArray[np.bool_], rng: np.random.Generator) -> Indices:
    """Rows of one half, which has two samples of every stratum or all that there are."""
    least = np.minimum(np.bincount(units.strata), MIN_IN_HALF)
    stratum_of = np.where(is_fixed, -1, units.stratum_of)
    for _ in range(MAX_TRIES):
        chosen = is_fixed.copy()
        chosen[draw_share(stratum_of, HALF, rng)] = True
        rows = units.rows(chosen)
        if (np.bincount(units.strata[rows], minlength=len(least)) >= least).all():
            return rows
    raise InputError(
        "The groups are too few and too uneven: no half of them holds every class.",
        hint="Add groups, or leave the group column out.",
    )
