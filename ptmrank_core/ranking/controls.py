"""Scores compared with those of negative controls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ptmrank_core.ranking.consensus import ModelScores

__all__ = ["PermutationTest", "models_not_better", "permutation_test"]


@dataclass(frozen=True, slots=True)
class PermutationTest:
    """A score compared with the scores under permuted labels.

    Parameters
    ----------
    n_draws
        Permutations with a score.
    n_as_good
        How many of them are at least as good as the score. ``(n_as_good + 1) / (n_draws + 1)`` is the p-value
        of the permutation test; with ten draws it is no smaller than 1/11.
    low, high
        Lowest and highest score of a permutation.
    """

    n_draws: int
    n_as_good: int
    low: float
    high: float

    @property
    def stands_out(self) -> bool:
        """Whether no permutation reaches the score."""
        return self.n_as_good == 0


def permutation_test(
    score: float, permuted: Sequence[float], *, higher_is_better: bool
) -> PermutationTest | None:
    """Compare a score with those of permuted labels; ``None`` where there are none.

    Parameters
    ----------
    score, permuted
        Finite.
    higher_is_better
        Direction of both.
    """
    if not permuted:
        return None
    values = np.asarray(permuted, dtype=np.float64)
    as_good = values >= score if higher_is_better else values <= score
    return PermutationTest(len(values), int(as_good.sum()), float(values.min()), float(values.max()))


def models_not_better(scores: ModelScores, control: float, *, higher_is_better: bool) -> tuple[str, ...]:
    """List the models whose score is no better than that of a control, in the order of ``scores``."""
    sign = 1.0 if higher_is_better else -1.0
    return tuple(model for model, score in scores.items() if sign * score <= sign * control)
