"""Populations of scores that are means over the samples: for many models, and voters without parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.records import HalfSampleScores, Ranking
from ptmrank_core.sampling import draw_parts, units_of
from tests.benchmarks.simulated_runs import ranking_of

__all__ = ["MEANS", "MeanScores"]

Array: TypeAlias = NDArray[np.float64]

# Metrics whose names the simulated scores have: higher is better under each.
NAMES = ("logme", "hscore", "gbc", "nleep")


@dataclass(frozen=True)
class MeanScores:
    """Models whose score under each metric is a mean over the samples, of normal numbers.

    Parameters
    ----------
    n_samples
        Size of a data set.
    steps
        Expected score of each model below the best, in standard errors of a difference of two scores.
    weights
        Of each metric in the consensus.
    correlation
        Between the scores of one model under two metrics.
    fixed
        Places of the metrics that are not scored on parts.
    few
        Places of the metrics that are scored on the first 20 parts only.
    """

    n_samples: int
    steps: tuple[float, ...]
    weights: tuple[float, ...] = (1.0, 1.0, 1.0)
    correlation: float = 0.5
    fixed: tuple[int, ...] = ()
    few: tuple[int, ...] = ()

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models."""
        return tuple(f"m{i}" for i in range(len(self.steps)))

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics."""
        return NAMES[: len(self.weights)]

    @property
    def expected(self) -> Array:
        """Expected score of each model."""
        return -np.array(self.steps)

    @property
    def exchangeable(self) -> tuple[int, ...]:
        """Places of the models that are the same in distribution: all or none."""
        return () if any(self.steps) else tuple(range(len(self.steps)))

    def ranking(self, rng: np.random.Generator, n_parts: int, seed: int) -> Ranking:
        """Draw a data set, and rank the models by it with intervals from scores on parts."""
        samples = self._samples(rng)
        labels = np.zeros(self.n_samples, dtype=np.int64)
        rows = draw_parts(units_of(labels, "classification"), n_parts=n_parts, seed=seed).rows
        on_parts = np.array([samples[own].mean(axis=0) for own in rows])
        scores, contents = {}, {}
        for k, name in enumerate(self.metrics):
            scores[name] = dict(zip(self.models, samples[:, k].mean(axis=0).tolist(), strict=True))
            number = 20 if k in self.few else n_parts
            if k not in self.fixed:
                contents[name] = HalfSampleScores(
                    {m: tuple(on_parts[:number, k, j].tolist()) for j, m in enumerate(self.models)},
                    tuple(len(own) for own in rows[:number]),
                    {},
                    (),
                )
        weights = dict(zip(self.metrics, self.weights, strict=True))
        return ranking_of(scores, contents, weights=weights, labels=labels, seed=seed)

    def scores(self, rng: np.random.Generator, n_sets: int) -> Array:
        """Draw scores of data sets, shape (n_sets, n_metrics, n_models), without their samples."""
        return self.expected + self._noise(rng, n_sets) / np.sqrt(2)

    def _samples(self, rng: np.random.Generator) -> Array:
        """Contribution of every sample, shape (n_samples, n_metrics, n_models)."""
        # The difference of two scores then has the standard error 1.
        return self.expected + self._noise(rng, self.n_samples) * np.sqrt(self.n_samples / 2)

    def _noise(self, rng: np.random.Generator, n: int) -> Array:
        """Normal noise of variance 1, shape (n, n_metrics, n_models)."""
        shared = rng.standard_normal((n, 1, len(self.steps)))
        own = rng.standard_normal((n, len(self.weights), len(self.steps)))
        noise: Array = np.sqrt(self.correlation) * shared + np.sqrt(1 - self.correlation) * own
        return noise


def _equal(n_models: int, weights: tuple[float, ...], fixed: tuple[int, ...] = ()) -> MeanScores:
    return MeanScores(200, (0.0,) * n_models, weights, fixed=fixed)


MEANS: Mapping[str, MeanScores] = {
    "13 equal models": _equal(13, (1, 1, 1)),
    "30 equal models": _equal(30, (1, 1, 1)),
    "50 equal models": _equal(50, (1, 1, 1)),
    "100 equal models": _equal(100, (1, 1, 1)),
    "15 % without parts": _equal(8, (0.45, 0.4, 0.15), (2,)),
    "35 % without parts": _equal(8, (0.35, 0.3, 0.35), (2,)),
    "50 % without parts": _equal(8, (0.25, 0.25, 0.5), (2,)),
    "50 % with 20 parts": MeanScores(200, (0.0,) * 8, (0.25, 0.25, 0.5), few=(2,)),
    "13 models a step apart": MeanScores(200, tuple(float(i) for i in range(13)), few=(2,)),
}
