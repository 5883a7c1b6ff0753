"""Halves of a set of samples, drawn without replacement and stratified: the same rows for every model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import InputError
from ptmrank_core.records import TargetKind

__all__ = ["MIN_TO_HALVE", "HalfSamples", "draw_halves"]

Rows: TypeAlias = NDArray[np.int64]
Groups: TypeAlias = Sequence[str]

# A half of a class has to show how the class is spread, which takes two samples.
MIN_TO_HALVE = 4
QUANTILES = 5
DRAWS = 200  # of one half, until every class is in it


@dataclass(frozen=True, eq=False, slots=True)
class HalfSamples:
    """Half-samples of one set of samples.

    Parameters
    ----------
    rows
        Ascending indices of the samples of each half; together with the strata that are kept whole they hold
        half of the samples of every other stratum.
    notes
        What the halves are conditional on, one sentence each.
    """

    rows: tuple[Rows, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False, slots=True)
class _Units:
    """What is drawn: samples, or groups of them; ``members`` are the samples of each unit.

    ``strata`` (n_units,) says which units are halved together; those of stratum -1 are kept whole.
    """

    members: tuple[Rows, ...]
    strata: NDArray[np.int64]


def draw_halves(
    labels: NDArray[Any], target_kind: TargetKind, *, n_halves: int, seed: int, groups: Groups = ()
) -> HalfSamples:
    """Draw half-samples without replacement.

    Classes are halved one by one, odd ones now up and now down. A regression is stratified by the fifths of
    its target (of the mean of the standardised targets where there are several), multi-label samples by the
    rarest label that they have. Groups go whole into one half: they are stratified by their most frequent
    class (or by their mean target), and half of the groups of a stratum are drawn. A class with fewer than
    four samples, or in a single group, is too small to be halved and stands whole in every half.

    Parameters
    ----------
    labels
        Labels of the n samples, as in :class:`~ptmrank_core.records.Samples`.
    target_kind
        What they are.
    n_halves
        Number of halves, at least 1.
    seed
        Of the draws: the same seed gives the same rows.
    groups
        Name of each sample's group; empty where there are none.

    Raises
    ------
    InputError
        If nothing can be halved, or no half of the groups holds every class.
    """
    strata = _strata(labels, target_kind)
    units = _group_units(strata, groups) if groups else _sample_units(strata)
    kept = sum(len(own) for own, stratum in zip(units.members, units.strata, strict=True) if stratum < 0)
    if not (units.strata >= 0).any():
        raise InputError(
            "No class is large enough to be halved: there are no half-samples.",
            hint=f"Add samples: a class takes {MIN_TO_HALVE}, or two groups.",
        )
    rng = np.random.default_rng(seed)
    fewest = np.minimum(np.bincount(strata), 2)
    rows = tuple(_draw_one(units, strata, fewest, rng) for _ in range(n_halves))
    return HalfSamples(rows, _notes(kept, len(strata), groups))


def _notes(n_kept: int, n_samples: int, groups: Groups) -> tuple[str, ...]:
    """Say what the halves are conditional on."""
    notes = []
    if n_kept:
        notes.append(
            f"{n_kept} of {n_samples} samples are of classes too small to be halved: intervals take these "
            "samples as given."
        )
    if groups:
        notes.append(f"Groups are kept together: {len(set(groups))} groups are what is drawn.")
    return tuple(notes)


def _strata(labels: NDArray[Any], target_kind: TargetKind) -> NDArray[np.int64]:
    """Stratum 0..s-1 of each sample, all of them in use."""
    if target_kind == "classification":
        found = labels
    elif target_kind == "multilabel":
        # Of the labels of a sample the rarest decides; samples without any have a stratum of their own.
        rarity = np.where(labels > 0, labels.sum(axis=0), np.inf)
        found = np.where(labels.any(axis=1), rarity.argmin(axis=1), labels.shape[1])
    else:
        found = _fifths(_single_target(labels))
    return np.unique(found, return_inverse=True)[1].astype(np.int64)


def _single_target(targets: NDArray[Any]) -> NDArray[np.float64]:
    """One number for each sample: the target, or the mean of the standardised ones."""
    columns = targets.reshape(len(targets), -1).astype(np.float64)
    spread = columns.std(axis=0)
    centred = columns - columns.mean(axis=0)
    mean: NDArray[np.float64] = (centred / np.where(spread > 0, spread, 1.0)).mean(axis=1)
    return mean


def _fifths(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Fifths by size, fewer where there are not enough values to halve a fifth; equal ones as they come."""
    n_strata = max(1, min(QUANTILES, len(values) // MIN_TO_HALVE))
    places = np.empty(len(values), dtype=np.int64)
    places[np.argsort(values, kind="stable")] = np.arange(len(values))
    return places * n_strata // len(values)


def _sample_units(strata: NDArray[np.int64]) -> _Units:
    """Every sample is a unit; small strata are kept whole."""
    small = np.bincount(strata) < MIN_TO_HALVE
    members = tuple(np.array([i]) for i in range(len(strata)))
    return _Units(members, np.where(small[strata], -1, strata))


def _group_units(strata: NDArray[np.int64], groups: Groups) -> _Units:
    """Every group is a unit of the stratum that most of its samples are of.

    A group is kept whole where one of its strata is in no other group, or where no other group is of its own.
    """
    codes = np.unique(np.asarray(groups), return_inverse=True)[1]
    members = tuple(np.flatnonzero(codes == code) for code in range(codes.max() + 1))
    counts = np.stack([np.bincount(strata[own], minlength=strata.max() + 1) for own in members])
    n_groups = (counts > 0).sum(axis=0)
    own_stratum = counts.argmax(axis=1)
    n_own = np.bincount(own_stratum, minlength=counts.shape[1])
    is_kept = ((counts > 0) & (n_groups == 1)).any(axis=1) | (n_own[own_stratum] < 2)
    return _Units(members, np.where(is_kept, -1, own_stratum))


def _draw_one(
    units: _Units, strata: NDArray[np.int64], fewest: NDArray[np.int64], rng: np.random.Generator
) -> Rows:
    """Rows of one half, which has two samples of every stratum or all that there are."""
    for _ in range(DRAWS):
        chosen = np.concatenate([units.members[unit] for unit in _draw_units(units.strata, rng)])
        if (np.bincount(strata[chosen], minlength=len(fewest)) >= fewest).all():
            return np.sort(chosen).astype(np.int64)
    raise InputError(
        "The groups are too few and too uneven: no half of them holds every class.",
        hint="Add groups, or leave the group column out.",
    )


def _draw_units(strata: NDArray[np.int64], rng: np.random.Generator) -> list[int]:
    """Half of the units of each stratum, and all that are kept whole."""
    chosen = np.flatnonzero(strata < 0).tolist()
    # Strata of odd size take turns in being rounded up, so that a half stays near n/2.
    up = bool(rng.integers(2))
    for stratum in np.unique(strata[strata >= 0]):
        own = rng.permutation(np.flatnonzero(strata == stratum))
        size = (len(own) + up) // 2
        up ^= len(own) % 2 == 1
        chosen += own[:size].tolist()
    return chosen
