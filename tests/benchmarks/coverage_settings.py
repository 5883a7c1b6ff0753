"""Populations with known candidates, from which data sets are drawn afresh: for the coverage of intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["SETTINGS", "DataSet", "Setting"]

Array: TypeAlias = NDArray[np.float64]

N_SHARED = 6  # dimensions of what varies within a class and every candidate sees


@dataclass(frozen=True, eq=False)
class DataSet:
    """One draw: features of every candidate for the same samples."""

    features: Mapping[str, Array]
    labels: NDArray[np.int64]
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Setting:
    """A population of labelled samples, and candidates that see it more or less clearly.

    Parameters
    ----------
    n_samples
        Size of a data set.
    priors
        Probability of each class.
    strengths
        How far apart each candidate sees the classes; 0 is noise.
    widths, scales
        Number and unit of each candidate's features.
    degrees
        Degrees of freedom of the features' noise (Student's t); infinite for normal noise.
    n_groups
        Groups of samples that share a part of their noise; 0 for none.
    shared
        Share of the noise's variance that all candidates see alike.
    correlation
        Share of that noise, where there are groups.
    least
        Samples that every class has at least.
    exchangeable
        Places of candidates that are the same in distribution: they share their rank.
    metrics
        Metrics that score the candidates.
    """

    n_samples: int
    priors: tuple[float, ...]
    strengths: tuple[float, ...]
    widths: tuple[int, ...]
    scales: tuple[float, ...] = field(default=())
    degrees: float = np.inf
    n_groups: int = 0
    correlation: float = 0.3
    least: int = 4
    shared: float = 0.5
    exchangeable: tuple[int, ...] = ()
    metrics: tuple[str, ...] = ("logme", "hscore", "transrate", "etran")

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the candidates."""
        return tuple(f"m{i}" for i in range(len(self.strengths)))

    def draw(self, rng: np.random.Generator) -> DataSet:
        """Draw a data set: labels by their priors, at least so many of every class."""
        counts = np.zeros(1)
        while counts.min() < self.least:
            labels = rng.choice(len(self.priors), size=self.n_samples, p=self.priors)
            counts = np.bincount(labels, minlength=len(self.priors))
        codes = rng.integers(self.n_groups, size=self.n_samples) if self.n_groups else None
        if codes is not None:  # a group is of one class
            kinds = rng.permutation(np.arange(self.n_groups) % len(self.priors))
            labels = kinds[codes]
        seen = rng.standard_normal((self.n_samples, N_SHARED))
        features = {
            model: self._candidate(i, labels, codes, seen, rng) for i, model in enumerate(self.models)
        }
        groups = () if codes is None else tuple(f"g{code}" for code in codes)
        return DataSet(features, labels.astype(np.int64), groups)

    def _candidate(
        self,
        index: int,
        labels: NDArray[np.int64],
        codes: NDArray[np.int64] | None,
        seen: Array,
        rng: np.random.Generator,
    ) -> Array:
        """Features of one candidate: fixed class means and map, fresh noise."""
        width = self.widths[index]
        fixed = np.random.default_rng([7, 0 if index in self.exchangeable else index + 1, width])
        means = fixed.standard_normal((len(self.priors), width)) / np.sqrt(width)
        mapping = fixed.standard_normal((N_SHARED, width)) / np.sqrt(N_SHARED)
        own: Array = rng.standard_normal((self.n_samples, width))
        if np.isfinite(self.degrees):
            own *= np.sqrt(self.degrees / rng.chisquare(self.degrees, self.n_samples))[:, None]
        if codes is not None:
            own = np.sqrt(1 - self.correlation) * own
            own += np.sqrt(self.correlation) * rng.standard_normal((self.n_groups, width))[codes]
        noise = np.sqrt(self.shared) * (seen @ mapping) + np.sqrt(1 - self.shared) * own
        scale = self.scales[index] if self.scales else 1.0
        found: Array = scale * (3 * self.strengths[index] * means[labels] + noise)
        return found


EVEN = (0.25, 0.25, 0.25, 0.25)
SATURATING = ("emms", "sfda", "ped", "hscore:plain", "etran:lda")
ON_GROUPS = ("logme", "hscore", "gbc", "etran")


def _groups(n_groups: int) -> Setting:
    """Few groups whose samples resemble each other: half of the noise is that of the group."""
    return Setting(
        120,
        (0.5, 0.5),
        tuple(np.linspace(0.9, 0.6, 6)),
        (30,) * 6,
        n_groups=n_groups,
        correlation=0.5,
        metrics=ON_GROUPS,
    )


SETTINGS: Mapping[str, Setting] = {
    "n < d": Setting(60, EVEN, tuple(np.linspace(1.1, 0.7, 6)), (150,) * 6),
    "unequal widths": Setting(80, EVEN, tuple(np.linspace(0.9, 0.7, 6)), (20, 160, 40, 240, 80, 30)),
    "imbalance": Setting(100, (0.7, 0.14, 0.08, 0.08), tuple(np.linspace(1.0, 0.7, 6)), (50,) * 6),
    "near-ties": Setting(80, EVEN, (0.82, 0.81, 0.8, 0.79, 0.78, 0.77), (40,) * 6),
    "heavy tails": Setting(
        80, EVEN, tuple(np.linspace(1.0, 0.75, 6)), (60, 120, 60, 120, 60, 120), (1, 1.5, 1, 0.7, 1, 1), 3.0
    ),
    "groups": Setting(120, (0.34, 0.33, 0.33), tuple(np.linspace(0.9, 0.6, 6)), (40,) * 6, n_groups=30),
    "noise": Setting(60, EVEN, (1.0, 0.6, 0, 0, 0, 0), (80,) * 6, exchangeable=(2, 3, 4, 5)),
    "d = 0.6 n": Setting(160, EVEN, tuple(np.linspace(0.7, 0.4, 5)), (100,) * 5, metrics=SATURATING),
    "d = 0.7 n": Setting(160, EVEN, tuple(np.linspace(0.7, 0.4, 5)), (112,) * 5, metrics=SATURATING),
    "d = 0.85 n": Setting(160, EVEN, tuple(np.linspace(0.7, 0.4, 5)), (136,) * 5, metrics=SATURATING),
    "noise, d = 0.64 n": Setting(
        160, EVEN, (0,) * 5, (102,) * 5, metrics=SATURATING, exchangeable=(0, 1, 2, 3, 4)
    ),
    "sum, d = 0.7 n": Setting(
        120, EVEN, tuple(np.linspace(0.7, 0.4, 5)), (84,) * 5, metrics=("transrate", "logme")
    ),
    "sum, d = 0.9 n": Setting(
        120, EVEN, tuple(np.linspace(0.7, 0.4, 5)), (108,) * 5, metrics=("transrate", "logme")
    ),
    "8 groups": _groups(8),
    "16 groups": _groups(16),
    "24 groups": _groups(24),
    "tiny classes": Setting(
        90, (0.3, 0.3, *(0.05,) * 8), tuple(np.linspace(1.2, 0.8, 5)), (20,) * 5, least=2, metrics=ON_GROUPS
    ),
    "most classes tiny": Setting(
        90,
        (0.35, 0.35, *(0.03,) * 10),
        tuple(np.linspace(1.2, 0.8, 5)),
        (20,) * 5,
        least=2,
        metrics=ON_GROUPS,
    ),
}
