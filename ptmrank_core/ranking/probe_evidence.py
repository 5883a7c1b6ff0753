"""What a linear probe on the samples distinguishes between the candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

__all__ = ["ProbeEvidence", "collect_losses"]

Array: TypeAlias = NDArray[np.float64]

# Between equal models abs(certainty) is uniform in [0, 1]: this much of it is what chance gives on average.
BY_CHANCE = 0.5
# Mean of what is left of it above that, 0 below: int of max(0, 2u - 1) du.
LEFT_BY_CHANCE = 0.25
# How surely the models have to differ at all before any of their pairs counts.
SIGNIFICANCE = 0.95


@dataclass(frozen=True, eq=False)
class ProbeEvidence:
    """Out-of-fold losses of the linear probe on the candidates.

    Parameters
    ----------
    models
        m ids.
    losses
        Array of shape (m, n_samples): loss of each sample out of its fold, such as 0 for right and 1 for
        wrong.
    groups
        Code of the group of each sample; the samples of a group are not independent. Empty for no groups.
    """

    models: tuple[str, ...]
    losses: Array
    groups: Sequence[int] = field(default=())

    @cached_property
    def gaps(self) -> Array:
        """By how much the mean loss of the second of two models is the larger one, shape (m, m)."""
        means = self.losses.mean(axis=1)
        return np.asarray(means[None, :] - means[:, None])

    @cached_property
    def variances(self) -> Array:
        """Sampling variance of :attr:`gaps`, from the differences on each unit: a sample, or a group."""
        n_samples = self.losses.shape[1]
        centred = self.losses - self.losses.mean(axis=1)[:, None]
        if len(self.groups):
            names, codes = np.unique(np.asarray(self.groups), return_inverse=True)
            units = np.zeros((len(names), n_samples))
            units[codes, np.arange(n_samples)] = 1.0
            centred = centred @ units.T
        products = centred @ centred.T / n_samples**2
        spread = np.diag(products)
        return np.asarray(np.maximum(spread[:, None] + spread[None, :] - 2 * products, 0.0), dtype=np.float64)

    @cached_property
    def certainty(self) -> Array:
        """How surely the first of two models is the better one, in [-1, 1], shape (m, m).

        2 P - 1, where P is the normal probability of the paired difference of the losses: 0 where the two are
        indistinguishable on these samples.
        """
        # Losses that differ by the same amount on every sample leave no doubt.
        deviation = np.sqrt(np.maximum(self.variances, (1e-9 * np.abs(self.gaps)) ** 2))
        z = np.divide(self.gaps, deviation, out=np.zeros_like(self.gaps), where=deviation > 0)
        return np.asarray(scipy.special.erf(z / np.sqrt(2)), dtype=np.float64)

    @cached_property
    def decided(self) -> Array:
        """:attr:`certainty` beyond what chance gives to equal models, rescaled to [-1, 1]."""
        beyond = np.maximum(np.abs(self.certainty) - BY_CHANCE, 0.0) / (1 - BY_CHANCE)
        return np.asarray(np.sign(self.certainty) * beyond)

    def count_distinguished(self, kept: NDArray[np.intp]) -> float:
        """Count the models that are distinguished: so many, with all their pairs decided, amount to the same.

        What equal models give on average is subtracted; 0 where some of the models cannot be told from equal
        ones at all.

        Parameters
        ----------
        kept
            Positions in ``models`` of those that count.
        """
        if len(kept) < 2 or not self._differ(kept):
            return 0.0
        pairs = np.triu_indices(len(kept), 1)
        decided = np.abs(self.decided[np.ix_(kept, kept)][pairs])
        total = float((decided - LEFT_BY_CHANCE).sum()) / (1 - LEFT_BY_CHANCE)
        return (1 + float(np.sqrt(1 + 8 * total))) / 2 if total > 0 else 0.0

    def _differ(self, kept: NDArray[np.intp]) -> bool:
        """Whether models differ by more than their sampling variance explains (chi-squared)."""
        cut = np.ix_(kept, kept)
        squares, expected = float(np.square(self.gaps[cut]).sum()), float(self.variances[cut].sum())
        freedom = len(kept) - 1
        critical = 2 * float(scipy.special.gammaincinv(freedom / 2, SIGNIFICANCE)) / freedom
        return squares > critical * expected


def collect_losses(losses: Mapping[str, Array], groups: Sequence[int] = ()) -> ProbeEvidence | None:
    """Collect losses of at least two models with the same number of samples, at least one; else ``None``.

    Parameters
    ----------
    losses
        Model -> loss of each sample.
    groups
        Code of the group of each sample; empty for no groups. Groups that do not fit the losses are ignored.
    """
    models = tuple(losses)
    sizes = {len(of_model) for of_model in losses.values()}
    if len(models) < 2 or len(sizes) != 1 or not max(sizes):
        return None
    values = np.array([losses[model] for model in models], dtype=np.float64)
    return ProbeEvidence(models, values, tuple(groups) if len(groups) == values.shape[1] else ())
