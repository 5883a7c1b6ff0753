"""Parts of a set of samples, drawn without replacement and stratified: the same rows for every model."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import InputError
from ptmrank_core.sampling.shares import draw_share
from ptmrank_core.sampling.strata import Indices
from ptmrank_core.sampling.units import Units

__all__ = ["FEW_GROUPS", "MIN_TO_DIVIDE", "SampleParts", "draw_parts"]

SHARE = Fraction(3, 4)
# A smaller stratum is in every part: what is left of it would not show its spread.
MIN_TO_DIVIDE = 4
MIN_IN_PART = 2
MAX_TRIES = 200  # of one part, until every stratum is in it
# With fewer groups than these, intervals rest on so few independent units that they may be too narrow.
FEW_GROUPS = 20


@dataclass(frozen=True, eq=False, slots=True)
class SampleParts:
    """Parts of one set of samples.

    Parameters
    ----------
    rows
        Ascending indices of the samples of each part; together with the strata that are kept whole they hold
        three quarters of the samples of every other stratum.
    notes
        Restrictions of intervals from them, one sentence each.
    """

    rows: tuple[Indices, ...]
    notes: tuple[str, ...]


def draw_parts(units: Units, *, n_parts: int, seed: int) -> SampleParts:
    """Draw parts of three quarters of the samples, without replacement.

    Strata are divided one by one, the remainder of one is carried over to the next; where units are groups,
    three quarters of the groups of a stratum are drawn. A stratum with fewer than four samples, or in a
    single group, is too small to be divided and stands whole in every part.

    Parameters
    ----------
    units
        Units of the samples.
    n_parts
        Number of parts, at least 1.
    seed
        Seed of the draws: with the same seed a greater number of parts begins with the same ones.

    Raises
    ------
    InputError
        If more than half of the strata cannot be divided, or no three quarters of the groups hold every
        stratum.
    """
    is_fixed = _fixed_units(units)
    _check_divisible(units, is_fixed)
    rng = np.random.default_rng(seed)
    rows = tuple(_draw_one(units, is_fixed, rng) for _ in range(n_parts))
    return SampleParts(rows, _notes(units, len(units.rows(is_fixed))))


def _check_divisible(units: Units, is_fixed: NDArray[np.bool_]) -> None:
    """Refuse samples most of whose strata stand whole in every part: the parts would differ too little."""
    divided = np.unique(units.strata[~is_fixed[units.unit_of]])
    n_strata = int(units.strata.max()) + 1
    n_whole = n_strata - len(divided)
    if 2 * n_whole > n_strata:
        what = "is in a single group" if units.group_names else f"has fewer than {MIN_TO_DIVIDE} samples"
        raise InputError(
            f"{n_whole} of {n_strata} classes cannot be divided (each {what}): parts of the samples do not "
            "show how much the scores vary.",
            hint=f"Add samples: a class takes {MIN_TO_DIVIDE}, or two groups.",
        )


def _notes(units: Units, n_fixed: int) -> tuple[str, ...]:
    """Name the restrictions of intervals from the parts."""
    notes = []
    if n_fixed:
        notes.append(
            f"{n_fixed} of {units.n_samples} samples are of classes too small to be divided: every part has "
            "them, and intervals do not cover their sampling error."
        )
    if units.group_names:
        notes.append(f"Parts consist of whole groups: there are {units.n_units} groups.")
        if units.n_units < FEW_GROUPS:
            notes.append(
                f"Fewer than {FEW_GROUPS} groups: samples of one group resemble each other, so the order is "
                "less certain than the number of samples suggests."
            )
    return tuple(notes)


def _fixed_units(units: Units) -> NDArray[np.bool_]:
    """Find the units that are in every part, shape (n_units,).

    A group is if it is the only one with samples of a stratum, or the only one drawn from its stratum.
    """
    if not units.group_names:
        return np.asarray((np.bincount(units.strata) < MIN_TO_DIVIDE)[units.strata])
    holds = units.counts > 0
    is_alone = np.bincount(units.stratum_of)[units.stratum_of] < 2
    return np.asarray((holds & (holds.sum(axis=0) == 1)).any(axis=1) | is_alone)


def _draw_one(units: Units, is_fixed: NDArray[np.bool_], rng: np.random.Generator) -> Indices:
    """Rows of one part, which has two samples of every stratum or all that there are."""
    least = np.minimum(np.bincount(units.strata), MIN_IN_PART)
    stratum_of = np.where(is_fixed, -1, units.stratum_of)
    for _ in range(MAX_TRIES):
        chosen = is_fixed.copy()
        chosen[draw_share(stratum_of, SHARE, rng)] = True
        rows = units.rows(chosen)
        if (np.bincount(units.strata[rows], minlength=len(least)) >= least).all():
            return rows
    raise InputError(
        "The groups are too few and too uneven: no three quarters of them hold every class.",
        hint="Add groups, or leave the group column out.",
    )
