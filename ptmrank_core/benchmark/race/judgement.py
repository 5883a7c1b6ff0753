"""How sure the result of the final training is: its interval over the samples that judge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.features.training.doses import TaskResult
from ptmrank_core.probing.probe import Goal
from ptmrank_core.records import Measure, RaceFinal, Samples
from ptmrank_core.sampling import Indices

__all__ = ["LEVEL", "judge", "wilson_interval"]

LEVEL = 0.9
# The average precision of a draw takes sorting for each label, the others a sum.
N_DRAWS, N_SLOW_DRAWS = 2000, 500
Value: TypeAlias = Callable[[Indices], float]


def judge(result: TaskResult, samples: Samples, judging: Indices, *, n_train: int, seed: int) -> RaceFinal:
    """Make the record of the final training, with a 90 % interval.

    An accuracy has Wilson's interval; where groups are known it counts as many samples as its spread over
    draws of whole groups speaks for. R2 and average precision have a percentile bootstrap over the samples,
    or over the groups.

    Parameters
    ----------
    result
        What the training reached on the judging samples.
    samples
        The samples of the run.
    judging
        Indices of the judging samples.
    n_train
        Number of samples that were trained on.
    seed
        Seed of the bootstrap.
    """
    groups = samples.take(judging).groups
    if result.measure == "accuracy":
        low, high = _of_accuracy(1.0 - np.array(result.losses), groups, seed)
    else:
        value = _value_of(result, samples.labels[judging])
        n_draws = N_DRAWS if result.measure == "r2" else N_SLOW_DRAWS
        values = [value(rows) for rows in _draws(len(judging), groups, n_draws, seed)]
        tail = (1 - LEVEL) / 2
        low, high = (float(end) for end in np.quantile(values, [tail, 1 - tail]))
    return RaceFinal(
        measure=result.measure,
        value=result.value,
        # A bootstrap of few samples may lie beside the value that it is about.
        low=min(low, result.value),
        high=max(high, result.value),
        n_train=n_train,
        n_test=len(judging),
        epochs=result.epochs,
        learning_rate=result.learning_rate,
        seconds=result.seconds,
        dtype=result.dtype,
    )


def wilson_interval(share: float, n_samples: float, *, level: float = LEVEL) -> tuple[float, float]:
    """Compute Wilson's score interval of a share.

    Parameters
    ----------
    share
        Share of the samples that are right.
    n_samples
        Number of samples; any positive number, as an effective number need not be whole.
    level
        Coverage, in (0, 1).

    References
    ----------
    E. B. Wilson (1927). Probable inference, the law of succession, and statistical inference. Journal of
    the American Statistical Association 22. doi:10.1080/01621459.1927.10502953
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    shrunk = 1 + z * z / n_samples
    centre = (share + z * z / (2 * n_samples)) / shrunk
    half = z / shrunk * float(np.sqrt(share * (1 - share) / n_samples + (z / (2 * n_samples)) ** 2))
    return max(0.0, centre - half), min(1.0, centre + half)


def _of_accuracy(right: NDArray[np.float64], groups: Sequence[str], seed: int) -> tuple[float, float]:
    """Interval of the share of right samples."""
    share, n_samples = float(right.mean()), float(len(right))
    if groups:
        spread = float(np.std([right[rows].mean() for rows in _draws(len(right), groups, N_DRAWS, seed)]))
        independent = share * (1 - share) / n_samples
        # Where all are right or wrong, the spread says nothing: each group then counts as one sample.
        n_groups = float(len(set(groups)))
        n_samples = max(n_groups, n_samples * min(1.0, independent / spread**2)) if spread > 0 else n_groups
    return wilson_interval(share, n_samples)


def _value_of(result: TaskResult, labels: NDArray[Any]) -> Value:
    """Make a function from rows of the judging samples to R2 or average precision."""
    measure: Measure = "r2" if result.measure == "r2" else "average_precision"
    outputs = result.outputs.reshape(len(labels), -1).astype(np.float64)

    def value(rows: Indices) -> float:
        return Goal(measure, labels[rows]).judge(outputs[rows], np.ones(len(rows), dtype=bool))

    return value


def _draws(n_samples: int, groups: Sequence[str], n_draws: int, seed: int) -> list[Indices]:
    """Draw samples, or whole groups of them, with replacement."""
    rng = np.random.default_rng(seed)
    if not groups:
        return list(rng.integers(n_samples, size=(n_draws, n_samples)))
    codes = np.unique(np.asarray(groups), return_inverse=True)[1].reshape(-1)
    members = [np.flatnonzero(codes == code) for code in range(int(codes.max()) + 1)]
    chosen = rng.integers(len(members), size=(n_draws, len(members)))
    return [np.concatenate([members[code] for code in codes_drawn]) for codes_drawn in chosen]
