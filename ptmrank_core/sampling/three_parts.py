"""Three parts of the samples: to train on, to choose by, and to judge by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ptmrank_core.errors import SamplesError
from ptmrank_core.records import Samples
from ptmrank_core.sampling.folds import assign_folds
from ptmrank_core.sampling.strata import Indices
from ptmrank_core.sampling.units import Units, units_of_samples

__all__ = ["MIN_IN_CLASS", "MIN_SAMPLES", "ThreeParts", "draw_three_parts"]

# Fifths of the samples: three to train on, one to choose by, one to judge by.
N_FIFTHS = 5
JUDGING, CHOOSING = 0, 1
N_PARTS = 3
MIN_IN_CLASS = 10
MIN_SAMPLES = 50  # of numbers and several labels
MAX_TRIES = 20  # until every part of whole groups holds every class
ADD_SAMPLES = "Add samples, or leave small classes out."
ADD_GROUPS = "Add groups, or name no group column if samples of a group do not resemble each other."


@dataclass(frozen=True, eq=False, slots=True)
class ThreeParts:
    """Three parts of one set of samples, which have no sample and no group in common.

    Parameters
    ----------
    training, choosing, judging
        Ascending indices: of three fifths of the samples, and of one fifth each.
    """

    training: Indices
    choosing: Indices
    judging: Indices

    @property
    def not_judging(self) -> Indices:
        """Ascending indices of the samples that do not judge."""
        return np.sort(np.concatenate([self.training, self.choosing]))


def draw_three_parts(samples: Samples, *, seed: int) -> ThreeParts:
    """Part samples into three fifths to train on, one fifth to choose by and one fifth to judge by.

    Stratified, with whole groups. Each part holds every class, and where a few draws find such parts every
    label or fifth of the numbers.

    Parameters
    ----------
    samples
        Labelled samples.
    seed
        Seed of the draw.

    Raises
    ------
    SamplesError
        If a class has fewer than ten samples, there are fewer than fifty samples labelled with numbers or
        several labels, or whole groups cannot be parted so that each part holds every class.
    """
    _check_numbers(samples)
    units = units_of_samples(samples)
    _check_groups(units, samples)
    rng = np.random.default_rng(seed)
    draws = []
    # Of classes without groups the first draw serves; others are drawn again where a part lacks a class.
    for attempt in [seed, *rng.integers(2**31, size=MAX_TRIES - 1).tolist()]:
        folds = assign_folds(units, N_FIFTHS, seed=attempt)
        parts = ThreeParts(
            training=np.flatnonzero(folds > CHOOSING),
            choosing=np.flatnonzero(folds == CHOOSING),
            judging=np.flatnonzero(folds == JUDGING),
        )
        if _hold_every_class(parts, units):
            return parts
        draws.append(parts)
    if samples.target_kind != "classification":
        return draws[0]  # a rare label, or a fifth of the numbers that few groups hold
    raise SamplesError(
        f"In {MAX_TRIES} draws of whole groups, a part to train on, to choose by or to judge by lacked a "
        "class; expected groups that can be parted so that each part holds every class.",
        hint=ADD_GROUPS,
    )


def _check_numbers(samples: Samples) -> None:
    """Refuse too few samples."""
    if samples.target_kind != "classification":
        if samples.n_samples < MIN_SAMPLES:
            raise SamplesError(
                f"There are {samples.n_samples} samples; expected at least {MIN_SAMPLES}, so that they can "
                "be parted into some to train on, to choose by and to judge by.",
                hint="Add samples.",
            )
        return
    counts = np.bincount(samples.labels, minlength=len(samples.class_names))
    small = [
        f"{name!r} ({count})"
        for name, count in zip(samples.class_names, counts.tolist(), strict=True)
        if count < MIN_IN_CLASS
    ]
    if small:
        more = f" and {len(small) - 3} more classes" if len(small) > 3 else ""
        raise SamplesError(
            f"Too few samples of {', '.join(small[:3])}{more}; expected at least {MIN_IN_CLASS} of each "
            "class, so that they can be parted into some to train on, to choose by and to judge by.",
            hint=ADD_SAMPLES,
        )


def _check_groups(units: Units, samples: Samples) -> None:
    """Refuse too few groups."""
    if not units.group_names:
        return
    if units.n_units < N_FIFTHS:
        raise SamplesError(
            f"There are {units.n_units} groups; expected at least {N_FIFTHS}, as no group is split between "
            "training, choosing and judging.",
            hint=ADD_GROUPS,
        )
    if samples.target_kind != "classification":
        return
    for code, name in enumerate(samples.class_names):
        n_groups = len(np.unique(units.unit_of[samples.labels == code]))
        if n_groups < N_PARTS:
            raise SamplesError(
                f"The samples of {name!r} are of {n_groups} groups; expected at least {N_PARTS}, as no group "
                "is split between training, choosing and judging.",
                hint=ADD_GROUPS,
            )


def _hold_every_class(parts: ThreeParts, units: Units) -> bool:
    """Whether each part holds every class, label or fifth of the numbers."""
    return all(
        np.isin(own, rows).any()
        for rows in (parts.training, parts.choosing, parts.judging)
        for own in units.classes
    )
