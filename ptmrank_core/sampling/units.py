"""The units of a draw: single samples, or whole groups of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.records import Samples, TargetKind
from ptmrank_core.sampling.strata import Indices, mean_standardised, quantile_strata, strata_of

__all__ = ["Units", "units_of", "units_of_samples"]

# A group belongs to a stratum where at least this share of its samples does.
PURE_SHARE = 0.8


@dataclass(frozen=True, eq=False, slots=True)
class Units:
    """The units that samples are drawn by; no draw splits one.

    Parameters
    ----------
    unit_of
        Shape (n_samples,): the unit of each sample, codes 0..n_units-1.
    strata
        Shape (n_samples,): the stratum of each sample.
    stratum_of
        Shape (n_units,): the stratum that each unit is drawn from.
    classes
        Rows of every class, of every label (and of the samples without one), or of every fifth of the
        numbers: a draw holds some of each.
    group_names
        Names of the units where they are groups; empty where each sample is a unit.
    """

    unit_of: Indices
    strata: Indices
    stratum_of: Indices
    classes: tuple[Indices, ...]
    group_names: tuple[str, ...] = ()

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return len(self.unit_of)

    @property
    def n_units(self) -> int:
        """Number of units: of groups where groups are known, else of samples."""
        return len(self.stratum_of)

    @property
    def sizes(self) -> Indices:
        """Samples of each unit."""
        return np.bincount(self.unit_of, minlength=self.n_units)

    @property
    def counts(self) -> Indices:
        """Samples of each stratum in each unit, shape (n_units, n_strata)."""
        return _count(self.unit_of, self.strata)

    def rows(self, chosen: NDArray[np.bool_]) -> Indices:
        """Return the samples of some units, ascending; ``chosen`` has shape (n_units,)."""
        return np.flatnonzero(chosen[self.unit_of])


def units_of(labels: NDArray[Any], target_kind: TargetKind, groups: Sequence[str] = ()) -> Units:
    """Find the units of some samples, and the stratum that each is drawn from.

    A group belongs to the stratum of at least four fifths of its samples; groups that hold samples of many
    strata (every speaker says every word) are one stratum of their own. Under a regression groups are
    stratified by fifths of their mean target.

    Parameters
    ----------
    labels
        Labels of the n samples, as in :class:`~ptmrank_core.records.Samples`.
    target_kind
        What they are.
    groups
        Name of each sample's group; empty where no groups are known.
    """
    strata = strata_of(labels, target_kind)
    classes = _classes(labels, target_kind, strata)
    if not len(groups):
        return Units(np.arange(len(strata)), strata, strata, classes)
    names, codes = np.unique(np.asarray(groups), return_inverse=True)
    unit_of = codes.reshape(-1)
    if target_kind == "regression":
        sums = np.bincount(unit_of, weights=mean_standardised(labels))
        stratum_of = quantile_strata(sums / np.bincount(unit_of))
    else:
        counts = _count(unit_of, strata)
        is_pure = counts.max(axis=1) >= PURE_SHARE * counts.sum(axis=1)
        stratum_of = np.where(is_pure, counts.argmax(axis=1), counts.shape[1])
    return Units(unit_of, strata, stratum_of, classes, tuple(names.tolist()))


def units_of_samples(samples: Samples) -> Units:
    """Find the units of some samples: :func:`units_of` their labels and groups."""
    return units_of(samples.labels, samples.target_kind, samples.groups)


def _classes(labels: NDArray[Any], target_kind: TargetKind, strata: Indices) -> tuple[Indices, ...]:
    """Rows of each class, label or fifth of the numbers."""
    if target_kind == "multilabel":
        without = ~labels.any(axis=1)
        classes = [np.flatnonzero(is_in) for is_in in (*(labels > 0).T, without)]
        return tuple(rows for rows in classes if len(rows))
    by_stratum = np.argsort(strata, kind="stable")
    return tuple(np.split(by_stratum, np.cumsum(np.bincount(strata))[:-1]))


def _count(unit_of: Indices, strata: Indices) -> Indices:
    """Count the samples of each stratum in each unit, shape (n_units, n_strata)."""
    counts = np.zeros((int(unit_of.max()) + 1, int(strata.max()) + 1), dtype=np.int64)
    np.add.at(counts, (unit_of, strata), 1)
    return counts
